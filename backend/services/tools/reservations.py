"""The reservation tools: availability, book, change, cancel and list. A customer reaches only their own reservations.

Days and times arrive in the customer's words and are understood here; what was done is told by code, from the row as
it was stored. Capacity and opening hours are the booking service's to judge.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models import Cliente, Empresa, Reserva
from services import reserva_texts
from services.booking import Booking, BookingRefused
from services.claims import Kind
from services.dates import When, understand
from services.hours import load_opening
from services.opening import Opening
from services.spoken import spoken_day, spoken_when
from services.tools.base import Arguments, Effect, Outcome, Refused, Situation

Quando = Annotated[
    str,
    Field(
        max_length=200,
        description="Dia e horário com as palavras do cliente, por exemplo: sexta às 8 da noite. Não calcule datas.",
    ),
]
Pessoas = Annotated[int, Field(ge=1, le=500, description="Quantas pessoas.")]
Nome = Annotated[str, Field(max_length=120, description="Nome para a reserva, se o cliente disse um.")]
Observacoes = Annotated[str, Field(max_length=300, description="Pedidos do cliente, como cadeira de bebê.")]
Codigo = Annotated[str, Field(max_length=20, description="Número da reserva; null se o cliente tem só uma.")]

_INSTANT = re.compile(r"\b(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?")


class Look(Arguments):
    quando: Quando
    pessoas: Pessoas | None


class Book(Arguments):
    quando: Quando
    pessoas: Pessoas
    nome: Nome | None
    observacoes: Observacoes | None


class Change(Arguments):
    codigo: Codigo | None
    quando: Quando | None
    pessoas: Pessoas | None
    observacoes: Observacoes | None


class Cancel(Arguments):
    codigo: Codigo | None


class Nothing(Arguments):
    pass


class _ReservationTool:
    acts = True

    def __init__(self, booking: Booking) -> None:
        self._booking = booking

    def offered(self, empresa: Empresa) -> bool:
        return empresa.aceita_reservas

    async def prepare(self, situation: Situation) -> None:
        """The owner's edits first: they win."""
        await self._booking.freshen(situation.empresa)

    async def _own(self, session: AsyncSession, situation: Situation, codigo: str | None) -> Reserva:
        """The reservation meant. Raises Refused when it is not clear which, or there is none."""
        cliente_id = situation.conversa.cliente_id
        if codigo is not None:
            with _house_rules(situation):
                return await self._booking.own(session, situation.empresa, cliente_id=cliente_id, codigo=codigo)
        found = await self._booking.upcoming(session, situation.empresa, cliente_id=cliente_id, now=situation.now)
        if not found:
            raise Refused("nenhuma_reserva", "Não encontrei reserva sua daqui para a frente.")
        if len(found) > 1:
            raise Refused(
                "qual_reserva",
                "Você tem mais de uma reserva. Qual delas?",
                reservas=[reserva_texts.line(one) for one in found],
            )
        return found[0]


class CheckAvailability(_ReservationTool):
    name = "consultar_disponibilidade"
    description = "Verifica se há lugar num dia e horário. Use antes de prometer qualquer horário."
    arguments = Look
    acts = False

    async def act(self, session: AsyncSession, situation: Situation, given: Look) -> Outcome:
        opening = await _opening(session, situation)
        when = understand(_plainly(given.quando), now=situation.local_now, opening=opening)
        day = when.day
        if day is None or when.problem not in (None, "sem_horario"):
            raise _asked(when)
        found = await self._booking.availability(
            session, situation.empresa, day=day, people=given.pessoas or 1, now=situation.now
        )
        output: dict[str, Any] = {"ok": True, "dia": spoken_day(day, today=situation.local_now.date())}
        free = [slot.time for slot in found.slots if slot.fits]
        if not free:
            raise Refused(found.reason or "lotado", found.sentence or "Esse dia não tem mais lugar.", dia=output["dia"])
        output["horarios_livres"] = [f"{one:%H:%M}" for one in _nearest(free, when.time)]
        if when.time is not None:
            output["horario_pedido"] = f"{when.time:%H:%M}"
            output["disponivel"] = when.time in free
        return Outcome(output)


