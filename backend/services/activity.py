"""The activity log as the panel reads it, newest first, by empresa, severity and period."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser, visible_empresas
from models import Empresa, Log
from models.log import NIVEIS
from schemas.logs import LogOut, Nivel
from services.cursors import before_instant, encode_cursor, split_page
from services.periods import Period


async def list_logs(
    session: AsyncSession,
    user: CurrentUser,
    *,
    empresa_id: int | None,
    nivel: Nivel | None,
    period: Period,
    limit: int,
    cursor: str | None,
) -> tuple[list[LogOut], str | None]:
    """`nivel` means that severity and above."""
    query = (
        select(Log, Empresa.slug, Empresa.nome)
        .outerjoin(Empresa, Empresa.id == Log.empresa_id)
        .order_by(Log.created_at.desc(), Log.id.desc())
        .limit(limit + 1)
    )
    if (visible := visible_empresas(user)) is not None:
        query = query.where(Log.empresa_id.in_(visible))
    if empresa_id is not None:
        query = query.where(Log.empresa_id == empresa_id)
    if nivel is not None and nivel != NIVEIS[0]:
        query = query.where(Log.nivel.in_(NIVEIS[NIVEIS.index(nivel) :]))
    if period.since is not None:
        query = query.where(Log.created_at >= period.since)
    if period.until is not None:
        query = query.where(Log.created_at < period.until)
    if cursor:
        query = query.where(before_instant(cursor, Log.created_at, Log.id))
    rows: Sequence[Row[*tuple[Any, ...]]] = (await session.execute(query)).all()
    page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row[0].created_at, row[0].id))
    return [_show(row) for row in page], next_cursor


def _show(row: Row[*tuple[Any, ...]]) -> LogOut:
    record: Log = row[0]
    return LogOut.model_validate(
        {
            "id": record.id,
            "created_at": record.created_at,
            "nivel": record.nivel,
            "empresa": row.slug,
            "empresa_nome": row.nome,
            "code": record.code,
            "mensagem": record.mensagem,
            "request_id": record.request_id,
            "turno_id": record.turno_id,
        }
    )
