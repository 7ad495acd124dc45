"""The reservation book in a real-looking sheet: found by id, read back, and the owner's own work left alone."""

import asyncio
import time as clock
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain
from integrations.google_sheets_service import GoogleSheetsService, GspreadTab, SheetBook
from integrations.sheet_rows import UnreadableRow
from integrations.sheet_visit import SheetVisit
from ports import GoogleCredentials, Reservation, ReservationBook
from tests.integrations.conftest import QUICK, obeyed
from tests.stage import Simulators

SHEET = "planilha-1"
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
BIA = replace(ANA, id="R-3B9Q", nome="Bia", data=date(2026, 12, 24), horario=time(19), observacoes=None)
ALL = date(2000, 1, 1)
HEADER = ["Mesa", "Cliente", "Data", "Hora", "Qtd pessoas", "Garçom", "Código", "Situação", "Obs", "WhatsApp"]


async def share(sim: Simulators, credentials: GoogleCredentials, rows: list[list[Any]], **fields: Any) -> None:
    email = str(credentials.service_account["client_email"])
    await sim.control(
        "POST", "/google/spreadsheets",
        **{"id": SHEET, "sheets": {"Página1": rows}, "shared_with": [email], **fields},
    )  # fmt: skip


async def shown(sim: Simulators) -> list[list[Any]]:
    answer = await sim.control("GET", f"/google/spreadsheets/{SHEET}")
    sheets: dict[str, list[list[Any]]] = answer.json()["sheets"]
    return next(iter(sheets.values()))


@pytest.fixture
def book(sheets: GoogleSheetsService, google_credentials: GoogleCredentials) -> ReservationBook:
    return sheets.book(google_credentials, SHEET)


async def test_an_empty_sheet_gets_a_header_and_its_first_row(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [])
    assert list(await book.list(since=ALL)) == []
    assert await book.get("R-7K2M") is None
    assert await book.add(ANA) == ANA
    rows = await shown(sim)
    assert rows == [
        ["Código", "Nome", "Telefone", "Data", "Horário", "Pessoas", "Status", "Observações"],
        ["R-7K2M", "Ana", "+5511988887777", "25/12/2026", "20:30", 4, "confirmada", '=HYPERLINK("http://x")'],
    ]
    await obeyed(sim, "google")


async def test_what_a_customer_typed_never_becomes_a_formula(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [])
    await book.add(ANA)
    for asked in await sim.requests("google", "/values"):
        if asked["method"] != "GET":
            assert "USER_ENTERED" not in str(asked["query"]) + asked["body"]
    [append] = await sim.requests("google", ":append")
    assert append["query"]["insertDataOption"] == ["INSERT_ROWS"]


