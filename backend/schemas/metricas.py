"""The counts of the dashboards."""

from schemas.common import Saida
from schemas.empresas import Status


class Contagens(Saida):
    """Counts of a period, or of all time when no dates are given."""

    clientes_unicos: int
    """Customers who wrote at least once in the period."""
    atendimentos: int
    """Service sessions opened in the period."""
    reservas: int
    """Reservations made in the period, whatever became of them."""
    respostas: int
    """Turns whose reply left in the period; a reply in several bubbles counts once."""


class MetricasEmpresa(Contagens):
    erros_24h: int
    """Errors logged in the last 24 hours, whatever the period."""
    parados: int
    """Turns parked now, waiting for a person."""


class LinhaEmpresa(MetricasEmpresa):
    id: int
    slug: str
    nome: str
    status: Status


class MetricasOut(Contagens):
    empresas_ativas: int
    empresas: list[LinhaEmpresa]
