"""Days and times as a Brazilian reads them: always with the weekday, so that a mistake can be seen. Pure."""

from collections.abc import Sequence
from datetime import date, time

WEEKDAYS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")
MONTHS = (
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)
PERIODS = {"manha": "de manhã", "almoco": "no almoço", "tarde": "à tarde", "noite": "à noite"}


def spoken_day(day: date, *, today: date) -> str:
    """`sexta-feira, 27/11`; `hoje, quarta-feira, 25/11`; with the year when it is not this one.

    >>> spoken_day(date(2026, 11, 26), today=date(2026, 11, 25))
    'amanhã, quinta-feira, 26/11'
    """
    written = f"{WEEKDAYS[day.weekday()]}, {day:%d/%m}" + (f"/{day.year}" if day.year != today.year else "")
    close = {0: "hoje, ", 1: "amanhã, "}.get((day - today).days, "")
    return close + written


def spoken_time(at: time) -> str:
    """`às 20h`, `às 20h30`, `à 1h`."""
    joint = "à" if at.hour in (0, 1) else "às"
    return f"{joint} {at.hour}h" + (f"{at.minute:02}" if at.minute else "")


def spoken_when(day: date, at: time, *, today: date) -> str:
    return f"{spoken_day(day, today=today)}, {spoken_time(at)}"


def either(choices: Sequence[str]) -> str:
    """`a, b ou c`."""
    if len(choices) < 2:
        return "".join(choices)
    return f"{', '.join(choices[:-1])} ou {choices[-1]}"
