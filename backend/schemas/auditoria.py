"""Who changed what, as the panel shows it. A secret's value is never among the changes."""

from typing import Any

from schemas.common import Instante, Pagina, Saida


class AuditoriaOut(Saida):
    """One act. `empresa` is a slug; null for what concerns no single empresa, or one that is gone."""

    id: int
    created_at: Instante
    empresa: str | None
    ator: str
    """The e-mail of who did it at the time, or `sistema`; to a gestor, a superuser is only `Administração`."""
    acao: str
    alvo_tipo: str
    alvo_id: str | None
    alvo_nome: str | None
    """Whose account it was, by the e-mail of that moment; null for what has no such name, or was not kept."""
    mudancas: dict[str, Any]
    """Field → `{"de", "para"}`, or `{"de"}` if deleted; of a secret only `{"para": "definida" | "removida"}`."""


class AuditoriaPagina(Pagina[AuditoriaOut]):
    pass
