"""The record of who changed what: one row per act, written in the transaction that does it.

Values of secrets never get here; callers say only that one was set or removed. Rows are never changed or removed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser
from models import Auditoria, Usuario
from observability import request_id

SYSTEM = "sistema"
TARGET_NAME = "alvo_nome"
"""Kept among the changes: how people knew what was acted on, at that moment. The view tells it apart."""
_LONG = 500
"""Longer texts (a prompt) are told by their length: their history is kept elsewhere."""


def audit(
    session: AsyncSession,
    user: CurrentUser | Usuario | None,
    acao: str,
    *,
    alvo_tipo: str,
    alvo_id: object | None,
    empresa_id: int | None,
    alvo_nome: str | None = None,
    mudancas: Mapping[str, Any] | None = None,
) -> None:
    """Add one row to the transaction in course. Without a user it was the product itself."""
    session.add(
        Auditoria(
            empresa_id=empresa_id,
            usuario_id=user.id if user else None,
            ator=user.email if user else SYSTEM,
            acao=acao,
            alvo_tipo=alvo_tipo,
            alvo_id=None if alvo_id is None else str(alvo_id)[:64],
            mudancas={**(mudancas or {}), **({TARGET_NAME: alvo_nome} if alvo_nome else {})},
            request_id=request_id.get(),
        )
    )


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], *, secrets: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """Field → `{"de", "para"}` for every field of `after` that differs; of secrets only `definida` or `removida`.

    With nothing after it was a deletion, which keeps what there was: field → `{"de"}`.
    """
    hidden = frozenset(secrets)
    if not after:
        return {
            name: {"para": "removida"} if name in hidden else {"de": _shown(value)}
            for name, value in before.items()
            if value is not None
        }
    found: dict[str, dict[str, Any]] = {}
    for name, value in after.items():
        if before.get(name) == value:
            continue
        if name in hidden:
            found[name] = {"para": "removida" if value is None else "definida"}
        else:
            found[name] = {"de": _shown(before.get(name)), "para": _shown(value)}
    return found


def _shown(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONG:
        return f"({len(value)} caracteres)"
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)
