"""The 24 hours after a customer's message in which WhatsApp takes free text; outside them only approved templates go.

A text that finds the window closed is never sent: the empresa's template goes in its place and the text waits until the
customer writes, for `WAITS` at most; without a template it ends visibly failed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Conversa, Empresa, Parte
from services.activity_log import add_log
from services.outgoing import queue_template

REPLY_WINDOW = timedelta(hours=24)
"""Restarts with every customer message (Meta's customer service window)."""
WAITS = timedelta(hours=24)
"""How long a text waits for its customer: later, most of what it says is no longer true."""
WAITING = "aguarda_cliente"
WINDOW_CLOSED = "63016"
TEMPLATE_TEXT = "[Modelo aprovado, enviado para retomar a conversa]"
_CHANNEL = "whatsapp:"


def closes_at(conversa: Conversa) -> datetime | None:
    """Until when free text is taken; None when the customer never wrote."""
    return conversa.ultima_entrada_em and conversa.ultima_entrada_em + REPLY_WINDOW


def window_open(conversa: Conversa, now: datetime) -> bool:
    """Whether free text may go out now. Addresses outside WhatsApp have no window."""
    if not conversa.endereco.startswith(_CHANNEL):
        return True
    end = closes_at(conversa)
    return end is not None and now < end


async def wait_for_customer(
    session: AsyncSession, conversa: Conversa, empresa: Empresa, parte_ids: Sequence[UUID], *, now: datetime
) -> None:
    """These parts wait, without a turn, until the customer writes; the empresa's template goes out, once.

    The conversation's row must be locked. The template takes no variables: nothing sure could be put into them.
    """
    already = await session.scalar(
        select(Parte.id)
        .where(
            Parte.conversa_id == conversa.id,
            Parte.turno_id.is_(None),
            Parte.estado == "prepared",
            Parte.erro == WAITING,
            Parte.id.not_in(parte_ids),
        )
        .limit(1)
    )
    await session.execute(
        update(Parte)
        .where(Parte.id.in_(parte_ids), Parte.estado == "prepared")
        .values(turno_id=None, erro=WAITING, reservada_ate=None)
    )
    add_log(
        session,
        "WARNING",
        "janela_fechada",
        "Uma mensagem espera o cliente escrever: passaram mais de 24 horas. O modelo de retomada foi enviado.",
        empresa_id=empresa.id,
        dados={"conversa_id": conversa.id, "partes": len(parte_ids)},
    )
    if already is None and empresa.janela_content_sid is not None:
        await queue_template(
            session,
            conversa,
            content_sid=empresa.janela_content_sid,
            variables={},
            texto=TEMPLATE_TEXT,
            now=now,
            chave=f"janela:{parte_ids[0]}",
        )
