"""Stores that vanish, commits and answers that get lost, messages that come twice."""

import asyncio
import random
from collections.abc import Sequence

from services.intake import STORE_SECONDS
from tests.chaos.conftest import LONG, Keep, Open
from tests.chaos.customers import Customer
from tests.chaos.fleet import Fleet

TEXTS = ("Onde fica?", "E quanto custa a margherita?", "Abrem domingo?")
OUTAGE = 20.0 if LONG else 2.0
MANY = 40 if LONG else 4


async def _talk(
    fleet: Fleet, customers: Sequence[Customer], *, rounds: int = 2, duplicates: random.Random | None = None
) -> None:
    async with asyncio.TaskGroup() as talking:
        for customer in customers:
            talking.create_task(
                customer.talk(fleet.sim, TEXTS * rounds, pauses=(0.1, 0.45, 0.8), duplicates=duplicates)
            )


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
    await _talk(fleet, customers, rounds=2 if LONG else 1)
    verdict = keep(await fleet.verdict("connection lost during COMMIT", customers))
    fleet.postgres_cable.lose_every = 0
    assert fleet.postgres_cable.lost >= 6
    assert verdict.clean, verdict.notes


if LONG:  # half a minute of waiting

    async def test_commits_that_take_longer_than_a_webhook_may_wait(open_fleet: Open, keep: Keep) -> None:
        """Locks are held meanwhile, as by a process that froze inside a transaction."""
        fleet = await open_fleet()
        customers = fleet.customers(MANY)
        fleet.postgres_cable.hold_seconds = STORE_SECONDS + 1
        fleet.postgres_cable.lose_every = 29
        await _talk(fleet, customers)
        fleet.postgres_cable.lose_every = 0
        verdict = keep(await fleet.verdict("COMMIT held for 6 s", customers))
        assert fleet.postgres_cable.lost >= 2
        assert verdict.clean, verdict.notes


async def test_duplicates_and_lost_answers_of_the_webhook(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet()
    fleet.balancer.lose_every = 10
    customers = fleet.customers(MANY)
    await _talk(fleet, customers, duplicates=random.Random(5))
    verdict = keep(await fleet.verdict("10 % duplicates and retries", customers))
    assert verdict.clean, verdict.notes
