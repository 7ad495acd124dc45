"""The time of day in a normalised text: what was said, before it is known which day or which half of it is meant.

Pure. It takes its expressions out of the reader and decides nothing about opening hours; `dates` does.
"""

import re
from dataclasses import dataclass
from datetime import time
from typing import Literal

from services.date_words import Reader

Period = Literal["manha", "almoco", "tarde", "noite"]
Part = Literal["manha", "almoco", "tarde", "noite", "madrugada"]

# Hours of a 24-hour clock that go by the name of each part of the day.
_PART_HOURS: dict[str, frozenset[int]] = {
    "madrugada": frozenset(range(7)),
    "manha": frozenset(range(1, 13)),
    "almoco": frozenset(range(10, 17)),
    "tarde": frozenset(range(12, 20)),
    "noite": frozenset([*range(17, 24), *range(5)]),
}
PERIOD_ENDS = {"manha": time(12), "almoco": time(16), "tarde": time(18, 30), "noite": time(23, 59)}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as it was said. `twelve`: of a 12-hour clock, so it may be either half of the day."""

    hour: int
    minute: int
    twelve: bool
    part: Part | None
    start: int
    end: int
    leading_zero: bool = False
    vague: bool = False
    """ "depois das oito": a bound, not a time."""

    def readings(self, part: Part | None) -> tuple[time, ...]:
        """The times of day this may be, given the part of the day named with it or elsewhere in the text."""
        hours: tuple[int, ...] = (self.hour,)
        if self.twelve:
            other = (self.hour + 12) % 24
            # Noon is what "às 12" means unless the night was named.
            hours = (12,) if self.hour == 12 and part not in ("noite", "madrugada") else (self.hour % 24, other)
            if self.hour == 12 and part in ("noite", "madrugada"):
                hours = (0,)
        part = self.part or part
        if part is None:
            return tuple(time(hour, self.minute) for hour in hours)
        if part == "noite" and self.twelve and 5 <= self.hour <= 11:
            hours = (self.hour + 12,)
        if part == "manha" and self.hour == 12 and self.twelve:
            return ()
        return tuple(time(hour, self.minute) for hour in hours if hour in _PART_HOURS[part])


@dataclass(frozen=True, slots=True)
class Times:
    clocks: tuple[Clock, ...]
    part: Part | None
    unreadable: bool
    """A number that stands for a time but is none: 25h, 20:75."""


_PART_NAME = r"(?P<part>manha|tarde|noite|madrugada|almoco)"
_PART = rf"(?: ?(?:da|de|do|a|na|no|pela) {_PART_NAME})?"
_ALONE = r"(?<![\d:/.-])"
"""Not the tail of a longer number, a date or another time."""
_BOUND = r"\b(?:depois|antes|a partir|passando|ate) (?:das?|d[eo]|as?|o)? ?"
_BEFORE = rf"(?P<before>(?:{_BOUND})?(?:\b(?:as?|das|pelas|la pelas|umas|por volta das|para as) )?)"
_PREFIX = r"\b(?:as|das|pelas|umas|a) "
_HOUR = r"(?P<hour>\d{1,2})"
_MINUTES = r"(?: e (?:(?P<half>meia)|(?P<minute>\d{1,2})(?:min)?\b(?!:)))?"
_FIVES = r"(?:(?P<half>meia)|(?P<minute>[1-5][05]|05|5))"

_NOON = re.compile(rf"{_BEFORE}\b(?P<name>meio dia|meia noite)\b{_MINUTES}")
_MINUS = re.compile(
    r"\b(?P<less>5|10|15|20|25)(?:min)? (?:para|pro) (?:as? |o )?"
    rf"(?:(?P<hour>1[0-2]|[1-9])h?|(?P<name>meio dia|meia noite))\b(?![:/.]\d|\d|h\d){_PART}"
)
_COLON = re.compile(
    rf"{_BEFORE}{_ALONE}{_HOUR}(?::|h|h (?=\d\d(?:min|m)?\b(?!:)))(?P<minute>\d{{2}})(?::\d{{2}})?(?:h|min|m)?\b"
    rf"(?![:/]){_PART}"
)
_DOTTED = re.compile(rf"(?P<before>){_PREFIX}{_HOUR}\.(?P<minute>\d{{2}})h?\b(?![.:/]){_PART}")
_LATIN = re.compile(rf"{_BEFORE}{_ALONE}{_HOUR}h\b{_MINUTES}{_PART}")
_AND = re.compile(rf"{_BEFORE}{_ALONE}\b{_HOUR} e {_FIVES}(?:min)?\b(?![:/h]){_PART}")
_ENGLISH = re.compile(rf"{_ALONE}{_HOUR}(?::(?P<minute>\d{{2}}))? ?(?P<half_of_day>am|pm)\b")
_NAMED_PART = re.compile(rf"(?P<before>){_ALONE}\b{_HOUR} ?(?:da|de|do|na|pela|a) {_PART_NAME}\b")
_BARE = re.compile(
    rf"(?P<before>\b(?:depois |antes |a partir |ate )?){_PREFIX}{_HOUR}\b"
    rf"(?![:/.]\d|-\d| ?dias?\b| ?semanas?\b){_PART}"
)
_DOTTED_ALONE = re.compile(rf"(?P<before>){_ALONE}\b{_HOUR}\.(?P<minute>[0-5]\d)h?\b(?![.:/\d]){_PART}")
_PATTERNS = (_COLON, _LATIN, _AND, _NAMED_PART, _BARE, _DOTTED_ALONE)

_PARTS: tuple[tuple[re.Pattern[str], Part], ...] = (
    (re.compile(r"\bcafe da manha\b|\bbrunch\b"), "manha"),
    (re.compile(r"\b(?:fim|final|comeco|inicio|meio) d[ae] tarde\b|\bhappy hour\b|\bcafe da tarde\b"), "tarde"),
    (re.compile(r"\b(?:comeco|inicio|fim) da noite\b"), "noite"),
    (re.compile(r"(?<!mais )(?<!que )\btarde\b"), "tarde"),
    (re.compile(r"\bnoite\b|\bjantar\b|\bceia\b"), "noite"),
    (re.compile(r"\bmanha\b"), "manha"),
    (re.compile(r"\balmoco\b|\bhora do almoco\b"), "almoco"),
    (re.compile(r"\bmadrugada\b"), "madrugada"),
)


def in_part(at: time, part: Part) -> bool:
    return at.hour in _PART_HOURS[part]


def read_noon(reader: Reader) -> list[Clock]:
    """`meio-dia e meia`, `meia-noite`, `quinze para as nove`: first, because "meio dia 12" holds a day too."""
    clocks = []
    for found in reader.take(_MINUS):
        hour = {"meio dia": 12, "meia noite": 24}.get(found["name"] or "") or int(found["hour"])
        before = hour * 60 - int(found["less"])
        clocks.append(
            Clock(
                hour=before // 60 or 12,
                minute=before % 60,
                twelve=found["name"] is None,
                part=_part(found["part"]),
                start=found.start(),
                end=found.end(),
            )
        )
    clocks.extend(
        Clock(
            hour=12 if found["name"] == "meio dia" else 0,
            minute=30 if found["half"] else min(int(found["minute"] or 0), 59),
            twelve=False,
            part=None,
            start=found.start("name"),
            end=found.end(),
            vague=_is_vague(found["before"]),
        )
        for found in reader.take(_NOON)
    )
    return clocks


def read_dotted(reader: Reader) -> list[Clock]:
    """`às 20.30`: before the days, which are written with dots as well."""
    return [clock for found in reader.take(_DOTTED) if (clock := _clock(found)) is not None]


def read_times(reader: Reader, earlier: list[Clock]) -> Times:
    """Everything else, after the days were taken out."""
    clocks, unreadable = list(earlier), False
    for found in reader.take(_ENGLISH):
        hour, minute = int(found["hour"]), int(found["minute"] or 0)
        if not 1 <= hour <= 12 or minute > 59:
            unreadable = True
            continue
        hour = hour % 12 + (12 if found["half_of_day"] == "pm" else 0)
        clocks.append(Clock(hour, minute, twelve=False, part=None, start=found.start(), end=found.end()))
    for pattern in _PATTERNS:
        for found in reader.take(pattern):
            clock = _clock(found)
            if clock is None:
                unreadable = True
            elif not (found["before"] or "").startswith("ate"):
                clocks.append(clock)
    parts = {part for pattern, part in _PARTS if reader.has(pattern)}
    return Times(
        clocks=tuple(sorted(clocks, key=lambda clock: clock.start)),
        part=parts.pop() if len(parts) == 1 else None,
        unreadable=unreadable,
    )


def _clock(found: re.Match[str]) -> Clock | None:
    groups = found.groupdict()
    hour = int(groups["hour"])
    minute = 30 if groups.get("half") else int(groups.get("minute") or 0)
    if hour == 24 and minute == 0:
        hour = 0
    if hour > 23 or minute > 59:
        return None
    return Clock(
        hour=hour,
        minute=minute,
        twelve=1 <= hour <= 12,
        part=_part(groups.get("part")),
        start=found.start("hour"),
        end=found.end(),
        leading_zero=len(groups["hour"]) == 2 and groups["hour"].startswith("0"),
        vague=_is_vague(groups.get("before")),
    )


def _is_vague(before: str | None) -> bool:
    return (before or "").startswith(("depois", "antes", "a partir", "passando"))


def _part(name: str | None) -> Part | None:
    known: dict[str, Part] = {
        "manha": "manha",
        "tarde": "tarde",
        "noite": "noite",
        "madrugada": "madrugada",
        "almoco": "almoco",
    }
    return known.get(name or "")
