"""One look at a reservation sheet, and what is written on the strength of it.

Works on any `Tab`, so it knows neither gspread nor the network. Blocking: it runs in a thread, and an object serves
one operation. What the owner wrote is never moved, cleared or guessed at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from errors import ProviderBusy, ProviderRefused, ProviderUncertain
from integrations.sheet_rows import (
    CANCELLED,
    HEADER,
    VENDOR,
    Columns,
    Unreadable,
    UnreadableRow,
    cells_of,
    find_columns,
    matches,
    read_row,
    row_id,
    same_id,
)
from ports import Reservation

NOT_READ_BACK = "not_read_back"
"""Reason of the ProviderUncertain after a write that was accepted but not seen in the sheet."""


class Tab(Protocol):
    """A tab of a spreadsheet. Rows are counted from 1, columns from 0; every method may raise ProviderError."""

    def read(self) -> list[list[Any]]: ...

    def append(self, values: Sequence[str | int], *, header_row: int, first_column: int) -> None: ...

    def write(self, cells: Sequence[tuple[int, int, str | int]]) -> None: ...

    def write_titles(self, row: int, first_column: int, titles: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the sheet: its number from 1, and its cells from column A."""

    number: int
    cells: Sequence[Any]


class SheetVisit:
    """What a `ReservationBook` does, in terms of rows. Reading happens at once, when the visit begins."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self._read()

    def _read(self) -> None:
        self._values = self._tab.read()
        self._columns = find_columns(self._values)

    @property
    def columns(self) -> Columns | None:
        """Where the header stands; None when no row looks like one."""
        return self._columns

    def _rows(self) -> list[Found]:
        if self._columns is None:
            return []
        start = self._columns.row
        return [
            Found(start + index + 1, cells)
            for index, cells in enumerate(self._values[start:])
            if any(str(cell).strip() for cell in cells)
        ]

    def reservations(self) -> tuple[list[Reservation], tuple[UnreadableRow, ...]]:
        """Every readable reservation, the first of each id, and the rows that are not readable."""
        readable: dict[str, Reservation] = {}
        unreadable: list[UnreadableRow] = []
        for row in self._rows():
            try:
                found = read_row(self._expect_columns(), row.cells)
            except Unreadable as problem:
                unreadable.append(UnreadableRow(row.number, problem.field))
                continue
            readable.setdefault(found.id.casefold(), found)
        return list(readable.values()), tuple(unreadable)

    def find(self, reservation_id: str) -> Reservation | None:
        """The reservation with this id, None when no row has it."""
        row = self._row_of(reservation_id)
        return None if row is None else self._understood(row)

    def add(self, reservation: Reservation) -> Reservation:
        """Append, unless the id is there; return the row read back."""
        existing = self.find(reservation.id)
        if existing is not None:
            return existing
        columns = self._with_all_columns()
        cells = cells_of(reservation)
        fields = {place: field for field, place in columns.places.items()}
        values: list[str | int] = [
            cells[fields[place]] if place in fields else "" for place in range(columns.first, columns.width)
        ]
        self._tab.append(values, header_row=columns.row, first_column=columns.first)
        return self._read_back(reservation)

    def cancel(self, reservation_id: str) -> Reservation:
        """Mark as cancelled; a row already cancelled is returned as it stands."""
        current = self._existing(reservation_id)
        if current.status == CANCELLED:
            return current
        return self.write(replace(current, status=CANCELLED))

    def write(self, reservation: Reservation) -> Reservation:
        """Write the cells that differ in the row with this id; return the row read back."""
        current = self._existing(reservation.id)
        columns = self._with_all_columns()
        row = self._row_of(reservation.id)
        if row is None:
            raise ProviderUncertain(VENDOR, "row_moved")
        before, after = cells_of(current), cells_of(replace(reservation, id=current.id))
        changes = {field: value for field, value in after.items() if value != before[field]}
        if current.id.startswith("manual-"):
            changes["id"] = current.id  # from now on the row keeps its name whatever is changed in it
        if changes:
            self._tab.write([(row.number, columns.places[field], value) for field, value in changes.items()])
        return self._read_back(replace(reservation, id=current.id))

    def _read_back(self, written: Reservation) -> Reservation:
        """What the sheet says now. From here on a busy vendor is a doubt too: the writing has happened."""
        try:
            self._read()
        except ProviderBusy as busy:
            raise ProviderUncertain(VENDOR, NOT_READ_BACK, retry_after=busy.retry_after) from None
        found = self.find(written.id)
        if found is None or not matches(written, found):
            raise ProviderUncertain(VENDOR, NOT_READ_BACK)
        return found

    def _row_of(self, reservation_id: str) -> Found | None:
        columns = self._columns
        if columns is None:
            return None
        rows = [row for row in self._rows() if same_id(row_id(columns, row.cells), reservation_id)]
        if len(rows) > 1 and reservation_id.startswith("manual-"):
            raise ProviderRefused(VENDOR, "ambiguous_row")
        return rows[0] if rows else None

    def _existing(self, reservation_id: str) -> Reservation:
        found = self.find(reservation_id)
        if found is None:
            raise ProviderRefused(VENDOR, "reservation_not_found")
        return found

    def _understood(self, row: Found) -> Reservation:
        try:
            return read_row(self._expect_columns(), row.cells)
        except Unreadable:
            raise ProviderRefused(VENDOR, "row_unreadable") from None

    def _expect_columns(self) -> Columns:
        if self._columns is None:
            raise ProviderRefused(VENDOR, "header_not_found")
        return self._columns

    def _with_all_columns(self) -> Columns:
        """The header with every column of ours: a whole one in an empty sheet, else the missing titles at its end."""
        if self._columns is not None and not self._columns.missing:
            return self._columns
        if self._columns is None:
            row, start, titles = 1, 0, list(HEADER.values())
        else:
            row, start = self._columns.row, self._columns.width
            titles = [HEADER[field] for field in self._columns.missing]
        self._tab.write_titles(row, start, titles)
        self._read()
        columns = self._expect_columns()
        if columns.missing:
            raise ProviderUncertain(VENDOR, NOT_READ_BACK)
        return columns
