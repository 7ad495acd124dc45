"""How acts on accounts are told to the audit: made, changed, closed, opened, removed, password set, sessions ended.

A person moved between empresas is recorded for both, and neither reads which one the other is.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser
from models import Usuario
from services.audit import audit, changes
from services.sessions import end_codes, revoke_sessions

ELSEWHERE = "outra empresa"

Columns = Mapping[str, Any]


def snapshot(usuario: Usuario) -> Columns:
    """What the audit compares of an account. Never the password."""
    return {
        "email": usuario.email,
        "is_superuser": usuario.is_superuser,
        "papel": usuario.papel,
        "empresa_id": usuario.empresa_id,
        "ativo": usuario.ativo,
    }


def record(
    session: AsyncSession, user: CurrentUser, usuario_id: int, acao: str, *, before: Columns, after: Columns
) -> None:
    """One row for each empresa concerned, when there is anything to tell."""
    told = changes(before, after)
    if before and after and not told:
        return
    concerned = {before.get("empresa_id"), after.get("empresa_id")} - {None} or {None}
    for empresa_id in sorted(concerned, key=str):
        audit(
            session,
            user,
            acao,
            alvo_tipo="usuario",
            alvo_id=usuario_id,
            empresa_id=empresa_id,
            alvo_nome=(before or after).get("email"),
            mudancas={**told, **_own_side(told, empresa_id)},
        )


async def follow_change(
    session: AsyncSession,
    user: CurrentUser,
    usuario: Usuario,
    *,
    before: Columns,
    new_password: bool,
    now: datetime,
) -> None:
    """What follows from a change of an account: its codes end, its sessions too where they must, and it is recorded."""
    after = snapshot(usuario)
    if new_password or after != before:
        # A code made while the account could do less must not open what it became.
        await end_codes(session, usuario.id)
    if after["ativo"] != before["ativo"]:
        acao = "usuario_reativado" if usuario.ativo else "usuario_desativado"
        record(session, user, usuario.id, acao, before=before, after={**before, "ativo": usuario.ativo})
    record(session, user, usuario.id, "usuario_alterado", before={**before, "ativo": usuario.ativo}, after=after)
    if new_password:
        audit(
            session,
            user,
            "senha_definida",
            alvo_tipo="usuario",
            alvo_id=usuario.id,
            empresa_id=usuario.empresa_id,
            alvo_nome=usuario.email,
            mudancas={"senha": {"para": "definida"}},
        )
    if new_password or not usuario.ativo:
        ended = await revoke_sessions(session, usuario.id, now=now)
        if ended:
            audit(
                session,
                user,
                "sessoes_encerradas",
                alvo_tipo="usuario",
                alvo_id=usuario.id,
                empresa_id=usuario.empresa_id,
                alvo_nome=usuario.email,
                mudancas={"sessoes": {"de": ended, "para": 0}},
            )


def _own_side(told: Columns, empresa_id: int | None) -> Columns:
    """The change of empresa as this empresa may read it."""
    if "empresa_id" not in told:
        return {}
    sides = {name: value if value in (None, empresa_id) else ELSEWHERE for name, value in told["empresa_id"].items()}
    return {"empresa_id": sides}
