"""A person takes a conversation over, writes in it and gives it back. Every act is one transaction with its record.

After a takeover has committed no word of the bot is released: what was being thought or was ready ends here, and what
waited for an answer is left to the person. Giving back never answers the past.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser
from errors import Conflict, NotFound
from models import UNFINISHED, Conversa, Mensagem, Parte, Turno
from ports import MessageTemplate
from services.activity_log import add_log
from services.audit import audit
from services.outgoing import queue_template, queue_text
from services.templates import render
from services.window import window_open

_NOT_SENDING = ("claimed", "thinking", "acting")


async def lock_conversa(session: AsyncSession, empresa_id: int, conversa_id: int) -> Conversa:
    """The conversation with its row locked. Raises NotFound for one of another empresa."""
    conversa = await session.scalar(
        select(Conversa)
        .where(Conversa.id == conversa_id, Conversa.empresa_id == empresa_id)
        .with_for_update(key_share=True)
    )
    if conversa is None:
        raise NotFound
    return conversa


async def take_over(session: AsyncSession, user: CurrentUser | None, conversa: Conversa, *, now: datetime) -> int:
    """The person becomes the voice of the conversation. How many messages of the bot are already on their way.

    The conversation's row must be locked. Without a user it was someone outside the panel.
    """
    before = (conversa.atendido_por, conversa.responsavel_id)
    conversa.atendido_por = "pessoa"
    conversa.responsavel_id = user.id if user else None
    conversa.silenciada_em = conversa.silenciada_motivo = None
    if before[0] != "pessoa" or conversa.assumida_em is None:
        conversa.assumida_em = now
        await _silence_bot(session, conversa, now=now)
    if before != (conversa.atendido_por, conversa.responsavel_id):
        audit(
            session,
            user,
            "conversa_assumida",
            alvo_tipo="conversa",
            alvo_id=conversa.id,
            empresa_id=conversa.empresa_id,
        )
        add_log(
            session,
            "INFO",
            "conversa_assumida",
            "Uma pessoa assumiu a conversa.",
            empresa_id=conversa.empresa_id,
            dados={"conversa_id": conversa.id},
        )
    return await in_flight(session, conversa)


async def give_back(session: AsyncSession, user: CurrentUser | None, conversa: Conversa) -> None:
    """The bot answers again, from the next message on. The conversation's row must be locked."""
    if conversa.atendido_por == "bot" and conversa.silenciada_em is None:
        return
    conversa.atendido_por = "bot"
    conversa.responsavel_id = conversa.assumida_em = None
    conversa.silenciada_em = conversa.silenciada_motivo = None
    await _leave_to_people(session, conversa)
    audit(
        session, user, "conversa_devolvida", alvo_tipo="conversa", alvo_id=conversa.id, empresa_id=conversa.empresa_id
    )
    add_log(
        session,
        "INFO",
        "conversa_devolvida",
        "O atendente virtual voltou à conversa.",
        empresa_id=conversa.empresa_id,
        dados={"conversa_id": conversa.id},
    )


async def in_flight(session: AsyncSession, conversa: Conversa) -> int:
    """Messages of the bot that were released before and cannot be called back."""
    counted = await session.scalar(
        select(func.count())
        .select_from(Parte)
        .join(Mensagem, Mensagem.id == Parte.mensagem_id)
        .where(Parte.conversa_id == conversa.id, Parte.estado == "sending", Mensagem.autor == "bot")
    )
    return counted or 0


def require_writable(conversa: Conversa, *, now: datetime, template: bool) -> None:
    """Raises Conflict, with the reason in words, when nothing (or no free text) may be sent to this customer now."""
    if conversa.optout_em is not None:
        raise Conflict("O cliente pediu para não receber mais mensagens.", code="cliente_saiu")
    if not template and not window_open(conversa, now):
        raise Conflict(
            "Passaram mais de 24 horas desde a última mensagem do cliente: escolha um modelo aprovado.",
            code="janela_fechada",
        )


async def send_as_person(
    session: AsyncSession,
    user: CurrentUser | None,
    conversa: Conversa,
    *,
    now: datetime,
    texto: str | None = None,
    template: MessageTemplate | None = None,
    variables: Mapping[str, str] | None = None,
    chave: str | None = None,
) -> Mensagem:
    """What a person writes goes to the customer and makes the person the conversation's voice, in one transaction.

    Raises Conflict (see `require_writable`). The conversation's row must be locked.
    """
    require_writable(conversa, now=now, template=template is not None)
    await take_over(session, user, conversa, now=now)
    usuario_id = user.id if user else None
    if template is not None:
        mensagem = await queue_template(
            session,
            conversa,
            content_sid=template.content_sid,
            variables=variables or {},
            texto=render(template, variables or {}),
            now=now,
            autor="pessoa",
            usuario_id=usuario_id,
            chave=chave,
        )
    else:
        mensagem = await queue_text(
            session, conversa, texto or "", now=now, autor="pessoa", usuario_id=usuario_id, chave=chave
        )
    audit(
        session,
        user,
        "mensagem_enviada",
        alvo_tipo="conversa",
        alvo_id=conversa.id,
        empresa_id=conversa.empresa_id,
        mudancas={"mensagem_id": mensagem.id, "modelo": template.content_sid if template else None},
    )
    return mensagem


async def _silence_bot(session: AsyncSession, conversa: Conversa, *, now: datetime) -> None:
    """End what the bot was about to say. Parts before turns: the order in which everyone locks them."""
    unfinished = select(Turno.id).where(Turno.conversa_id == conversa.id, Turno.estado.in_(UNFINISHED))
    await session.execute(
        update(Parte)
        .where(Parte.turno_id.in_(unfinished.scalar_subquery()), Parte.estado == "prepared")
        .values(estado="cancelled", erro="pessoa_assumiu")
    )
    # Whoever works on it finds another attempt number and stops without acting.
    await session.execute(
        update(Turno)
        .where(Turno.conversa_id == conversa.id, Turno.estado.in_(_NOT_SENDING))
        .values(estado="done", tentativa=Turno.tentativa + 1, erro="pessoa_assumiu", updated_at=now, concluido_em=now)
    )
    await _leave_to_people(session, conversa)


async def _leave_to_people(session: AsyncSession, conversa: Conversa) -> None:
    await session.execute(
        update(Mensagem)
        .where(Mensagem.conversa_id == conversa.id, Mensagem.destino == "responder")
        .values(destino="nao_responder", motivo="pessoa_atendendo")
    )
