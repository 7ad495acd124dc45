"""Processes that die between a tool's request, its act and its confirmation: every reservation exactly once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import get_args

from sqlalchemy import select, update

from models import Conversa, Empresa, Parte, Reserva
from services.checkpoints import ActPoint
from tests.chaos.conftest import LONG, TUNING, Keep, Open
from tests.chaos.customers import Customer
from tests.chaos.fleet import Fleet

EVERY_HOUR = {day: [["00:00", "23:59"]] for day in ("seg", "ter", "qua", "qui", "sex", "sab", "dom")}
EACH = 8 if LONG else 2


def _wish() -> str:
    day = datetime.now(UTC) + timedelta(days=3)
    return f"Quero reservar mesa para 4 pessoas dia {day:%d/%m} às 20h em nome de Ana"


async def _with_reservations(open_fleet: Open) -> Fleet:
    fleet = await open_fleet(lost_leases_allowed=1000)
    async with fleet.db.system_scope() as session:
        await session.execute(update(Empresa).values(horarios=EVERY_HOUR))
    return fleet


async def _made(fleet: Fleet, customers: list[Customer]) -> Counter[str]:
    """How many reservations stand for each customer, and that each one's number was told exactly once."""
    async with fleet.db.system_scope() as session:
        rows = await session.execute(
            select(Conversa.endereco, Reserva.codigo)
            .join(Reserva, Reserva.conversa_id == Conversa.id)
            .where(Conversa.endereco.in_([customer.contact for customer in customers]))
        )
        found: Counter[str] = Counter()
        for endereco, codigo in rows:
            found[endereco] += 1
            customer = next(one for one in customers if one.contact == endereco)
            said = [m["body"] for m in await fleet.sim.messages(endereco, customer.number)]
            told = [body for body in said if codigo in body and body.startswith("Reserva confirmada")]
            assert len(told) == 1, (codigo, len(told))
        assert await session.scalar(select(Parte.id).where(Parte.estado == "parked").limit(1)) is None
    return found


async def test_process_killed_around_an_act_books_once_and_says_so_once(open_fleet: Open, keep: Keep) -> None:
    fleet = await _with_reservations(open_fleet)
    talked: list[Customer] = []
    async with asyncio.TaskGroup() as talking:
        for point in get_args(ActPoint):
            workers = list(fleet.workers)
            for worker in workers:
                worker.order("stop", point)
                await worker.hears("armed")
            reached = asyncio.ensure_future(fleet.frozen_at(point, workers, seconds=40))
            while not reached.done():
                for customer in fleet.customers(EACH):
                    talked.append(customer)
                    talking.create_task(customer.talk(fleet.sim, [_wish(), "Onde fica?"], pauses=(0.6,)))
                await asyncio.wait({reached}, timeout=5)
            for place, worker in enumerate(await reached):
                if place % 2:
                    await asyncio.sleep(TUNING.lease + 1)
                    fleet.thaw(worker)
                else:
                    await fleet.replace(worker)
    verdict = keep(await fleet.verdict("killed around an act", talked))
    assert verdict.clean, verdict.notes
    assert set((await _made(fleet, talked)).values()) == {1}
