"""What reading a date gives back and what it works on: the answer, the doubt that ends the work, everything said.

The shared ground of `dates`, `date_choose_day` and `date_choose_time`; it decides nothing.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

from services.date_days import Days
from services.date_times import Period, Times
from services.opening import Opening

Problem = Literal["nao_entendi", "passado", "contradicao", "ambiguo", "sem_dia", "sem_horario"]


@dataclass(frozen=True, slots=True)
class Option:
    """One of the readings a question offers."""

    day: dt.date | None
    time: dt.time | None


@dataclass(frozen=True, slots=True)
class When:
    """What was understood. With a `problem`, what is in doubt is None and `question` asks the customer about it.

    `sem_horario` comes with the day, `sem_dia` with the time where it is clear: both are half an answer, no mistake.
    """

    day: dt.date | None = None
    time: dt.time | None = None
    period: Period | None = None
    problem: Problem | None = None
    question: str | None = None
    options: tuple[Option, ...] = ()


class Doubt(Exception):
    def __init__(self, problem: Problem, question: str, *, day: date | None = None, options: Sequence[Option] = ()):
        super().__init__(problem)
        self.when = When(day=day, problem=problem, question=question, options=tuple(options))


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything said, next to what it is measured against."""

    now: datetime
    opening: Opening | None
    base: datetime | None
    days: Days
    times: Times
    text: str

    @property
    def today(self) -> date:
        return self.now.date()

    def is_past(self, day: date, at: time) -> bool:
        return instant_of(day, at, self.now) <= self.now


def instant_of(day: date, at: time, now: datetime) -> datetime:
    """Of a time that happens twice the first, unless that one has just gone by."""
    first = datetime.combine(day, at, now.tzinfo).astimezone(UTC)
    second = datetime.combine(day, at.replace(fold=1), now.tzinfo).astimezone(UTC)
    return second if first <= now < second else first
