"""Google Sheets as an empresa's reservation book: rows found by id, never by position, and read back once written.

The only file that knows gspread, which is synchronous: each operation runs in a small pool of threads of its own,
one at a time per sheet, with every call timed. The sheet stays the owner's: other columns and rows are kept.
"""

import asyncio
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import anyio.to_thread
import gspread
from anyio import CapacityLimiter
from gspread.utils import DateTimeOption, InsertDataOption, ValueInputOption, ValueRenderOption, rowcol_to_a1

from errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain
from integrations.base import RetryPolicy, retry
from integrations.google_http import SheetsAccount, google_failures, service_account, status_error
from integrations.network import CONNECT_SECONDS
from integrations.sheet_rows import HEADER, VENDOR, UnreadableRow, plain
from integrations.sheet_visit import NOT_READ_BACK, SheetVisit
from ports import GoogleCredentials, Reservation, ReservationBook, SheetReport

T = TypeVar("T")

SHEETS_API = "https://sheets.googleapis.com"
_SHEET_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TAB_NAMES = ("reservas", "reserva")
_ONE_LOOK = RetryPolicy(attempts=1, total=12.0)


class GoogleSheetsService:
    """Opens reservation books over gspread.

    Seconds: `timeout` bounds one HTTP call, `total` one operation (a write makes four to six calls). `threads` bounds
    how many sheets are worked on at once. Google allows 60 reads and 60 writes a minute per service account.
    """

    def __init__(
        self,
        *,
        timeout: float = 15.0,
        total: float = 40.0,
        threads: int = 8,
        retry_policy: RetryPolicy | None = None,
        max_accounts: int = 64,
    ) -> None:
        self._timeout = timeout
        self._total = total
        self._threads = threads
        self._policy = retry_policy or RetryPolicy(attempts=4, base=1.0, cap=16.0, total=60.0)
        self._max_accounts = max_accounts
        self._limiter: CapacityLimiter | None = None
        self._locks: dict[str, asyncio.Lock] = {}
        self._accounts: OrderedDict[str, SheetsAccount] = OrderedDict()

    async def aclose(self) -> None:
        """Forget every account. Connections end with each operation."""
        self._accounts.clear()

    def book(self, credentials: GoogleCredentials, sheet_id: str, *, tab: str | None = None) -> ReservationBook:
        """The reservation book in a spreadsheet: its tab of that name, else the one named Reservas, else the first.

        Raises ProviderRefused(`sheet_id_invalid`) or ProviderAuthFailed for credentials that cannot be used.
        """
        if not _SHEET_ID.fullmatch(sheet_id):
            raise ProviderRefused(VENDOR, "sheet_id_invalid")
        return SheetBook(self, self._account(credentials), credentials.base_url, sheet_id, tab)

    async def inspect(self, credentials: GoogleCredentials, sheet_id: str, *, tab: str | None) -> SheetReport:
        """Look at the sheet once, and try whether it may be changed by giving its tab the name it has."""
        if not _SHEET_ID.fullmatch(sheet_id):
            raise ProviderRefused(VENDOR, "sheet_id_invalid")
        account = self._account(credentials)

        def work(deadline: float) -> SheetReport:
            limits = CallLimits(base_url=credentials.base_url, timeout=self._timeout, deadline=deadline)
            with _connected(account, limits) as calls:
                found = GspreadTab(calls, sheet_id, tab)
                visit = SheetVisit(found)
                reservations, unreadable = visit.reservations()
                columns = visit.columns
                return SheetReport(
                    tab=found.title,
                    columns=tuple(columns.places) if columns else (),
                    missing=columns.missing if columns else tuple(HEADER),
                    reservations=len(reservations),
                    unreadable_rows=tuple(row.row for row in unreadable),
                    editable=found.may_be_changed(),
                )

        return await self.run(sheet_id, work, uncertain=False, policy=_ONE_LOOK)

    def _account(self, credentials: GoogleCredentials) -> SheetsAccount:
        """One account object per document, so that its token is asked for once an hour and not once a call."""
        document = sorted((name, str(value)) for name, value in credentials.service_account.items())
        key = hashlib.sha256(repr((document, credentials.base_url)).encode()).hexdigest()
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = service_account(credentials)
            if len(self._accounts) > self._max_accounts:
                self._accounts.popitem(last=False)
        self._accounts.move_to_end(key)
        return account

    async def run(
        self, sheet_id: str, work: Callable[[float], T], *, uncertain: bool, policy: RetryPolicy | None = None
    ) -> T:
        """Run `work(deadline)` (monotonic seconds) in a thread, alone on its sheet, with the retry policy."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(self._threads)
        limiter = self._limiter

        async def attempt(seconds_left: float) -> T:
            deadline = time.monotonic() + min(self._total, seconds_left)
            return await anyio.to_thread.run_sync(work, deadline, limiter=limiter)

        async with self._locks.setdefault(sheet_id, asyncio.Lock()):
            return await retry(attempt, policy=policy or self._policy, uncertain=uncertain)

    @property
    def timeout(self) -> float:
        """Seconds for one HTTP call."""
        return self._timeout


class SheetBook:
    """`ReservationBook` in one tab of one spreadsheet.

    `unreadable` tells which rows the last look at the sheet could not make sense of; they are never written to.
    """

    def __init__(
        self,
        service: GoogleSheetsService,
        account: SheetsAccount,
        base_url: str | None,
        sheet_id: str,
        tab: str | None,
    ) -> None:
        self._service = service
        self._account = account
        self._base_url = base_url
        self._sheet_id = sheet_id
        self._tab = tab
        self.unreadable: tuple[UnreadableRow, ...] = ()

    async def list(self, *, since: date, until: date | None = None) -> Sequence[Reservation]:
        """Readable reservations from `since` to `until` (both included), by date and time, cancelled ones too."""
        found, self.unreadable = await self._visit(lambda visit: visit.reservations(), uncertain=True)
        wanted = [one for one in found if one.data >= since and (until is None or one.data <= until)]
        return sorted(wanted, key=lambda one: (one.data, one.horario, one.id))

    async def get(self, reservation_id: str) -> Reservation | None:
        """The reservation with this id, None when no row has it. Raises ProviderRefused(`row_unreadable`)."""
        return await self._visit(lambda visit: visit.find(reservation_id), uncertain=True)

    async def add(self, reservation: Reservation) -> Reservation:
        """Append a row and return it read back; an id already there is returned as it stands.

        Not repeated after a doubt. The caller may call again: the id is looked for first.
        """
        try:
            return await self._visit(lambda visit: visit.add(reservation), uncertain=False)
        except ProviderUncertain as doubt:
            if doubt.reason != NOT_READ_BACK:
                raise
            found = await self.get(reservation.id)  # the append was accepted: only the look at it is missing
            if found is None:
                raise
            return found

    async def update(self, reservation: Reservation) -> Reservation:
        """Write the cells that change and return the row read back. Raises ProviderRefused(`reservation_not_found`).

        Writing the same values twice is harmless, so doubts are repeated.
        """
        return await self._visit(lambda visit: visit.write(reservation), uncertain=True)

    async def cancel(self, reservation_id: str) -> Reservation:
        """Mark the row as cancelled, keeping it. Raises ProviderRefused(`reservation_not_found`)."""
        return await self._visit(lambda visit: visit.cancel(reservation_id), uncertain=True)

    async def _visit(self, act: Callable[[SheetVisit], T], *, uncertain: bool) -> T:
        """Look at the sheet and act on what is seen, over connections that end with the visit."""

        def work(deadline: float) -> T:
            limits = CallLimits(base_url=self._base_url, timeout=self._service.timeout, deadline=deadline)
            with _connected(self._account, limits) as calls:
                return act(SheetVisit(GspreadTab(calls, self._sheet_id, self._tab)))

        return await self._service.run(self._sheet_id, work, uncertain=uncertain)


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Where the calls of one visit go and how long they may take; `deadline` in monotonic seconds."""

    base_url: str | None
    timeout: float
    deadline: float


