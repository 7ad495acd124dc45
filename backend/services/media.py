"""Media that customers send: fetched once with the empresa's credentials, kept in PostgreSQL, read and transcribed.

Work starts when a message arrives; a turn that needs the result waits for the same work. What fails stays visible.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Row, select, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB

from config import Settings
from database import Database
from errors import ProviderAuthFailed, ProviderError, ProviderRefused
from models import Empresa, Mensagem, Midia
from observability import get_logger
from ports import Clock, DocumentReader, FetchedMedia, MessageSender, Transcriber
from services.activity_log import ActivityLog
from services.audio_length import audio_seconds
from services.credentials import CredentialSource
from services.documents import Found, look_into
from services.message_buffer import key_of
from services.tasks import TaskGroup
from services.transcripts import MAX_AUDIO_SECONDS, is_credible
from services.tuning import Tuning

log = get_logger(__name__)

MAX_BYTES = 16 * 1024 * 1024
MAX_ATTEMPTS = 6
TRANSCRIPTION_FALLBACKS = ("gpt-transcribe", "whisper-1")
"""Tried after the empresa's and the product's model, when those vanished or fail."""
TRANSCRIPTION_TOTAL = 120.0
"""Seconds for all models together; the turn itself waits less and goes on without."""
_ABOUT_THE_AUDIO = ("unsupported_audio", "empty_audio", "too_large", "insufficient_quota")
"""Another model would say the same."""


class MediaService:
    def __init__(
        self,
        *,
        settings: Settings,
        db: Database,
        redis: Redis,
        clock: Clock,
        sender: MessageSender,
        transcriber: Transcriber,
        documents: DocumentReader,
        credentials: CredentialSource,
        activity: ActivityLog,
        tasks: TaskGroup,
        tuning: Tuning,
    ) -> None:
        self._settings = settings
        self._db = db
        self._redis = redis
        self._clock = clock
        self._sender = sender
        self._transcriber = transcriber
        self._documents = documents
        self._credentials = credentials
        self._activity = activity
        self._tasks = tasks
        self._tuning = tuning
        self._running: dict[int, asyncio.Task[None]] = {}

    def start(self, *, empresa_id: int, conversa_id: int, mensagem_id: int) -> asyncio.Task[None]:
        """Begin fetching (and transcribing) what came with a message, or join the work already begun here."""
        task = self._running.get(mensagem_id)
        if task is None:
            work = self._prepare(empresa_id, conversa_id, mensagem_id)
            task = self._tasks.start(work, name=f"media-{mensagem_id}")
            self._running[mensagem_id] = task
            task.add_done_callback(lambda _: self._running.pop(mensagem_id, None))
        return task

    async def ensure(self, *, empresa_id: int, conversa_id: int, mensagem_ids: tuple[int, ...]) -> None:
        """Wait until the media of these messages are ready or given up, `media_wait` seconds at most."""
        pending = [
            self.start(empresa_id=empresa_id, conversa_id=conversa_id, mensagem_id=mensagem_id)
            for mensagem_id in await self._unready(empresa_id, mensagem_ids)
        ]
        if pending:
            await asyncio.wait(pending, timeout=self._tuning.media_wait)

    async def _unready(self, empresa_id: int, mensagem_ids: tuple[int, ...]) -> list[int]:
        async with self._db.tenant(empresa_id) as session:
            rows = await session.scalars(
                select(Mensagem.id)
                .outerjoin(Midia, Midia.mensagem_id == Mensagem.id)
                .where(
                    Mensagem.id.in_(mensagem_ids),
                    (Midia.estado == "pendente") | (Mensagem.transcricao_estado == "pendente"),
                )
                .distinct()
            )
            return list(rows)

    async def _prepare(self, empresa_id: int, conversa_id: int, mensagem_id: int) -> None:
        lock = key_of(conversa_id, f"media:{mensagem_id}")
        token = uuid4().hex
        if not await self._lock(lock, token):
            # Another process is at it: wait for its result for as long as its lock lives.
            while await self._unready(empresa_id, (mensagem_id,)):
                if await self._lock(lock, token):
                    break
                await asyncio.sleep(0.25)
            else:
                return
        try:
            await self._fetch_all(empresa_id, mensagem_id)
            await self._transcribe(empresa_id, mensagem_id)
        finally:
            await self._unlock(lock, token)

    async def _lock(self, key: str, token: str) -> bool:
        try:
            return bool(await self._redis.set(key, token, nx=True, px=int(self._tuning.media_wait * 1000)))
        except RedisError:
            return True

    async def _unlock(self, key: str, token: str) -> None:
        try:
            if await self._redis.get(key) == token:
                await self._redis.delete(key)
        except RedisError:
            log.warning("media lock left to expire")

    async def _fetch_all(self, empresa_id: int, mensagem_id: int) -> None:
        async with self._db.tenant(empresa_id) as session:
            empresa = await session.get_one(Empresa, empresa_id)
            pending = list(
                await session.scalars(
                    select(Midia)
                    .where(Midia.mensagem_id == mensagem_id, Midia.estado == "pendente")
                    .order_by(Midia.ordem)
                )
            )
        for midia in pending:
            await self._fetch(empresa, midia)

    async def _fetch(self, empresa: Empresa, midia: Midia) -> None:
        credentials = self._credentials.twilio(empresa)
        reason: str | None
        found: FetchedMedia | None = None
        final = True
        if credentials is None or midia.url_origem is None:
            reason = "sem_credencial"
        else:
            try:
                found = await self._sender.fetch_media(credentials, midia.url_origem, max_bytes=MAX_BYTES)
                reason = None
            except ProviderRefused as error:
                reason = error.reason
            except ProviderError as error:
                reason, final = error.reason, midia.tentativas + 1 >= MAX_ATTEMPTS
        content_type = (found.content_type if found else "") or midia.content_type
        # Read before it counts as ready, so that whoever waits for the file has its words too, and only once.
        told = await look_into(found.content, content_type, reader=self._documents) if found else Found()
        async with self._db.tenant(empresa.id) as session:
            values: dict[str, object] = {"tentativas": Midia.tentativas + 1, "erro": reason and reason[:60]}
            if found is not None:
                values |= {
                    "conteudo": found.content,
                    "tamanho": len(found.content),
                    "content_type": (told.content_type or content_type)[:120],
                    "nome": found.filename and found.filename[:255],
                    "texto": told.texto,
                    "erro": told.erro,
                    "estado": "pronta",
                    "obtida_em": self._clock.now(),
                }
            elif final:
                values["estado"] = "falhou"
            await session.execute(update(Midia).where(Midia.id == midia.id).values(**values))
        if reason is not None:
            await self._activity.record(
                "ERROR" if final else "WARNING",
                "midia_nao_obtida",
                "Não foi possível obter um arquivo enviado pelo cliente.",
                empresa_id=empresa.id,
                dados={"midia_id": str(midia.id), "motivo": reason},
            )

    async def _transcribe(self, empresa_id: int, mensagem_id: int) -> None:
        async with self._db.tenant(empresa_id) as session:
            empresa = await session.get_one(Empresa, empresa_id)
            mensagem = await session.get_one(Mensagem, mensagem_id)
            if mensagem.transcricao_estado != "pendente":
                return
            row = (
                await session.execute(
                    select(Midia.conteudo, Midia.content_type, Midia.estado, Midia.erro)
                    .where(Midia.mensagem_id == mensagem_id, Midia.content_type.startswith("audio/"))
                    .order_by(Midia.ordem)
                    .limit(1)
                )
            ).one_or_none()
        if row is not None and row.estado == "pendente":
            return  # The sweep comes back to it.
        heard = await self._hear(empresa, row)
        async with self._db.tenant(empresa_id) as session:
            about = type_coerce({"transcricao": heard.about}, JSONB)
            await session.execute(
                update(Mensagem)
                .where(Mensagem.id == mensagem_id, Mensagem.transcricao_estado == "pendente")
                .values(
                    transcricao=heard.text or None,
                    transcricao_estado="pronta" if heard.text else "falhou",
                    dados=Mensagem.dados.op("||")(about),
                )
            )
        if not heard.text:
            silent = heard.about["motivo"] in ("audio_sem_fala", "audio_longo")
            await self._activity.record(
                "INFO" if silent else "WARNING",
                "audio_nao_transcrito",
                "Um áudio não pôde ser transcrito; o cliente é convidado a repetir.",
                empresa_id=empresa_id,
                dados={"mensagem_id": mensagem_id, "motivo": heard.about["motivo"]},
            )

    async def _hear(self, empresa: Empresa, row: Row[bytes | None, str, str, str | None] | None) -> "_Heard":
        """The words of a voice note, or why there are none."""
        credentials = self._credentials.openai(empresa)
        if row is None or not row.conteudo:
            return _Heard("", {"motivo": "audio_longo" if row and row.erro == "too_large" else "audio_ausente"})
        seconds = audio_seconds(row.conteudo)
        if seconds is not None and seconds > MAX_AUDIO_SECONDS:
            return _Heard("", {"motivo": "audio_longo", "segundos": round(seconds, 1)})
        if credentials is None:
            return _Heard("", {"motivo": "openai_sem_credencial"})
        reason = "demorou"
        models = (
            empresa.openai_transcription_model,
            self._settings.openai_transcription_model,
            *TRANSCRIPTION_FALLBACKS,
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(TRANSCRIPTION_TOTAL):
                for model in dict.fromkeys(name for name in models if name):
                    try:
                        found = await self._transcriber.transcribe(
                            credentials, audio=row.conteudo, content_type=row.content_type, model=model
                        )
                    except ProviderError as error:
                        reason = error.reason
                        if isinstance(error, ProviderAuthFailed) or reason in _ABOUT_THE_AUDIO:
                            break
                        continue
                    length = seconds if seconds is not None else found.seconds
                    about = {"modelo": found.model, "segundos": length and round(length, 1)}
                    text = found.text.replace("\x00", "").strip()
                    if is_credible(text, length, len(row.conteudo), no_speech=found.no_speech):
                        return _Heard(text, about)
                    return _Heard("", about | {"motivo": "audio_sem_fala"})
        return _Heard("", {"motivo": reason})


@dataclass(frozen=True, slots=True)
class _Heard:
    """What becomes of a voice note. `about` goes beside the message: model and seconds are what it cost."""

    text: str = field(repr=False)
    about: dict[str, Any]
