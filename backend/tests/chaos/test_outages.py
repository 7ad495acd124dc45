"""Stores that vanish, workers that freeze, answers and commits that get lost, messages that come twice."""

import asyncio
import random
from collections.abc import Sequence

from tests.chaos.conftest import LONG, Keep, Open
from tests.chaos.customers import Customer
from tests.chaos.fleet import Fleet

TEXTS = ("Onde fica?", "E quanto custa a margherita?", "Abrem domingo?")
OUTAGE = 20.0 if LONG else 2.0
MANY = 40 if LONG else 4


async def _talk(fleet: Fleet, customers: Sequence[Customer], *, duplicates: random.Random | None = None) -> None:
    async with asyncio.TaskGroup() as talking:
        for customer in customers:
            talking.create_task(customer.talk(fleet.sim, TEXTS * 2, pauses=(0.1, 0.45, 0.8), duplicates=duplicates))


async def test_redis_emptied_again_and_again_while_customers_write(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet()
    customers = fleet.customers(MANY)
    talking = asyncio.ensure_future(_talk(fleet, customers))
    while not talking.done():
        await asyncio.sleep(0.37)
        await fleet.redis.flushdb()
    await talking
    verdict = keep(await fleet.verdict("Redis emptied every 0.37 s", customers))
    assert verdict.clean, verdict.notes


async def test_redis_and_then_postgresql_are_gone_for_a_while(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet()
    for name, cable in (("Redis", fleet.redis_cable), ("PostgreSQL", fleet.postgres_cable)):
        customers = fleet.customers(MANY)
        talking = asyncio.ensure_future(_talk(fleet, customers))
        await asyncio.sleep(0.6)
        cable.cut()
        await asyncio.sleep(OUTAGE)
        cable.mend()
        await talking
        verdict = keep(await fleet.verdict(f"{name} gone for {OUTAGE:.0f} s", customers))
        assert verdict.clean, verdict.notes


async def test_connection_lost_during_commit(open_fleet: Open, keep: Keep) -> None:
    """One COMMIT in nine is lost, by turns before and after PostgreSQL obeyed it."""
    fleet = await open_fleet()
    customers = fleet.customers(MANY)
    fleet.postgres_cable.lose_every = 9
    await _talk(fleet, customers)
    verdict = keep(await fleet.verdict("connection lost during COMMIT", customers))
    fleet.postgres_cable.lose_every = 0
    assert fleet.postgres_cable.lost > 10
    assert verdict.clean, verdict.notes


async def test_process_that_freezes_for_longer_than_its_lease_changes_nothing_when_it_is_back(
    open_fleet: Open, keep: Keep
) -> None:
    fleet = await open_fleet()
    customers = fleet.customers(MANY)
    talking = asyncio.ensure_future(_talk(fleet, customers))
    await asyncio.sleep(0.8)
    for _ in range(4 if LONG else 1):
        for worker in list(fleet.workers):
            fleet.freeze(worker)
            await asyncio.sleep(3.0)  # The lease is 2 s.
            fleet.thaw(worker)
    await talking
    verdict = keep(await fleet.verdict("frozen longer than the lease", customers))
    assert verdict.clean, verdict.notes


async def test_duplicates_and_lost_answers_of_the_webhook(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet()
    fleet.balancer.lose_every = 10
    customers = fleet.customers(MANY)
    await _talk(fleet, customers, duplicates=random.Random(5))
    verdict = keep(await fleet.verdict("10 % duplicates and retries", customers))
    assert verdict.clean, verdict.notes
