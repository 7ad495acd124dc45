"""Login, refresh, logout and the check made at every request. Sessions live in PostgreSQL and end there at once.

Password checks happen outside any transaction, so that a flood of logins cannot hold the pool of connections.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from auth.password_policy import is_default_password, refuse_weak_password
from auth.passwords import PasswordHasher
from auth.scope import CurrentUser
from auth.tokens import RefreshToken, TokenService
from database import Database
from errors import AccessDisabled, Conflict, InvalidCredentials, InvalidData, NotAuthenticated
from models import CodigoAcesso, Empresa, Sessao, Usuario
from observability import get_logger
from ports import Clock
from schemas.login import Papel
from services.audit import audit

log = get_logger(__name__)

REFRESH_LIFE = timedelta(days=14)
"""How long an unused session lasts; each refresh starts it again."""
SESSION_LIFE = timedelta(days=90)
"""After this the person logs in again, however active the session is."""
REUSE_GRACE = timedelta(seconds=10)

DISABLED = "Seu acesso está desativado. Fale com quem administra a empresa."


@dataclass(frozen=True, slots=True)
class Grant:
    """What a login or a refresh hands out."""

    access_token: str
    expires_in: int
    refresh_token: RefreshToken
    refresh_seconds: int


class SessionService:
    """Owns the table `sessoes`."""

    def __init__(self, db: Database, *, passwords: PasswordHasher, tokens: TokenService, clock: Clock) -> None:
        self._db = db
        self._passwords = passwords
        self._tokens = tokens
        self._clock = clock

    async def login(self, email: str, password: str, *, default_password_allowed: bool) -> Grant:
        """Raises InvalidCredentials; wrong password, unknown e-mail and refused default password cost the same."""
        async with self._db.system_scope() as session:
            query = _user_with_empresa().where(func.lower(Usuario.email) == email)
            found = (await session.execute(query)).one_or_none() if _storable(email) else None
        stored = found[0].senha_hash if found else None
        good = await self._passwords.verify(password, stored)
        if found is None or not good or (is_default_password(password) and not default_password_allowed):
            raise InvalidCredentials
        usuario = found[0]
        if not may_enter(usuario, found.excluida_em):
            raise InvalidCredentials(DISABLED)
        upgraded = None
        if self._passwords.needs_rehash(usuario.senha_hash):
            upgraded = await self._passwords.hash(password)
        async with self._db.system_scope() as session:
            if upgraded is not None:
                await session.execute(
                    update(Usuario)
                    .where(Usuario.id == usuario.id, Usuario.senha_hash == usuario.senha_hash)
                    .values(senha_hash=upgraded)
                )
            # The password may have changed, or the account been closed, while it was being checked.
            current = await session.get(Usuario, usuario.id, with_for_update={"read": True}, populate_existing=True)
            if current is None or not current.ativo or current.senha_hash not in (usuario.senha_hash, upgraded):
                raise InvalidCredentials
            return self._open(session, usuario.id)

    async def refresh(self, token: RefreshToken) -> Grant:
        """A new pair for a good refresh token. An outdated one ends the session, unless it was replaced just now.

        Raises AccessDisabled to who holds a token of an account that was deactivated, NotAuthenticated otherwise.
        """
        now = self._clock.now()
        async with self._db.system_scope() as session:
            query = (
                select(Sessao, Usuario, Empresa.excluida_em)
                .join(Usuario, Usuario.id == Sessao.usuario_id)
                .outerjoin(Empresa, Empresa.id == Usuario.empresa_id)
                .where(Sessao.id == token.session_id, Sessao.revogada_em.is_(None), Sessao.expira_em > now)
                .with_for_update(of=Sessao)
            )
            found = (await session.execute(query)).one_or_none()
            grant = self._rotate(found[0], token, now) if found and may_enter(found[1], found[2]) else None
            if found and found[0].revogada_em is not None:
                usuario = found[1]
                # Somebody holds a copy of the cookie: its owner and who manages the account should be able to know.
                audit(
                    session,
                    None,
                    "sessao_encerrada_por_reuso",
                    alvo_tipo="usuario",
                    alvo_id=usuario.id,
                    empresa_id=usuario.empresa_id,
                    alvo_nome=usuario.email,
                )
            disabled = grant is None and await _is_disabled(session, token)
        if grant is None:
            raise AccessDisabled if disabled else NotAuthenticated
        return grant

    async def logout(self, token: RefreshToken) -> None:
        """End the session behind the cookie; one that is already over, or not ours, is left as it is."""
        async with self._db.system_scope() as session:
            sessao = await session.get(Sessao, token.session_id, with_for_update=True)
            known = sessao is not None and (
                compare_digest(sessao.refresh_hash, token.digest)
                or compare_digest(sessao.refresh_anterior or "", token.digest)
            )
            if sessao is not None and known and sessao.revogada_em is None:
                sessao.revogada_em = self._clock.now()

    async def end(self, session_id: UUID) -> None:
        """End one session by id: logout with an access token."""
        async with self._db.system_scope() as session:
            await session.execute(
                update(Sessao)
                .where(Sessao.id == session_id, Sessao.revogada_em.is_(None))
                .values(revogada_em=self._clock.now())
            )

    async def authenticate(self, access_token: str) -> CurrentUser:
        """Who is behind a bearer token, now: the session lives, the account is active, the empresa exists."""
        claims = self._tokens.decode(access_token)
        query = (
            _user_with_empresa()
            .join(Sessao, Sessao.usuario_id == Usuario.id)
            .where(
                Sessao.id == claims.session_id,
                Sessao.usuario_id == claims.usuario_id,
                Sessao.revogada_em.is_(None),
                Sessao.expira_em > self._clock.now(),
            )
        )
        async with self._db.system_scope() as session:
            found = (await session.execute(query)).one_or_none()
        if found is None or not may_enter(found[0], found.excluida_em):
            raise NotAuthenticated
        return _current_user(found, claims.session_id)

    async def change_password(self, user: CurrentUser, *, current: str, new: str) -> None:
        """Needs the current password; the user's other sessions end."""
        async with self._db.system_scope() as session:
            stored = (await session.execute(select(Usuario.senha_hash).where(Usuario.id == user.id))).scalar_one()
        if not await self._passwords.verify(current, stored):
            raise InvalidData([("senha_atual", "A senha atual não confere.")])
        refuse_weak_password(new, email=user.email, field="senha_nova")
        if new == current:
            raise InvalidData([("senha_nova", "A senha nova precisa ser diferente da atual.")])
        replacement = await self._passwords.hash(new)
        async with self._db.system_scope() as session:
            changed = await session.execute(
                update(Usuario)
                .where(Usuario.id == user.id, Usuario.senha_hash == stored)
                .values(senha_hash=replacement, trocar_senha=False)
                .returning(Usuario.id)
            )
            if changed.scalar_one_or_none() is None:
                raise Conflict("A senha mudou enquanto você editava. Tente de novo.")
            await end_codes(session, user.id)
            await revoke_sessions(session, user.id, now=self._clock.now(), keep=user.session_id)
            audit(
                session,
                user,
                "senha_trocada",
                alvo_tipo="usuario",
                alvo_id=user.id,
                empresa_id=user.empresa_id,
                alvo_nome=user.email,
            )

    def _open(self, session: AsyncSession, usuario_id: int) -> Grant:
        now = self._clock.now()
        refresh_token = self._tokens.first_refresh(uuid4())
        session.add(
            Sessao(
                id=refresh_token.session_id,
                usuario_id=usuario_id,
                refresh_hash=refresh_token.digest,
                created_at=now,
                expira_em=now + REFRESH_LIFE,
            )
        )
        return self._grant(usuario_id, refresh_token, REFRESH_LIFE)

    def _rotate(self, sessao: Sessao, token: RefreshToken, now: datetime) -> Grant | None:
        successor = self._tokens.next_refresh(token)
        if compare_digest(sessao.refresh_hash, token.digest):
            sessao.refresh_anterior = sessao.refresh_hash
            sessao.refresh_hash = successor.digest
            sessao.rotacionada_em = now
            sessao.expira_em = min(now + REFRESH_LIFE, sessao.created_at + SESSION_LIFE)
            return self._grant(sessao.usuario_id, successor, sessao.expira_em - now)
        repeated = (
            sessao.rotacionada_em is not None
            and now - sessao.rotacionada_em <= REUSE_GRACE
            and compare_digest(sessao.refresh_anterior or "", token.digest)
            and compare_digest(sessao.refresh_hash, successor.digest)
        )
        if repeated:
            return self._grant(sessao.usuario_id, successor, sessao.expira_em - now)
        sessao.revogada_em = now
        log.warning("refresh token reused, session ended", sessao=str(sessao.id), usuario=sessao.usuario_id)
        return None

    def _grant(self, usuario_id: int, refresh_token: RefreshToken, life: timedelta) -> Grant:
        access_token, expires_in = self._tokens.issue(usuario_id=usuario_id, session_id=refresh_token.session_id)
        return Grant(access_token, expires_in, refresh_token, int(life.total_seconds()))


