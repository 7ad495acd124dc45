"""The end of a deleted empresa: 30 days after the deletion every row and key of it is removed, the audit apart.

Every process may run it and no leader is needed: each batch is a transaction of its own that goes on only while it
holds one advisory lock. What is interrupted continues at the next look, because the empresa's own row goes last.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import CursorResult, Table, delete, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from database import Base, Database
from models import Auditoria, Conversa, Empresa
from observability import get_logger
from ports import Clock
from services.activity_log import add_log
from services.audit import audit
from services.empresas import RESTORABLE
from services.message_buffer import forget_conversas

log = get_logger(__name__)

EVERY = timedelta(hours=1)
BATCH = 1_000
CONVERSAS_AT_ONCE = 5_000
_PURGE_LOCK = 7_203_117


class _Elsewhere(Exception):
    """Another process is purging, or the empresa was restored."""


class Purge:
    def __init__(self, *, db: Database, redis: Redis, clock: Clock, batch: int = BATCH) -> None:
        self._db = db
        self._redis = redis
        self._clock = clock
        self._batch = batch

    async def run(self) -> None:
        """Look now and then every hour, until cancelled; an outage costs a look, not the loop."""
        while True:
            try:
                await self.look()
            except (RedisError, SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("purge interrupted", reason=type(error).__name__)
            except Exception:
                log.exception("purge failed")
            await asyncio.sleep(EVERY.total_seconds())

    async def look(self) -> int:
        """Purge every empresa whose time is over; how many are gone by this process' hand."""
        async with self._db.system_scope() as session:
            due = await session.scalars(
                select(Empresa.id).where(Empresa.excluida_em <= self._clock.now() - RESTORABLE).order_by(Empresa.id)
            )
            empresa_ids = due.all()
        gone = 0
        for empresa_id in empresa_ids:
            try:
                await self._purge(empresa_id)
            except _Elsewhere:
                continue
            gone += 1
        return gone

    async def _purge(self, empresa_id: int) -> None:
        await self._forget_live(empresa_id)
        for table in tables_of_an_empresa():
            while await self._delete_some(empresa_id, table) == self._batch:
                pass
        async with self._db.system_scope() as session:
            empresa = await self._held(session, empresa_id)
            audit(
                session,
                None,
                "empresa_expurgada",
                alvo_tipo="empresa",
                alvo_id=empresa_id,
                empresa_id=empresa_id,
                mudancas={"slug": {"de": empresa.slug, "para": None}},
            )
            add_log(
                session,
                "WARNING",
                "empresa_expurgada",
                "Os dados de uma empresa excluída foram apagados.",
                dados={"empresa_id": empresa_id},
            )
            await session.execute(delete(Empresa).where(Empresa.id == empresa_id))

    async def _forget_live(self, empresa_id: int) -> None:
        """Remove what Redis knows of its conversations, while their ids can still be read."""
        last = 0
        while True:
            async with self._db.system_scope() as session:
                found: Sequence[int] = (
                    await session.scalars(
                        select(Conversa.id)
                        .where(Conversa.empresa_id == empresa_id, Conversa.id > last)
                        .order_by(Conversa.id)
                        .limit(CONVERSAS_AT_ONCE)
                    )
                ).all()
            if not found:
                return
            await forget_conversas(self._redis, found)
            last = found[-1]

    async def _delete_some(self, empresa_id: int, table: Table) -> int:
        async with self._db.system_scope() as session:
            await self._held(session, empresa_id)
            # A batch by place in the table needs no key and no order; the name is one of our own tables'.
            some = f'SELECT ctid FROM "{table.name}" WHERE empresa_id = :empresa_id LIMIT :size'  # noqa: S608
            result = await session.execute(
                text(f'DELETE FROM "{table.name}" WHERE ctid = ANY (ARRAY({some}))'),  # noqa: S608
                {"empresa_id": empresa_id, "size": self._batch},
            )
            assert isinstance(result, CursorResult)
            return result.rowcount

    async def _held(self, session: AsyncSession, empresa_id: int) -> Empresa:
        """The empresa, ours to purge until the transaction ends. Raises _Elsewhere."""
        if not await session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _PURGE_LOCK}):
            raise _Elsewhere
        empresa = await session.scalar(
            select(Empresa)
            .where(Empresa.id == empresa_id, Empresa.excluida_em <= self._clock.now() - RESTORABLE)
            .with_for_update(key_share=True)
        )
        if empresa is None:
            raise _Elsewhere
        return empresa


def tables_of_an_empresa() -> list[Table]:
    """Every table with rows of an empresa, those that point at others first; the audit outlives it."""
    return [
        table
        for table in reversed(Base.metadata.sorted_tables)
        if "empresa_id" in table.columns and table.name != Auditoria.__tablename__
    ]
