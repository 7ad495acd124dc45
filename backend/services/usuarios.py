"""People who enter the panel: a superuser manages everyone, a gestor the people of their own empresa.

Nobody grants more than they have, nobody changes their own access, and one active superuser always remains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from auth.password_policy import refuse_weak_password
from auth.scope import CurrentUser, may_see, require_gestor, visible_empresas
from errors import Conflict, Forbidden, InvalidData, NotFound
from models import Empresa, Usuario
from schemas.common import EmpresaRef
from schemas.login import Papel
from schemas.usuarios import UsuarioIn, UsuarioOut, UsuarioPatch
from services.account_audit import follow_change, record, snapshot
from services.activity_log import add_log
from services.cursors import before_id, encode_cursor, split_page

_EMAIL_TAKEN = "Já existe um usuário com este e-mail."


@dataclass(frozen=True, slots=True)
class Access:
    """What an account may do: the three columns that change together."""

    is_superuser: bool
    papel: Papel | None
    empresa_id: int | None


async def list_usuarios(
    session: AsyncSession,
    user: CurrentUser,
    *,
    empresa_id: int | None,
    search: str | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[UsuarioOut], str | None]:
    require_gestor(user)
    query = _with_empresa().order_by(Usuario.id.desc()).limit(limit + 1)
    if (visible := visible_empresas(user)) is not None:
        query = query.where(Usuario.empresa_id.in_(visible), Usuario.is_superuser.is_(False))
    if empresa_id is not None:
        query = query.where(Usuario.empresa_id == empresa_id)
    if search:
        query = query.where(Usuario.email.icontains(search, autoescape=True))
    if cursor:
        query = query.where(before_id(cursor, Usuario.id))
    rows: Sequence[Row[*tuple[Any, ...]]] = (await session.execute(query)).all()
    page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row[0].id))
    return [_show(row) for row in page], next_cursor


def check_new_usuario(user: CurrentUser, wanted: UsuarioIn) -> Access:
    """The access a new account gets, checked before its password is hashed (which takes time)."""
    require_gestor(user)
    empresa_id = wanted.empresa_id
    if empresa_id is None and not user.is_superuser and not wanted.is_superuser:
        empresa_id = user.empresa_id
    access = _consistent(Access(wanted.is_superuser, wanted.papel, empresa_id))
    _refuse_granting_more(user, access)
    refuse_weak_password(wanted.senha.get_secret_value(), email=wanted.email, field="senha")
    return access


async def create_usuario(
    session: AsyncSession, user: CurrentUser, wanted: UsuarioIn, access: Access, *, senha_hash: str
) -> UsuarioOut:
    await _require_empresa(session, access.empresa_id)
    await _require_free_email(session, wanted.email)
    usuario = Usuario(
        email=wanted.email,
        senha_hash=senha_hash,
        is_superuser=access.is_superuser,
        papel=access.papel,
        empresa_id=access.empresa_id,
        trocar_senha=True,
    )
    session.add(usuario)
    await _flush_email(session)
    _log_change(session, user, usuario, "usuario_criado", "Usuário criado.")
    record(session, user, usuario.id, "usuario_criado", before={}, after=snapshot(usuario))
    return await _shown(session, usuario.id)


async def find_usuario(session: AsyncSession, user: CurrentUser, usuario_id: int) -> Usuario:
    """The account, locked. Raises NotFound for one the user may not manage."""
    require_gestor(user)
    usuario = await session.get(Usuario, usuario_id, with_for_update=True)
    if usuario is None or not may_see(user, usuario.empresa_id) or (usuario.is_superuser and not user.is_superuser):
        raise NotFound
    return usuario


async def update_usuario(
    session: AsyncSession,
    user: CurrentUser,
    usuario_id: int,
    wanted: UsuarioPatch,
    *,
    senha_hash: str | None,
    now: datetime,
) -> UsuarioOut:
    """Change an account; deactivation and a new password end its sessions at once."""
    superusers = await _lock_superusers(session)
    usuario = await find_usuario(session, user, usuario_id)
    given = wanted.model_fields_set
    before = Access(usuario.is_superuser, cast("Papel | None", usuario.papel), usuario.empresa_id)
    snapshot_before = snapshot(usuario)
    access = _consistent(_merged(before, wanted))
    ativo = wanted.ativo if "ativo" in given else usuario.ativo
    email_changed = "email" in given and wanted.email != usuario.email
    if usuario.id == user.id and (access != before or ativo != usuario.ativo or email_changed or "senha" in given):
        raise Conflict(
            "Você não pode mudar o próprio acesso ou e-mail. Para trocar sua senha, use a página da sua conta."
        )
    if access != before:
        _refuse_granting_more(user, access)
        await _require_empresa(session, access.empresa_id)
    if not (access.is_superuser and ativo):
        _refuse_last_superuser(usuario, superusers)
    if email_changed:
        await _require_free_email(session, wanted.email, except_id=usuario.id)
        usuario.email = wanted.email
        await _flush_email(session)  # a gestor does not see who has it in another empresa: only the index does
    usuario.is_superuser, usuario.papel, usuario.empresa_id = access.is_superuser, access.papel, access.empresa_id
    usuario.ativo = ativo
    if senha_hash is not None:
        refuse_weak_password(wanted.senha.get_secret_value(), email=usuario.email, field="senha")
        usuario.senha_hash, usuario.trocar_senha = senha_hash, True
    await _flush_email(session)
    await follow_change(session, user, usuario, before=snapshot_before, new_password=senha_hash is not None, now=now)
    _log_change(session, user, usuario, "usuario_alterado", "Usuário alterado.", campos=sorted(given))
    return await _shown(session, usuario.id)


async def delete_usuario(session: AsyncSession, user: CurrentUser, usuario_id: int) -> None:
    superusers = await _lock_superusers(session)
    usuario = await find_usuario(session, user, usuario_id)
    if usuario.id == user.id:
        raise Conflict("Você não pode excluir a própria conta.")
    _refuse_last_superuser(usuario, superusers)
    _log_change(session, user, usuario, "usuario_excluido", "Usuário excluído.")
    record(session, user, usuario.id, "usuario_excluido", before=snapshot(usuario), after={})
    await session.delete(usuario)


def _merged(before: Access, wanted: UsuarioPatch) -> Access:
    given = wanted.model_fields_set
    is_superuser = wanted.is_superuser if "is_superuser" in given else before.is_superuser
    empresa_id = wanted.empresa_id if "empresa_id" in given else before.empresa_id
    papel = wanted.papel if "papel" in given else before.papel
    if is_superuser and not before.is_superuser and "empresa_id" not in given:
        empresa_id = None
    return Access(is_superuser, papel, empresa_id)


def _consistent(access: Access) -> Access:
    """A superuser belongs to no empresa and has no papel; everyone else has both."""
    if access.is_superuser:
        if access.empresa_id is not None:
            raise InvalidData([("empresa_id", "Um superusuário não pertence a uma empresa.")])
        return Access(is_superuser=True, papel=None, empresa_id=None)
    if access.empresa_id is None:
        raise InvalidData([("empresa_id", "Escolha a empresa deste usuário.")])
    return Access(is_superuser=False, papel=access.papel or "atendente", empresa_id=access.empresa_id)


def _refuse_granting_more(user: CurrentUser, access: Access) -> None:
    if access.is_superuser and not user.is_superuser:
        raise Forbidden("Só um superusuário cria outro superusuário.")
    if not may_see(user, access.empresa_id):
        raise NotFound


async def _lock_superusers(session: AsyncSession) -> list[int]:
    """The active superusers, locked in one order so that two of them cannot remove each other at once."""
    query = select(Usuario.id).where(Usuario.is_superuser, Usuario.ativo).order_by(Usuario.id).with_for_update()
    return list((await session.execute(query)).scalars())


def _refuse_last_superuser(usuario: Usuario, superusers: Sequence[int]) -> None:
    if list(superusers) == [usuario.id]:
        raise Conflict("Este é o último superusuário ativo: o sistema ficaria sem administração.")


async def _require_empresa(session: AsyncSession, empresa_id: int | None) -> None:
    if empresa_id is None:
        return
    query = select(Empresa.id).where(Empresa.id == empresa_id, Empresa.excluida_em.is_(None))
    if (await session.execute(query)).first() is None:
        raise InvalidData([("empresa_id", "Esta empresa não existe.")])


async def _require_free_email(session: AsyncSession, email: str, *, except_id: int | None = None) -> None:
    query = select(Usuario.id).where(func.lower(Usuario.email) == email)
    if except_id is not None:
        query = query.where(Usuario.id != except_id)
    if (await session.execute(query)).first() is not None:
        raise Conflict(_EMAIL_TAKEN)


async def _flush_email(session: AsyncSession) -> None:
    """Two requests may pass the check at once: the unique index has the last word."""
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict(_EMAIL_TAKEN) from None


async def _shown(session: AsyncSession, usuario_id: int) -> UsuarioOut:
    query = _with_empresa().where(Usuario.id == usuario_id).execution_options(populate_existing=True)
    return _show((await session.execute(query)).one())


def _with_empresa() -> Select[*tuple[Any, ...]]:
    return select(Usuario, Empresa.slug, Empresa.nome).outerjoin(Empresa, Empresa.id == Usuario.empresa_id)


def _show(row: Row[*tuple[Any, ...]]) -> UsuarioOut:
    usuario: Usuario = row[0]
    empresa = None
    if usuario.empresa_id is not None:
        empresa = EmpresaRef(id=usuario.empresa_id, slug=row.slug, nome=row.nome)
    return UsuarioOut(
        id=usuario.id,
        email=usuario.email,
        is_superuser=usuario.is_superuser,
        papel=cast("Papel | None", usuario.papel),
        empresa_id=usuario.empresa_id,
        empresa=empresa,
        ativo=usuario.ativo,
        trocar_senha=usuario.trocar_senha,
        created_at=usuario.created_at,
    )


def _log_change(
    session: AsyncSession, user: CurrentUser, usuario: Usuario, code: str, sentence: str, **dados: Any
) -> None:
    everything = {"usuario_id": user.id, "alvo_id": usuario.id, **dados}
    add_log(session, "INFO", code, sentence, empresa_id=usuario.empresa_id, dados=everything)