class MakeReservation(_ReservationTool):
    name = "criar_reserva"
    description = (
        "Faz a reserva. Use quando já souber dia, horário e quantas pessoas. O sistema confirma ao cliente; não repita."
    )
    arguments = Book

    async def act(self, session: AsyncSession, situation: Situation, given: Book) -> Outcome:
        day, at = await _day_and_time(session, situation, given.quando)
        cliente = await session.get_one(Cliente, situation.conversa.cliente_id)
        mine = await self._booking.upcoming(session, situation.empresa, cliente_id=cliente.id, now=situation.now)
        for one in mine:
            if (one.data, one.horario) == (day, at):
                raise Refused(
                    "ja_existe",
                    f"Você já tem a reserva {one.codigo} nesse dia e horário. Quer mudar alguma coisa nela?",
                )
        with _house_rules(situation):
            reserva = await self._booking.create(
                session,
                situation.empresa,
                cliente_id=cliente.id,
                conversa_id=situation.conversa.id,
                turno_id=situation.work.turno_id,
                nome=given.nome or cliente.nome or "",
                telefone=cliente.telefone,
                day=day,
                at=at,
                people=given.pessoas,
                observacoes=given.observacoes,
                now=situation.now,
            )
        return _done("reserva", reserva, reserva_texts.created(reserva))


class ChangeReservation(_ReservationTool):
    name = "alterar_reserva"
    description = "Muda o dia, o horário, as pessoas ou as observações de uma reserva do cliente. Mande só o que muda."
    arguments = Change

    async def act(self, session: AsyncSession, situation: Situation, given: Change) -> Outcome:
        reserva = await self._own(session, situation, given.codigo)
        day = at = None
        if given.quando is not None:
            base = datetime.combine(reserva.data, reserva.horario, situation.zone)
            day, at = await _day_and_time(session, situation, given.quando, base=base)
        if day is None and given.pessoas is None and given.observacoes is None:
            raise Refused("nada_a_mudar", "O que você quer mudar na reserva: o dia, o horário ou as pessoas?")
        with _house_rules(situation):
            reserva = await self._booking.change(
                session,
                situation.empresa,
                reserva,
                day=day,
                at=at,
                people=given.pessoas,
                observacoes=given.observacoes,
                now=situation.now,
            )
        return _done("alteracao", reserva, reserva_texts.changed(reserva))


class CancelReservation(_ReservationTool):
    name = "cancelar_reserva"
    description = "Cancela uma reserva do cliente. Use só quando ele pediu o cancelamento com clareza."
    arguments = Cancel

    async def act(self, session: AsyncSession, situation: Situation, given: Cancel) -> Outcome:
        reserva = await self._own(session, situation, given.codigo)
        with _house_rules(situation):
            reserva = await self._booking.cancel(session, situation.empresa, reserva, now=situation.now)
        return _done("cancelamento", reserva, reserva_texts.cancelled(reserva))


class ListReservations(_ReservationTool):
    name = "listar_reservas"
    description = "Lista as próximas reservas do cliente, com o número de cada uma."
    arguments = Nothing
    acts = False

    async def act(self, session: AsyncSession, situation: Situation, _given: Nothing) -> Outcome:
        found = await self._booking.upcoming(
            session, situation.empresa, cliente_id=situation.conversa.cliente_id, now=situation.now
        )
        return Outcome({"ok": True, "reservas": [reserva_texts.line(one) for one in found]})


async def _opening(session: AsyncSession, situation: Situation) -> Opening:
    return await load_opening(session, situation.empresa, since=situation.local_now.date())


async def _day_and_time(
    session: AsyncSession, situation: Situation, said: str, *, base: datetime | None = None
) -> tuple[date, time]:
    """What the customer means. Raises Refused with the question to ask them."""
    when = understand(_plainly(said), now=situation.local_now, opening=await _opening(session, situation), base=base)
    if when.problem is not None or when.day is None or when.time is None:
        raise _asked(when)
    return when.day, when.time


def _plainly(said: str) -> str:
    """A model may write an instant after all; its offset means nothing, the customer speaks of the house's clock."""
    return _INSTANT.sub(r"\1 \2", said)


def _asked(when: When) -> Refused:
    return Refused(when.problem or "nao_entendi", when.question or "Para que dia e horário?")


@contextmanager
def _house_rules(situation: Situation) -> Iterator[None]:
    """A refusal of the book as the model is told it, with other times where there are some."""
    try:
        yield
    except BookingRefused as refused:
        today = situation.local_now.date()
        others = [spoken_when(one.date(), one.time(), today=today) for one in refused.alternatives]
        raise Refused(refused.reason, refused.sentence, **({"outras_opcoes": others} if others else {})) from None


def _done(kind: Kind, reserva: Reserva, text: str) -> Outcome:
    output = {"ok": True, "codigo": reserva.codigo, "dito_pelo_sistema": True}
    return Outcome(output, Effect(kind, text, reserva.codigo), publish=reserva.id)


def _nearest(free: Sequence[time], wanted: time | None, count: int = 6) -> list[time]:
    """A few free times, those around the wanted one when there is one."""
    if wanted is None:
        step = max(1, len(free) // count)
        return list(free[::step])[:count]

    def distance(one: time) -> int:
        return abs((one.hour - wanted.hour) * 60 + one.minute - wanted.minute)

    return sorted(sorted(free, key=distance)[:count])