async def _is_disabled(session: AsyncSession, token: RefreshToken) -> bool:
    """Whether this token was good until its account was deactivated: only its holder learns that."""
    query = select(Sessao, Usuario.ativo).join(Usuario).where(Sessao.id == token.session_id)
    found = (await session.execute(query)).one_or_none()
    if found is None or found.ativo:
        return False
    sessao: Sessao = found[0]
    known = (sessao.refresh_hash, sessao.refresh_anterior or "")
    return any(compare_digest(digest, token.digest) for digest in known)


async def revoke_sessions(session: AsyncSession, usuario_id: int, *, now: datetime, keep: UUID | None = None) -> int:
    """End every session of a user, except the one to keep; returns how many could still be used."""
    query = update(Sessao).where(Sessao.usuario_id == usuario_id, Sessao.revogada_em.is_(None)).values(revogada_em=now)
    query = query if keep is None else query.where(Sessao.id != keep)
    ended = (await session.execute(query.returning(Sessao.expira_em))).scalars()
    return sum(1 for expires in ended if expires > now)


async def end_codes(session: AsyncSession, usuario_id: int) -> None:
    """No code for a new password of this account works any more: its access or its password changed."""
    await session.execute(delete(CodigoAcesso).where(CodigoAcesso.usuario_id == usuario_id))


def _user_with_empresa() -> Select[*tuple[Any, ...]]:
    """The user with what matters of their empresa: rows of (Usuario, slug, excluida_em)."""
    return select(Usuario, Empresa.slug, Empresa.excluida_em).outerjoin(Empresa, Empresa.id == Usuario.empresa_id)


def may_enter(usuario: Usuario, excluida_em: datetime | None) -> bool:
    """Whether the account may be used: active, and of an empresa that was not deleted unless a superuser's."""
    return usuario.ativo and (usuario.is_superuser or (usuario.empresa_id is not None and excluida_em is None))


def _current_user(found: Row[*tuple[Any, ...]], session_id: UUID) -> CurrentUser:
    usuario: Usuario = found[0]
    return CurrentUser(
        id=usuario.id,
        email=usuario.email,
        is_superuser=usuario.is_superuser,
        papel=None if usuario.is_superuser else cast("Papel", usuario.papel or "atendente"),
        empresa_id=usuario.empresa_id,
        empresa_slug=found.slug,
        session_id=session_id,
        trocar_senha=usuario.trocar_senha,
    )


def _storable(email: str) -> bool:
    return 0 < len(email) <= 255 and email.isprintable()
