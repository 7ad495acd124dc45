"""Reservations as the panel lists, makes and changes them, and the free times of a day."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.common import Entrada, IdGrande, Instante, Pagina, Saida, Texto, absent

ReservaStatus = Literal["pendente", "confirmada", "cancelada", "nao_compareceu"]
ReservaOrigem = Literal["bot", "painel", "planilha"]
PlanilhaEstado = Literal["pendente", "sincronizada", "erro"]

_Nome = Annotated[Texto, StringConstraints(min_length=1, max_length=255)]
_Telefone = Annotated[Texto, StringConstraints(max_length=20)]
_Observacoes = Annotated[Texto, StringConstraints(max_length=500)]
_Pessoas = Annotated[int, Field(ge=1, le=9999)]
_Forcar = Annotated[bool, Field(description="Passa por cima das regras e da capacidade; fica registrado.")]


class ReservaOut(Saida):
    id: int
    codigo: str
    nome: str
    telefone: str | None
    data: date
    horario: time
    """In the empresa's own time zone."""
    pessoas: int
    status: ReservaStatus
    observacoes: str | None
    cliente_id: int | None
    conversa_id: int | None
    origem: ReservaOrigem
    planilha_estado: PlanilhaEstado | None
    """Null where there is no sheet; `pendente` while the sheet does not know the last change."""
    created_at: Instante
    updated_at: Instante


class ReservasPagina(Pagina[ReservaOut]):
    pass


class ReservaIn(Entrada):
    nome: _Nome
    telefone: _Telefone | None = None
    data: date
    horario: time
    pessoas: _Pessoas
    observacoes: _Observacoes | None = None
    cliente_id: IdGrande | None = None
    forcar: _Forcar = False


class ReservaPatch(Entrada):
    """Absent fields keep their value; null or an empty text clears telefone and observacoes."""

    nome: _Nome = absent()
    telefone: _Telefone | None = absent()
    data: date = absent()
    horario: time = absent()
    pessoas: _Pessoas = absent()
    observacoes: _Observacoes | None = absent()
    status: Literal["confirmada", "cancelada", "nao_compareceu"] = absent()
    forcar: _Forcar = False


class HorarioOut(Saida):
    horario: time
    livres: int | None
    """People that still fit; null = not limited."""
    cabe: bool


class DisponibilidadeOut(Saida):
    aberto: bool
    motivo: str | None
    """A stable code, when nothing can be booked."""
    mensagem: str | None
    horarios: list[HorarioOut]
