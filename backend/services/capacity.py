"""How many seats or tables are held at any moment, as PostgreSQL knows it, and the lock under which that is decided.

Times are civil ones of the empresa, so a reservation that runs past midnight also weighs on the next day. Nothing
here knows opening hours or who asks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Empresa, Reserva

HOLDING = ("pendente", "confirmada")
"""Statuses that hold their place."""


@dataclass(frozen=True, slots=True)
class Held:
    """A place that is taken from `start` on, for as long as a reservation of the empresa lasts."""

    start: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Room:
    """What an empresa can hold at the same time. `limit` in units (seats or tables); None = not limited."""

    limit: int | None
    per_unit: int
    duration: timedelta

    @classmethod
    def of(cls, empresa: Empresa) -> "Room":
        tables = empresa.capacidade_unidade == "mesas"
        return cls(
            limit=empresa.capacidade,
            per_unit=max(1, empresa.pessoas_por_mesa) if tables else 1,
            duration=timedelta(minutes=empresa.duracao_minutos),
        )

    def units(self, people: int) -> int:
        """Seats, or tables: a table is never shared."""
        return -(-people // self.per_unit)

    def peak(self, held: Iterable[Held], start: datetime) -> int:
        """The most units that are taken at one moment of a reservation that starts then."""
        end = start + self.duration
        steps: list[tuple[datetime, int]] = []
        for each in held:
            first, last = max(each.start, start), min(each.start + self.duration, end)
            if first < last:
                units = self.units(each.people)
                steps += [(first, units), (last, -units)]
        taken = peak = 0
        for _, change in sorted(steps):  # at the same moment, who leaves (negative) comes before who arrives
            taken += change
            peak = max(peak, taken)
        return peak

    def free(self, held: Iterable[Held], start: datetime) -> int | None:
        """People that still fit for a whole reservation that starts then; None = not limited."""
        if self.limit is None:
            return None
        return max(0, self.limit - self.peak(held, start)) * self.per_unit

    def fits(self, held: Iterable[Held], start: datetime, people: int) -> bool:
        return self.limit is None or self.peak(held, start) + self.units(people) <= self.limit

    def days(self, start: datetime) -> tuple[date, ...]:
        """Every day that a reservation starting then touches."""
        last = (start + self.duration - timedelta(microseconds=1)).date()
        return tuple(start.date() + timedelta(days=n) for n in range((last - start.date()).days + 1))


def moment(day: date, at: time) -> datetime:
    """A civil instant, to be compared with others of the same empresa."""
    return datetime.combine(day, at.replace(tzinfo=None, fold=0))


async def lock_days(session: AsyncSession, empresa_id: int, days: Iterable[date]) -> None:
    """Wait until nobody else decides about these days; held until the transaction ends.

    Two reservations that overlap share a moment, and so a day that both lock. Always in the order of the calendar.
    """
    for day in sorted(set(days)):
        key = cast(day.toordinal(), Integer)
        await session.execute(select(func.pg_advisory_xact_lock(cast(empresa_id, Integer), key)))


async def read_held(
    session: AsyncSession, empresa: Empresa, *, since: date, until: date, without: int | None = None
) -> Sequence[Held]:
    """What is taken at some moment of these days (both included), apart from the reservation `without`."""
    reach = timedelta(days=-(-empresa.duracao_minutos // (24 * 60)))
    query = select(Reserva.data, Reserva.horario, Reserva.pessoas).where(
        Reserva.empresa_id == empresa.id,
        Reserva.data.between(since - reach, until + reach),
        Reserva.status.in_(HOLDING),
    )
    if without is not None:
        query = query.where(Reserva.id != without)
    rows = await session.execute(query)
    return [Held(moment(row.data, row.horario), row.pessoas) for row in rows]
