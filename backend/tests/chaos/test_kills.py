"""kill -9 at every named point of the message path and at random instants: nothing lost, doubled or out of order."""

import asyncio
import random
from collections.abc import Callable
from functools import partial
from typing import get_args

from services.checkpoints import Point
from tests.chaos.conftest import LONG, Keep, Open
from tests.chaos.customers import Customer
from tests.chaos.fleet import Fleet

POINTS: tuple[Point, ...] = get_args(Point)
OFTEN_LOST = {"lost_leases_allowed": 1000}
"""A turn whose workers die three times is parked, by design; here they may die more often than that."""
TEXTS = ("Onde fica?", "E quanto custa a margherita?", "Abrem domingo?")


async def _die_at(fleet: Fleet, point: Point, talk: Callable[[], None]) -> None:
    """Let customers talk until a process is at the point, kill it there and start another."""
    workers = list(fleet.workers)
    for worker in workers:
        worker.order("stop", point)
        await worker.hears("armed")
    reached = asyncio.ensure_future(fleet.frozen_at(point, workers, seconds=40))
    while not reached.done():
        talk()
        await asyncio.wait({reached}, timeout=5)
    await asyncio.gather(*(fleet.replace(worker) for worker in await reached))


async def test_process_killed_at_each_named_point(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet(**OFTEN_LOST)
    talked: dict[Point, list[Customer]] = {}
    async with asyncio.TaskGroup() as talking:

        def talk(point: Point) -> None:
            for customer in fleet.customers(10 if LONG else 2):
                talked.setdefault(point, []).append(customer)
                # The second text comes while the first one's turn is thinking, the third in a turn of its own.
                talking.create_task(customer.talk(fleet.sim, TEXTS, pauses=(0.45, 0.6)))

        for point in POINTS:
            # A redo needs a text that comes while the model thinks: it thinks for longer then.
            thinks = 1.2 if point == "released_for_redo" else 0.25
            await fleet.sim.control("POST", "/openai/settings", latency_seconds=thinks)
            await _die_at(fleet, point, partial(talk, point))
    verdicts = [keep(await fleet.verdict(f"killed at {point}", talked[point])) for point in POINTS]
    assert [str(verdict) for verdict in verdicts if not verdict.clean] == []


async def test_processes_killed_at_random_instants(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet(**OFTEN_LOST)
    chance = random.Random(20261123)
    customers = fleet.customers(60 if LONG else 6)
    async with asyncio.TaskGroup() as talking:
        tasks = [
            talking.create_task(customer.talk(fleet.sim, TEXTS * 2, pauses=(0.2, 0.5, 0.9))) for customer in customers
        ]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(chance.uniform(0.3, 1.2))
            await fleet.replace(chance.choice(fleet.workers))
    verdict = keep(await fleet.verdict("killed at random", customers))
    assert verdict.clean, verdict.notes
