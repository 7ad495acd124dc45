"""Replies that need no model: leaving the list, a bare CANCELAR, audio nobody could hear, and the day's limit.

`shortcut` is asked before the model and `apply_shortcut` writes what it decided in the transaction of the decision.
Rules of CANCELAR alone: with a reservation or order ahead, or a talk about one, it is for the attendant; otherwise the
customer is asked which of the two they mean.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Conversa, Empresa, Mensagem, Pedido, Reserva, Turno
from ports import ToolCall
from services import reserva_texts
from services.activity_log import add_log
from services.loop_breaker import report_silence
from services.optout import group_reads_as_optout, is_bare_cancel
from services.reminders import reminded_reservation, reminder_answer
from services.telling import unheard_reason
from services.turns import TurnWork

GOODBYE = "Pronto, você não vai mais receber mensagens nossas. Se quiser voltar, é só escrever."
WHICH_CANCEL = (
    "Você quer cancelar uma reserva ou um pedido, ou parar de receber nossas mensagens? "
    "Se for para não receber mais, responda SAIR."
)
NOT_HEARD = "Não consegui ouvir o seu áudio. Você pode repetir ou escrever a mensagem, por favor?"
NO_SPEECH = "Não consegui entender o seu áudio: não ouvi ninguém falando. Pode repetir ou escrever, por favor?"
TOO_LONG = "O seu áudio é longo demais para eu ouvir por aqui. Pode enviar um mais curto ou escrever, por favor?"
DAY_LIMIT = "Já conversamos bastante por hoje! Pedi para alguém da equipe continuar com você por aqui."

_LEFT = ("optout", "O cliente pediu para não receber mais mensagens.")
_RETURNED = ("optout_encerrado", "O cliente voltou a escrever.")
_UNHEARD = {"audio_sem_fala": NO_SPEECH, "audio_longo": TOO_LONG}
_RECENT = timedelta(hours=24)
_ABOUT_BUSINESS = r"\m(reserv|mesa|pedido|encomenda)"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A turn decided without the model. `text` None says nothing at all."""

    code: str
    text: str | None = field(repr=False)
    conversa: Mapping[str, Any] = field(default_factory=dict)
    """Columns of the conversation to set with the decision."""
    call: ToolCall | None = None
    """A tool to use in the model's place; what it did is the reply."""


async def shortcut(
    session: AsyncSession, empresa: Empresa, conversa: Conversa, mensagens: Sequence[Mensagem], *, now: datetime
) -> Shortcut | None:
    """What to do instead of asking the model about these messages; None to ask it.

    Ends an opt-out in this very transaction when the customer wrote anything else: writing is what ends it.
    """
    texts = [text for each in mensagens if (text := (each.texto.strip() or each.transcricao or ""))]
    if group_reads_as_optout(texts):
        if conversa.optout_em is not None:
            return Shortcut("optout_repetido", None)
        return Shortcut("optout", GOODBYE, {"optout_em": now})
    if conversa.optout_em is not None:
        conversa.optout_em = None
        _log(session, conversa.empresa_id, conversa.id, *_RETURNED)
    if await _replies_today(session, empresa, conversa, now) >= empresa.respostas_por_dia:
        return Shortcut("limite_diario", DAY_LIMIT, {"silenciada_em": now, "silenciada_motivo": "limite_diario"})
    if sentence := unheard(mensagens):
        return Shortcut("audio_nao_ouvido", sentence)
    if (tapped := await _tapped_reminder(session, mensagens)) is not None:
        return tapped
    if (
        texts
        and all(is_bare_cancel(text) for text in texts)
        and not await _has_business(session, empresa, conversa, before=mensagens[0].id, now=now)
    ):
        return Shortcut("cancelar_o_que", WHICH_CANCEL)
    return None


async def _tapped_reminder(session: AsyncSession, mensagens: Sequence[Mensagem]) -> Shortcut | None:
    """The last button of a reminder that was tapped, when the reservation still stands."""
    for mensagem in reversed(mensagens):
        answer = reminder_answer(mensagem)
        reserva = await reminded_reservation(session, mensagem) if answer else None
        if reserva is None or reserva.status != "confirmada":
            continue
        if answer == "confirmar":
            return Shortcut("lembrete_confirmado", reserva_texts.expected(reserva))
        arguments = json.dumps({"codigo": reserva.codigo})
        return Shortcut("lembrete_recusado", None, call=ToolCall("lembrete", "cancelar_reserva", arguments))
    return None


