"""One turn from claim to sent reply: read the grouped question, think, decide, send, acknowledge.

The order of a turn's steps is here and nowhere else; each step commits on its own and is fenced, so that whatever dies
leaves a turn another worker can continue. No transaction is open while a provider is called.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from redis.exceptions import RedisError
from sqlalchemy import select, update

from config import Settings
from database import Database
from errors import LostTurn
from models import Conversa, Empresa, Mensagem, Midia, Turno
from observability import get_logger
from ports import ChatMessage, ChatModel, ChatRequest, Clock, ImageInput
from services.activity_log import add_log
from services.checkpoints import Checkpoint
from services.circuits import Circuits
from services.context import ContextStore, Remembered, as_chat, instructions_for, question_from
from services.credentials import CredentialSource
from services.delivery import Delivery
from services.media import MediaService
from services.message_buffer import Batch, MessageBuffer
from services.phones import whatsapp_address
from services.reply import split_reply
from services.thinking import Thought, think
from services.tuning import Tuning
from services.turns import TurnWork, fenced, park_turn, record_decision, release_turn, take_turn

log = get_logger(__name__)

FALLBACK_SENTENCE = (
    "Desculpe, tive um problema para responder agora. Já avisei a equipe e alguém vai falar com você em breve."
)
NOT_HEARD = "Não consegui ouvir o seu áudio. Você pode repetir ou escrever a mensagem, por favor?"
_IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_MAX_IMAGES = 4


@dataclass(frozen=True, slots=True)
class _Question:
    """What a turn has to answer, loaded in one transaction."""

    empresa: Empresa
    conversa: Conversa
    text: str
    images: tuple[ImageInput, ...]
    history: list[Remembered]
    unheard: bool
    """Nothing but audio that could not be transcribed."""


class Attendant:
    def __init__(
        self,
        *,
        settings: Settings,
        db: Database,
        clock: Clock,
        buffer: MessageBuffer,
        context: ContextStore,
        media: MediaService,
        chat_model: ChatModel,
        credentials: CredentialSource,
        delivery: Delivery,
        circuits: Circuits,
        tuning: Tuning,
        checkpoint: Checkpoint,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._buffer = buffer
        self._context = context
        self._media = media
        self._chat_model = chat_model
        self._credentials = credentials
        self._delivery = delivery
        self._circuits = circuits
        self._tuning = tuning
        self._checkpoint = checkpoint

    async def attend(self, batch: Batch, redo: asyncio.Event) -> Literal["acked", "requeued"]:
        """Answer everything of this conversation up to the batch's last message, one turn at a time.

        `redo` is set when a text came during generation. Raises LostTurn when another worker owns the turn.
        """
        lost = batch.lost
        while True:
            async with self._db.tenant(batch.empresa_id) as session:
                work = await take_turn(
                    session,
                    conversa_id=batch.conversa_id,
                    up_to=max(batch.mensagem_ids, default=0),
                    lost=lost,
                    lost_allowed=self._tuning.lost_leases_allowed,
                    now=self._clock.now(),
                )
            if work is None:
                break
            lost = False
            await self._checkpoint("claimed")
            if await self._run(work, batch, redo) == "redo":
                await self._buffer.requeue(batch)
                return "requeued"
        await self._buffer.ack(batch)
        await self._checkpoint("acked")
        return "acked"

    async def _run(self, work: TurnWork, batch: Batch, redo: asyncio.Event) -> Literal["finished", "redo"]:
        if work.estado != "sending":
            thought = await self._think(work, batch, redo)
            if thought is None:
                async with self._db.tenant(work.empresa_id) as session:
                    await release_turn(session, work, now=self._clock.now())
                await self._checkpoint("released_for_redo")
                return "redo"
            await self._checkpoint("thought")
            await self._decide(work, thought)
            await self._checkpoint("decided")
        outcome = await self._delivery.send_all(work)
        await self._finish(work, outcome)
        await self._checkpoint("finished")
        return "finished"

    # --- Thinking ---

    async def _think(self, work: TurnWork, batch: Batch, redo: asyncio.Event) -> Thought | None:
        """The reply; None when a newer text sends the turn back to the buffer."""
        async with self._db.tenant(work.empresa_id) as session:
            await fenced(session, work, estado="thinking", updated_at=self._clock.now())
        await self._checkpoint("thinking")
        answering = asyncio.ensure_future(self._answer(work))
        interrupted = asyncio.ensure_future(redo.wait())
        try:
            await asyncio.wait((answering, interrupted), return_when=asyncio.FIRST_COMPLETED)
            if not answering.done() and await self._sent_back(batch):
                return None
            thought = await answering
        finally:
            for task in (answering, interrupted):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        try:
            sealed = await self._buffer.extend(batch, seal=True)
        except RedisError:
            return thought  # PostgreSQL's fence still decides; the new text opens the next turn.
        if sealed == "lost":
            raise LostTurn(f"lease of turn {work.turno_id}")
        return None if sealed == "redo" else thought

    async def _sent_back(self, batch: Batch) -> bool:
        """Whether Redis, too, says that the turn goes back (the event alone could be stale)."""
        with suppress(RedisError):
            return await self._buffer.extend(batch) == "redo"
        return False

    async def _answer(self, work: TurnWork) -> Thought:
        await self._media.ensure(
            empresa_id=work.empresa_id, conversa_id=work.conversa_id, mensagem_ids=work.mensagem_ids
        )
        question = await self._load(work)
        if question.unheard:
            return Thought(NOT_HEARD, None, {}, None)
        credentials = self._credentials.openai(question.empresa)
        if credentials is None:
            return Thought(None, None, {}, "openai_sem_credencial")
        request = ChatRequest(
            model=question.empresa.openai_model or self._settings.openai_model,
            instructions=instructions_for(question.empresa, self._clock.now()),
            messages=as_chat(question.history, ChatMessage("user", question.text, question.images)),
            safety_identifier=sha256(f"{work.empresa_id}:{work.conversa_id}".encode()).hexdigest()[:32],
            cache_key=f"empresa-{work.empresa_id}",
        )
        thought = await think(
            self._chat_model,
            credentials,
            request,
            fallbacks=self._settings.openai_fallback_models,
            total=self._tuning.model_total,
            circuit=lambda: self._circuits.call(work.empresa_id, "openai"),
        )
        return replace(thought, prompt_versao=question.empresa.prompt_versao)

    async def _load(self, work: TurnWork) -> _Question:
        async with self._db.tenant(work.empresa_id) as session:
            empresa = await session.get_one(Empresa, work.empresa_id)
            conversa = await session.get_one(Conversa, work.conversa_id)
            mensagens = list(
                await session.scalars(select(Mensagem).where(Mensagem.id.in_(work.mensagem_ids)).order_by(Mensagem.id))
            )
            history = await self._context.history(session, conversa, before=work.mensagem_ids[0])
            pictures = await session.execute(
                select(Midia.content_type, Midia.conteudo)
                .where(
                    Midia.mensagem_id.in_(work.mensagem_ids),
                    Midia.estado == "pronta",
                    Midia.content_type.in_(_IMAGE_TYPES),
                )
                .order_by(Midia.mensagem_id, Midia.ordem)
                .limit(_MAX_IMAGES)
            )
            images = tuple(ImageInput(row.content_type, row.conteudo) for row in pictures if row.conteudo)
        return _Question(
            empresa=empresa,
            conversa=conversa,
            text=question_from(mensagens),
            images=images,
            history=history,
            unheard=all(
                mensagem.tipo == "audio" and not mensagem.transcricao and not mensagem.texto for mensagem in mensagens
            ),
        )

    # --- Deciding and ending ---

    async def _decide(self, work: TurnWork, thought: Thought) -> None:
        """Make the reply permanent as parts ready to send. What failed for good gets the fallback sentence."""
        now = self._clock.now()
        async with self._db.tenant(work.empresa_id) as session:
            empresa = await session.get_one(Empresa, work.empresa_id)
            conversa = await session.get_one(Conversa, work.conversa_id)
            text = thought.text
            if text is None or not split_reply(text, broken=False):
                text = empresa.mensagem_falha or FALLBACK_SENTENCE
            await record_decision(
                session,
                work,
                parts=split_reply(text, broken=empresa.mensagem_quebrada),
                remetente=whatsapp_address(empresa.twilio_number) if empresa.twilio_number else conversa.numero,
                destinatario=conversa.endereco,
                modelo=thought.modelo,
                uso=thought.uso,
                erro=thought.erro,
                prompt_versao=thought.prompt_versao,
                now=now,
            )
            if thought.erro is not None:
                add_log(
                    session,
                    "ERROR",
                    thought.erro,
                    "O modelo não respondeu; o cliente recebeu a frase de falha.",
                    empresa_id=work.empresa_id,
                    turno_id=work.turno_id,
                    dados={"tentativas": list(thought.recusas)},
                )
            elif thought.recusas:
                add_log(
                    session,
                    "WARNING",
                    "modelo_trocado",
                    "Outro modelo respondeu no lugar do escolhido.",
                    empresa_id=work.empresa_id,
                    turno_id=work.turno_id,
                    dados={"tentativas": list(thought.recusas), "modelo": thought.modelo},
                )

    async def _finish(self, work: TurnWork, outcome: str) -> None:
        now = self._clock.now()
        async with self._db.tenant(work.empresa_id) as session:
            if outcome == "parked":
                await fenced(session, work, updated_at=now)
                park_turn(session, await session.get_one(Turno, work.turno_id), "envio", now=now)
                return
            await session.execute(
                update(Conversa).where(Conversa.id == work.conversa_id).values(ultima_atividade_em=now)
            )
            await fenced(
                session, work, estado="failed" if outcome == "failed" else "done", updated_at=now, concluido_em=now
            )
            if outcome == "done":
                add_log(
                    session,
                    "INFO",
                    "resposta_enviada",
                    "Resposta enviada.",
                    empresa_id=work.empresa_id,
                    turno_id=work.turno_id,
                    dados={"conversa_id": work.conversa_id, "mensagens": len(work.mensagem_ids)},
                )
