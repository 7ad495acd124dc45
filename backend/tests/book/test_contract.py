"""What every reservation book promises, asked of the one in PostgreSQL and of the one in a sheet."""

import asyncio
from dataclasses import replace
from datetime import date, time

import pytest

from errors import ProviderRefused
from ports import GoogleCredentials, Reservation, ReservationBook
from services.postgres_book import PostgresBook
from tests.book.conftest import SHEET, TITLES, House, share
from tests.integrations.conftest import obeyed
from tests.stage import Simulators

ANA = Reservation(
    id="R-7K2M",
    nome="Ana",
    telefone="+5511988887777",
    data=date(2026, 12, 25),
    horario=time(20, 30),
    pessoas=4,
    status="confirmada",
    observacoes='=HYPERLINK("http://x")',
)
BIA = replace(ANA, id="R-3B9Q", nome="Bia", data=date(2026, 12, 24), horario=time(19), telefone=None, observacoes=None)
EVER = date(2000, 1, 1)


@pytest.fixture(params=["postgresql", "vazia", "do dono"])
async def book(request: pytest.FixtureRequest, house: House, sim: Simulators) -> ReservationBook:
    """The book in PostgreSQL, one in an empty sheet, and one in a sheet whose columns the owner arranged."""
    if request.param == "postgresql":
        return PostgresBook(house.container.db, house.empresa.id)
    await sim.control("POST", "/google/settings", reads_per_minute=100_000, writes_per_minute=100_000)
    owners = [["Cantina"], [], ["Mesa", *reversed(TITLES), "Garçom"]]
    await share(sim, [] if request.param == "vazia" else owners)
    document = (await sim.control("GET", "/google/credentials")).json()
    return house.container.sheets.book(GoogleCredentials(document, f"{sim.url}/google"), SHEET)


async def test_what_was_added_is_read_back_as_it_was(book: ReservationBook) -> None:
    assert await book.get(ANA.id) is None
    for one in (ANA, BIA):
        assert await book.add(one) == one
        assert await book.get(one.id) == one


async def test_an_id_is_added_once_however_it_is_typed(book: ReservationBook) -> None:
    await book.add(ANA)
    assert await book.add(replace(ANA, id=" r-7k2m ", nome="Outra")) == ANA
    assert await book.get("r-7k2m") == ANA
    assert list(await book.list(since=EVER)) == [ANA]


async def test_ten_at_once_are_ten_and_one_ten_times_is_one(book: ReservationBook) -> None:
    wanted = [replace(ANA, id=f"R-{n}") for n in range(5)]
    await asyncio.gather(*(book.add(one) for one in [*wanted, *wanted]))
    assert sorted(one.id for one in await book.list(since=EVER)) == [one.id for one in wanted]


async def test_lists_are_by_date_and_time_and_include_both_ends(book: ReservationBook) -> None:
    late = replace(BIA, id="R-9", horario=time(22))
    for one in (ANA, late, BIA):
        await book.add(one)
    assert [one.id for one in await book.list(since=BIA.data)] == [BIA.id, late.id, ANA.id]
    assert [one.id for one in await book.list(since=BIA.data, until=BIA.data)] == [BIA.id, late.id]
    assert list(await book.list(since=date(2027, 1, 1))) == []


async def test_a_change_touches_its_own_row_only(book: ReservationBook) -> None:
    for one in (ANA, BIA):
        await book.add(one)
    changed = replace(
        ANA, data=date(2026, 12, 31), horario=time(0, 30), pessoas=12, observacoes=None, nome="Ana Maria de Sá"
    )
    assert await book.update(changed) == changed
    assert await book.update(changed) == changed
    assert await book.get(BIA.id) == BIA


async def test_cancelling_marks_and_destroys_nothing(book: ReservationBook) -> None:
    for one in (ANA, BIA):
        await book.add(one)
    cancelled = replace(ANA, status="cancelada")
    assert await book.cancel("r-7k2m") == cancelled
    assert await book.cancel(ANA.id) == cancelled
    assert list(await book.list(since=EVER)) == [BIA, cancelled]


async def test_what_is_not_there_cannot_be_changed(book: ReservationBook) -> None:
    await book.add(BIA)
    for attempt in (book.update(ANA), book.cancel(ANA.id)):
        with pytest.raises(ProviderRefused) as caught:
            await attempt
        assert caught.value.reason == "reservation_not_found"
    assert list(await book.list(since=EVER)) == [BIA]


async def test_every_status_and_odd_letters_survive(book: ReservationBook) -> None:
    for n, status in enumerate(("pendente", "confirmada", "cancelada", "nao_compareceu")):
        one = replace(
            BIA, id=f"R-{n}", status=status, nome=f"Zoë 🦀 {n}", observacoes="+1 é 'aspas', \"mais\"\n2ª linha"
        )
        assert await book.add(one) == one


async def test_requests_obey_the_vendors_schema(book: ReservationBook, sim: Simulators) -> None:
    if isinstance(book, PostgresBook):
        pytest.skip("nobody is asked")
    await book.add(ANA)
    await book.cancel(ANA.id)
    await obeyed(sim, "google")
