"""From a signed webhook to stored messages that someone will answer: find the empresa, store, arm the buffer.

Each step writes what arrived while its last write was in flight, in one statement or one round trip. After the store
commits nothing here may fail the webhook: what Redis missed, the sweep finds again.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from redis.exceptions import RedisError
from sqlalchemy import ARRAY, String, any_, bindparam, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from database import Database
from errors import NotFound, Unavailable
from models import Empresa
from observability import get_logger, request_id
from ports import Clock
from services.checkpoints import Checkpoint
from services.inbound import Arrival, InboundMessage, StoredMessage, store_inbound
from services.media import MediaService
from services.message_buffer import Append, MessageBuffer
from services.micro_batch import MicroBatch
from services.optout import reads_as_optout
from services.shortcuts import note_wish
from services.tasks import TaskGroup

log = get_logger(__name__)

T = TypeVar("T")

# One text for any number of slugs: an IN list would be compiled and prepared once for each.
_BY_SLUG = select(Empresa).where(
    Empresa.slug == any_(bindparam("slugs", type_=ARRAY(String))), Empresa.excluida_em.is_(None)
)

STORE_SECONDS = 5.0
BUFFER_SECONDS = 2.0


class Intake:
    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        buffer: MessageBuffer,
        media: MediaService,
        tasks: TaskGroup,
        checkpoint: Checkpoint,
    ) -> None:
        self._db = db
        self._clock = clock
        self._buffer = buffer
        self._media = media
        self._tasks = tasks
        self._checkpoint = checkpoint
        self.store_failed = asyncio.Event()
        """Set when a webhook could not be stored: Twilio may not bring that message again."""
        self._lookups = MicroBatch(self._look_up, tasks=tasks, name="lookup")
        self._stores = MicroBatch(self._store, tasks=tasks, name="store")
        self._appends = MicroBatch(self._append, tasks=tasks, name="append")

    async def find_empresa(self, slug: str) -> Empresa:
        """The empresa behind a webhook's path, as it is now. Raises NotFound or Unavailable."""
        found = await self._in_time(self._lookups.submit(slug))
        if found is None:
            raise NotFound("Não há empresa neste endereço.")
        return found

    async def receive(self, empresa: Empresa, message: InboundMessage) -> StoredMessage | None:
        """Make one message durable; None when it was already known. Raises Unavailable when it could not be stored."""
        stored = await self._in_time(self._stores.submit(Arrival(empresa, message, request_id.get())))
        if stored is None:
            log.info("repeated message", empresa_id=empresa.id)
            return None
        await self._checkpoint("stored")
        await self._announce(stored)
        if stored.kind is None:
            self._tasks.start(self._note_wish(stored, message.texto), name=f"wish-{stored.mensagem_id}")
        await self._checkpoint("buffered")
        return stored

    async def _announce(self, stored: StoredMessage) -> None:
        if stored.kind is not None:
            append = Append(stored.conversa_id, stored.empresa_id, stored.mensagem_id, stored.kind)
            try:
                async with asyncio.timeout(BUFFER_SECONDS):
                    await self._appends.submit(append)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("stored but not buffered", mensagem_id=stored.mensagem_id, reason=type(error).__name__)
        if stored.has_media:
            self._media.start(
                empresa_id=stored.empresa_id, conversa_id=stored.conversa_id, mensagem_id=stored.mensagem_id
            )

    async def _note_wish(self, stored: StoredMessage, texto: str) -> None:
        """Whoever asks a person to be left alone, or writes again, is understood without a turn."""
        async with self._db.tenant(stored.empresa_id) as session:
            await note_wish(
                session,
                empresa_id=stored.empresa_id,
                conversa_id=stored.conversa_id,
                leaving=reads_as_optout(texto),
                now=self._clock.now(),
            )

    async def _in_time(self, work: Awaitable[T]) -> T:
        """What the write answers within `STORE_SECONDS`; whatever keeps it from answering is Unavailable."""
        try:
            async with asyncio.timeout(STORE_SECONDS):
                return await work
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("webhook without database", reason=type(error).__name__)
            self.store_failed.set()
            raise Unavailable from error

    # --- The writes behind the batches ---

    async def _look_up(self, slugs: Sequence[str]) -> Sequence[Empresa | BaseException | None]:
        async with asyncio.timeout(STORE_SECONDS), self._db.system_scope() as session:
            rows = await session.scalars(_BY_SLUG, {"slugs": list(set(slugs))})
            found = {empresa.slug: empresa for empresa in rows}
        return [found.get(slug) for slug in slugs]

    async def _store(self, arrivals: Sequence[Arrival]) -> Sequence[StoredMessage | BaseException | None]:
        try:
            return await self._store_together(arrivals)
        except DBAPIError as error:
            if error.connection_invalidated or len(arrivals) == 1:
                raise
            log.warning("batch stored one by one", size=len(arrivals), reason=type(error.orig).__name__)
        results: list[StoredMessage | BaseException | None] = []
        for arrival in arrivals:
            try:
                results += await self._store_together([arrival])
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                results.append(error)
        return results

    async def _store_together(self, arrivals: Sequence[Arrival]) -> list[StoredMessage | None]:
        empresas = {arrival.empresa.id for arrival in arrivals}
        async with asyncio.timeout(STORE_SECONDS), self._db.tenant(*empresas) as session:
            return await store_inbound(session, arrivals, now=self._clock.now())

    async def _append(self, appends: Sequence[Append]) -> Sequence[str | BaseException]:
        return await self._buffer.ingest_many(appends)