async def test_columns_of_the_owner_keep_their_order_and_their_content(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    mine = ["12", "Caio", "24/12/2026", "21h", "2 pessoas", "João", "R-1", "ok", "janela", "11 97777-0000"]
    await share(sim, google_credentials, [["Cantina da Vila"], [], HEADER, mine])
    assert await book.add(ANA) == ANA
    rows = await shown(sim)
    assert rows[2:4] == [HEADER, mine]
    assert rows[4] == [
        "", "Ana", "25/12/2026", "20:30", 4, "", "R-7K2M", "confirmada", ANA.observacoes, ANA.telefone
    ]  # fmt: skip
    [caio] = await book.list(since=ALL, until=date(2026, 12, 24))
    assert (caio.id, caio.horario, caio.pessoas, caio.status) == ("R-1", time(21), 2, "confirmada")


async def test_a_sheet_without_a_code_column_gets_one_at_its_end(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [["Nome", "Data", "Hora", "Pessoas"], ["Caio", "24/12/2026", "21h", 2]])
    await book.add(ANA)
    rows = await shown(sim)
    assert rows[0] == ["Nome", "Data", "Hora", "Pessoas", "Código", "Telefone", "Status", "Observações"]
    assert rows[1] == ["Caio", "24/12/2026", "21h", 2]
    assert [one.nome for one in await book.list(since=ALL)] == ["Caio", "Ana"]


async def test_an_id_already_there_is_not_written_again(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [])
    await book.add(ANA)
    assert await book.add(replace(ANA, id="r-7k2m", nome="Outra")) == ANA
    assert len(await shown(sim)) == 2


async def test_ten_people_booking_at_once_get_ten_rows(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [])
    await asyncio.gather(*(book.add(replace(ANA, id=f"R-{n}")) for n in range(10)))
    assert sorted(one.id for one in await book.list(since=ALL)) == [f"R-{n}" for n in range(10)]


async def test_a_row_is_found_after_the_owner_sorted_the_sheet(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [])
    for one in (ANA, BIA):
        await book.add(one)
    await sim.control("POST", f"/google/spreadsheets/{SHEET}/owner", operation="sort", column=2, descending=True)
    changed = replace(ANA, pessoas=6, horario=time(21))
    assert await book.update(changed) == changed
    await sim.control("POST", f"/google/spreadsheets/{SHEET}/owner", operation="insert_row", row=2)
    await sim.control("POST", f"/google/spreadsheets/{SHEET}/owner", operation="insert_column", column=1)
    assert (await book.cancel("R-3B9Q")).status == "cancelada"
    assert await book.get("R-7K2M") == changed
    assert await book.get("R-3B9Q") == replace(BIA, status="cancelada")
    assert len([row for row in await shown(sim) if row]) == 3


async def test_only_the_cells_that_change_are_written(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [HEADER, ["12", "Ana", 46381, 0.5, 2, "João", "R-1", "", "", ""]])
    found = await book.get("R-1")
    assert found is not None
    await book.update(replace(found, pessoas=3))
    [written] = await sim.requests("google", "values:batchUpdate")
    assert [(part["range"], part["values"]) for part in written["json"]["data"]] == [("'Página1'!E2", [[3]])]
    assert (await shown(sim))[1][:6] == ["12", "Ana", 46381, 0.5, 3, "João"]


async def test_cancelling_twice_or_what_is_not_there(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [])
    await book.add(ANA)
    first = await book.cancel("R-7K2M")
    assert await book.cancel("R-7K2M") == first
    for missing in (book.cancel("R-0"), book.update(replace(ANA, id="R-0"))):
        with pytest.raises(ProviderRefused) as caught:
            await missing
        assert caught.value.reason == "reservation_not_found"


async def test_rows_that_make_no_sense_are_reported_and_left(
    book: SheetBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    odd = ["", "Caio", "depois do natal", "21h", 2, "", "R-1"]
    await share(sim, google_credentials, [HEADER, odd, ["", "Bia", "24/12/2026", "noite", 2], ["total", "", "", "", 9]])
    await book.add(ANA)
    assert [one.nome for one in await book.list(since=ALL)] == ["Ana"]
    assert book.unreadable == (UnreadableRow(2, "data"), UnreadableRow(3, "horario"), UnreadableRow(4, "nome"))
    with pytest.raises(ProviderRefused) as caught:
        await book.cancel("R-1")
    assert caught.value.reason == "row_unreadable"
    assert (await shown(sim))[1] == odd


async def test_a_row_written_by_hand_can_be_cancelled_and_keeps_its_name(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [HEADER, ["", "Caio", "24/12/2026", "21h", 2]])
    [caio] = await book.list(since=ALL)
    cancelled = await book.cancel(caio.id)
    assert (cancelled.id, cancelled.status) == (caio.id, "cancelada")
    assert (await book.update(replace(cancelled, pessoas=3))).id == caio.id


async def test_the_tab_named_reservas_is_the_book(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    tabs = {"Cardápio": [["Produto", "Preço"]], "RESERVAS": [HEADER, ["", "Caio", "24/12/2026", "21h", 2, "", "R-1"]]}
    await share(sim, google_credentials, [], sheets=tabs)
    assert await book.get("R-1") is not None


async def test_a_table_that_is_no_book_is_never_written_to(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [["Produto", "Preço"], ["Pizza", 52]])
    with pytest.raises(ProviderRefused) as caught:
        await book.add(ANA)
    assert caught.value.reason == "header_not_found"
    assert await shown(sim) == [["Produto", "Preço"], ["Pizza", 52]]


async def test_sheets_missing_or_not_shared_are_told_apart(
    sheets: GoogleSheetsService, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [], shared_with=[])
    for sheet_id, reason in ((SHEET, "sheet_not_shared"), ("outra", "sheet_not_found")):
        with pytest.raises(ProviderRefused) as caught:
            await sheets.book(google_credentials, sheet_id).list(since=ALL)
        assert caught.value.reason == reason
    with pytest.raises(ProviderRefused) as caught:
        sheets.book(google_credentials, "../../drive")
    assert caught.value.reason == "sheet_id_invalid"


@pytest.mark.parametrize("kind", ["status", "reset", "malformed", "empty", "hang"])
async def test_reads_are_repeated(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators, kind: str
) -> None:
    await share(sim, google_credentials, [HEADER, ["", "Caio", "24/12/2026", "21h", 2, "", "R-1"]])
    await sim.fault("google", kind, path_contains="/v4/", times=2)
    assert await book.get("R-1") is not None


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        ({"kind": "status", "status": 429, "times": -1}, ProviderBusy, "http_429"),
        ({"kind": "status", "status": 500, "after_perform": True}, ProviderUncertain, "http_500"),
        ({"kind": "hang"}, ProviderUncertain, "timeout"),
        ({"kind": "reset", "after_perform": True}, ProviderUncertain, "connection_lost"),
        ({"kind": "malformed", "after_perform": True}, ProviderUncertain, "unreadable_answer"),
    ],
)
async def test_an_append_in_doubt_is_not_repeated_and_asking_again_settles_it(
    book: ReservationBook,
    google_credentials: GoogleCredentials,
    sim: Simulators,
    fault: dict[str, Any],
    kind: type[ProviderError],
    reason: str,
) -> None:
    await share(sim, google_credentials, [HEADER])
    await sim.fault("google", path_contains=":append", **fault)
    with pytest.raises(ProviderError) as caught:
        await book.add(ANA)
    assert (type(caught.value), caught.value.reason) == (kind, reason)
    await sim.no_faults()
    assert await book.add(ANA) == ANA
    assert len([row for row in await shown(sim) if row]) == 2


async def test_a_row_written_but_not_yet_seen_is_looked_for_and_not_written_again(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    await share(sim, google_credentials, [HEADER])
    append = GspreadTab.append

    def append_then_quota(tab: GspreadTab, values: Any, **where: int) -> None:
        append(tab, values, **where)
        monkeypatch.setattr(GspreadTab, "read", quota)

    read = GspreadTab.read

    def quota(_tab: GspreadTab) -> list[list[Any]]:
        monkeypatch.setattr(GspreadTab, "read", read)
        raise ProviderBusy("google", "http_429")

    monkeypatch.setattr(GspreadTab, "append", append_then_quota)
    assert await book.add(ANA) == ANA
    assert len(await sim.requests("google", ":append")) == 1


def test_once_written_a_busy_vendor_is_a_doubt() -> None:
    class Tab:
        looks = 0

        def read(self) -> list[list[Any]]:
            self.looks += 1
            if self.looks > 1:
                raise ProviderBusy("google", "http_429", retry_after=9)
            return [list(HEADER)]

        def append(self, rows: Sequence[Sequence[str | int]], *, header_row: int, first_column: int) -> None: ...

        def write(self, cells: Sequence[tuple[int, int, Any]]) -> None: ...

        def write_titles(self, row: int, first_column: int, titles: Sequence[str]) -> None: ...

    visit = SheetVisit(Tab())
    with pytest.raises(ProviderUncertain) as caught:
        visit.add(ANA)
    assert (caught.value.reason, caught.value.retry_after) == ("not_read_back", 9)


async def test_a_busy_google_is_asked_again(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [HEADER])
    await sim.fault("google", "status", status=429, path_contains=":append", times=2)
    assert await book.add(ANA) == ANA
    assert len(await shown(sim)) == 2


async def test_the_token_is_asked_for_once_and_only_for_spreadsheets(
    sheets: GoogleSheetsService, google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    await share(sim, google_credentials, [HEADER])
    for _ in range(3):
        await sheets.book(google_credentials, SHEET).list(since=ALL)
    assert len(await sim.requests("google", "/token")) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 400}, ProviderAuthFailed),
        ({"kind": "reset", "times": -1}, ProviderBusy),
        ({"kind": "hang"}, ProviderBusy),
    ],
)
async def test_a_token_that_is_not_given_is_before_any_effect(
    book: ReservationBook,
    google_credentials: GoogleCredentials,
    sim: Simulators,
    fault: dict[str, Any],
    kind: type[ProviderError],
) -> None:
    await share(sim, google_credentials, [HEADER])
    await sim.fault("google", path_contains="/token", **{"times": -1, **fault})
    with pytest.raises(ProviderError) as caught:
        await book.add(ANA)
    assert type(caught.value) is kind
    assert await sim.requests("google", "/v4/") == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"private_key": "nada"}, "malformed_credentials"),
        ({"client_email": None}, "malformed_credentials"),
        ({"token_uri": None}, "token_address_not_allowed"),
        ({"token_uri": "http://169.254.169.254/token"}, "token_address_not_allowed"),
        ({"token_uri": "https://oauth2.googleapis.com.evil.example/token"}, "token_address_not_allowed"),
    ],
)
async def test_credentials_that_cannot_be_used_are_refused_without_a_call(
    sheets: GoogleSheetsService, google_credentials: GoogleCredentials, change: dict[str, Any], reason: str
) -> None:
    document = {**google_credentials.service_account, **change}
    with pytest.raises(ProviderAuthFailed) as caught:
        sheets.book(replace(google_credentials, service_account=document), SHEET)
    assert caught.value.reason == reason


