"""The history of an empresa's prompt: every save is a version, and going back is a new version with an old text.

`empresas.prompt` repeats the current version and changes nowhere else, always under the empresa's row lock. Versions
are never changed or removed.
"""

from sqlalchemy import Select, and_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser, require_gestor
from errors import NotFound
from models import Empresa, PromptVersao, Usuario
from schemas.prompts import DiferencaOut, PromptVersaoOut
from services.audit import audit, changes
from services.cursors import before_id, encode_cursor, split_page
from services.text_diff import compare

ADMINISTRATION = "Administração"
"""How staff see a superuser who published: by what they are, not by their address."""


async def publish(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, texto: str | None, nota: str | None
) -> PromptVersaoOut:
    """Make this the prompt; the same text again makes no version. Answers the current version."""
    require_gestor(user)
    await session.refresh(empresa, with_for_update={"key_share": True})
    await add_version(session, user, empresa, texto, nota=nota, acao="prompt_publicado")
    return await _current(session, user, empresa)


async def restore(session: AsyncSession, user: CurrentUser, empresa: Empresa, numero: int) -> PromptVersaoOut:
    """Make the text of an earlier version the prompt again. Raises NotFound for a number that never was."""
    require_gestor(user)
    await session.refresh(empresa, with_for_update={"key_share": True})
    texto = await _text(session, empresa, numero)
    await add_version(session, user, empresa, texto, nota=f"Volta à versão {numero}", acao="prompt_restaurado")
    return await _current(session, user, empresa)


async def add_version(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, texto: str | None, *, nota: str | None, acao: str
) -> None:
    """Write the next version and put it in place; nothing when the text is the current one.

    The caller holds the empresa's row lock, or has just made the row. An empty text is kept as no prompt.
    """
    if (texto or "") == (empresa.prompt or "") and (empresa.prompt_versao or not texto):
        return
    before = {"prompt_versao": empresa.prompt_versao, "prompt": empresa.prompt}
    empresa.prompt = texto or None
    empresa.prompt_versao = (empresa.prompt_versao or 0) + 1
    session.add(
        PromptVersao(
            empresa_id=empresa.id,
            numero=empresa.prompt_versao,
            texto=texto or "",
            nota=nota or None,
            usuario_id=user.id,
        )
    )
    audit(
        session,
        user,
        acao,
        alvo_tipo="prompt",
        alvo_id=empresa.prompt_versao,
        empresa_id=empresa.id,
        mudancas=changes(
            before, {"prompt_versao": empresa.prompt_versao, "prompt": empresa.prompt, "nota": nota or None}
        ),
    )
    await session.flush()


async def list_versions(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, *, limit: int, cursor: str | None
) -> tuple[list[PromptVersaoOut], str | None]:
    """Newest first."""
    require_gestor(user)
    query = _versions(user, empresa).order_by(PromptVersao.numero.desc()).limit(limit + 1)
    if cursor:
        query = query.where(before_id(cursor, PromptVersao.numero))
    rows: list[tuple[PromptVersao, str]] = [(row.PromptVersao, row.email) for row in await session.execute(query)]
    page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row[0].numero))
    return [_shown(versao, email, empresa) for versao, email in page], next_cursor


async def difference(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, numero: int, *, com: int | None
) -> DiferencaOut:
    """What changed from version `com` (the one before, when None; 0 is the empty text) to version `numero`."""
    require_gestor(user)
    para = await _text(session, empresa, numero)
    origem = numero - 1 if com is None else com
    de = await _text(session, empresa, origem) if origem > 0 else ""
    return await compare(origem, de, numero, para)


async def _text(session: AsyncSession, empresa: Empresa, numero: int) -> str:
    texto = await session.scalar(
        select(PromptVersao.texto).where(PromptVersao.empresa_id == empresa.id, PromptVersao.numero == numero)
    )
    if texto is None:
        raise NotFound("Não há versão do prompt com este número.")
    return texto


async def _current(session: AsyncSession, user: CurrentUser, empresa: Empresa) -> PromptVersaoOut:
    query = _versions(user, empresa).where(PromptVersao.numero == empresa.prompt_versao)
    versao, email = (await session.execute(query)).one()
    return _shown(versao, email, empresa)


def _versions(user: CurrentUser, empresa: Empresa) -> Select[PromptVersao, str]:
    """Versions beside the e-mail of who published them, where the reader may know it."""
    known = true() if user.is_superuser else Usuario.empresa_id == empresa.id
    return (
        select(PromptVersao, Usuario.email)
        .outerjoin(Usuario, and_(Usuario.id == PromptVersao.usuario_id, known))
        .where(PromptVersao.empresa_id == empresa.id)
    )


def _shown(versao: PromptVersao, email: str | None, empresa: Empresa) -> PromptVersaoOut:
    return PromptVersaoOut(
        numero=versao.numero,
        texto=versao.texto,
        nota=versao.nota,
        autor=email or (ADMINISTRATION if versao.usuario_id is not None else None),
        created_at=versao.created_at,
        atual=versao.numero == empresa.prompt_versao,
    )
