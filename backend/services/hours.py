"""The opening hours of an empresa as they are stored: its week, and its days out of the ordinary from a day on."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import DiaEspecial, Empresa
from services.opening import Opening


async def load_opening(session: AsyncSession, empresa: Empresa, *, since: date) -> Opening:
    """`since` is a day of the empresa's zone; the night before it is read too, because it may not be over."""
    special = await session.scalars(
        select(DiaEspecial).where(DiaEspecial.empresa_id == empresa.id, DiaEspecial.data >= since - timedelta(days=1))
    )
    return Opening.read(empresa.horarios, special, empresa.fuso_horario)
