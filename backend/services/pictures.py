"""The pictures of a question as the model may see them, and the question without them when it will not."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Midia
from ports import ChatRequest, ImageInput

TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
MAX_PICTURES = 10
MAX_BYTES = 20 * 1024 * 1024
"""Of all the pictures of one question together."""

UNSEEN = "[as imagens não puderam ser vistas agora]"


async def pictures_of(session: AsyncSession, mensagem_ids: Sequence[int]) -> tuple[ImageInput, ...]:
    """The first pictures of these messages that the model can be shown, within a total size."""
    rows = await session.execute(
        select(Midia.content_type, Midia.conteudo)
        .where(
            Midia.mensagem_id.in_(mensagem_ids),
            Midia.estado == "pronta",
            Midia.erro.is_(None),
            Midia.content_type.in_(TYPES),
        )
        .order_by(Midia.mensagem_id, Midia.ordem)
        .limit(MAX_PICTURES)
    )
    found: list[ImageInput] = []
    size = 0
    for row in rows:
        size += len(row.conteudo or b"")
        if row.conteudo and size <= MAX_BYTES:
            found.append(ImageInput(row.content_type, row.conteudo))
    return tuple(found)


def without_pictures(request: ChatRequest) -> ChatRequest | None:
    """The same question with a note in place of its pictures; None when it has none."""
    if not any(message.images for message in request.messages):
        return None
    return replace(
        request,
        messages=tuple(
            replace(message, text=f"{message.text}\n{UNSEEN}".strip(), images=()) if message.images else message
            for message in request.messages
        ),
    )
