"""Opening hours: the ranges of one day and the seven days of the week, in and out.

A range is `["18:00", "23:30"]`. An end at or before its start is after midnight, which only the last range of a day may
have. Nothing here knows dates or time zones.
"""

import re
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from schemas.common import Entrada, Saida

DIAS = ("seg", "ter", "qua", "qui", "sex", "sab", "dom")
"""Keys of the week, in `date.weekday()` order."""
MAX_FAIXAS = 4

_NOMES = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
_HORA = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _shape(value: Any) -> Any:
    """Say in words what a list of ranges looks like before its parts are looked at."""
    if not isinstance(value, list) or not all(isinstance(part, list | tuple) and len(part) == 2 for part in value):
        raise ValueError('Informe uma lista de horários de abertura e fechamento, como [["18:00", "23:30"]].')
    if len(value) > MAX_FAIXAS:
        raise ValueError(f"Use no máximo {MAX_FAIXAS} períodos por dia.")
    if not all(isinstance(hour, str) and _HORA.fullmatch(hour) for part in value for hour in part):
        raise ValueError("Use horas de 00:00 a 23:59, com quatro dígitos, como em 09:30.")
    return value


def _in_order(value: list[tuple[str, str]]) -> list[tuple[str, str]]:
    for (_, end), (start, _) in pairwise(value):
        if start < end:
            raise ValueError("Os períodos do dia precisam estar em ordem e sem se sobrepor.")
    if any(_crosses(part) for part in value[:-1]):
        raise ValueError("Só o último período do dia pode passar da meia-noite.")
    return value


def _crosses(part: tuple[str, str]) -> bool:
    return part[1] <= part[0]


Faixa = tuple[str, str]
Faixas = Annotated[list[Faixa], BeforeValidator(_shape), AfterValidator(_in_order)]
"""The ranges of one day; an empty list is closed."""


class HorariosIn(Entrada):
    """The usual week; a day left out is closed."""

    seg: Faixas = Field(default_factory=list)
    ter: Faixas = Field(default_factory=list)
    qua: Faixas = Field(default_factory=list)
    qui: Faixas = Field(default_factory=list)
    sex: Faixas = Field(default_factory=list)
    sab: Faixas = Field(default_factory=list)
    dom: Faixas = Field(default_factory=list)

    @model_validator(mode="after")
    def _nights_end_before_the_next_day(self) -> "HorariosIn":
        week: list[list[Faixa]] = [getattr(self, day) for day in DIAS]
        for index, ranges in enumerate(week):
            tomorrow = week[(index + 1) % 7]
            if ranges and tomorrow and _crosses(ranges[-1]) and ranges[-1][1] > tomorrow[0][0]:
                after = _NOMES[(index + 1) % 7]
                raise ValueError(f"O fim da noite de {_NOMES[index]} passa do início do primeiro período de {after}.")
        return self

    def as_json(self) -> dict[str, list[list[str]]]:
        """As it is stored: every day, ranges as lists."""
        return {day: [list(part) for part in getattr(self, day)] for day in DIAS}


class HorariosOut(Saida):
    seg: list[Faixa]
    ter: list[Faixa]
    qua: list[Faixa]
    qui: list[Faixa]
    sex: list[Faixa]
    sab: list[Faixa]
    dom: list[Faixa]

    @model_validator(mode="before")
    @classmethod
    def _whole_week(cls, value: Any) -> Any:
        return {day: value.get(day, []) for day in DIAS} if isinstance(value, dict) else value
