"""Handing a message that is no turn's reply to the sending ledger, inside the caller's transaction.

What is added here leaves exactly once, in order, after the transaction commits: the outbox sends it, nobody else.
Nothing is sent from here and nothing is decided about whether it may be said.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import event, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Atendimento, Conversa, Empresa, Mensagem, Midia, Parte
from services.phones import whatsapp_address
from services.reply import split_reply

Autor = Literal["bot", "pessoa"]
DOORBELL = "outbox"
"""Under this name every session carries the doorbell of its process."""


class Doorbell:
    """Tells the outbox of this process that something was committed for it. Losing a ring costs half a second."""

    def __init__(self) -> None:
        self.rung = asyncio.Event()

    def ring_after(self, session: AsyncSession) -> None:
        """Ring once the transaction in course has committed."""
        if not session.info.get("will_ring"):
            session.info["will_ring"] = True
            event.listen(session.sync_session, "after_commit", lambda _: self.rung.set())


@dataclass(frozen=True, slots=True)
class _Piece:
    """One WhatsApp message to be."""

    texto: str
    tipo: str = "texto"
    content_sid: str | None = None
    content_variables: Mapping[str, str] | None = None
    midia_id: UUID | None = None


async def queue_text(
    session: AsyncSession,
    conversa: Conversa,
    texto: str,
    *,
    now: datetime,
    autor: Autor = "bot",
    usuario_id: int | None = None,
    chave: str | None = None,
) -> Mensagem:
    """Free text, cut only beyond what one message takes. The first message of it is returned.

    Like its siblings: `chave` (unique in the empresa) makes it once however often it is asked, and the conversation's
    row is locked from here to the end of the transaction, so that order of commit is order of sending.
    """
    pieces = [_Piece(part) for part in split_reply(texto, broken=False)]
    if not pieces:
        raise ValueError("an empty text cannot be sent")
    return await _queue(session, conversa, pieces, now=now, autor=autor, usuario_id=usuario_id, chave=chave)


async def queue_template(
    session: AsyncSession,
    conversa: Conversa,
    *,
    content_sid: str,
    variables: Mapping[str, str],
    texto: str,
    now: datetime,
    autor: Autor = "bot",
    usuario_id: int | None = None,
    chave: str | None = None,
) -> Mensagem:
    """An approved template. `texto` is what people read here in its place: the template with its variables put in."""
    piece = _Piece(texto, content_sid=content_sid, content_variables=dict(variables))
    return await _queue(session, conversa, [piece], now=now, autor=autor, usuario_id=usuario_id, chave=chave)


async def queue_media(
    session: AsyncSession,
    conversa: Conversa,
    midia: Midia,
    texto: str = "",
    *,
    now: datetime,
    autor: Autor = "bot",
    usuario_id: int | None = None,
    chave: str | None = None,
) -> Mensagem:
    """A file of ours with its caption. `midia` is new, with its bytes: it becomes the sent message's own."""
    caption, *rest = split_reply(texto, broken=False) or [""]
    first = _Piece(caption, tipo=_tipo(midia.content_type), midia_id=midia.id)
    pieces = [first, *(_Piece(part) for part in rest)]
    return await _queue(
        session, conversa, pieces, now=now, autor=autor, usuario_id=usuario_id, chave=chave, midia=midia
    )


def _tipo(content_type: str) -> str:
    main = content_type.partition("/")[0]
    return {"audio": "audio", "image": "imagem", "video": "video"}.get(main, "documento")


async def _queue(
    session: AsyncSession,
    conversa: Conversa,
    pieces: Sequence[_Piece],
    *,
    now: datetime,
    autor: Autor,
    usuario_id: int | None,
    chave: str | None,
    midia: Midia | None = None,
) -> Mensagem:
    await session.execute(select(Conversa.id).where(Conversa.id == conversa.id).with_for_update(key_share=True))
    if chave is not None and (known := await _known(session, conversa.empresa_id, chave)) is not None:
        return known
    empresa = await session.get_one(Empresa, conversa.empresa_id)
    sender = whatsapp_address(empresa.twilio_number) if empresa.twilio_number else conversa.numero
    atendimento_id = await _session_of(session, conversa, now)
    first: Mensagem | None = None
    for order, piece in enumerate(pieces):
        mensagem = Mensagem(
            empresa_id=conversa.empresa_id,
            conversa_id=conversa.id,
            atendimento_id=atendimento_id,
            direcao="saida",
            autor=autor,
            usuario_id=usuario_id,
            tipo=piece.tipo,
            texto=piece.texto,
            created_at=now,
        )
        session.add(mensagem)
        await session.flush()
        if midia is not None and order == 0:
            midia.mensagem_id = mensagem.id
            session.add(midia)
            await session.flush()
        session.add(
            Parte(
                id=uuid4(),
                empresa_id=conversa.empresa_id,
                conversa_id=conversa.id,
                mensagem_id=mensagem.id,
                ordem=order,
                remetente=sender,
                destinatario=conversa.endereco,
                content_sid=piece.content_sid,
                content_variables=None if piece.content_variables is None else dict(piece.content_variables),
                midia_id=piece.midia_id,
                chave=chave if order == 0 else None,
                created_at=now,
            )
        )
        first = first or mensagem
    await session.flush()
    await session.execute(
        update(Conversa)
        .where(Conversa.id == conversa.id, Conversa.ultima_atividade_em < now)
        .values(ultima_atividade_em=now)
    )
    doorbell: Doorbell | None = session.info.get(DOORBELL)
    if doorbell is not None:
        doorbell.ring_after(session)
    assert first is not None
    return first


async def _known(session: AsyncSession, empresa_id: int, chave: str) -> Mensagem | None:
    """What was queued under this key before. The lock on the conversation makes a second one at once wait for it."""
    mensagem: Mensagem | None = await session.scalar(
        select(Mensagem)
        .join(Parte, Parte.mensagem_id == Mensagem.id)
        .where(Parte.empresa_id == empresa_id, Parte.chave == chave)
    )
    return mensagem


async def _session_of(session: AsyncSession, conversa: Conversa, now: datetime) -> int:
    """The open service session, else the latest one: only a customer's message opens one."""
    found = await session.scalar(
        select(Atendimento.id)
        .where(Atendimento.conversa_id == conversa.id)
        .order_by(Atendimento.encerrado_em.is_(None).desc(), Atendimento.id.desc())
        .limit(1)
    )
    if found is not None:
        return found
    opened = Atendimento(
        empresa_id=conversa.empresa_id,
        conversa_id=conversa.id,
        cliente_id=conversa.cliente_id,
        aberto_em=now,
        ultima_atividade_em=now,
    )
    session.add(opened)
    await session.flush()
    return opened.id
