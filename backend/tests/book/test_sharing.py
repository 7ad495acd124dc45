"""What processes share about Google: one writer per sheet, and the calls of an account. And the loops that use it."""

import asyncio
import time as clock
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from config import Settings
from container import Container
from errors import ProviderBusy
from integrations.google_sheets_service import GspreadTab
from services.sheet_lease import SheetLeases, sheet_key
from services.sheet_quota import SheetQuota
from services.tuning import Tuning
from tests.book.conftest import FRIDAY, SHEET, House, Paper
from tests.book.test_sheet import HAND, agree, one, publish, sync
from tests.stage import until


async def test_a_sheet_has_one_writer_at_a_time(container: Container) -> None:
    leases = [SheetLeases(container.redis, seconds=1) for _ in range(3)]
    inside = most = 0

    async def write(mine: SheetLeases) -> None:
        nonlocal inside, most
        async with mine.hold("planilha", wait=10) as lease:
            assert lease is not None
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.05)
            inside -= 1

    await asyncio.gather(*(write(mine) for mine in leases * 2))
    assert most == 1
    assert await container.redis.keys("*writer*") == []


async def test_a_lease_is_kept_while_one_works_and_others_give_up(container: Container) -> None:
    first, second = SheetLeases(container.redis, seconds=0.6), SheetLeases(container.redis, seconds=0.6)
    async with first.hold("planilha", wait=0) as mine:
        async with second.hold("planilha", wait=1.2) as theirs:
            assert theirs is None
        assert mine is not None
        assert mine.held


async def test_a_lost_lease_is_noticed_and_not_taken_back(container: Container) -> None:
    leases = SheetLeases(container.redis, seconds=0.6)
    async with leases.hold("planilha", wait=0) as lease:
        await container.redis.set(sheet_key("planilha", "writer"), "another")
        await asyncio.sleep(0.35)
        assert lease is not None
        assert not lease.held
    assert await container.redis.get(sheet_key("planilha", "writer")) == "another"


async def test_calls_of_one_account_are_counted_together_and_others_are_not_held_up(container: Container) -> None:
    one_, other = (SheetQuota(container.redis, per_minute=600, burst=10) for _ in range(2))
    for quota in (one_, other):
        await quota.take("conta@x", reads=5, writes=1, seconds=0)
    with pytest.raises(ProviderBusy) as caught:
        await one_.take("conta@x", reads=2, writes=0, seconds=0.05)
    assert caught.value.reason == "quota"
    assert 0.1 < (caught.value.retry_after or 0) <= 0.21
    await other.take("conta@x", reads=0, writes=2, seconds=0)
    await one_.take("outra@x", reads=10, writes=0, seconds=0)
    started = clock.monotonic()
    await one_.take("conta@x", reads=2, writes=0, seconds=5)
    assert clock.monotonic() - started > 0.1


async def test_no_minute_has_more_calls_than_google_allows(container: Container) -> None:
    tuning = Tuning()
    assert tuning.sheet_calls + tuning.sheet_burst <= 60
    quota = SheetQuota(container.redis, per_minute=tuning.sheet_calls, burst=tuning.sheet_burst)
    for _ in range(tuning.sheet_burst):
        await quota.take("conta@x", reads=1, writes=1, seconds=0)
    with pytest.raises(ProviderBusy):
        await quota.take("conta@x", reads=1, writes=0, seconds=0)


async def test_without_redis_nothing_is_held_back() -> None:
    nowhere = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    await SheetQuota(nowhere, per_minute=1, burst=1).take("conta@x", reads=50, writes=50, seconds=0)
    await nowhere.aclose()


async def test_the_loops_of_a_process_write_what_waits_and_see_what_the_owner_did(
    house: House, paper: Paper, settings: Settings, tuning: Tuning
) -> None:
    running = await Container.open(settings, tuning=replace(tuning, sheet_idle=0.05))
    running.start()
    try:
        reserva = await house.book(2, origem="painel")
        assert reserva.status == "confirmada"
        async with house.container.db.system_scope() as session:
            session.add(reserva)
            reserva.planilha_proxima_em = house.container.clock.now()

        async def written() -> bool:
            return len(await paper.rows()) == 2  # the header comes first

        await until(written, "the row in the sheet", seconds=10)
        await paper.type_row(HAND)

        async def seen() -> bool:
            return any(r.nome == "Caio" and r.planilha_estado == "sincronizada" for r in await house.reservas())

        await until(seen, "the owner's row in the book", seconds=10)
    finally:
        await running.close()
    assert len(await paper.rows()) == 3


async def test_a_sort_at_the_very_moment_of_writing_does_no_harm(
    house: House, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await house.book(2, nome="Ana"), await house.book(3, nome="Bia")
    for each in (first, second):
        await publish(house, each)
    write = GspreadTab.write
    loop = asyncio.get_running_loop()
    sorted_once = False

    def sort_then_write(tab: GspreadTab, cells: object) -> None:
        nonlocal sorted_once
        if not sorted_once:
            sorted_once = True
            asyncio.run_coroutine_threadsafe(paper.owner("sort", column=2, descending=True), loop).result(5)
        write(tab, cells)  # type: ignore[arg-type]

    monkeypatch.setattr(GspreadTab, "write", sort_then_write)
    await house.change(first, people=5)
    assert await publish(house, first) == "confirmada"
    assert sorted_once
    assert [row[1] for row in (await paper.rows())[1:]] == ["Bia", "Ana"]
    assert (await one(house, second.codigo)).pessoas == 3
    await sync(house)
    await agree(house, paper)
    assert {r.pessoas for r in await house.reservas()} == {5, 3}
    assert await house.logged("reserva_alterada_pela_casa") == []


async def test_two_houses_do_not_share_a_key_and_no_key_shows_the_sheet(house: House, paper: Paper) -> None:
    await publish(house, await house.book(day=FRIDAY))
    keys = await house.container.redis.keys("*sheet*")
    assert keys
    assert not any(SHEET in str(key) for key in keys)