def unheard(mensagens: Sequence[Mensagem]) -> str | None:
    """The request to repeat, when there is nothing but voice notes without words."""
    if not mensagens or not all(each.tipo == "audio" and not each.transcricao and not each.texto for each in mensagens):
        return None
    return _UNHEARD.get(unheard_reason(mensagens[-1]), NOT_HEARD)


async def apply_shortcut(session: AsyncSession, work: TurnWork, found: Shortcut) -> None:
    """Write what the shortcut decided, beside `record_decision`."""
    if found.conversa:
        await session.execute(update(Conversa).where(Conversa.id == work.conversa_id).values(**found.conversa))
    match found.code:
        case "optout":
            _log(session, work.empresa_id, work.conversa_id, *_LEFT)
        case "limite_diario":
            report_silence(session, empresa_id=work.empresa_id, conversa_id=work.conversa_id, reason=found.code)


async def note_wish(session: AsyncSession, *, empresa_id: int, conversa_id: int, leaving: bool, now: datetime) -> None:
    """Keep up with the customer's wish in a message that nobody answers by itself (a person attends): no reply goes."""
    wanted = Conversa.optout_em.is_(None) if leaving else Conversa.optout_em.is_not(None)
    changed = await session.scalar(
        update(Conversa)
        .where(Conversa.id == conversa_id, wanted)
        .values(optout_em=now if leaving else None)
        .returning(Conversa.id)
    )
    if changed is not None:
        _log(session, empresa_id, conversa_id, *(_LEFT if leaving else _RETURNED))


def _log(session: AsyncSession, empresa_id: int, conversa_id: int, code: str, sentence: str) -> None:
    add_log(session, "INFO", code, sentence, empresa_id=empresa_id, dados={"conversa_id": conversa_id})


async def _replies_today(session: AsyncSession, empresa: Empresa, conversa: Conversa, now: datetime) -> int:
    """Turns answered to this person since midnight where the empresa is, or since a person ended a silence."""
    midnight = now.astimezone(ZoneInfo(empresa.fuso_horario)).replace(hour=0, minute=0, second=0, microsecond=0)
    since = max(filter(None, (midnight, conversa.reativada_em)))
    found = await session.scalar(
        select(func.count())
        .select_from(Turno)
        .join(Conversa, Conversa.id == Turno.conversa_id)
        .where(
            Conversa.empresa_id == empresa.id,
            Conversa.cliente_id == conversa.cliente_id,
            Turno.created_at > since,
            Turno.respondido_em.is_not(None),
        )
    )
    return found or 0


async def _has_business(
    session: AsyncSession, empresa: Empresa, conversa: Conversa, *, before: int, now: datetime
) -> bool:
    """Whether there is something of theirs to cancel, or they were just talking about it."""
    today = now.astimezone(ZoneInfo(empresa.fuso_horario)).date()
    talked = (
        select(Mensagem.id)
        .where(
            Mensagem.conversa_id == conversa.id,
            Mensagem.id < before,
            Mensagem.created_at > now - _RECENT,
            or_(
                Mensagem.texto.regexp_match(_ABOUT_BUSINESS, "i"),
                Mensagem.transcricao.regexp_match(_ABOUT_BUSINESS, "i"),
            ),
        )
        .limit(1)
    )
    reserved = (
        select(Reserva.id)
        .where(
            Reserva.cliente_id == conversa.cliente_id,
            Reserva.status.in_(("pendente", "confirmada")),
            Reserva.data >= today,
        )
        .limit(1)
    )
    ordered = (
        select(Pedido.id)
        .where(
            Pedido.cliente_id == conversa.cliente_id,
            Pedido.status.in_(("recebido", "aceito", "pronto")),
            Pedido.created_at > now - _RECENT,
        )
        .limit(1)
    )
    for query in (reserved, ordered, talked):
        if await session.scalar(query) is not None:
            return True
    return False
