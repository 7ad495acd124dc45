"""What a look at the sheet does to `reservas`: the merge in one transaction, with its alerts and owed messages.

Runs inside the caller's transaction and calls nobody. Whether a reservation that still waits for its sheet may stand
is judged here once more, after what the owner wrote by hand has taken its seats.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Conversa, Empresa, Reserva
from ports import BookLook, Reservation, RowChange
from services import reserva_texts
from services.activity_log import add_log
from services.booking_rules import Rules
from services.capacity import HOLDING, Held, Room, moment, read_held
from services.outgoing import queue_text
from services.reserva_rows import postpone
from services.sheet_merge import (
    ATTEMPT,
    Merged,
    base_of,
    forget_other_sheets,
    is_too_late,
    merge,
    note_append,
)

_BACK_DAYS = 30
_REPORTED_AT_ONCE = 20


async def absorb(
    session: AsyncSession, empresa_id: int, look: BookLook, *, now: datetime, settle: float, reported: frozenset[str]
) -> tuple[Sequence[RowChange], Sequence[Reservation], frozenset[str]]:
    """Merge; returns what is to be written, and the marks of the rows that nobody can read.

    `settle`: seconds in which a write in doubt may still arrive. `reported`: unreadable rows already told of.
    """
    empresa = await session.get_one(Empresa, empresa_id)
    today = now.astimezone(ZoneInfo(empresa.fuso_horario)).date()
    known = await _known(session, empresa, look, since=today - timedelta(days=_BACK_DAYS))
    forget_other_sheets(empresa, known, today=today)
    merged = merge(empresa, look, known, now=now, today=today, settle=timedelta(seconds=settle))
    session.add_all(merged.new)
    await session.flush()
    additions = []
    for reserva in merged.to_append:
        reason = await _refusal(session, empresa, reserva, now)
        if reason is None:
            additions.append(note_append(empresa, reserva, now))
        else:
            await _refuse(session, empresa, reserva, reason, now)
    for reserva, reason in merged.stuck:
        if reason != "escrita_em_duvida":
            postpone(reserva, reason=reason, now=now, at_least=None)
    for reserva, kind in merged.settled:
        await _tell(session, reserva, _text_of(reserva, kind), now)
    await _report(session, empresa, merged, reported)
    await session.flush()
    marks = {f"{row.mark}:{row.unreadable}" for row in merged.unreadable}
    if merged.vanished:
        marks.add(_vanished_mark(merged))
    return merged.changes, additions, frozenset(marks)


async def let_go(session: AsyncSession, empresa: Empresa, *, now: datetime) -> None:
    """The empresa has no sheet any more: PostgreSQL is the whole book, and what waited is confirmed."""
    rows = await session.scalars(
        select(Reserva)
        .where(Reserva.empresa_id == empresa.id, Reserva.planilha_estado == "pendente")
        .order_by(Reserva.id)
        .with_for_update()
    )
    for reserva in rows:
        creating = reserva.status == "pendente"
        if creating:
            reserva.status = "confirmada"
        reserva.planilha_estado, reserva.planilha_linha, reserva.planilha_proxima_em = None, None, None
        kind = "criada" if creating else "cancelada" if reserva.status == "cancelada" else "alterada"
        await _tell(session, reserva, _text_of(reserva, kind), now)


async def postpone_all(
    session: AsyncSession,
    empresa: Empresa,
    *,
    reason: str | None,
    now: datetime,
    at_least: float | None = None,
    not_performed: Sequence[Reservation] = (),
) -> None:
    """After a failure: every waiting row gets its next try. `not_performed` were certainly not appended."""
    unwritten = {one.id for one in not_performed}
    rows = await session.scalars(
        select(Reserva)
        .where(Reserva.empresa_id == empresa.id, Reserva.planilha_estado == "pendente")
        .order_by(Reserva.id)
        .with_for_update()
    )
    for reserva in rows:
        if reserva.codigo in unwritten and base_of(reserva) is None:
            reserva.planilha_linha, reserva.planilha_em = None, None
        if reason is None:
            continue
        creating = base_of(reserva) is None and reserva.status == "pendente"
        in_doubt = (reserva.planilha_linha or {}).get(ATTEMPT) is not None
        if creating and not in_doubt and is_too_late(empresa, reserva, now):
            await _refuse(session, empresa, reserva, "tarde_demais", now)
        else:
            postpone(reserva, reason=reason, now=now, at_least=at_least)


async def _known(session: AsyncSession, empresa: Empresa, look: BookLook, *, since: date) -> Sequence[Reserva]:
    """The rows that the sheet may be about, locked in the order of their ids."""
    codes = {
        row.id.casefold() for row in look.rows if row.id is not None and (row.said is None or row.said.data >= since)
    }
    rows = await session.scalars(
        select(Reserva)
        .where(
            Reserva.empresa_id == empresa.id,
            or_(
                Reserva.data >= since,
                Reserva.planilha_estado == "pendente",
                func.lower(Reserva.codigo).in_(codes),
            ),
        )
        .order_by(Reserva.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def _refusal(session: AsyncSession, empresa: Empresa, reserva: Reserva, now: datetime) -> str | None:
    """Why a reservation that nobody has been promised yet cannot stand; None when it can."""
    if reserva.status != "pendente":
        return None
    if is_too_late(empresa, reserva, now):
        return "tarde_demais"
    room = Room.of(empresa)
    if room.limit is None:
        return None
    start = moment(reserva.data, reserva.horario)
    days = room.days(start)
    held = list(await read_held(session, empresa, since=days[0], until=days[-1], without=reserva.id))
    for later in await _asked_later(session, empresa, reserva):
        held.remove(later)
    return None if room.fits(held, start, reserva.pessoas) else "sem_vagas"


async def _asked_later(session: AsyncSession, empresa: Empresa, reserva: Reserva) -> list[Held]:
    """Reservations that wait too, and came after this one: they do not stand in its way."""
    room = Room.of(empresa)
    days = room.days(moment(reserva.data, reserva.horario))
    reach = timedelta(days=-(-empresa.duracao_minutos // (24 * 60)))
    rows = await session.execute(
        select(Reserva.data, Reserva.horario, Reserva.pessoas).where(
            Reserva.empresa_id == empresa.id,
            Reserva.data.between(days[0] - reach, days[-1] + reach),
            Reserva.status == "pendente",
            Reserva.origem == "bot",
            Reserva.id > reserva.id,
        )
    )
    return [Held(moment(row.data, row.horario), row.pessoas) for row in rows]


async def _refuse(session: AsyncSession, empresa: Empresa, reserva: Reserva, reason: str, now: datetime) -> None:
    reserva.status = "cancelada"
    reserva.planilha_estado, reserva.planilha_erro, reserva.planilha_proxima_em = "sincronizada", reason, None
    await session.flush()
    add_log(
        session, "WARNING", "reserva_recusada", "Uma reserva que aguardava a planilha não pôde ser confirmada.",
        empresa_id=empresa.id, turno_id=reserva.turno_id, dados={"codigo": reserva.codigo, "motivo": reason},
    )  # fmt: skip
    if reserva.avisar_cliente:
        rules = await Rules.read(session, empresa, day=reserva.data, now=now)
        times = rules.alternatives(reserva.data, reserva.horario, reserva.pessoas)
        await _tell(session, reserva, reserva_texts.refused(reserva, times), now)


def _text_of(reserva: Reserva, kind: str) -> str:
    if reserva.planilha_erro == "alterada_pela_casa":
        return reserva_texts.kept_by_house(reserva)
    if reserva.status == "cancelada":
        return reserva_texts.cancelled(reserva)
    return reserva_texts.confirmed(reserva) if kind == "criada" else reserva_texts.changed(reserva)


async def _tell(session: AsyncSession, reserva: Reserva, text: str, now: datetime) -> None:
    """Hand the message over, when the customer was told to wait for it. Commits with what it tells of."""
    if not reserva.avisar_cliente:
        return
    reserva.avisar_cliente = False
    if reserva.conversa_id is not None:
        await queue_text(session, await session.get_one(Conversa, reserva.conversa_id), text, now=now)


async def _report(session: AsyncSession, empresa: Empresa, merged: Merged, reported: frozenset[str]) -> None:
    """The alerts: with codes and row numbers, never with what a row says."""

    def alert(nivel: str, code: str, mensagem: str, **dados: object) -> None:
        add_log(session, nivel, code, mensagem, empresa_id=empresa.id, dados=dados)

    for reserva in merged.new:
        alert("INFO", "reserva_na_planilha", "Reserva escrita à mão na planilha.", codigo=reserva.codigo)
    for reserva in merged.removed:
        mensagem = "A linha de uma reserva foi apagada na planilha: ela está cancelada, e o cliente não foi avisado."
        alert("WARNING", "reserva_apagada_na_planilha", mensagem, codigo=reserva.codigo)
    for reserva in merged.conflicts:
        mensagem = "A casa mexeu na planilha ao mesmo tempo que o cliente: ficou o que está na planilha."
        alert("WARNING", "reserva_alterada_pela_casa", mensagem, codigo=reserva.codigo)
    for reserva in merged.edited:
        if reserva.status in HOLDING and await _over(session, empresa, reserva):
            mensagem = "A planilha tem mais reservas do que lugares nesse horário."
            alert("WARNING", "reserva_acima_da_capacidade", mensagem, codigo=reserva.codigo)
    if merged.vanished:
        mensagem = "Muitas reservas sumiram da planilha de uma vez. Nenhuma foi cancelada: confira a planilha."
        if _vanished_mark(merged) not in reported:
            alert("ERROR", "planilha_linhas_sumiram", mensagem, linhas=merged.vanished)
    new = [row for row in merged.unreadable if f"{row.mark}:{row.unreadable}" not in reported]
    for row in new[:_REPORTED_AT_ONCE]:
        mensagem = f"A linha {row.number} da planilha de reservas não pôde ser lida e ficou como está."
        alert("WARNING", "planilha_linha_ilegivel", mensagem, linha=row.number, campo=row.unreadable or "id")


def _vanished_mark(merged: Merged) -> str:
    return f"sumiram:{merged.vanished}"


async def _over(session: AsyncSession, empresa: Empresa, reserva: Reserva) -> bool:
    room = Room.of(empresa)
    if room.limit is None:
        return False
    start = moment(reserva.data, reserva.horario)
    days = room.days(start)
    held = await read_held(session, empresa, since=days[0], until=days[-1])
    return room.peak(held, start) > room.limit
