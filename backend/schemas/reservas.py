"""Reservations as the panel lists them."""

from datetime import date, time
from typing import Literal

from schemas.common import Instante, Pagina, Saida

ReservaStatus = Literal["pendente", "confirmada", "cancelada", "nao_compareceu"]


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
    created_at: Instante
    updated_at: Instante


class ReservasPagina(Pagina[ReservaOut]):
    pass
