"""Reservations made and changed by people in the panel: the same judge as for customers, and a record of who did it.

People of the house may pass over the rules with `forced`, which is written down. Nobody is told by itself.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser
from errors import Conflict, InvalidData, NotFound
from models import Cliente, Empresa, Reserva
from schemas.reservas import DisponibilidadeOut, HorarioOut, ReservaIn, ReservaPatch
from services.audit import audit, changes
from services.booking import Booking, BookingRefused
from services.reserva_rows import clean_line, clean_notes, leave_for_sheet, shown
from services.reserva_texts import say_times


async def create_reserva(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, wanted: ReservaIn, *, booking: Booking, now: datetime
) -> Reserva:
    """Raises Conflict, with other times, when it does not fit."""
    if wanted.cliente_id is not None:
        await _require_cliente(session, empresa, wanted.cliente_id)
    _refuse_far(wanted.data, now)
    try:
        reserva = await booking.create(
            session, empresa, cliente_id=wanted.cliente_id, conversa_id=None, turno_id=None, nome=wanted.nome,
            telefone=wanted.telefone, day=wanted.data, at=wanted.horario, people=wanted.pessoas,
            observacoes=wanted.observacoes, now=now, origem="painel", forced=wanted.forcar,
        )  # fmt: skip
    except BookingRefused as refusal:
        raise _as_conflict(refusal) from None
    _write_soon(reserva, now)
    _record(session, user, reserva, "reserva_criada", {}, forced=wanted.forcar)
    return reserva


async def change_reserva(
    session: AsyncSession,
    user: CurrentUser,
    empresa: Empresa,
    reserva_id: int,
    wanted: ReservaPatch,
    *,
    booking: Booking,
    now: datetime,
) -> Reserva:
    """Change what the body names. Raises NotFound, or Conflict when the book says no."""
    reserva = await session.scalar(select(Reserva).where(Reserva.id == reserva_id, Reserva.empresa_id == empresa.id))
    if reserva is None:
        raise NotFound
    await session.refresh(reserva, with_for_update=True)
    given = wanted.model_fields_set
    before = shown(reserva)
    try:
        if "status" in given and wanted.status == "confirmada" and reserva.status != "confirmada":
            await _revive(session, empresa, reserva, wanted, booking=booking, now=now)
        elif given & {"data", "horario", "pessoas"}:
            if "data" in given:
                _refuse_far(wanted.data, now)
            await booking.change(
                session, empresa, reserva,
                day=wanted.data if "data" in given else None,
                at=wanted.horario if "horario" in given else None,
                people=wanted.pessoas if "pessoas" in given else None,
                now=now, forced=wanted.forcar,
            )  # fmt: skip
        _describe(reserva, wanted)
        if "status" in given and wanted.status == "cancelada":
            await booking.cancel(session, empresa, reserva, now=now, forced=True)
        elif "status" in given and wanted.status == "nao_compareceu":
            await booking.no_show(session, empresa, reserva, now=now)
    except BookingRefused as refusal:
        raise _as_conflict(refusal) from None
    if shown(reserva) != before:
        leave_for_sheet(reserva, empresa, now)
        _write_soon(reserva, now)
        _record(session, user, reserva, "reserva_alterada", before, forced=wanted.forcar)
        await session.flush()
        await session.refresh(reserva)
    return reserva


async def show_availability(
    session: AsyncSession, empresa: Empresa, *, booking: Booking, day: date, people: int, now: datetime
) -> DisponibilidadeOut:
    found = await booking.availability(session, empresa, day=day, people=people, now=now)
    return DisponibilidadeOut(
        aberto=found.open,
        motivo=found.reason,
        mensagem=found.sentence,
        horarios=[HorarioOut(horario=slot.time, livres=slot.free, cabe=slot.fits) for slot in found.slots],
    )


async def _revive(
    session: AsyncSession, empresa: Empresa, reserva: Reserva, wanted: ReservaPatch, *, booking: Booking, now: datetime
) -> None:
    """One that was cancelled, not shown up or still waiting is confirmed by the house: it needs its seats again."""
    given = wanted.model_fields_set
    await booking.revive(
        session, empresa, reserva,
        day=wanted.data if "data" in given else reserva.data,
        at=wanted.horario if "horario" in given else reserva.horario,
        people=wanted.pessoas if "pessoas" in given else reserva.pessoas,
        now=now, forced=wanted.forcar,
    )  # fmt: skip


def _write_soon(reserva: Reserva, now: datetime) -> None:
    """Nobody waits for the sheet here: the worker writes it in its next round."""
    if reserva.planilha_estado == "pendente":
        reserva.planilha_proxima_em = now


def _describe(reserva: Reserva, wanted: ReservaPatch) -> None:
    given = wanted.model_fields_set
    if "nome" in given:
        reserva.nome = clean_line(wanted.nome, 255) or reserva.nome
    if "telefone" in given:
        reserva.telefone = clean_line(wanted.telefone or "", 20) or None
    if "observacoes" in given:
        reserva.observacoes = clean_notes(wanted.observacoes)


async def _require_cliente(session: AsyncSession, empresa: Empresa, cliente_id: int) -> None:
    """A foreign customer and one that does not exist look the same."""
    found = await session.scalar(select(Cliente.id).where(Cliente.id == cliente_id, Cliente.empresa_id == empresa.id))
    if found is None:
        raise NotFound


def _refuse_far(day: date, now: datetime) -> None:
    if abs((day - now.date()).days) > 1000:
        raise InvalidData([("data", "Informe uma data mais próxima.")])


def _as_conflict(refusal: BookingRefused) -> Conflict:
    text = refusal.sentence
    if refusal.alternatives:
        text += f" Ainda há lugar em {say_times(refusal.alternatives)}."
    return Conflict(text, code=refusal.reason)


def _record(
    session: AsyncSession, user: CurrentUser, reserva: Reserva, acao: str, before: dict[str, object], *, forced: bool
) -> None:
    found = changes(before, shown(reserva))
    if forced:
        found["forcar"] = {"para": True}
    audit(session, user, acao, alvo_tipo="reserva", alvo_id=reserva.id, empresa_id=reserva.empresa_id, mudancas=found)
