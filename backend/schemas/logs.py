"""The activity log as the panel shows it: ids and sentences, never personal data."""

from typing import Literal

from schemas.common import Instante, Pagina, Saida

Nivel = Literal["INFO", "WARNING", "ERROR", "CRITICAL"]


class LogOut(Saida):
    """One record. `empresa` is a slug; null for what belongs to no empresa."""

    id: int
    created_at: Instante
    nivel: Nivel
    empresa: str | None
    empresa_nome: str | None
    code: str
    mensagem: str
    request_id: str | None
    turno_id: int | None


class LogsPagina(Pagina[LogOut]):
    pass
