"""One-time codes with which a person chooses a new password: made by who may manage the account, used once.

The code is random and long, so the database keeps its SHA-256. It is shown once and never logged. Whatever changes the
access or the password of an account ends its codes (services/usuarios.py, services/sessions.py).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.password_policy import refuse_weak_password
from auth.passwords import PasswordHasher
from auth.scope import CurrentUser
from database import Database
from errors import Conflict, InvalidCode
from models import CodigoAcesso, Empresa, Usuario
from ports import Clock
from services.audit import audit
from services.sessions import end_codes, may_enter, revoke_sessions
from services.usuarios import find_usuario

CODE_LIFE = timedelta(hours=1)

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what people confuse when they type: 0 and O, 1, I and L, U and V."""
_GROUPS, _GROUP = 4, 5
"""Twenty characters of thirty: 98 bits."""


@dataclass(frozen=True, slots=True)
class NewCode:
    """The only moment at which the code itself is known."""

    codigo: str
    expira_em: datetime

    def __repr__(self) -> str:
        return f"NewCode(expira_em={self.expira_em})"


async def create_code(session: AsyncSession, user: CurrentUser, usuario_id: int, *, now: datetime) -> NewCode:
    """A code of an hour for an account the user may manage; the account's older codes end."""
    usuario = await find_usuario(session, user, usuario_id)
    if usuario.id == user.id:
        raise Conflict("Para trocar sua própria senha, use a página da sua conta.")
    if not usuario.ativo:
        raise Conflict("Este usuário está desativado. Reative-o antes de criar um código.")
    await end_codes(session, usuario.id)
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    new = NewCode("-".join(groups), now + CODE_LIFE)
    session.add(
        CodigoAcesso(
            id=uuid4(),
            usuario_id=usuario.id,
            codigo_hash=_digest(new.codigo),
            criado_por=user.id,
            created_at=now,
            expira_em=new.expira_em,
        )
    )
    audit(
        session,
        user,
        "codigo_criado",
        alvo_tipo="usuario",
        alvo_id=usuario.id,
        empresa_id=usuario.empresa_id,
        alvo_nome=usuario.email,
    )
    return new


async def redeem_code(db: Database, *, code: str, new_password: str, passwords: PasswordHasher, clock: Clock) -> None:
    """Set the password the person chose and end every session of theirs.

    Raises InvalidCode alike for a code that is unknown, used, expired or of an account that may not enter; the password
    is looked at only after that. Hashing happens between two transactions, and the second one checks the code again.
    """
    digest = _digest(code)
    async with db.system_scope() as session:
        email = (await _account_of(session, digest, now=clock.now())).email
    refuse_weak_password(new_password, email=email, field="senha_nova")
    senha_hash = await passwords.hash(new_password)
    async with db.system_scope() as session:
        now = clock.now()
        usuario = await _account_of(session, digest, now=now, lock=True)
        usuario.senha_hash, usuario.trocar_senha = senha_hash, False
        await end_codes(session, usuario.id)
        await revoke_sessions(session, usuario.id, now=now)
        audit(
            session,
            usuario,
            "senha_redefinida",
            alvo_tipo="usuario",
            alvo_id=usuario.id,
            empresa_id=usuario.empresa_id,
            alvo_nome=usuario.email,
        )


async def _account_of(session: AsyncSession, digest: str, *, now: datetime, lock: bool = False) -> Usuario:
    """The account behind a code that still works. Locked, it is the account first, as everyone who ends codes does."""
    alive = (CodigoAcesso.codigo_hash == digest, CodigoAcesso.usado_em.is_(None), CodigoAcesso.expira_em > now)
    usuario_id = await session.scalar(select(CodigoAcesso.usuario_id).where(*alive))
    if usuario_id is None:
        raise InvalidCode
    usuario = await session.get(Usuario, usuario_id, with_for_update=lock)
    # While the lock was awaited, another request may have used the code or ended it.
    if usuario is None or (lock and await session.scalar(select(CodigoAcesso.id).where(*alive)) is None):
        raise InvalidCode
    empresa = await session.get(Empresa, usuario.empresa_id) if usuario.empresa_id is not None else None
    if not may_enter(usuario, empresa.excluida_em if empresa else None):
        raise InvalidCode
    return usuario


def _digest(code: str) -> str:
    """Of the code as it was made, however it was typed: in small letters, with spaces, without dashes."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()
