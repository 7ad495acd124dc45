"""Engine, sessions and tenant context. One transaction per request or per step of a turn, committed at the edge.

Every session is opened either for named empresas or as the system, and says so to PostgreSQL with settings that end
with the transaction. Nothing here knows a table.
"""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import MetaData, event, text
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

from config import Settings

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


_ASK_AFTER = 30.0
"""Seconds of rest after which a connection is asked whether it still answers."""


class Base(DeclarativeBase):
    """The declarative base: every constraint has a predictable name, so that migrations can change it."""

    metadata = MetaData(naming_convention=NAMING)


class Database:
    """The pool of connections and the only door to a session."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self.carried: dict[str, Any] = {}
        """What every session has in its `info`, by name: how a transaction reaches the loops of its process."""

    @classmethod
    def open(cls, settings: Settings, *, pool_size: int = 20, max_overflow: int = 0) -> "Database":
        url, connect_args = settings.async_database
        engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=5,
            connect_args={
                "timeout": 5,
                "command_timeout": 30,
                "connection_class": _ScopedConnection,
                "server_settings": {"application_name": "atende-ai", "timezone": "UTC"},
                **connect_args,
            },
        )
        event.listen(engine.sync_engine, "checkout", _refuse_dead)
        event.listen(engine.sync_engine, "checkin", _note_use)
        return cls(engine)

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def tenant(self, *empresa_ids: int) -> AsyncIterator[AsyncSession]:
        """A transaction that may touch these empresas only; commits at the end, rolls back on any exception."""
        async with self._transaction(",".join(str(empresa_id) for empresa_id in _sorted(empresa_ids))) as session:
            yield session

    @asynccontextmanager
    async def system_scope(self) -> AsyncIterator[AsyncSession]:
        """A transaction over every empresa: login, slug lookup, sweeps, superusers. Callers are few and listed."""
        async with self._transaction("*") as session:
            yield session

    @asynccontextmanager
    async def _transaction(self, scope: str) -> AsyncIterator[AsyncSession]:
        async with self._sessions() as session, session.begin():
            session.info.update(self.carried, scope=scope)
            connection = await (await session.connection()).get_raw_connection()
            driver: Any = connection.driver_connection
            driver.scope = scope  # nothing was sent yet: the first statement begins the transaction
            yield session

    async def ping(self) -> None:
        """Raises whatever the driver raises when the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))


class _ScopedConnection(asyncpg.Connection):  # type: ignore[misc]
    """Says whose rows the transaction may touch in the same round trip that begins it."""

    scope: str | None = None
    """Empresa ids between commas, or `*`: never anything that came from outside."""

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        if self.scope is not None and query.startswith("BEGIN"):
            query = f"{query} SELECT set_config('app.empresas', '{self.scope}', true);"
        status: str = await super().execute(query, *args, **options)
        return status


def _note_use(connection: Any, record: ConnectionPoolEntry) -> None:
    if connection is not None:
        connection.driver_connection.scope = None
    record.info["used_at"] = time.monotonic()


def _refuse_dead(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Replace the pool's connections when this one has died.

    A closed socket is known without asking. Only one idle for long is asked, as a network may have dropped it silently:
    asking costs three round trips, as much as a whole small transaction.
    """
    dead = connection.driver_connection.is_closed()
    if not dead and time.monotonic() - record.info.get("used_at", inf) > _ASK_AFTER:
        try:
            connection.ping()
        except Exception:  # noqa: BLE001 (whatever the driver says, the connection is of no use)
            dead = True
    if dead:
        raise InvalidatePoolError


def _sorted(empresa_ids: Iterable[int]) -> list[int]:
    found = sorted(set(empresa_ids))
    if not found:
        raise ValueError("a tenant session needs at least one empresa")
    return found
