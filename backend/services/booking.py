"""Reservations as they are made: judged in PostgreSQL under a lock, for empresas with or without a sheet.

Every act runs inside the caller's transaction and is committed with it; what a sheet must be told is left in the row
and published after the commit. Nothing here calls a provider while a transaction is open.
"""

from datetime import date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from database import Database
from models import Empresa, Reserva
from services.activity_log import add_log
from services.booking_rules import Availability, BookingRefused, Rules, refuse_beyond_calendar
from services.capacity import HOLDING, Room, lock_days, moment
from services.reserva_rows import (
    Published,
    add_with_code,
    bare_code,
    clean_line,
    clean_notes,
    leave_for_sheet,
    published,
    starts_at,
)

__all__ = ["Availability", "Booking", "BookingRefused", "Published", "SheetPasses"]


class SheetPasses(Protocol):
    """What the booking asks of the sheets: `services/sheet_sync.py`."""

    async def refresh(self, empresa: Empresa, *, older_than: float, seconds: float) -> None:
        """Read the sheet into PostgreSQL when the last look is older than so many seconds."""
        ...

    async def settle(self, empresa_id: int, *, seconds: float) -> None:
        """Write what waits for this empresa's sheet, waiting so long for it; it goes on by itself afterwards."""
        ...


class Booking:
    """Reservations of every empresa. `session` is always a transaction of that empresa's tenant."""

    def __init__(self, *, db: Database, sheets: SheetPasses) -> None:
        self._db = db
        self._sheets = sheets

    async def availability(
        self, session: AsyncSession, empresa: Empresa, *, day: date, people: int, now: datetime
    ) -> Availability:
        """What can be booked on this day; a reservation made meanwhile may still change it."""
        return (await Rules.read(session, empresa, day=day, now=now)).availability(day, people)

    async def create(
        self,
        session: AsyncSession,
        empresa: Empresa,
        *,
        cliente_id: int | None,
        conversa_id: int | None,
        turno_id: int | None,
        nome: str,
        telefone: str | None,
        day: date,
        at: time,
        people: int,
        observacoes: str | None,
        now: datetime,
        origem: str = "bot",
        forced: bool = False,
    ) -> Reserva:
        """Take the seats, or raise BookingRefused. `forced` (staff only) passes over the rules and the capacity.

        Called again by the same turn for the same time, it returns the reservation that is there.
        """
        at = at.replace(second=0, microsecond=0, tzinfo=None)
        nome = clean_line(nome, 255)
        if not nome:
            raise BookingRefused("nome_faltando", "Preciso de um nome para a reserva.")
        refuse_beyond_calendar(day)
        await self._lock(session, empresa, (day, at))
        if turno_id is not None and (done := await self._same(session, empresa, turno_id, day, at)) is not None:
            return done
        rules = await Rules.read(session, empresa, day=day, now=now)
        self._judge(rules, day, at, people, forced=forced)
        reserva = Reserva(
            empresa_id=empresa.id,
            cliente_id=cliente_id,
            conversa_id=conversa_id,
            turno_id=turno_id,
            nome=nome,
            telefone=clean_line(telefone or "", 20) or None,
            data=day,
            horario=at,
            pessoas=people,
            observacoes=clean_notes(observacoes),
            origem=origem,
            avisar_cliente=False,
            planilha_tentativas=0,
            # What people of the house write down is a fact; the rest is confirmed by the sheet, where there is one.
            status="pendente" if empresa.google_sheet_id and origem == "bot" else "confirmada",
        )
        leave_for_sheet(reserva, empresa, now)
        await add_with_code(session, reserva)
        self._log(session, reserva, "reserva_criada", "Reserva criada.", turno_id=turno_id)
        return reserva

    async def change(
        self,
        session: AsyncSession,
        empresa: Empresa,
        reserva: Reserva,
        *,
        day: date | None = None,
        at: time | None = None,
        people: int | None = None,
        observacoes: str | None = None,
        now: datetime,
        forced: bool = False,
    ) -> Reserva:
        """Move or resize a reservation, keeping its code, or raise BookingRefused and leave it as it was."""
        await session.refresh(reserva, with_for_update=True)
        self._refuse_ended(empresa, reserva, now, forced=forced)
        new_day, new_people = day or reserva.data, people if people is not None else reserva.pessoas
        new_at = (at or reserva.horario).replace(second=0, microsecond=0, tzinfo=None)
        refuse_beyond_calendar(new_day)
        moved = (new_day, new_at) != (reserva.data, reserva.horario)
        if moved or new_people != reserva.pessoas:
            await self._lock(session, empresa, (reserva.data, reserva.horario), (new_day, new_at))
            rules = await Rules.read(session, empresa, day=new_day, now=now, without=reserva.id)
            if moved or new_people > reserva.pessoas:
                self._judge(rules, new_day, new_at, new_people, forced=forced)
            else:
                rules.check_group(new_people)  # fewer people at the same time always fit
        reserva.data, reserva.horario, reserva.pessoas = new_day, new_at, new_people
        if observacoes is not None:
            reserva.observacoes = clean_notes(observacoes)
        if moved:
            reserva.lembrete_em = None
        await self._written(session, reserva, empresa, now)
        self._log(session, reserva, "reserva_alterada", "Reserva alterada.")
        return reserva

    async def cancel(
        self, session: AsyncSession, empresa: Empresa, reserva: Reserva, *, now: datetime, forced: bool = False
    ) -> Reserva:
        """Free the seats. Cancelling again changes nothing; one that has begun is refused, unless `forced`."""
        await session.refresh(reserva, with_for_update=True)
        if reserva.status == "cancelada":
            return reserva
        self._refuse_ended(empresa, reserva, now, forced=forced)
        reserva.status = "cancelada"
        await self._written(session, reserva, empresa, now)
        self._log(session, reserva, "reserva_cancelada", "Reserva cancelada.")
        return reserva

    async def revive(
        self,
        session: AsyncSession,
        empresa: Empresa,
        reserva: Reserva,
        *,
        day: date,
        at: time,
        people: int,
        now: datetime,
        forced: bool = False,
    ) -> Reserva:
        """Confirm, by a person of the house, one that does not stand; it needs its seats again."""
        await session.refresh(reserva, with_for_update=True)
        at = at.replace(second=0, microsecond=0, tzinfo=None)
        refuse_beyond_calendar(day)
        await self._lock(session, empresa, (day, at))
        rules = await Rules.read(session, empresa, day=day, now=now, without=reserva.id)
        self._judge(rules, day, at, people, forced=forced)
        reserva.data, reserva.horario, reserva.pessoas, reserva.status = day, at, people, "confirmada"
        await self._written(session, reserva, empresa, now)
        self._log(session, reserva, "reserva_confirmada", "Reserva confirmada pela casa.")
        return reserva

    async def no_show(self, session: AsyncSession, empresa: Empresa, reserva: Reserva, *, now: datetime) -> Reserva:
        """Note that nobody came; only from the time of the reservation on."""
        await session.refresh(reserva, with_for_update=True)
        if reserva.status == "nao_compareceu":
            return reserva
        if reserva.status not in HOLDING:
            raise BookingRefused("ja_cancelada", f"A reserva {reserva.codigo} está cancelada.")
        if starts_at(empresa, reserva) > now:
            raise BookingRefused("ainda_nao", f"A reserva {reserva.codigo} ainda não começou.")
        reserva.status = "nao_compareceu"
        await self._written(session, reserva, empresa, now)
        self._log(session, reserva, "reserva_nao_compareceu", "Cliente não compareceu à reserva.")
        return reserva

    async def upcoming(
        self, session: AsyncSession, empresa: Empresa, *, cliente_id: int, now: datetime
    ) -> list[Reserva]:
        """The customer's own reservations that are still to come, the next first."""
        today = now.astimezone(ZoneInfo(empresa.fuso_horario)).date()
        rows = await session.scalars(
            select(Reserva)
            .where(
                Reserva.empresa_id == empresa.id,
                Reserva.cliente_id == cliente_id,
                Reserva.status.in_(HOLDING),
                Reserva.data >= today,
            )
            .order_by(Reserva.data, Reserva.horario, Reserva.id)
        )
        return [reserva for reserva in rows if starts_at(empresa, reserva) > now]

    async def own(self, session: AsyncSession, empresa: Empresa, *, cliente_id: int, codigo: str) -> Reserva:
        """The customer's own reservation with this code, however it was typed. Raises BookingRefused."""
        wanted = bare_code(codigo)
        rows = await session.scalars(
            select(Reserva).where(Reserva.empresa_id == empresa.id, Reserva.cliente_id == cliente_id)
        )
        for reserva in rows:
            if wanted and bare_code(reserva.codigo) == wanted:
                return reserva
        raise BookingRefused("nao_encontrada", "Não encontrei uma reserva sua com esse código.")

    async def freshen(self, empresa: Empresa, *, older_than: float = 5.0, seconds: float = 8.0) -> None:
        """Let PostgreSQL know what the owner did in the sheet. Never inside a transaction; failures cost freshness."""
        if empresa.google_sheet_id:
            await self._sheets.refresh(empresa, older_than=older_than, seconds=seconds)

    async def publish(self, empresa_id: int, reserva_id: int, *, seconds: float) -> Published:
        """After the commit: have this row written to the sheet now and read back. Without a sheet it is confirmed.

        `pendente` means that the writing goes on by itself; then `owe` makes its end a message to the customer.
        """
        async with self._db.tenant(empresa_id) as session:
            if (state := published(await session.get_one(Reserva, reserva_id))) != "pendente":
                return state
        await self._sheets.settle(empresa_id, seconds=seconds)
        async with self._db.tenant(empresa_id) as session:
            return published(await session.get_one(Reserva, reserva_id))

    async def owe(self, session: AsyncSession, reserva_id: int) -> Published:
        """The customer was told to wait: what becomes of the reservation will be sent to them.

        Returns what it is now, because it may have been settled since `publish`: then nothing is owed.
        """
        reserva = await session.get_one(Reserva, reserva_id, with_for_update=True, populate_existing=True)
        state = published(reserva)
        if state == "pendente":
            reserva.avisar_cliente = True
        return state

    def _judge(self, rules: Rules, day: date, at: time, people: int, *, forced: bool) -> None:
        if forced:
            return
        rules.check(day, at, people)
        rules.check_seats(day, at, people)

    def _refuse_ended(self, empresa: Empresa, reserva: Reserva, now: datetime, *, forced: bool = False) -> None:
        if reserva.status not in HOLDING:
            raise BookingRefused("ja_cancelada", f"A reserva {reserva.codigo} não está mais ativa.")
        if not forced and starts_at(empresa, reserva) <= now:
            raise BookingRefused("ja_passou", f"A reserva {reserva.codigo} já começou ou já passou.")

    async def _lock(self, session: AsyncSession, empresa: Empresa, *times: tuple[date, time]) -> None:
        room = Room.of(empresa)
        days = {touched for day, at in times for touched in room.days(moment(day, at))}
        await lock_days(session, empresa.id, days)

    async def _same(
        self, session: AsyncSession, empresa: Empresa, turno_id: int, day: date, at: time
    ) -> Reserva | None:
        found: Reserva | None = await session.scalar(
            select(Reserva).where(
                Reserva.empresa_id == empresa.id,
                Reserva.turno_id == turno_id,
                Reserva.data == day,
                Reserva.horario == at,
                Reserva.status.in_(HOLDING),
            )
        )
        return found

    async def _written(self, session: AsyncSession, reserva: Reserva, empresa: Empresa, now: datetime) -> None:
        leave_for_sheet(reserva, empresa, now)
        await session.flush()
        await session.refresh(reserva)

    def _log(
        self, session: AsyncSession, reserva: Reserva, code: str, mensagem: str, *, turno_id: int | None = None
    ) -> None:
        add_log(
            session, "INFO", code, mensagem, empresa_id=reserva.empresa_id, turno_id=turno_id,
            dados={"reserva_id": reserva.id, "codigo": reserva.codigo},
        )  # fmt: skip
