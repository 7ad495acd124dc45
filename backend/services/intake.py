"""From a verified webhook to a stored message that someone will answer: store, arm the buffer, start the media.

After the store commits nothing here may fail the webhook: what Redis missed, the sweep finds again.
"""

import asyncio

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from database import Database
from errors import Unavailable
from models import Empresa
from observability import get_logger
from ports import Clock
from services.checkpoints import Checkpoint
from services.inbound import InboundMessage, StoredMessage, store_inbound
from services.media import MediaService
from services.message_buffer import MessageBuffer

log = get_logger(__name__)

STORE_SECONDS = 5.0
BUFFER_SECONDS = 2.0


class Intake:
    def __init__(
        self, *, db: Database, clock: Clock, buffer: MessageBuffer, media: MediaService, checkpoint: Checkpoint
    ) -> None:
        self._db = db
        self._clock = clock
        self._buffer = buffer
        self._media = media
        self._checkpoint = checkpoint

    async def receive(self, empresa: Empresa, message: InboundMessage) -> StoredMessage | None:
        """Make one message durable; None when it was already known. Raises Unavailable when it could not be stored."""
        try:
            async with asyncio.timeout(STORE_SECONDS), self._db.tenant(empresa.id) as session:
                stored = await store_inbound(session, empresa, message, now=self._clock.now())
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("message not stored", empresa_id=empresa.id, reason=type(error).__name__)
            raise Unavailable from error
        if stored is None:
            log.info("repeated message", empresa_id=empresa.id)
            return None
        await self._checkpoint("stored")
        await self._announce(empresa.id, stored)
        await self._checkpoint("buffered")
        return stored

    async def _announce(self, empresa_id: int, stored: StoredMessage) -> None:
        if stored.kind is not None:
            try:
                async with asyncio.timeout(BUFFER_SECONDS):
                    await self._buffer.ingest(
                        conversa_id=stored.conversa_id,
                        empresa_id=empresa_id,
                        mensagem_id=stored.mensagem_id,
                        kind=stored.kind,
                    )
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("stored but not buffered", mensagem_id=stored.mensagem_id, reason=type(error).__name__)
        if stored.has_media:
            self._media.start(empresa_id=empresa_id, conversa_id=stored.conversa_id, mensagem_id=stored.mensagem_id)
