"""What Twilio reports about a part of ours: statuses only move forward, and a report that comes early is kept.

A report carries the part's opaque id in its address, so it proves the sending even before, or without, the response.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Conversa, Parte, StatusRecebido, Turno
from services.refusals import refused, second_chance

_ORDER = {"prepared": 0, "sending": 1, "sent": 2, "delivered": 3, "read": 4}
_OURS = {
    "accepted": "sent", "scheduled": "sent", "queued": "sent", "sending": "sent", "sent": "sent",
    "partially_delivered": "sent", "delivered": "delivered", "read": "read", "failed": "failed",
    "undelivered": "undelivered", "canceled": "failed",
}  # fmt: skip


async def record_status(
    session: AsyncSession,
    *,
    empresa_id: int,
    parte_id: UUID | None,
    message_sid: str,
    status: str,
    erro: str | None,
    now: datetime,
) -> None:
    """Apply one report, or keep it until its part is known."""
    if _OURS.get(status) in ("failed", "undelivered"):
        await _lock_conversa(session, empresa_id, parte_id, message_sid)
    parte = await _find(session, empresa_id, parte_id, message_sid)
    if parte is None:
        session.add(
            StatusRecebido(empresa_id=empresa_id, parte_id=parte_id, message_sid=message_sid, status=status, erro=erro)
        )
        return
    await bind(session, parte, message_sid, now=now)
    await _apply(session, parte, status, erro, now)


async def bind(session: AsyncSession, parte: Parte, message_sid: str, *, now: datetime) -> None:
    """This part was sent under `message_sid`. One SID belongs to one part; a second claim changes nothing."""
    if parte.message_sid is None:
        parte.message_sid = message_sid
        try:
            async with session.begin_nested():
                await session.flush()
        except IntegrityError:
            await session.refresh(parte)
            return
        if parte.estado in ("prepared", "sending", "parked"):
            parte.estado, parte.enviada_em, parte.erro = "sent", now, None
        if parte.turno_id is not None:
            await session.execute(
                update(Turno).where(Turno.id == parte.turno_id, Turno.respondido_em.is_(None)).values(respondido_em=now)
            )
    kept = list(
        await session.scalars(
            select(StatusRecebido)
            .where(StatusRecebido.empresa_id == parte.empresa_id, StatusRecebido.message_sid == parte.message_sid)
            .order_by(StatusRecebido.id)
        )
    )
    for report in kept:
        await _apply(session, parte, report.status, report.erro, now)
    if kept:
        await session.execute(delete(StatusRecebido).where(StatusRecebido.id.in_([report.id for report in kept])))


async def _lock_conversa(session: AsyncSession, empresa_id: int, parte_id: UUID | None, message_sid: str) -> None:
    """What a refusal leads to is written on the conversation: locked before its part, as where parts are released."""
    found = select(Parte.conversa_id).where(
        Parte.empresa_id == empresa_id, or_(Parte.id == parte_id, Parte.message_sid == message_sid)
    )
    await session.execute(
        select(Conversa.id).where(Conversa.id.in_(found)).order_by(Conversa.id).with_for_update(key_share=True)
    )


async def _find(session: AsyncSession, empresa_id: int, parte_id: UUID | None, message_sid: str) -> Parte | None:
    mine = select(Parte).where(Parte.empresa_id == empresa_id).with_for_update()
    if parte_id is not None:
        parte = await session.scalar(mine.where(Parte.id == parte_id))
        if parte is not None and parte.message_sid in (None, message_sid):
            return parte
    return await session.scalar(mine.where(Parte.message_sid == message_sid))


async def _apply(session: AsyncSession, parte: Parte, status: str, erro: str | None, now: datetime) -> None:
    estado = _OURS.get(status)
    if estado is None or parte.estado == "read":
        return
    if estado in ("failed", "undelivered"):
        if parte.estado in ("delivered", "failed", "undelivered"):
            return
        parte.estado, parte.erro = estado, erro
        acao = await refused(session, parte, erro, now=now, code="mensagem_nao_entregue")
        await second_chance(session, parte, acao, now=now)
    elif _ORDER.get(parte.estado, -1) < _ORDER[estado]:
        if parte.estado in ("failed", "undelivered", "cancelled"):
            return
        parte.estado = estado
        if estado in ("delivered", "read") and parte.entregue_em is None:
            parte.entregue_em = now
        if estado == "read":
            parte.lida_em = now
