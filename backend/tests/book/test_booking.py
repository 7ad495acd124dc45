"""What a house accepts and when it is full, judged in PostgreSQL."""

import asyncio
import re
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from models import Cliente, DiaEspecial, Empresa, Reserva
from services.booking import BookingRefused
from services.reserva_rows import clean_line
from tests.book.conftest import EIGHT, FRIDAY, NOW, House


async def refused(attempt: object) -> BookingRefused:
    with pytest.raises(BookingRefused) as caught:
        await attempt  # type: ignore[misc]
    assert caught.value.sentence.endswith(".")
    return caught.value


async def test_a_reservation_gets_a_code_that_can_be_read_aloud(house: House) -> None:
    reserva = await house.book(4, observacoes="  aniversário\x00  ", nome=" Ana \n Maria ")
    assert re.fullmatch(r"R-[2-9BCDFGHJ-NP-TV-Z]{4}", reserva.codigo)
    assert (reserva.status, reserva.planilha_estado, reserva.origem) == ("confirmada", None, "bot")
    assert (reserva.nome, reserva.observacoes) == ("Ana Maria", "aniversário")
    assert len({(await house.book(1, day=FRIDAY + timedelta(days=7))).codigo for _ in range(10)}) == 10


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"day": date(2026, 11, 24)}, "passado"),
        ({"day": date(2026, 11, 25), "at": time(11)}, "passado"),
        ({"day": date(2026, 11, 25), "now": NOW + timedelta(hours=8, minutes=30)}, "passado"),
        ({"day": date(2026, 11, 25), "now": NOW + timedelta(hours=7, minutes=30)}, "em_cima_da_hora"),
        ({"day": date(2027, 3, 5)}, "longe_demais"),
        ({"day": date.max}, "longe_demais"),
        ({"day": date.min}, "passado"),
        ({"day": date(2026, 11, 29)}, "fechado"),
        ({"at": time(16)}, "fora_do_horario"),
        ({"at": time(20, 10)}, "fora_do_intervalo"),
        ({"at": time(14)}, "fora_do_intervalo"),
        ({"people": 21}, "grupo_grande"),
        ({"people": 0}, "pessoas_invalidas"),
        ({"people": 11}, "sem_vagas"),
        ({"nome": " \x00 "}, "nome_faltando"),
    ],
)
async def test_what_the_house_does_not_take(house: House, fields: dict[str, object], reason: str) -> None:
    assert (await refused(house.book(**fields))).reason == reason  # type: ignore[arg-type]
    assert await house.reservas() == []


async def test_a_night_past_midnight_belongs_to_the_next_day(house: House) -> None:
    reserva = await house.book(9, day=date(2026, 11, 28), at=time(0))
    assert (await house.times(2, day=FRIDAY))[time(23)] == (1, False)
    assert (await house.times(1, day=FRIDAY))[time(23)] == (1, True)
    assert (await house.times(2, day=FRIDAY))[time(22)] == (10, True)
    assert min(await house.times(day=date(2026, 11, 28))) == time(0)
    assert (await refused(house.book(2, day=date(2026, 11, 28), at=time(0)))).reason == "sem_vagas"
    sunday = FRIDAY + timedelta(days=2)
    assert (await house.book(2, day=sunday, at=time(0))).data == sunday
    assert (await house.times(day=sunday)) == {}
    await house.cancel(reserva)
    assert (await house.times(2, day=FRIDAY))[time(23)] == (10, True)


async def test_seats_are_counted_at_every_moment_of_the_stay(house: House) -> None:
    await house.book(6, at=time(18))
    await house.book(4, at=EIGHT)
    times = await house.times(7)
    assert times[time(18)] == (4, False)
    assert times[time(19)] == (4, False)
    assert times[time(20)] == (6, False)
    assert times[time(22)] == (10, True)
    await house.book(6, at=EIGHT)
    assert (await refused(house.book(1, at=time(21, 30)))).reason == "sem_vagas"


async def test_tables_are_not_shared(house: House) -> None:
    await house.rules(capacidade=3, capacidade_unidade="mesas", pessoas_por_mesa=4)
    await house.book(5)
    assert (await house.times(4))[EIGHT] == (4, True)
    assert (await house.times(5))[EIGHT] == (4, False)
    await house.book(2)
    assert (await refused(house.book(1))).reason == "sem_vagas"


async def test_a_house_without_a_limit_always_has_room(house: House) -> None:
    await house.rules(capacidade=None)
    await asyncio.gather(*(house.book(20) for _ in range(5)))
    assert (await house.times(20))[EIGHT] == (None, True)


async def test_closed_full_and_other_hours_are_obeyed_at_once(house: House) -> None:
    saturday, friday = FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=7)
    await house.add(
        DiaEspecial(empresa_id=house.empresa.id, data=FRIDAY, fechado=True, motivo="luto"),
        DiaEspecial(empresa_id=house.empresa.id, data=saturday, lotado=True),
        DiaEspecial(empresa_id=house.empresa.id, data=friday, horarios=[["20:00", "22:00"]]),
    )
    closed = await refused(house.book())
    assert (closed.reason, "(luto)" in closed.sentence) == ("fechado", True)
    assert (await refused(house.book(day=saturday))).reason == "lotado"
    assert list(await house.times(day=friday)) == [EIGHT]
    async with house.container.db.tenant(house.empresa.id) as session:
        full = await house.booking.availability(session, house.empresa, day=saturday, people=2, now=NOW)
    assert (full.open, full.reason, full.slots) == (True, "lotado", ())


