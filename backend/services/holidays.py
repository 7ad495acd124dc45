"""Brazilian days that people call by name, fixed and movable, as dates. Pure; national ones only, no city's.

"Feriado" here is what people mean by it: the national holidays by law, and Carnival and Corpus Christi, which are kept
as such everywhere.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

SUNDAY = 6


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous computus)."""
    golden, century = year % 19, year // 100
    leap = century // 4
    epact = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    rest = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - epact - year % 100 % 4) % 7
    shift = (golden + 11 * epact + 22 * rest) // 451
    month, day = divmod(epact + rest - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _from_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _nth_sunday(month: int, nth: int) -> Callable[[int], date]:
    def find(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(SUNDAY - first.weekday()) % 7 + 7 * (nth - 1))

    return find


CARNIVAL = (-50, -49, -48, -47)
"""Saturday to Tuesday, in days from Easter."""

_NATIONAL: tuple[Callable[[int], date], ...] = (
    _fixed(1, 1),
    _from_easter(-48),
    _from_easter(-47),
    _from_easter(-2),
    _fixed(4, 21),
    _fixed(5, 1),
    _from_easter(60),
    _fixed(9, 7),
    _fixed(10, 12),
    _fixed(11, 2),
    _fixed(11, 15),
    _fixed(11, 20),
    _fixed(12, 25),
)

# What is written (without accents) → the day or days of a year. Longer names stand before those they contain.
NAMED: tuple[tuple[str, tuple[Callable[[int], date], ...]], ...] = (
    (r"sexta(?: feira)? (?:santa|da paixao)|paixao de cristo", (_from_easter(-2),)),
    (r"sabado de aleluia", (_from_easter(-1),)),
    (r"domingo de ramos", (_from_easter(-7),)),
    (r"(?:domingo de )?pascoa", (_from_easter(0),)),
    (r"quarta(?: feira)? de cinzas|cinzas", (_from_easter(-46),)),
    (r"sabado de carnaval", (_from_easter(-50),)),
    (r"domingo de carnaval", (_from_easter(-49),)),
    (r"segunda(?: feira)? (?:de|do) carnaval", (_from_easter(-48),)),
    (r"terca(?: feira)? (?:de|do) carnaval|terca(?: feira)? gorda", (_from_easter(-47),)),
    (r"carnaval", tuple(_from_easter(days) for days in CARNIVAL)),
    (r"corpus christi|corpus cristi|corpus", (_from_easter(60),)),
    (r"tiradentes", (_fixed(4, 21),)),
    (r"dia d[oe]s? trabalh(?:o|ador|adores)", (_fixed(5, 1),)),
    (r"independencia(?: do brasil)?", (_fixed(9, 7),)),
    (r"(?:nossa senhora|n sra) aparecida|dia das criancas", (_fixed(10, 12),)),
    (r"dia d[eo]s? finados|finados", (_fixed(11, 2),)),
    (r"proclamacao(?: da republica)?", (_fixed(11, 15),)),
    (r"consciencia negra|zumbi", (_fixed(11, 20),)),
    (r"(?:noite|ceia) de natal", (_fixed(12, 24), _fixed(12, 25))),
    (r"(?:dia|almoco) de natal|natal", (_fixed(12, 25),)),
    (r"reveillon|revelion|reveillom|reveilon|virada(?: d[oe] ano)?|(?:ultimo dia|fim|final) do ano", (_fixed(12, 31),)),
    (r"confraternizacao universal|primeiro dia do ano|dia de ano novo", (_fixed(1, 1),)),
    (r"ano novo", (_fixed(12, 31), _fixed(1, 1))),
    (r"dia das? maes?", (_nth_sunday(5, 2),)),
    (r"dia dos? pais?", (_nth_sunday(8, 2),)),
    (r"dia dos? namorados?", (_fixed(6, 12),)),
    (r"dia das? mulher(?:es)?", (_fixed(3, 8),)),
    (r"(?:noite de )?sao joao", (_fixed(6, 24),)),
    (r"halloween|dia das bruxas", (_fixed(10, 31),)),
)
_FINDERS = tuple((re.compile(pattern), days) for pattern, days in NAMED)
ANY_NAMED = "|".join(pattern for pattern, _ in NAMED)


def named_days(name: str, *, since: date, shift: int = 0, years_ahead: int = 0) -> tuple[date, ...]:
    """The next dates from `since` on, moved by `shift` days, that this name means. Empty for an unknown name.

    More than one when the name covers several days (Carnival) or is used for two (Ano-Novo). `years_ahead` asks for
    the occurrence of a later year.
    """
    for pattern, finders in _FINDERS:
        if pattern.fullmatch(name):
            years = range(since.year - 1, since.year + 3) if not years_ahead else (since.year + years_ahead,)
            found = []
            for finder in finders:
                dates = (finder(year) + timedelta(days=shift) for year in years)
                found.append(next((day for day in dates if years_ahead or day >= since), None))
            known = [day for day in found if day is not None]
            # A block of days that has begun is not one of next year's.
            return tuple(day for day in sorted(known) if (day - min(known)).days < 30)
    return ()


def is_holiday(day: date) -> bool:
    return any(finder(day.year) == day for finder in _NATIONAL)


def next_holiday(since: date) -> tuple[date, date]:
    """First and last day of the next national holiday from `since` on; days of holiday in a row are one."""
    first = since
    while not is_holiday(first):
        first += timedelta(days=1)
    last = first
    while is_holiday(last + timedelta(days=1)):
        last += timedelta(days=1)
    return first, last
