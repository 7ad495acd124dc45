"""One turn from claim to sent reply: read the grouped question, think, decide, send, acknowledge.

The order of a turn's steps is here and nowhere else; each step commits on its own and is fenced, so that whatever dies
leaves a turn another worker can continue. No transaction is open while a provider is called.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from redis.exceptions import RedisError
from sqlalchemy import select, update

from config import Settings
from database import Database
from errors import LostTurn
from models import Conversa, Empresa, Mensagem, Turno
from observability import get_logger
from ports import ChatMessage, ChatRequest, Clock, ImageInput
from services.activity_log import add_log
from services.booking import Booking
from services.checkpoints import Checkpoint
from services.circuits import Circuits
from services.claims import wants_an_act
from services.context import ContextStore, Remembered, as_chat
from services.credentials import CredentialSource
from services.decision import record_decision
from services.delivery import Delivery
from services.knowledge import Knowledge, load_knowledge
from services.media import MediaService
from services.message_buffer import Batch, MessageBuffer
from services.phones import whatsapp_address
from services.pictures import pictures_of
from services.presence import Presence
from services.reasoning import Matter, Progress, Reasoner, Thought
from services.reply import split_reply
from services.shortcuts import Shortcut, apply_shortcut, shortcut
from services.steps import called_person
from services.telling import read_question
from services.tuning import Tuning
from services.turns import TurnWork, fenced, park_turn, release_turn, take_turn

log = get_logger(__name__)

FALLBACK_SENTENCE = (
    "Desculpe, tive um problema para responder agora. Já avisei a equipe e alguém vai falar com você em breve."
)


@dataclass(frozen=True, slots=True)
class _Question:
    """What a turn has to answer, loaded in one transaction."""

    empresa: Empresa
    conversa: Conversa
    text: str
    images: tuple[ImageInput, ...]
    history: list[Remembered]
    knowledge: Knowledge
    wanted: bool
    """Whether the customer asks, or just asked, for something to be done."""
    shortcut: Shortcut | None
    """Decided without the model."""


@dataclass(frozen=True, slots=True)
class _Conclusion:
    """A reply, and the number of the prompt or the shortcut that made it."""

    thought: Thought
    prompt_versao: int | None
    shortcut: Shortcut | None = None


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
        reasoner: Reasoner,
        booking: Booking,
        credentials: CredentialSource,
        delivery: Delivery,
        presence: Presence,
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
        self._reasoner = reasoner
        self._booking = booking
        self._credentials = credentials
        self._delivery = delivery
        self._presence = presence
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
            concluded = await self._think(work, batch, redo)
            if concluded is None:
                async with self._db.tenant(work.empresa_id) as session:
                    await release_turn(session, work, now=self._clock.now())
                await self._checkpoint("released_for_redo")
                return "redo"
            await self._checkpoint("thought")
            await self._decide(work, concluded)
            await self._checkpoint("decided")
        outcome = await self._delivery.send_all(work)
        await self._finish(work, outcome)
        await self._checkpoint("finished")
        return "finished"

    # --- Thinking ---

    async def _think(self, work: TurnWork, batch: Batch, redo: asyncio.Event) -> _Conclusion | None:
        """The reply; None when a newer text sends the turn back to the buffer, which only happens before it acts."""
        progress = await self._reasoner.resume(work)
        async with self._db.tenant(work.empresa_id) as session:
            estado = "acting" if progress.acted else "thinking"
            await fenced(session, work, undecided=True, estado=estado, updated_at=self._clock.now())
        await self._checkpoint("thinking")
        self._presence.thinking(work)
        answering = asyncio.ensure_future(self._answer(work, batch, progress))
        interrupted = asyncio.ensure_future(redo.wait())
        try:
            await asyncio.wait((answering, interrupted), return_when=asyncio.FIRST_COMPLETED)
            if not answering.done() and not progress.acted and await self._sent_back(batch):
                return None
            concluded = await answering
        finally:
            for task in (answering, interrupted):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if concluded is None or (not progress.acted and not await self._seal(work, batch)):
            return None
        return concluded

    async def _seal(self, work: TurnWork, batch: Batch) -> bool:
        """From here on no text sends the turn back; False when one already did. Raises LostTurn."""
        try:
            sealed = await self._buffer.extend(batch, seal=True)
        except RedisError:
            return True  # PostgreSQL's fence still decides; the new text opens the next turn.
        if sealed == "lost":
            raise LostTurn(f"lease of turn {work.turno_id}")
        return sealed != "redo"

    async def _sent_back(self, batch: Batch) -> bool:
        """Whether Redis, too, says that the turn goes back (the event alone could be stale)."""
        with suppress(RedisError):
            return await self._buffer.extend(batch) == "redo"
        return False

    async def _answer(self, work: TurnWork, batch: Batch, progress: Progress) -> _Conclusion | None:
        await self._media.ensure(
            empresa_id=work.empresa_id, conversa_id=work.conversa_id, mensagem_ids=work.mensagem_ids
        )
        question = await self._load(work)
        versao = question.empresa.prompt_versao
        short = question.shortcut
        if short is not None and short.call is not None:
            done = await self._reasoner.act(
                work, progress, question.empresa, question.conversa, short.call, seal=lambda: self._seal(work, batch)
            )
            return None if done is None else _Conclusion(done, None)
        if short is not None and not progress.acted:
            return _Conclusion(Thought(short.text, None, {}, None), None, short)
        credentials = self._credentials.openai(question.empresa)
        if credentials is None:
            return _Conclusion(Thought(None, None, {}, "openai_sem_credencial"), versao)
        empresa = question.empresa
        matter = Matter(
            work=work,
            empresa=empresa,
            conversa=question.conversa,
            request=ChatRequest(
                model=empresa.openai_model or self._settings.openai_model,
                instructions=question.knowledge.instructions,
                messages=as_chat(question.history, ChatMessage("user", question.text, question.images)),
                max_output_tokens=empresa.resposta_max_tokens,
                temperature=empresa.temperatura,
                safety_identifier=sha256(f"{work.empresa_id}:{work.conversa_id}".encode()).hexdigest()[:32],
                cache_key=f"empresa-{work.empresa_id}",
            ),
            credentials=credentials,
            fallbacks=self._settings.openai_fallback_models,
            circuit=lambda: self._circuits.call(work.empresa_id, "openai"),
            own=question.knowledge.own,
            wanted=question.wanted,
            seal=lambda: self._seal(work, batch),
        )
        thought = await self._reasoner.reply(matter, progress)
        return None if thought is None else _Conclusion(thought, versao)

    async def _load(self, work: TurnWork) -> _Question:
        async with self._db.tenant(work.empresa_id) as session:
            empresa = await session.get_one(Empresa, work.empresa_id)
            conversa = await session.get_one(Conversa, work.conversa_id)
            mensagens = list(
                await session.scalars(select(Mensagem).where(Mensagem.id.in_(work.mensagem_ids)).order_by(Mensagem.id))
            )
            history = await self._context.history(session, conversa, before=work.mensagem_ids[0])
            now = self._clock.now()
            reservas = (
                await self._booking.upcoming(session, empresa, cliente_id=conversa.cliente_id, now=now)
                if empresa.aceita_reservas
                else []
            )
            text = await read_question(session, empresa, mensagens)
            asked_lately = [line.text for line in history[-6:] if line.role == "user"]
            return _Question(
                empresa=empresa,
                conversa=conversa,
                text=text,
                wanted=any(wants_an_act(each) for each in (text, *asked_lately)),
                images=await pictures_of(session, work.mensagem_ids),
                history=history,
                knowledge=await load_knowledge(session, empresa, reservas=reservas, now=now),
                shortcut=await shortcut(session, empresa, conversa, mensagens, now=now),
            )

    # --- Deciding and ending ---

    async def _decide(self, work: TurnWork, concluded: _Conclusion) -> None:
        """Make the reply permanent as parts ready to send. What failed for good gets the fallback sentence."""
        now = self._clock.now()
        thought = concluded.thought
        async with self._db.tenant(work.empresa_id) as session:
            empresa = await session.get_one(Empresa, work.empresa_id)
            conversa = await session.get_one(Conversa, work.conversa_id)
            text = thought.text
            if concluded.shortcut is not None:
                await apply_shortcut(session, work, concluded.shortcut)
            elif text is None or not split_reply(text, broken=False):
                text = empresa.mensagem_falha or FALLBACK_SENTENCE
            await record_decision(
                session,
                work,
                parts=split_reply(text or "", broken=empresa.mensagem_quebrada),
                remetente=whatsapp_address(empresa.twilio_number) if empresa.twilio_number else conversa.numero,
                destinatario=conversa.endereco,
                modelo=thought.modelo,
                uso=thought.uso,
                erro=thought.erro,
                prompt_versao=concluded.prompt_versao,
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
            if thought.inventadas:
                add_log(
                    session,
                    "WARNING",
                    "afirmacao_sem_acao",
                    "Uma resposta que afirmava algo não feito foi barrada antes de sair.",
                    empresa_id=work.empresa_id,
                    turno_id=work.turno_id,
                    dados={"tipos": list(thought.inventadas)},
                )

    async def _finish(self, work: TurnWork, outcome: str) -> None:
        now = self._clock.now()
        async with self._db.tenant(work.empresa_id) as session:
            if outcome == "parked":
                await fenced(session, work, updated_at=now)
                park_turn(session, await session.get_one(Turno, work.turno_id), "envio", now=now)
                return
            values: dict[str, Any] = {"ultima_atividade_em": now}
            if await called_person(session, work.turno_id):
                values |= {"atendido_por": "pessoa", "assumida_em": now}
            await session.execute(update(Conversa).where(Conversa.id == work.conversa_id).values(**values))
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