async def test_a_local_token_address_is_refused_without_a_local_server(
    sheets: GoogleSheetsService, google_credentials: GoogleCredentials
) -> None:
    with pytest.raises(ProviderAuthFailed):
        sheets.book(replace(google_credentials, base_url=None), SHEET)


async def test_one_hanging_sheet_leaves_the_others_alone(
    google_credentials: GoogleCredentials, sim: Simulators
) -> None:
    service = GoogleSheetsService(timeout=1, threads=2, retry_policy=replace(QUICK, attempts=1))
    await share(sim, google_credentials, [HEADER])
    await share(sim, google_credentials, [HEADER], id="lenta")
    await service.book(google_credentials, SHEET).list(since=ALL)
    await sim.fault("google", "hang", path_contains="/lenta", times=-1)
    slow = [asyncio.ensure_future(service.book(google_credentials, "lenta").get("x")) for _ in range(3)]
    await asyncio.sleep(0.05)
    started = clock.monotonic()
    await service.book(google_credentials, SHEET).list(since=ALL)
    assert clock.monotonic() - started < 0.9
    assert all(isinstance(e, ProviderUncertain) for e in await asyncio.gather(*slow, return_exceptions=True))


async def test_the_library_asks_nobody_else_about_the_account(
    book: ReservationBook, google_credentials: GoogleCredentials, sim: Simulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    manager = "google.auth._regional_access_boundary_utils._RegionalAccessBoundaryManager.maybe_start_refresh"
    monkeypatch.setattr(manager, lambda *_: asked.append(1))
    await share(sim, google_credentials, [HEADER])
    await book.list(since=ALL)
    assert asked == []
