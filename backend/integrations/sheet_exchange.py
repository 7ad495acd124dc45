"""A whole reservation sheet at once: every row as it is seen, and many rows written in two calls.

The owner works in the sheet meanwhile: a row is written only while it says what it said when it was looked at, found
by its content and never by its position. Blocking, like the visit it builds on.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.sheet_rows import Columns, Unreadable, cells_of, read_row, row_id, same_id, text_of
from integrations.sheet_visit import Found, SheetVisit
from ports import BookLook, BookRow, Reservation, RowChange

Cell = tuple[int, int, Any]
"""Row from 1, column from 0, value."""


class SheetExchange(SheetVisit):
    """A visit that looks at all rows and writes to many."""

    def look(self) -> BookLook:
        """Every row that holds anything, in the order of the sheet."""
        columns = self._columns
        if columns is None:
            return BookLook(rows=(), has_header=False, has_ids=False)
        rows = tuple(_seen(columns, row) for row in self._rows())
        return BookLook(rows=rows, has_header=True, has_ids="id" in columns.places)

    def exchange(self, changes: Sequence[RowChange], additions: Sequence[Reservation]) -> BookLook:
        """Write, then look. A change whose row has meanwhile changed or gone is left out."""
        columns = self._with_all_columns()
        before = self._rows()
        seen = [_seen(columns, row) for row in before]
        written: dict[int, frozenset[str]] = {}
        cells: list[Cell] = []
        for change in changes:
            row = _still_there(seen, change.row)
            if row is not None:
                said = cells_of(change.reservation)
                cells += [(row.number, columns.places[field], said[field]) for field in sorted(change.fields)]
                written[row.number] = change.fields
        there = [row.id for row in seen if row.id is not None]
        missing = [one for one in additions if not any(same_id(one.id, known) for known in there)]
        if cells:
            self._tab.write(cells)
        if missing:
            self._append(columns, missing)
        if cells or missing:
            self._read_again()
        if cells and (back := self._hit_instead(columns, before, written)):
            self._tab.write(back)
            self._read_again()
        return self.look()

    def _hit_instead(
        self, columns: Columns, before: Sequence[Found], written: Mapping[int, frozenset[str]]
    ) -> list[Cell]:
        """The cells of rows that stood where others were expected: what they must get back.

        The API has no conditional write, and the owner may sort between our last look and the write. Whose row was hit
        is seen in the fields that were not written.
        """
        if self._columns is None or self._columns.places != columns.places:
            return []
        now = {row.number: row for row in self._rows()}
        expected = {row.number: row for row in before}
        back: list[Cell] = []
        for number, fields in written.items():
            found = now.get(number)
            if found is None:
                continue
            rest = [field for field in columns.places if field not in fields]
            says = _texts(columns, found, rest)
            if says == _texts(columns, expected[number], rest):
                continue
            owners = [row for row in before if _texts(columns, row, rest) == says]
            if len(owners) == 1:
                back += [(number, columns.places[field], _raw(columns, owners[0], field)) for field in sorted(fields)]
        return back


def _seen(columns: Columns, row: Found) -> BookRow:
    written = _cell(columns, row, "id")
    said: Reservation | None = None
    unreadable: str | None = None
    try:
        said = read_row(columns, row.cells)
    except Unreadable as problem:
        unreadable = problem.field
    return BookRow(
        number=row.number,
        id=row_id(columns, row.cells) if written else None,
        said=said,
        unreadable=unreadable,
        mark=_mark(columns, row),
    )


def _mark(columns: Columns, row: Found) -> str:
    """A cell that is empty and a column that is missing say the same: a column added by us changes no mark."""
    said = sorted((field, text) for field in columns.places if (text := _cell(columns, row, field)))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:24]


def _texts(columns: Columns, row: Found, fields: Sequence[str]) -> list[str]:
    return [_cell(columns, row, field) for field in fields]


def _raw(columns: Columns, row: Found, field: str) -> Any:
    """The cell as it was read, a number where the owner's format shows a date."""
    place = columns.places[field]
    return row.cells[place] if place < len(row.cells) else ""


def _cell(columns: Columns, row: Found, field: str) -> str:
    place = columns.places.get(field)
    return text_of(row.cells[place]) if place is not None and place < len(row.cells) else ""


def _still_there(seen: Sequence[BookRow], wanted: BookRow) -> BookRow | None:
    same = [row for row in seen if row.mark == wanted.mark]
    in_place = [row for row in same if row.number == wanted.number]
    if in_place:
        return in_place[0]
    return same[0] if len(same) == 1 else None
