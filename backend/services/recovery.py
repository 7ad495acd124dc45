"""The sweep: whatever PostgreSQL says is still to do and Redis has forgotten goes back to the buffer.

Runs at start and every few seconds in every process; all of it is idempotent, so that several at once do no harm.
"""

import asyncio
from datetime import timedelta

from redis.exceptions import RedisError
from sqlalchemy import and_, func, select
from sqlalchemy.exc import SQLAlchemyError

from database import Database
from models import UNFINISHED, Empresa, Mensagem, Midia, Turno
from observability import get_logger
from ports import Clock
from services.inbound import kind_of
from services.media import MAX_ATTEMPTS, MediaService
from services.message_buffer import Append, MessageBuffer
from services.tuning import Tuning

log = get_logger(__name__)

_PAGE = 500


class Recovery:
    def __init__(
        self, *, db: Database, clock: Clock, buffer: MessageBuffer, media: MediaService, tuning: Tuning
    ) -> None:
        self._db = db
        self._clock = clock
        self._buffer = buffer
        self._media = media
        self._tuning = tuning

    async def run(self) -> None:
        """Sweep until cancelled; an outage costs a sweep, not the loop."""
        while True:
            try:
                await self.sweep()
            except (RedisError, SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("sweep interrupted", reason=type(error).__name__)
            except Exception:
                log.exception("sweep failed")
            await asyncio.sleep(self._tuning.sweep)

    async def sweep(self) -> None:
        """One pass. Unfinished turns first, so that their conversations continue in order."""
        await self._restore_turns()
        await self._buffer_again()
        await self._fetch_again()

    async def _restore_turns(self) -> None:
        stale = self._clock.now() - timedelta(seconds=self._tuning.stale_turn)
        async with self._db.system_scope() as session:
            rows = (
                await session.execute(
                    select(
                        Turno.conversa_id,
                        Turno.empresa_id,
                        func.array_agg(Mensagem.id).label("ids"),
                    )
                    .join(Mensagem, and_(Mensagem.turno_id == Turno.id, Mensagem.direcao == "entrada"))
                    .where(Turno.estado.in_(UNFINISHED), Turno.updated_at < stale)
                    .group_by(Turno.id)
                    .order_by(Turno.id)
                    .limit(_PAGE)
                )
            ).all()
        for row in rows:
            if await self._buffer.restore(conversa_id=row.conversa_id, empresa_id=row.empresa_id, mensagem_ids=row.ids):
                log.info("turn restored", conversa_id=row.conversa_id)

    async def _buffer_again(self) -> None:
        last = 0
        while True:
            async with self._db.system_scope() as session:
                rows = (
                    await session.execute(
                        select(Mensagem.id, Mensagem.conversa_id, Mensagem.tipo, Empresa)
                        .join(Empresa, Empresa.id == Mensagem.empresa_id)
                        .where(Mensagem.destino == "responder", Mensagem.id > last)
                        .order_by(Mensagem.id)
                        .limit(_PAGE)
                    )
                ).all()
            appends = [Append(row.conversa_id, row.Empresa.id, row.id, kind_of(row.Empresa, row.tipo)) for row in rows]
            for append, what in zip(appends, await self._buffer.ingest_many(appends), strict=True):
                if isinstance(what, BaseException):
                    raise what
                if what != "repeated":
                    log.info("message buffered again", mensagem_id=append.mensagem_id)
                last = append.mensagem_id
            if len(rows) < _PAGE:
                return

    async def _fetch_again(self) -> None:
        old = self._clock.now() - timedelta(seconds=self._tuning.stale_turn)
        async with self._db.system_scope() as session:
            rows = (
                await session.execute(
                    select(Mensagem.id, Mensagem.conversa_id, Mensagem.empresa_id)
                    .join(Midia, Midia.mensagem_id == Mensagem.id)
                    .where(Midia.estado == "pendente", Midia.created_at < old, Midia.tentativas < MAX_ATTEMPTS)
                    .distinct()
                    .limit(50)
                )
            ).all()
        for row in rows:
            self._media.start(empresa_id=row.empresa_id, conversa_id=row.conversa_id, mensagem_id=row.id)
