"""What the model is shown of a conversation: what was said so far, and the grouped question.

The conversation so far is kept in Redis with an expiry and completed from PostgreSQL, which alone is enough when Redis
is empty. Customer text is only ever a `user` message, never part of the instructions.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Conversa, Mensagem, Parte
from observability import get_logger
from ports import ChatMessage
from services.message_buffer import key_of

log = get_logger(__name__)

KEEP_MESSAGES = 40
KEEP_CHARACTERS = 16_000
EXPIRES = 24 * 3600

_NEVER_SAID = ("failed", "undelivered", "cancelled", "prepared", "parked")


@dataclass(frozen=True, slots=True)
class Remembered:
    """One line of the conversation."""

    mensagem_id: int
    role: Literal["user", "assistant"]
    text: str


def spoken(mensagem: Mensagem) -> str:
    """One message as text for the model: what was written or said, and what came with it."""
    extras: list[str] = []
    data: dict[str, Any] = mensagem.dados
    match mensagem.tipo:
        case "audio":
            if mensagem.transcricao:
                extras.append(mensagem.transcricao)
            else:
                extras.append("[áudio que não pôde ser ouvido]")
        case "imagem":
            extras.append("[o cliente enviou uma imagem]")
        case "figurinha":
            extras.append("[o cliente enviou uma figurinha]")
        case "video":
            extras.append("[o cliente enviou um vídeo]")
        case "documento":
            extras.append("[o cliente enviou um documento]")
        case "contato":
            extras.append("[o cliente enviou um cartão de contato]")
        case "localizacao":
            place = ", ".join(str(data[key]) for key in ("rotulo", "endereco") if data.get(key))
            where = f"{data.get('latitude')}, {data.get('longitude')}"
            extras.append(f"[localização: {place + ' ' if place else ''}({where})]")
        case "botao":
            choice = data.get("botao_texto") or data.get("lista_titulo") or data.get("botao_valor") or ""
            if choice and choice != mensagem.texto:
                extras.append(str(choice))
        case "outro":
            extras.append("[mensagem sem texto]")
    if ad := data.get("anuncio"):
        extras.append(f"[veio do anúncio: {ad.get('Headline') or ad.get('Body') or 'sem título'}]")
    return "\n".join(part for part in (mensagem.texto.strip(), *extras) if part)


def question_from(mensagens: Iterable[Mensagem]) -> str:
    """The grouped messages as one question, in arrival order."""
    return "\n".join(spoken(mensagem) for mensagem in mensagens)


def trim(history: Sequence[Remembered]) -> list[Remembered]:
    """The newest lines that fit."""
    kept: list[Remembered] = []
    size = 0
    for line in reversed(history[-KEEP_MESSAGES:]):
        size += len(line.text)
        if size > KEEP_CHARACTERS and kept:
            break
        kept.append(line)
    return kept[::-1]


class ContextStore:
    """The conversation so far."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def history(self, session: AsyncSession, conversa: Conversa, *, before: int) -> list[Remembered]:
        """Lines with ids below `before`, oldest first: the cached ones and what PostgreSQL has after them."""
        cached = await self._load(conversa)
        floor = cached[-1].mensagem_id if cached else 0
        newer = await self._from_database(session, conversa, after=floor, before=before)
        history = trim([line for line in cached if line.mensagem_id < before] + newer)
        if newer:
            await self._save(conversa.id, history)
        return history

    async def _from_database(
        self, session: AsyncSession, conversa: Conversa, *, after: int, before: int
    ) -> list[Remembered]:
        said = or_(Mensagem.direcao == "entrada", Parte.estado.not_in(_NEVER_SAID))
        rows = await session.scalars(
            select(Mensagem)
            .outerjoin(Parte, Parte.mensagem_id == Mensagem.id)
            .where(
                Mensagem.conversa_id == conversa.id,
                Mensagem.id > func.greatest(after, conversa.memoria_desde_id or 0),
                Mensagem.id < before,
                said,
            )
            .order_by(Mensagem.id.desc())
            .limit(KEEP_MESSAGES)
        )
        return [
            Remembered(row.id, "user" if row.direcao == "entrada" else "assistant", spoken(row))
            for row in reversed(rows.all())
        ]

    async def _load(self, conversa: Conversa) -> list[Remembered]:
        try:
            raw = await self._redis.get(key_of(conversa.id, "ctx"))
            lines = [Remembered(*line) for line in json.loads(raw)] if raw else []
        except (RedisError, ValueError, TypeError):
            log.warning("context rebuilt from the database", conversa_id=conversa.id)
            return []
        floor = conversa.memoria_desde_id or 0
        return [line for line in lines if line.mensagem_id > floor]

    async def _save(self, conversa_id: int, history: Sequence[Remembered]) -> None:
        lines = json.dumps([(line.mensagem_id, line.role, line.text) for line in history], ensure_ascii=False)
        try:
            await self._redis.set(key_of(conversa_id, "ctx"), lines, ex=EXPIRES)
        except RedisError:
            log.warning("context not kept", conversa_id=conversa_id)


def as_chat(history: Sequence[Remembered], question: ChatMessage) -> tuple[ChatMessage, ...]:
    """The model's input, with neighbours of the same role joined."""
    merged: list[ChatMessage] = []
    for line in history:
        if merged and merged[-1].role == line.role:
            merged[-1] = ChatMessage(line.role, f"{merged[-1].text}\n{line.text}")
        else:
            merged.append(ChatMessage(line.role, line.text))
    return (*merged, question)
