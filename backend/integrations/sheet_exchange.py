"""A whole reservation sheet at once: every row as it is seen, and many rows written in two calls.

The owner works in the sheet meanwhile: a row is written only while it says what it said when it was looked at, found
by its content and never by its position. Blocking, like the visit it builds on.
"""

import hashlib
from collections.abc import Sequence

from integrations.sheet_rows import Columns, Unreadable, cells_of, read_row, row_id, same_id, text_of
from integrations.sheet_visit import Found, SheetVisit
from ports import BookLook, BookRow, Reservation, RowChange


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
        seen = [_seen(columns, row) for row in self._rows()]
        cells: list[tuple[int, int, str | int]] = []
        for change in changes:
            row = _still_there(seen, change.row)
            if row is not None:
                said = cells_of(change.reservation)
                cells += [(row.number, columns.places[field], said[field]) for field in sorted(change.fields)]
        there = [row.id for row in seen if row.id is not None]
        missing = [one for one in additions if not any(same_id(one.id, known) for known in there)]
        if cells:
            self._tab.write(cells)
        if missing:
            self._append(columns, missing)
        if cells or missing:
            self._read_again()
        return self.look()


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


def _cell(columns: Columns, row: Found, field: str) -> str:
    place = columns.places.get(field)
    return text_of(row.cells[place]) if place is not None and place < len(row.cells) else ""


def _still_there(seen: Sequence[BookRow], wanted: BookRow) -> BookRow | None:
    same = [row for row in seen if row.mark == wanted.mark]
    in_place = [row for row in same if row.number == wanted.number]
    if in_place:
        return in_place[0]
    return same[0] if len(same) == 1 else None
