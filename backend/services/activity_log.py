"""The log people read in the panel: activity at INFO, failures above. Rows carry ids, codes and a fixed sentence.

`add_log` writes inside the caller's transaction; `ActivityLog.record` writes on its own when there is none, without
ever failing the work it reports on.
"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from database import Database
from models import Log
from observability import get_logger, request_id

log = get_logger(__name__)


def add_log(
    session: AsyncSession,
    nivel: str,
    code: str,
    mensagem: str,
    *,
    empresa_id: int | None = None,
    turno_id: int | None = None,
    dados: dict[str, Any] | None = None,
) -> None:
    """Add one record to the transaction in course and the same line to the process log."""
    fields = {name: value for name, value in (("empresa_id", empresa_id), ("turno_id", turno_id)) if value is not None}
    getattr(log, nivel.lower())(code, **fields, **(dados or {}))
    session.add(
        Log(
            nivel=nivel,
            code=code,
            mensagem=mensagem,
            empresa_id=empresa_id,
            turno_id=turno_id,
            request_id=request_id.get(),
            dados=dados or {},
        )
    )


class ActivityLog:
    """Records that stand on their own."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def record(
        self,
        nivel: str,
        code: str,
        mensagem: str,
        *,
        empresa_id: int,
        turno_id: int | None = None,
        dados: dict[str, Any] | None = None,
    ) -> None:
        """Write one record in its own transaction; a database that is down costs the record, not the work."""
        try:
            async with self._db.tenant(empresa_id) as session:
                add_log(session, nivel, code, mensagem, empresa_id=empresa_id, turno_id=turno_id, dados=dados)
        except Exception:
            log.exception("log record not kept", code=code, empresa_id=empresa_id)
