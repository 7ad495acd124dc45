"""What the model is shown of a conversation: what was said so far, and the grouped question.

The conversation so far is kept in Redis with an expiry and completed from PostgreSQL, which alone is enough when Redis
is empty. Customer text is only ever a `user` message, never part of the instructions.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser
from errors import NotFound
from models import Conversa, Empresa, Mensagem, Parte
from observability import get_logger
from ports import ChatMessage
from services.audit import audit, changes
from services.message_buffer import key_of
from services.telling import HISTORY, tell
from services.tokens import estimate_tokens

log = get_logger(__name__)

KEEP_MESSAGES = 80
"""Read at most, however few tokens they are."""
EXPIRES = 24 * 3600

_NEVER_SAID = ("failed", "undelivered", "cancelled", "prepared", "parked")


@dataclass(frozen=True, slots=True)
class Remembered:
    """One line of the conversation."""

    mensagem_id: int
    role: Literal["user", "assistant"]
    text: str


def trim(history: Sequence[Remembered], max_tokens: int) -> list[Remembered]:
    """The newest lines that fit, and always the newest one."""
    kept: list[Remembered] = []
    tokens = 0
    for line in reversed(history[-KEEP_MESSAGES:]):
        tokens += estimate_tokens(line.text)
        if tokens > max_tokens and kept:
            break
        kept.append(line)
    return kept[::-1]


class ContextStore:
    """The conversation so far."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def history(self, session: AsyncSession, conversa: Conversa, *, before: int) -> list[Remembered]:
        """Lines with ids below `before`, oldest first: the cached ones and what PostgreSQL has after them.

        As many of the newest as fit into the empresa's `contexto_max_tokens`.
        """
        empresa = await session.get_one(Empresa, conversa.empresa_id)
        cached = await self._load(conversa)
        floor = cached[-1].mensagem_id if cached else 0
        newer = await self._from_database(session, empresa, conversa, after=floor, before=before)
        known = [line for line in cached if line.mensagem_id < before]
        history = trim(known + newer, empresa.contexto_max_tokens)
        if newer:
            await self._save(conversa.id, history)
        return history

    async def _from_database(
        self, session: AsyncSession, empresa: Empresa, conversa: Conversa, *, after: int, before: int
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
        said_so_far = rows.all()[::-1]
        texts = await tell(session, empresa, said_so_far, limits=HISTORY)
        return [
            Remembered(row.id, "user" if row.direcao == "entrada" else "assistant", text)
            for row, text in zip(said_so_far, texts, strict=True)
        ]

    async def forget(self, conversa_id: int) -> None:
        """Drop what is cached; `memoria_desde_id` is what makes it forgotten, even if this fails."""
        try:
            await self._redis.delete(key_of(conversa_id, "ctx"))
        except RedisError:
            log.warning("context left to expire", conversa_id=conversa_id)

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


async def clear_memory(session: AsyncSession, user: CurrentUser, empresa_id: int, conversa_id: int) -> Conversa:
    """What was said until now is no longer part of the bot's memory. Raises NotFound."""
    conversa = await session.scalar(
        select(Conversa)
        .where(Conversa.id == conversa_id, Conversa.empresa_id == empresa_id)
        .with_for_update(key_share=True)
    )
    if conversa is None:
        raise NotFound
    last = await session.scalar(select(func.max(Mensagem.id)).where(Mensagem.conversa_id == conversa_id))
    before, after = {"memoria_desde_id": conversa.memoria_desde_id}, {"memoria_desde_id": last}
    conversa.memoria_desde_id = last
    audit(
        session, user, "memoria_limpa", alvo_tipo="conversa", alvo_id=conversa_id, empresa_id=empresa_id,
        mudancas=changes(before, after),
    )  # fmt: skip
    return conversa
