"""`ReservationBook` over the table `reservas`: the book of an empresa without a sheet, and what both books promise.

It keeps rows and knows neither capacity nor opening hours. Each call is a transaction of its own.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from database import Database
from errors import ProviderRefused
from models import Reserva
from ports import Reservation

_VENDOR = "postgresql"


class PostgresBook:
    """The book of one empresa."""

    def __init__(self, db: Database, empresa_id: int) -> None:
        self._db = db
        self._empresa_id = empresa_id

    async def list(self, *, since: date, until: date | None = None) -> Sequence[Reservation]:
        """Reservations from `since` to `until` (both included), by date and time, cancelled ones too."""
        query = select(Reserva).where(Reserva.empresa_id == self._empresa_id, Reserva.data >= since)
        if until is not None:
            query = query.where(Reserva.data <= until)
        async with self._db.tenant(self._empresa_id) as session:
            rows = await session.scalars(query.order_by(Reserva.data, Reserva.horario, Reserva.codigo))
            return [_shown(reserva) for reserva in rows]

    async def get(self, reservation_id: str) -> Reservation | None:
        """The reservation with this id, None when there is none."""
        async with self._db.tenant(self._empresa_id) as session:
            found = await self._find(session, reservation_id)
            return None if found is None else _shown(found)

    async def add(self, reservation: Reservation) -> Reservation:
        """Insert; an id already there is returned as it stands, also when two ask at once."""
        async with self._db.tenant(self._empresa_id) as session:
            if (known := await self._find(session, reservation.id)) is not None:
                return _shown(known)
            values = {"codigo": reservation.id.strip(), **_columns(reservation)}
            await session.execute(
                insert(Reserva).values(empresa_id=self._empresa_id, **values).on_conflict_do_nothing()
            )
            return _shown(await self._existing(session, reservation.id))

    async def update(self, reservation: Reservation) -> Reservation:
        """Raises ProviderRefused(`reservation_not_found`)."""
        async with self._db.tenant(self._empresa_id) as session:
            found = await self._existing(session, reservation.id, lock=True)
            for name, value in _columns(reservation).items():
                setattr(found, name, value)
            await session.flush()
            return _shown(found)

    async def cancel(self, reservation_id: str) -> Reservation:
        """Mark as cancelled, keeping the row. Raises ProviderRefused(`reservation_not_found`)."""
        async with self._db.tenant(self._empresa_id) as session:
            found = await self._existing(session, reservation_id, lock=True)
            found.status = "cancelada"
            await session.flush()
            return _shown(found)

    async def _find(self, session: AsyncSession, reservation_id: str, *, lock: bool = False) -> Reserva | None:
        query = select(Reserva).where(
            Reserva.empresa_id == self._empresa_id, func.lower(Reserva.codigo) == reservation_id.strip().lower()
        )
        found: Reserva | None = await session.scalar(query.with_for_update() if lock else query)
        return found

    async def _existing(self, session: AsyncSession, reservation_id: str, *, lock: bool = False) -> Reserva:
        found = await self._find(session, reservation_id, lock=lock)
        if found is None:
            raise ProviderRefused(_VENDOR, "reservation_not_found")
        return found


def _columns(reservation: Reservation) -> dict[str, object]:
    return {
        "nome": reservation.nome.strip(),
        "telefone": (reservation.telefone or "").strip() or None,
        "data": reservation.data,
        "horario": reservation.horario.replace(second=0, microsecond=0),
        "pessoas": reservation.pessoas,
        "status": reservation.status,
        "observacoes": (reservation.observacoes or "").strip() or None,
    }


def _shown(reserva: Reserva) -> Reservation:
    return Reservation(
        id=reserva.codigo,
        nome=reserva.nome,
        telefone=reserva.telefone,
        data=reserva.data,
        horario=reserva.horario,
        pessoas=reserva.pessoas,
        status=reserva.status,
        observacoes=reserva.observacoes,
    )
