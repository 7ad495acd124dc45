"""When an empresa is open: the hours of the week, the days out of the ordinary, and local time that may not exist.

Pure: it is built from rows already read and asks nothing of the outside. Days and times are civil ones in the
empresa's zone, so that 00:30 of a night that began on Friday belongs to Saturday. It knows nothing of seats.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Protocol
from zoneinfo import ZoneInfo

DAY_KEYS = ("seg", "ter", "qua", "qui", "sex", "sab", "dom")
DAY_NAMES = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
_DAY_MINUTES = 24 * 60
_LOOK_AHEAD_DAYS = 370


def to_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a local time. Of a time that happens twice, the first; one that is skipped moves forward."""
    return datetime.combine(day, at.replace(tzinfo=None, fold=0), zone).astimezone(UTC)


def exists(day: date, at: time, zone: ZoneInfo) -> bool:
    """Whether the clocks of that day show this time at all: they skip an hour when summer time begins."""
    there_and_back = to_instant(day, at, zone).astimezone(zone)
    return there_and_back.replace(tzinfo=None, fold=0) == datetime.combine(day, at.replace(tzinfo=None, fold=0))


@dataclass(frozen=True, slots=True)
class Range:
    """Hours without a break. An end that does not come after the start is of the next day."""

    start: time
    end: time

    @property
    def start_minute(self) -> int:
        return self.start.hour * 60 + self.start.minute

    @property
    def end_minute(self) -> int:
        """Counted from the day the range starts on: beyond 1440 after midnight."""
        end = self.end.hour * 60 + self.end.minute
        return end if end > self.start_minute else end + _DAY_MINUTES

    def __str__(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}"


def read_ranges(value: Iterable[Sequence[str]]) -> tuple[Range, ...]:
    """Ranges out of `[["11:30", "15:00"], …]`, in order of their start. Raises ValueError."""
    found = []
    for pair in value:
        start, end = pair
        # Owners write midnight as 24:00 too, which is no time of day.
        found.append(Range(time.fromisoformat(start), time.fromisoformat("00:00" if end == "24:00" else end)))
    return tuple(sorted(found, key=lambda hours: hours.start))


