"""Reservations as the panel lists them, the latest made first."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Reserva
from schemas.reservas import ReservaOut, ReservaStatus
from services.cursors import before_id, encode_cursor, split_page


async def list_reservas(
    session: AsyncSession,
    empresa_id: int,
    *,
    status: ReservaStatus | None,
    day: date | None = None,
    since: date | None,
    until: date | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[ReservaOut], str | None]:
    """`day`, `since` and `until` are days of the booking itself, all included."""
    query = select(Reserva).where(Reserva.empresa_id == empresa_id).order_by(Reserva.id.desc()).limit(limit + 1)
    if status is not None:
        query = query.where(Reserva.status == status)
    if day is not None:
        query = query.where(Reserva.data == day)
    if since is not None:
        query = query.where(Reserva.data >= since)
    if until is not None:
        query = query.where(Reserva.data <= until)
    if cursor:
        query = query.where(before_id(cursor, Reserva.id))
    rows = (await session.execute(query)).scalars().all()
    page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row.id))
    return [ReservaOut.model_validate(reserva) for reserva in page], next_cursor
