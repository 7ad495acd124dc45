"""The record of who changed what as the panel reads it: superusers everything, a gestor their own empresa's."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser, require_gestor, visible_empresas
from models import Auditoria, Empresa, Usuario
from schemas.auditoria import AuditoriaOut
from services.audit import SYSTEM, TARGET_NAME
from services.cursors import before_id, encode_cursor, split_page
from services.periods import Period
from services.prompts import ADMINISTRATION


async def list_auditoria(
    session: AsyncSession,
    user: CurrentUser,
    *,
    empresa_id: int | None,
    acao: str | None,
    period: Period,
    limit: int,
    cursor: str | None,
) -> tuple[list[AuditoriaOut], str | None]:
    """Newest first, by id: the order in which the acts were recorded."""
    require_gestor(user)
    query = (
        select(Auditoria, Empresa.slug)
        .outerjoin(Empresa, Empresa.id == Auditoria.empresa_id)
        .order_by(Auditoria.id.desc())
        .limit(limit + 1)
    )
    if (visible := visible_empresas(user)) is not None:
        query = query.where(Auditoria.empresa_id.in_(visible))
    if empresa_id is not None:
        query = query.where(Auditoria.empresa_id == empresa_id)
    if acao:
        query = query.where(Auditoria.acao == acao)
    if period.since is not None:
        query = query.where(Auditoria.created_at >= period.since)
    if period.until is not None:
        query = query.where(Auditoria.created_at < period.until)
    if cursor:
        query = query.where(before_id(cursor, Auditoria.id))
    rows: Sequence[Row[*tuple[Any, ...]]] = (await session.execute(query)).all()
    page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row[0].id))
    shown = [_show(row) for row in page]
    if visible is not None:
        known = await _known(session, {row[0].usuario_id for row in page}, visible)
        for row, one in zip(page, shown, strict=True):
            if one.ator != SYSTEM and row[0].usuario_id not in known:
                one.ator = ADMINISTRATION
    return shown, next_cursor


async def _known(session: AsyncSession, usuario_ids: set[int | None], visible: Sequence[int]) -> set[int]:
    """Those of them who are people of these empresas, or were: their accounts may have been moved or deleted since.

    A superuser acts in every empresa and is of none.
    """
    ids = {one for one in usuario_ids if one is not None}
    accounts = await session.execute(
        select(Usuario.id, Usuario.is_superuser, Usuario.empresa_id).where(Usuario.id.in_(ids))
    )
    known = set[int]()
    superusers = set[int]()
    for account in accounts:
        if account.is_superuser:
            superusers.add(account.id)
        elif account.empresa_id in visible:
            known.add(account.id)
    once = select(Auditoria.alvo_id).where(
        Auditoria.empresa_id.in_(visible),
        Auditoria.alvo_tipo == "usuario",
        Auditoria.alvo_id.in_([str(one) for one in ids - known - superusers]),
    )
    return known | {int(one) for one in (await session.execute(once.distinct())).scalars() if one is not None}


def _show(row: Row[*tuple[Any, ...]]) -> AuditoriaOut:
    record: Auditoria = row[0]
    return AuditoriaOut(
        id=record.id,
        created_at=record.created_at,
        empresa=row.slug,
        ator=record.ator,
        acao=record.acao,
        alvo_tipo=record.alvo_tipo,
        alvo_id=record.alvo_id,
        alvo_nome=record.mudancas.get(TARGET_NAME),
        mudancas={name: change for name, change in record.mudancas.items() if name != TARGET_NAME},
    )