class SpecialDay(Protocol):
    """What is read of a `DiaEspecial`."""

    @property
    def data(self) -> date: ...

    @property
    def fechado(self) -> bool: ...

    @property
    def lotado(self) -> bool: ...

    @property
    def horarios(self) -> Sequence[Sequence[str]] | None: ...

    @property
    def motivo(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Exceptional:
    closed: bool
    full: bool
    ranges: tuple[Range, ...] | None
    """In place of the weekday's; None = the usual ones."""
    reason: str | None


@dataclass(frozen=True, slots=True)
class Opening:
    """The hours of one empresa. When they were not told, every hour of a day not declared closed counts as open."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Range, ...]] | None
    """Weekday (Monday is 0) → ranges; None = not told."""
    special: Mapping[date, Exceptional] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def read(
        cls, horarios: Mapping[str, Iterable[Sequence[str]]] | None, special: Iterable[SpecialDay], zone: str
    ) -> "Opening":
        """From `empresas.horarios`, the rows of `dias_especiais` and `empresas.fuso_horario`. Raises ValueError."""
        week = None
        if horarios is not None:
            week = {n: read_ranges(horarios.get(key) or ()) for n, key in enumerate(DAY_KEYS)}
        return cls(
            zone=ZoneInfo(zone),
            week=week,
            special={
                row.data: Exceptional(
                    closed=row.fechado,
                    full=row.lotado,
                    ranges=None if row.horarios is None else read_ranges(row.horarios),
                    reason=row.motivo,
                )
                for row in special
            },
        )

    @property
    def told(self) -> bool:
        return self.week is not None

    def ranges(self, day: date) -> tuple[Range, ...]:
        """The ranges that start on this day. Nothing for a closed day."""
        special = self.special.get(day)
        if special is not None:
            if special.closed:
                return ()
            if special.ranges is not None:
                return special.ranges
        if self.week is None:
            return (Range(time.min, time.min),)
        return self.week[day.weekday()]

    def is_open(self, day: date, at: time) -> bool:
        """Whether the doors are open then, which includes the end of a night that began the day before."""
        minute = at.hour * 60 + at.minute
        return any(start <= minute < end for start, end in self._minutes_of(day))

    def is_full(self, day: date) -> bool:
        """Whether the owner said that this day takes no more reservations."""
        special = self.special.get(day)
        return special is not None and special.full

    def ever_open(self, at: time) -> bool:
        """Whether any day of the usual week is open at this time."""
        if self.week is None:
            return True
        minute = at.hour * 60 + at.minute
        return any(
            hours.start_minute <= candidate < hours.end_minute
            for ranges in self.week.values()
            for hours in ranges
            for candidate in (minute, minute + _DAY_MINUTES)
        )

    def next_open_day(self, since: date) -> date | None:
        """The first day from `since` on, itself included, that opens and is not full."""
        for ahead in range(_LOOK_AHEAD_DAYS):
            if since > date.max - timedelta(days=ahead):
                return None
            day = since + timedelta(days=ahead)
            if self.ranges(day) and not self.is_full(day):
                return day
        return None

    def slots(self, day: date, *, step_minutes: int, duration: int) -> tuple[time, ...]:
        """The times of this civil day at which something of `duration` minutes may start and end before closing.

        Counted in steps from each opening, so a night that runs past midnight gives its last ones to the next day.
        A full day has none.
        """
        found: set[time] = set()
        for owner, offset in ((_yesterday(day), -_DAY_MINUTES), (day, 0)):
            if owner is None or self.is_full(owner):
                continue
            for hours in self.ranges(owner):
                for minute in range(hours.start_minute, hours.end_minute - duration + 1, step_minutes):
                    here = minute + offset
                    if 0 <= here < _DAY_MINUTES:
                        found.add(time(here // 60, here % 60))
        return tuple(sorted(at for at in found if exists(day, at, self.zone)))

    def sentence(self) -> str:
        """The usual week in Portuguese: `segunda fechado; terça a quinta 18:00–23:30; …`. Empty when not told."""
        if self.week is None:
            return ""
        parts = []
        first = 0
        for day in range(1, 8):
            if day < 7 and self.week[day] == self.week[first]:
                continue
            parts.append(f"{_days(first, day - 1)} {_hours(self.week[first])}")
            first = day
        return "; ".join(parts)

    def special_sentence(self, *, today: date, days: int = 60) -> str:
        """The days out of the ordinary from today on: `24/12 18:00–22:00; 25/12 fechado (Natal)`. Empty when none."""
        parts = []
        for day in sorted(self.special):
            if not 0 <= (day - today).days <= days:
                continue
            special = self.special[day]
            told = _hours(self.ranges(day)) if special.closed or special.ranges is not None else ""
            if special.full and not special.closed:
                told = f"{told}, lotado para reservas" if told else "lotado para reservas"
            if told:
                parts.append(f"{day:%d/%m} {told}" + (f" ({special.reason})" if special.reason else ""))
        return "; ".join(parts)

    def _minutes_of(self, day: date) -> Iterator[tuple[int, int]]:
        """Open stretches as minutes of this civil day, those of the night before moved into it."""
        for hours in self.ranges(day):
            yield hours.start_minute, hours.end_minute
        if (before := _yesterday(day)) is not None:
            for hours in self.ranges(before):
                yield hours.start_minute - _DAY_MINUTES, hours.end_minute - _DAY_MINUTES


def _yesterday(day: date) -> date | None:
    return day - timedelta(days=1) if day > date.min else None


def _days(first: int, last: int) -> str:
    if first == last:
        return DAY_NAMES[first]
    joint = "e" if last == first + 1 else "a"
    return f"{DAY_NAMES[first]} {joint} {DAY_NAMES[last]}"


def _hours(ranges: Sequence[Range]) -> str:
    return " e ".join(str(hours) for hours in ranges) if ranges else "fechado"
