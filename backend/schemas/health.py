"""Whether the process lives and whether what it depends on answers."""

from typing import Literal

from schemas.common import Saida

Estado = Literal["ok", "indisponivel"]


class HealthOut(Saida):
    status: Literal["ok"]


class Dependencias(Saida):
    database: Estado
    redis: Estado


class ReadyOut(Saida):
    status: Estado
    dependencias: Dependencias
