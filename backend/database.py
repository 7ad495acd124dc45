"""Engine, sessions and tenant context. One transaction per request or per step of a turn, committed at the edge.

Every session is opened either for named empresas or as the system, and says so to PostgreSQL with settings that end
with the transaction. Nothing here knows a table.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from config import Settings

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base: every constraint has a predictable name, so that migrations can change it."""

    metadata = MetaData(naming_convention=NAMING)


class Database:
    """The pool of connections and the only door to a session."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    @classmethod
    def open(cls, settings: Settings, *, pool_size: int = 10, max_overflow: int = 10) -> "Database":
        url, connect_args = settings.async_database
        engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=5,
            pool_pre_ping=True,
            connect_args={
                "timeout": 5,
                "command_timeout": 30,
                "server_settings": {"application_name": "atende-ai", "timezone": "UTC"},
                **connect_args,
            },
        )
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
            session.info["scope"] = scope
            await session.execute(text("SELECT set_config('app.empresas', :scope, true)"), {"scope": scope})
            yield session

    async def ping(self) -> None:
        """Raises whatever the driver raises when the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    def pool_status(self) -> dict[str, Any]:
        pool = self.engine.pool
        return {"checked_out": getattr(pool, "checkedout", lambda: 0)()}


def _sorted(empresa_ids: Iterable[int]) -> list[int]:
    found = sorted(set(empresa_ids))
    if not found:
        raise ValueError("a tenant session needs at least one empresa")
    return found
