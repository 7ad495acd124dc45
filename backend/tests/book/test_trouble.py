"""The sheet's bad days: refusals, silences, answers lost after the work was done, and processes that die in between."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from config import Settings
from container import Container
from models import Mensagem, Parte, Reserva
from services.booking import BookingRefused
from services.tuning import Tuning
from tests.book.conftest import FRIDAY, House, Paper
from tests.book.test_sheet import HAND, agree, one, publish
from tests.panel_world import add_conversa
from tests.stage import until


@pytest.fixture
async def customer(house: House) -> dict[str, Any]:
    async with house.container.db.system_scope() as session:
        cliente, conversa, _ = await add_conversa(session, house.empresa.id, name="Ana", phone="+5511988887777")
    return {"cliente_id": cliente.id, "conversa_id": conversa.id}


@pytest.fixture
async def others(settings: Settings, tuning: Tuning, house: House) -> AsyncIterator[list[House]]:
    """The same house as two other processes see it: pools, locks and caches of their own."""
    opened = [await Container.open(settings, tuning=tuning) for _ in range(2)]
    try:
        yield [House(container, house.empresa, container.booking, now=house.now) for container in opened]
    finally:
        for container in opened:
            await container.close()


async def owe(house: House, reserva: Reserva) -> str:
    async with house.container.db.tenant(house.empresa.id) as session:
        return await house.booking.owe(session, reserva.id)


async def due(house: House) -> None:
    """Let what waits be due now."""
    async with house.container.db.system_scope() as session:
        await session.execute(
            update(Reserva)
            .where(Reserva.planilha_estado == "pendente")
            .values(planilha_proxima_em=datetime(2020, 1, 1, tzinfo=UTC), planilha_em=datetime(2020, 1, 1, tzinfo=UTC))
        )


async def work_until_settled(house: House, *, seconds: float = 15) -> None:
    async def settled() -> bool:
        await house.container.sheet_writer.work()
        return not [r for r in await house.reservas() if r.planilha_estado == "pendente"]

    await due(house)
    await until(settled, "the sheet to know everything", seconds=seconds, every=0.2)


async def messages(house: House) -> list[str]:
    async with house.container.db.system_scope() as session:
        query = select(Mensagem.texto).join(Parte, Parte.mensagem_id == Mensagem.id).order_by(Mensagem.id)
        return [text or "" for text in await session.scalars(query)]


FAULTS: dict[str, dict[str, Any]] = {
    "quota": {"kind": "status", "status": 429, "times": -1},
    "5xx": {"kind": "status", "status": 503, "times": -1},
    "timeout": {"kind": "hang", "times": -1},
    "reset": {"kind": "reset", "times": -1},
    "5xx after it was done": {"kind": "status", "status": 500, "after_perform": True, "path_contains": ":append"},
    "reset after it was done": {"kind": "reset", "after_perform": True, "path_contains": ":append"},
    "rubbish after it was done": {"kind": "malformed", "after_perform": True, "path_contains": ":append"},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_customer_waits_hears_the_end_once_and_no_row_is_doubled(
    house: House, paper: Paper, customer: dict[str, Any], fault: str
) -> None:
    await paper.sim.fault("google", **FAULTS[fault])
    reserva = await house.book(**customer)
    assert await publish(house, reserva, seconds=2.5) == "pendente"
    assert await owe(house, reserva) == "pendente"
    assert (await house.times(9))[reserva.horario] == (8, False)
    await paper.sim.no_faults()
    await work_until_settled(house)
    assert (await one(house, reserva.codigo)).status == "confirmada"
    assert len(await paper.rows()) == 2
    await agree(house, paper)
    assert await messages(house) == [
        f"Reserva confirmada: sexta, 27/11, às 20h, para 2 pessoas, em nome de Ana. O código é {reserva.codigo}."
    ]
    await due(house)
    await house.container.sheet_writer.work()
    assert len(await messages(house)) == 1


async def test_a_change_in_doubt_and_changed_again_ends_as_the_customer_said_last(
    house: House, paper: Paper, customer: dict[str, Any]
) -> None:
    reserva = await house.book(**customer)
    await publish(house, reserva)
    await paper.sim.fault(
        "google", "status", status=500, after_perform=True, path_contains="values:batchUpdate", times=-1
    )
    await house.change(reserva, people=4)
    assert await publish(house, reserva, seconds=3) == "pendente"
    assert (await paper.row_of(reserva.codigo))[5] == 4
    await paper.sim.no_faults()
    await house.change(reserva, people=3)
    assert await owe(house, reserva) == "pendente"
    await work_until_settled(house)
    assert (await paper.row_of(reserva.codigo))[5] == 3
    assert await house.logged("reserva_alterada_pela_casa") == []
    assert await messages(house) == [
        f"Reserva {reserva.codigo} alterada. Agora ficou assim: sexta, 27/11, às 20h, para 3 pessoas, em nome de Ana."
    ]


async def test_a_reservation_cancelled_while_it_waited_is_never_written(
    house: House, paper: Paper, customer: dict[str, Any]
) -> None:
    await paper.sim.fault("google", "status", status=503, times=-1)
    reserva = await house.book(**customer)
    assert await publish(house, reserva, seconds=2) == "pendente"
    await house.cancel(reserva)
    await paper.sim.no_faults()
    await work_until_settled(house)
    assert await paper.rows() == []
    assert await publish(house, reserva) == "confirmada"


async def test_an_append_that_arrives_late_is_known_and_cancelled(
    house: House, paper: Paper, customer: dict[str, Any]
) -> None:
    await paper.sim.fault("google", "reset", after_perform=True, path_contains=":append")
    reserva = await house.book(**customer)
    assert await publish(house, reserva, seconds=2) == "pendente"
    await house.cancel(reserva)
    await work_until_settled(house)
    assert [row[6] for row in (await paper.rows())[1:]] == ["cancelada"]
    await agree(house, paper)


async def test_seats_the_owner_gave_away_meanwhile_refuse_who_was_waiting(
    house: House, paper: Paper, customer: dict[str, Any]
) -> None:
    other = await house.book(1, day=FRIDAY + timedelta(days=7))
    await publish(house, other)
    await paper.sim.fault("google", "status", status=503, times=-1)
    waits = await house.book(4, **customer)
    assert await publish(house, waits, seconds=2) == "pendente"
    await owe(house, waits)
    await paper.type_row([*HAND[:4], "20h", 9])
    await paper.sim.no_faults()
    await work_until_settled(house)
    found = await one(house, waits.codigo)
    assert (found.status, found.planilha_erro, await publish(house, waits)) == ("cancelada", "sem_vagas", "recusada")
    [text] = await messages(house)
    assert text.startswith(
        "Infelizmente não conseguimos confirmar a sua reserva para sexta, 27/11, às 20h. Ainda temos"
    )
    assert "às 22h" in text
    assert len(await paper.rows()) == 3


async def test_one_that_waited_past_its_time_is_refused(house: House, paper: Paper, customer: dict[str, Any]) -> None:
    await paper.sim.fault("google", "status", status=503, path_contains="/v4/", times=-1)
    reserva = await house.book(**customer)
    await publish(house, reserva, seconds=2)
    await owe(house, reserva)
    async with house.container.db.system_scope() as session:
        await session.execute(update(Reserva).values(data=datetime(2026, 11, 20, tzinfo=UTC).date()))
    await due(house)
    await house.container.sheet_writer.work()
    await until(lambda: messages(house), "the refusal", seconds=8)
    assert (await one(house, reserva.codigo)).status == "cancelada"
    assert len(await messages(house)) == 1


async def test_it_is_not_owed_what_was_settled_meanwhile(house: House, paper: Paper, customer: dict[str, Any]) -> None:
    reserva = await house.book(**customer)
    await paper.sim.fault("google", "slow", seconds=0.4, times=6)
    assert await publish(house, reserva, seconds=0.1) == "pendente"
    assert await publish(house, reserva, seconds=10) == "confirmada"
    assert await owe(house, reserva) == "confirmada"
    assert await messages(house) == []


async def test_a_process_that_dies_after_the_commit_leaves_the_writing_to_another(
    house: House, paper: Paper, settings: Settings, tuning: Tuning, customer: dict[str, Any]
) -> None:
    dying = await Container.open(settings, tuning=tuning)
    there = House(dying, house.empresa, dying.booking)
    await paper.sim.fault("google", "hang", path_contains=":append", after_perform=True)
    reserva = await there.book(**customer)
    publishing = asyncio.ensure_future(publish(there, reserva, seconds=20))

    async def written() -> bool:
        return len(await paper.rows()) == 2

    await until(written, "the row to be in the sheet")
    for task in [each for each in asyncio.all_tasks() if each.get_name().startswith("sheet")]:
        task.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    await dying.close()
    await owe(house, reserva)
    await work_until_settled(house)
    assert len(await paper.rows()) == 2
    assert (await one(house, reserva.codigo)).status == "confirmada"
    assert len(await messages(house)) == 1


@pytest.mark.parametrize("again", range(3))
async def test_the_last_two_seats_for_twenty_customers_on_two_processes(
    house: House, paper: Paper, others: list[House], again: int
) -> None:
    assert await publish(house, await house.book(8, nome="Mesa grande")) == "confirmada"

    async def ask(n: int) -> str:
        place = others[n % 2]
        try:
            reserva = await place.book(2, nome=f"Cliente {n}")
        except BookingRefused as refusal:
            return f"{refusal.reason} {refusal.alternatives[0]:%d %H:%M}"
        return await publish(place, reserva, seconds=20)

    outcomes = await asyncio.gather(*(ask(n) for n in range(20)))
    assert sorted(outcomes) == ["confirmada", *["sem_vagas 27 22:00"] * 19]
    await agree(house, paper)
    assert len(await paper.rows()) == 3


async def test_both_processes_write_many_rows_at_once_and_each_stands_once(
    house: House, paper: Paper, others: list[House]
) -> None:
    await house.rules(capacidade=None)
    for place in others:
        place.empresa = house.empresa

    async def ask(n: int) -> str:
        place = others[n % 2]
        reserva = await place.book(1, nome=f"Cliente {n}")
        return await publish(place, reserva, seconds=20)

    assert await asyncio.gather(*(ask(n) for n in range(16))) == ["confirmada"] * 16
    await agree(house, paper)
    assert len(await paper.rows()) == 17
    await house.container.sheet_writer.work()
    async with house.container.db.system_scope() as session:
        assert await session.scalar(select(func.count()).where(Reserva.planilha_estado == "pendente")) == 0