async def test_the_next_free_times_are_offered(house: House) -> None:
    await house.book(10, at=EIGHT)
    offered = (await refused(house.book(2, at=EIGHT))).alternatives
    assert [f"{each:%d %H:%M}" for each in offered] == ["27 22:00", "27 18:00", "27 22:30"]
    assert {str(each.tzinfo) for each in offered} == {"America/Sao_Paulo"}
    await house.book(10, at=time(18))
    await house.book(10, at=time(22))
    await house.book(10, at=time(11, 30))
    offered = (await refused(house.book(2, at=EIGHT))).alternatives
    assert [f"{each:%d %H:%M}" for each in offered] == ["28 20:00", "02 20:00", "03 20:00"]


async def test_a_change_keeps_the_code_and_judges_without_itself(house: House) -> None:
    reserva = await house.book(6)
    other = await house.book(4)
    changed = await house.change(reserva, at=time(20, 30))
    assert (changed.codigo, changed.horario) == (reserva.codigo, time(20, 30))
    assert (await refused(house.change(reserva, people=7))).reason == "sem_vagas"
    assert (await house.change(reserva, people=5, observacoes="janela")).pessoas == 5
    assert (await refused(house.change(other, people=6))).reason == "sem_vagas"
    moved = await house.change(other, day=FRIDAY + timedelta(days=1), people=9)
    assert (moved.data, moved.pessoas) == (FRIDAY + timedelta(days=1), 9)
    assert [(r.pessoas, r.horario) for r in await house.reservas()] == [(5, time(20, 30)), (9, EIGHT)]


async def test_a_cancelled_reservation_frees_its_seats_and_stays_cancelled(house: House) -> None:
    reserva = await house.book(10)
    assert (await house.cancel(reserva)).status == "cancelada"
    assert (await house.cancel(reserva)).status == "cancelada"
    assert (await refused(house.change(reserva, people=2))).reason == "ja_cancelada"
    await house.book(10)
    assert len(await house.logged("reserva_cancelada")) == 1


async def test_a_no_show_is_marked_only_when_it_was_time(house: House) -> None:
    reserva = await house.book()
    async with house.container.db.tenant(house.empresa.id) as session:
        found = await session.get_one(Reserva, reserva.id)
        early = await refused(house.booking.no_show(session, house.empresa, found, now=NOW))
        assert early.reason == "ainda_nao"
        later = NOW + timedelta(days=3)
        assert (await house.booking.no_show(session, house.empresa, found, now=later)).status == "nao_compareceu"
        assert (await refused(house.booking.cancel(session, house.empresa, found, now=later))).reason == "ja_cancelada"


async def test_a_customer_reaches_only_their_own(house: House) -> None:
    mine, theirs = (Cliente(empresa_id=house.empresa.id, ultima_atividade_em=NOW) for _ in range(2))
    other = Empresa(nome="Outra", slug="outra")
    await house.add(mine, theirs, other)
    late = await house.book(cliente_id=mine.id, day=FRIDAY + timedelta(days=7))
    soon = await house.book(cliente_id=mine.id)
    await house.cancel(await house.book(cliente_id=mine.id))
    await house.book(cliente_id=theirs.id)
    async with house.container.db.tenant(house.empresa.id) as session:
        upcoming = await house.booking.upcoming(session, house.empresa, cliente_id=mine.id, now=NOW)
        assert [r.id for r in upcoming] == [soon.id, late.id]
        typed = f" {soon.codigo.lower().replace('-', ' ')} "
        assert (await house.booking.own(session, house.empresa, cliente_id=mine.id, codigo=typed)).id == soon.id
        for codigo, cliente in ((soon.codigo, theirs.id), ("R-0000", mine.id), ("", mine.id)):
            wrong = await refused(house.booking.own(session, house.empresa, cliente_id=cliente, codigo=codigo))
            assert wrong.reason == "nao_encontrada"


@pytest.mark.parametrize("again", range(3))
async def test_the_last_two_seats_go_to_one_of_twenty(house: House, again: int) -> None:
    await house.book(8)
    outcomes = await asyncio.gather(*(house.book(2, nome=f"Cliente {n}") for n in range(20)), return_exceptions=True)
    kinds = Counter(o.reason if isinstance(o, BookingRefused) else type(o).__name__ for o in outcomes)
    assert kinds == {"Reserva": 1, "sem_vagas": 19}
    for each in outcomes:
        if isinstance(each, BookingRefused):
            assert each.alternatives
            assert each.alternatives[0] == datetime(2026, 11, 27, 22, tzinfo=each.alternatives[0].tzinfo)


async def test_overlapping_nights_cannot_be_sold_twice_from_two_days(house: House) -> None:
    tries = [house.book(6, at=time(23)), house.book(6, day=FRIDAY + timedelta(days=1), at=time(0))]
    tries += [house.book(6, at=time(22, 30)), house.book(6, at=time(23, 30))]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, Reserva) for each in outcomes) == 1


async def test_people_of_the_house_may_overbook_and_book_at_any_time(house: House) -> None:
    await house.book(10)
    forced = await house.book(30, at=time(20, 10), forced=True, origem="painel")
    assert (forced.origem, forced.pessoas) == ("painel", 30)
    assert (await house.times(1))[EIGHT] == (0, False)


async def test_the_same_turn_does_not_book_twice(house: House, live_turn: int) -> None:
    first = await house.book(turno_id=live_turn)
    assert (await house.book(turno_id=live_turn)).id == first.id
    assert (await house.book(turno_id=live_turn, at=time(22))).id != first.id


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Ana\u202e anA", "Ana anA"), ("*Ana*\nReserva confirmada", "Ana Reserva confirmada"), ("A\u200bna", "Ana")],
)
def test_a_name_turns_and_formats_nothing_that_follows_it(typed: str, kept: str) -> None:
    assert clean_line(typed, 255) == kept
