"""Vendors at their worst: Twilio performs without saying so, its list lags or is gone, OpenAI fails again and again."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from models import Log, Turno
from tests.chaos.conftest import LONG, Keep, Open
from tests.chaos.customers import Customer
from tests.chaos.fleet import Fleet

SEND = {"method": "POST", "path_contains": "/Messages.json"}
LIST = {"method": "GET", "path_contains": "/Messages.json"}
FAULTS: dict[str, dict[str, Any]] = {
    "reset": {"kind": "reset"},
    "hang": {"kind": "hang", "seconds": 5},
    "malformed": {"kind": "malformed"},
    "500": {"kind": "status", "status": 500},
}
TEXTS = ("Onde fica?", "E quanto custa a margherita?")
EACH = 10 if LONG else 2


async def _talk(fleet: Fleet, customers: Sequence[Customer], *, turns: int = 2) -> None:
    """Each customer writes `turns` times, far enough apart for turns of their own."""
    async with asyncio.TaskGroup() as talking:
        for customer in customers:
            talking.create_task(customer.talk(fleet.sim, (TEXTS * turns)[:turns], pauses=(1.0,)))


async def _spoil(fleet: Fleet, customers: Sequence[Customer], **fault: Any) -> None:
    """The next send to each of these customers suffers the fault."""
    for customer in customers:
        await fleet.sim.fault("twilio", body_contains=f"To={quote(customer.contact, safe='')}", **SEND, **fault)


async def test_twilio_performs_without_saying_so_and_only_its_late_list_knows(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet()
    await fleet.sim.control("POST", "/twilio/settings", callbacks=False, list_lag_seconds=1.5)
    spoiled = {name: fleet.customers(EACH) for name in FAULTS}
    for name, customers in spoiled.items():
        await _spoil(fleet, customers, after_perform=True, **FAULTS[name])
    await _talk(fleet, [customer for customers in spoiled.values() for customer in customers])
    verdicts = [
        keep(await fleet.verdict(f"performed, then {name}; list 1.5 s late", customers))
        for name, customers in spoiled.items()
    ]
    assert [str(verdict) for verdict in verdicts if not verdict.clean] == []


async def test_twilio_stumbles_with_and_without_performing_and_callbacks_come_first(
    open_fleet: Open, keep: Keep
) -> None:
    fleet = await open_fleet(settle=1.0)
    await fleet.sim.control("POST", "/twilio/settings", sent_after=0.01, callback_order="normal", callback_repeats=2)
    slow, unsent = fleet.customers(EACH), fleet.customers(EACH)
    await _spoil(fleet, slow, kind="slow", seconds=0.6, after_perform=True)
    await _spoil(fleet, unsent, kind="reset")
    await _talk(fleet, [*slow, *unsent])
    first = keep(await fleet.verdict("callback before the response", slow))
    second = keep(await fleet.verdict("reset without performing", unsent))
    assert first.clean, first.notes
    assert second.clean, second.notes


async def test_doubt_without_a_list_is_parked_visibly_and_never_said_twice(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet(settle=0.5)
    await fleet.sim.control("POST", "/twilio/settings", callbacks=False)
    await fleet.sim.fault("twilio", "status", status=503, times=-1, **LIST)
    customers = fleet.customers(EACH)
    await _spoil(fleet, customers, after_perform=True, kind="reset")
    await _talk(fleet, customers)
    verdict = keep(await fleet.verdict("Twilio's list unavailable", customers))
    assert (verdict.lost, verdict.doubled, verdict.out_of_order) == (0, 0, 0), verdict.notes
    assert verdict.parked == len(customers), verdict.notes
    async with fleet.db.system_scope() as session:
        parked = set(await session.scalars(select(Turno.id).where(Turno.estado == "parked")))
        visible = set(await session.scalars(select(Log.turno_id).where(Log.code == "turno_parado_envio")))
    assert visible == parked


async def test_openai_fails_three_times_in_ten(open_fleet: Open, keep: Keep) -> None:
    fleet = await open_fleet()
    for kind in ("status", "reset"):  # Half of what fails, each: 0.15 + 0.85 * 0.176 = 0.3.
        chance = 0.15 if kind == "status" else 0.176
        await fleet.sim.fault("openai", kind, probability=chance, times=-1, path_contains="/responses")
    customers = fleet.customers(30 if LONG else 4)
    await _talk(fleet, customers, turns=3)
    verdict = keep(await fleet.verdict("OpenAI failing 30 %", customers))
    assert verdict.clean, verdict.notes
