"""Processes that stop breathing for longer than their lease and then go on as if nothing had happened."""

import asyncio
import random
from typing import get_args

from services.checkpoints import Point
from tests.chaos.conftest import LONG, TUNING, Keep, Open
from tests.chaos.customers import Customer

TEXTS = ("Onde fica?", "E quanto custa a margherita?", "Abrem domingo?")
TAKEN = TUNING.lease + 1
"""Seconds after which another worker has the turn."""
SENT = TAKEN + TUNING.send_deadline + TUNING.request_timeout + TUNING.settle
"""Seconds after which another worker has even sent again what never left."""
FREEZES: list[tuple[Point, float]] = (
    [(point, seconds) for point in get_args(Point) for seconds in (TAKEN, SENT)]
    if LONG
    else [("thought", TAKEN), ("released", SENT)]
)


async def test_process_frozen_at_a_named_point_changes_nothing_when_it_is_back(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet(lost_leases_allowed=1000)
    talked: dict[str, list[Customer]] = {}
    async with asyncio.TaskGroup() as talking:
        for point, seconds in FREEZES:
            name = f"frozen at {point} for {seconds:.1f} s"
            workers = list(fleet.workers)
            for worker in workers:
                worker.order("stop", point)
                await worker.hears("armed")
            reached = asyncio.ensure_future(fleet.frozen_at(point, workers, seconds=40))
            while not reached.done():
                for customer in fleet.customers(4 if LONG else 2):
                    talked.setdefault(name, []).append(customer)
                    talking.create_task(customer.talk(fleet.sim, TEXTS, pauses=(0.45, 0.6)))
                await asyncio.wait({reached}, timeout=4)
            await asyncio.sleep(seconds)
            for worker in await reached:
                fleet.thaw(worker)
    verdicts = [keep(await fleet.verdict(name, customers)) for name, customers in talked.items()]
    assert [str(verdict) for verdict in verdicts if not verdict.clean] == []


if LONG:  # half a minute of waiting

    async def test_processes_frozen_at_random_instants(open_fleet: Open, keep: Keep) -> None:
        fleet = await open_fleet(lost_leases_allowed=1000)
        chance = random.Random(1123)
        customers = fleet.customers(60)
        async with asyncio.TaskGroup() as talking:
            for customer in customers:
                talking.create_task(customer.talk(fleet.sim, TEXTS * 2, pauses=(0.1, 0.45, 0.8)))
            for _ in range(8):
                await asyncio.sleep(chance.uniform(0.2, 0.9))
                worker = chance.choice(fleet.workers)
                fleet.freeze(worker)
                await asyncio.sleep(TUNING.lease + 1)
                fleet.thaw(worker)
        verdict = keep(await fleet.verdict("frozen at random", customers))
        assert verdict.clean, verdict.notes
