"""What an empresa accepts: from when to when, how many people, on which days and at which times; and what is free.

Reads rows, decides nothing about who may ask, writes nothing. The sentences are what a customer may hear.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import DiaEspecial, Empresa
from services.capacity import Held, Room, moment, read_held
from services.opening import DAY_NAMES, Opening, to_instant

ALTERNATIVES = 3
LOOK_AHEAD_DAYS = 14
"""How far other days are looked at when one has no place."""
_FIRST, _LAST = date(1900, 1, 1), date(9000, 1, 1)
"""Days beyond are refused anyway; there is no calendar to reckon in around them."""


class BookingRefused(Exception):
    """The empresa's rules or its capacity say no. `reason` is a stable code, `sentence` is for the customer.

    `alternatives` are free times in the empresa's zone: the nearest of the same day first, then other days.
    """

    def __init__(self, reason: str, sentence: str, alternatives: tuple[datetime, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sentence = sentence
        self.alternatives = alternatives


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a reservation may start; `free` in people, None = not limited."""

    time: time
    free: int | None
    fits: bool


@dataclass(frozen=True, slots=True)
class Availability:
    """One day for one size of group. With a `reason` nothing can be booked, and `sentence` says why."""

    day: date
    people: int
    open: bool
    reason: str | None
    sentence: str | None
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one empresa at one instant, with what is taken on the days that were read."""

    empresa: Empresa
    opening: Opening
    room: Room
    held: Sequence[Held]
    now: datetime

    @classmethod
    async def read(
        cls, session: AsyncSession, empresa: Empresa, *, day: date, now: datetime, without: int | None = None
    ) -> "Rules":
        """For bookings on `day`, and for alternatives up to LOOK_AHEAD_DAYS later."""
        day = min(max(day, _FIRST), _LAST)
        until = day + timedelta(days=LOOK_AHEAD_DAYS + 1)
        special = await session.scalars(
            select(DiaEspecial).where(
                DiaEspecial.empresa_id == empresa.id, DiaEspecial.data.between(day - timedelta(days=1), until)
            )
        )
        return cls(
            empresa=empresa,
            opening=Opening.read(empresa.horarios, special, empresa.fuso_horario),
            room=Room.of(empresa),
            held=await read_held(session, empresa, since=day - timedelta(days=1), until=until, without=without),
            now=now.astimezone(UTC),
        )

    @property
    def zone(self) -> ZoneInfo:
        return self.opening.zone

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def fits(self, day: date, at: time, people: int) -> bool:
        return self.room.fits(self.held, moment(day, at), people)

    def check(self, day: date, at: time, people: int) -> None:
        """Raises BookingRefused unless this may be booked now, seats apart."""
        self.check_group(people)
        # The first minutes of a day may still be the night before's, even where the day itself is closed.
        late = at in self._starts(day) and not self.opening.ranges(day)
        refused = self._about_day(day, late=late) or self._about_time(day, at)
        if refused is not None:
            reason, sentence = refused
            raise BookingRefused(reason, sentence, self.alternatives(day, at, people))

    def check_group(self, people: int) -> None:
        """Raises BookingRefused when no reservation of this size is taken at all."""
        if not self.empresa.aceita_reservas:
            raise BookingRefused("nao_aceita", "Não trabalhamos com reservas.")
        if people < 1:
            raise BookingRefused("pessoas_invalidas", "Preciso saber para quantas pessoas é a reserva.")
        if people > self.empresa.pessoas_maximo:
            most = self.empresa.pessoas_maximo
            raise BookingRefused(
                "grupo_grande", f"Para mais de {most} pessoas, quem combina a reserva é a nossa equipe."
            )

    def check_seats(self, day: date, at: time, people: int) -> None:
        """Raises BookingRefused(`sem_vagas`). Under the lock of the days, this is the judgement."""
        if not self.fits(day, at, people):
            sentence = f"Não temos mais lugar para {count_people(people)} em {say_day(day)} às {say_time(at)}."
            raise BookingRefused("sem_vagas", sentence, self.alternatives(day, at, people))

    def availability(self, day: date, people: int) -> Availability:
        """What can be booked on this day for so many people."""
        slots: tuple[Slot, ...] = ()
        try:
            self.check_group(people)
            refused = self._about_day(day)
            if refused is None:
                slots = tuple(self._slots(day, people))
                if not slots:
                    refused = "passado", f"Para {say_day(day)} já não dá tempo de reservar."
                elif not any(slot.fits for slot in slots):
                    refused = "sem_vagas", f"Não temos mais lugar para {count_people(people)} em {say_day(day)}."
        except BookingRefused as error:
            refused = error.reason, error.sentence
        reason, sentence = refused or (None, None)
        return Availability(
            day=day,
            people=people,
            open=bool(self.opening.ranges(day)),
            reason=reason,
            sentence=sentence,
            slots=slots,
        )

    def alternatives(self, day: date, at: time | None, people: int) -> tuple[datetime, ...]:
        """Free times: of the same day the nearest to `at`, then one of each following day."""
        wanted = moment(day, at) if at is not None else None
        found: list[datetime] = []
        for ahead in range(LOOK_AHEAD_DAYS + 1):
            other = day + timedelta(days=ahead)
            if self._about_day(other) is not None:
                continue
            free = [slot.time for slot in self._slots(other, people) if slot.fits]
            if wanted is not None:
                near = wanted.replace(year=other.year, month=other.month, day=other.day)
                free.sort(key=lambda each: (abs(moment(other, each) - near), moment(other, each) < near))
            found += [datetime.combine(other, each, self.zone) for each in free[: ALTERNATIVES if ahead == 0 else 1]]
            if len(found) >= ALTERNATIVES:
                break
        return tuple(found[:ALTERNATIVES])

    def _starts(self, day: date) -> tuple[time, ...]:
        return self.opening.slots(
            day, step_minutes=self.empresa.intervalo_minutos, duration=self.empresa.duracao_minutos
        )

    def _slots(self, day: date, people: int) -> Iterator[Slot]:
        soonest = self.now + timedelta(minutes=self.empresa.antecedencia_minutos)
        for at in self._starts(day):
            if to_instant(day, at, self.zone) >= soonest:
                start = moment(day, at)
                yield Slot(at, self.room.free(self.held, start), self.room.fits(self.held, start, people))

    def _about_day(self, day: date, *, late: bool = False) -> tuple[str, str] | None:
        """Why nothing can be booked on this day, seats apart; `late` means the end of the night before."""
        today = self.today
        if day < today:
            return "passado", f"O dia {day:%d/%m/%Y} já passou."
        if (day - today).days > self.empresa.antecedencia_dias:
            return "longe_demais", f"Aceitamos reservas para até {self.empresa.antecedencia_dias} dias à frente."
        if late or (self._starts(day) and self.opening.ranges(day)):
            return None
        if self.opening.is_full(day) and self.opening.ranges(day):
            return "lotado", f"Em {say_day(day)} a casa já está lotada para reservas."
        special = self.opening.special.get(day)
        why = f" ({special.reason})" if special is not None and special.closed and special.reason else ""
        return "fechado", f"Em {say_day(day)} a casa não abre{why}."

    def _about_time(self, day: date, at: time) -> tuple[str, str] | None:
        instant = to_instant(day, at, self.zone)
        if instant <= self.now:
            return "passado", f"{say_day(day).capitalize()} às {say_time(at)} já passou."
        if instant < self.now + timedelta(minutes=self.empresa.antecedencia_minutos):
            ahead = self.empresa.antecedencia_minutos
            return "em_cima_da_hora", f"Precisamos de pelo menos {say_minutes(ahead)} de antecedência."
        starts = self._starts(day)
        if at in starts:
            return None
        if not self.opening.is_open(day, at):
            return "fora_do_horario", f"Em {say_day(day)} não estamos abertos às {say_time(at)}."
        if at > starts[-1]:
            return "fora_do_horario", f"Em {say_day(day)} a última reserva é às {say_time(starts[-1])}."
        return "fora_do_intervalo", f"As reservas começam a cada {say_minutes(self.empresa.intervalo_minutos)}."


def refuse_beyond_calendar(day: date) -> None:
    """Raises BookingRefused for a day that cannot be meant, before anything is reckoned with it."""
    if day < _FIRST:
        raise BookingRefused("passado", f"O dia {day:%d/%m/%Y} já passou.")
    if day > _LAST:
        raise BookingRefused("longe_demais", "Essa data está longe demais.")


def count_people(people: int) -> str:
    return "1 pessoa" if people == 1 else f"{people} pessoas"


def say_day(day: date) -> str:
    """`sexta, 27/11`."""
    return f"{DAY_NAMES[day.weekday()]}, {day:%d/%m}"


def say_time(at: time) -> str:
    """`20h` or `20h30`."""
    return f"{at.hour}h{at.minute:02d}" if at.minute else f"{at.hour}h"


def say_minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    words = [f"{hours} hora{'s' * (hours > 1)}"] if hours else []
    words += [f"{rest} minuto{'s' * (rest > 1)}"] if rest or not hours else []
    return " e ".join(chain(words))