class TimedCalls(gspread.HTTPClient):
    """gspread's HTTP client with our address, a timeout on every call, and our errors."""

    limits: CallLimits

    def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:
        """One call to the Sheets API. Raises provider errors only."""
        left = self.limits.deadline - time.monotonic()
        if left <= 0:
            raise ProviderBusy(VENDOR, "too_late")
        self.set_timeout((min(CONNECT_SECONDS, left), min(self.limits.timeout, left)))
        if self.limits.base_url is not None and endpoint.startswith(SHEETS_API):
            endpoint = self.limits.base_url.rstrip("/") + endpoint.removeprefix(SHEETS_API)
        try:
            with google_failures():
                return super().request(method, endpoint, *args, **kwargs)
        except gspread.exceptions.APIError as error:
            raise status_error(error.response) from None


@contextmanager
def _connected(account: SheetsAccount, limits: CallLimits) -> Iterator[gspread.HTTPClient]:
    """Connections of one visit, which end with it."""
    # gspread wants a class, so what its calls need is on one of its own.
    calls = gspread.Client(auth=account, http_client=type("Calls", (TimedCalls,), {"limits": limits}))
    try:
        yield calls.http_client
    finally:
        calls.http_client.session.close()


class GspreadTab:
    """One tab through gspread: `sheet_visit.Tab`. Rows are counted from 1, columns from 0."""

    def __init__(self, calls: gspread.HTTPClient, sheet_id: str, tab: str | None) -> None:
        with _surprises():
            document = calls.fetch_sheet_metadata(sheet_id)
            tabs = [entry["properties"] for entry in document["sheets"]]
            tabs = [one for one in tabs if not one.get("hidden") and one.get("sheetType", "GRID") == "GRID"]
            wanted = [plain(tab)] if tab else list(_TAB_NAMES)
            chosen = next((one for name in wanted for one in tabs if plain(one["title"]) == name), None)
            if chosen is None and (tab is not None or not tabs):
                raise ProviderRefused(VENDOR, "tab_not_found")
            book: Any = None  # gspread wants the spreadsheet only to offer it again; fetching it would cost a read
            self._worksheet = gspread.Worksheet(book, chosen or tabs[0], sheet_id, calls)
            self.title: str = self._worksheet.title

    def may_be_changed(self) -> bool:
        """Whether a change that changes nothing is accepted. Raises ProviderError for any other refusal."""
        try:
            with _surprises():
                self._worksheet.update_title(self.title)
        except ProviderError as error:
            if error.reason == "sheet_not_shared":
                return False
            raise
        return True

    def read(self) -> list[list[Any]]:
        """Every cell; dates and times as numbers, so that the owner's formats do not matter."""
        with _surprises():
            values: Any = self._worksheet.get(
                value_render_option=ValueRenderOption.unformatted,
                date_time_render_option=DateTimeOption.serial_number,
            )
            return [list(row) for row in values]

    def append(self, values: Sequence[str | int], *, header_row: int, first_column: int) -> None:
        """Insert a row after the table whose header starts there; text stays text, also "=HYPERLINK(…)"."""
        last = first_column + len(values)
        with _surprises():
            self._worksheet.append_row(
                values,
                value_input_option=ValueInputOption.raw,
                insert_data_option=InsertDataOption.insert_rows,
                table_range=f"{rowcol_to_a1(header_row, first_column + 1)}:{rowcol_to_a1(header_row, last)}",
            )

    def write(self, cells: Sequence[tuple[int, int, str | int]]) -> None:
        """Set single cells, (row, column, value), all or none."""
        with _surprises():
            self._worksheet.batch_update(
                [{"range": rowcol_to_a1(row, column + 1), "values": [[value]]} for row, column, value in cells],
                value_input_option=ValueInputOption.raw,
            )

    def write_titles(self, row: int, first_column: int, titles: Sequence[str]) -> None:
        """Set neighbouring header cells, widening the tab when they do not fit."""
        with _surprises():
            lacking = first_column + len(titles) - self._worksheet.col_count
            if lacking > 0:
                self._worksheet.add_cols(lacking)
            span = f"{rowcol_to_a1(row, first_column + 1)}:{rowcol_to_a1(row, first_column + len(titles))}"
            self._worksheet.update([titles], span, value_input_option=ValueInputOption.raw)


@contextmanager
def _surprises() -> Iterator[None]:
    """Turn gspread's surprise at an answer of the wrong shape into a doubt about what was done."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, gspread.exceptions.GSpreadException):
        raise ProviderUncertain(VENDOR, "unreadable_answer") from None
