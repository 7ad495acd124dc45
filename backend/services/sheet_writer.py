"""The worker of the sheets, in every process: writes what waits, and looks at each sheet now and then.

Rows are claimed in PostgreSQL so that processes share the work; what is done with a sheet is the sync's. Nothing is
lost when a process dies here: a claim is only a later next try.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from redis.exceptions import RedisError
from sqlalchemy import exists, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from database import Database
from models import Conversa, Empresa, Reserva
from observability import get_logger
from ports import Clock
from services.sheet_sync import SheetSync
from services.tuning import Tuning

log = get_logger(__name__)

_AT_ONCE = 200
_QUIET_TIMES = 10
_RECENT = timedelta(hours=1)


class SheetWriter:
    def __init__(self, *, db: Database, clock: Clock, sync: SheetSync, tuning: Tuning) -> None:
        self._db = db
        self._clock = clock
        self._sync = sync
        self._tuning = tuning
        self._listed_at: float | None = None
        self._sheets: Sequence[tuple[Empresa, bool]] = ()

    async def run(self) -> None:
        """Work until cancelled; an outage costs a round, not the loop."""
        while True:
            try:
                await self.work()
            except (RedisError, SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("sheet writer interrupted", reason=type(error).__name__)
            except Exception:
                log.exception("sheet writer failed")
            await asyncio.sleep(self._tuning.sheet_poll)

    async def work(self) -> None:
        """One round: start what is due. Passes run on by themselves, so that one slow sheet holds up no other."""
        due = await self._claim(self._clock.now())
        await asyncio.gather(*(self._sync.settle(empresa_id, seconds=0) for empresa_id in due))
        for empresa, active in await self._with_sheets():
            age = self._tuning.sheet_idle * (1 if active else _QUIET_TIMES)
            await self._sync.refresh(empresa, older_than=age, seconds=0)

    async def _claim(self, now: datetime) -> set[int]:
        """The empresas with rows whose time has come; other processes will not see these rows for a while."""
        waiting = (
            select(Reserva.id)
            .where(
                Reserva.planilha_estado == "pendente",
                or_(Reserva.planilha_proxima_em.is_(None), Reserva.planilha_proxima_em <= now),
            )
            .order_by(Reserva.planilha_proxima_em.nulls_first())
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        async with self._db.system_scope() as session:
            found = await session.scalars(
                update(Reserva)
                .where(Reserva.id.in_(waiting))
                .values(
                    planilha_proxima_em=now + timedelta(seconds=self._tuning.sheet_lease),
                    updated_at=Reserva.updated_at,  # nothing of the reservation itself changed
                )
                .returning(Reserva.empresa_id)
                .execution_options(synchronize_session=False)
            )
            return set(found)

    async def _with_sheets(self) -> Sequence[tuple[Empresa, bool]]:
        """Every empresa that has a sheet, and whether customers wrote to it lately. Asked now and then."""
        now = self._clock.monotonic()
        if self._listed_at is None or now - self._listed_at >= self._tuning.sheet_idle / 4:
            recent = exists().where(
                Conversa.empresa_id == Empresa.id, Conversa.ultima_atividade_em > self._clock.now() - _RECENT
            )
            async with self._db.system_scope() as session:
                rows = await session.execute(
                    select(Empresa, recent).where(
                        Empresa.google_sheet_id.is_not(None),
                        Empresa.excluida_em.is_(None),
                        Empresa.status != "inativo",
                    )
                )
                self._sheets = [(row[0], bool(row[1])) for row in rows]
            self._listed_at = now
        return self._sheets
