"""Reading and writing ranges of values, with the vendor's rules about tables, trailing blanks and grid limits."""

from collections.abc import Sequence
from typing import Any

from simulators import google_a1
from simulators.google_a1 import A1, BadRange
from simulators.google_cells import entered
from simulators.google_state import Sheet, Spreadsheet

RENDER_OPTIONS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
INPUT_OPTIONS = ("RAW", "USER_ENTERED")


class InvalidArgument(ValueError):
    """A 400 of Google; the text is its message."""


def locate(book: Spreadsheet, text: str) -> tuple[Sheet, A1]:
    """The sheet and bounds a range names. Raises InvalidArgument."""
    try:
        asked = google_a1.parse(text, [s.title for s in book.sheets])
        return book.sheet_titled(asked.title), asked
    except (BadRange, KeyError) as error:
        raise InvalidArgument(f"Unable to parse range: {text}") from error


def _closed(sheet: Sheet, asked: A1) -> tuple[int, int, int, int]:
    """The bounds within the grid. Raises InvalidArgument when the range starts outside."""
    if asked.row >= sheet.row_count or asked.column >= sheet.column_count:
        end_row = asked.end_row if asked.end_row is not None else sheet.row_count
        end_column = asked.end_column if asked.end_column is not None else sheet.column_count
        shown = google_a1.written(
            sheet.title, asked.row, asked.column, max(end_row, asked.row + 1), max(end_column, asked.column + 1)
        )
        limits = f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        raise InvalidArgument(f"Range ({shown}) exceeds grid limits. {limits}")
    end_row = sheet.row_count if asked.end_row is None else min(asked.end_row, sheet.row_count)
    end_column = sheet.column_count if asked.end_column is None else min(asked.end_column, sheet.column_count)
    return asked.row, asked.column, end_row, end_column


def read(book: Spreadsheet, text: str, *, render: str, major: str) -> dict[str, Any]:
    """The ValueRange of a range, without blank rows and cells at the end."""
    sheet, asked = locate(book, text)
    row, column, end_row, end_column = _closed(sheet, asked)
    table: list[list[Any]] = []
    for index in range(row, min(end_row, len(sheet.rows))):
        cells = sheet.rows[index][column:end_column]
        table.append([cell.rendered(render) if cell is not None else "" for cell in cells])
    if major == "COLUMNS":
        width = max((len(r) for r in table), default=0)
        table = [[r[i] if i < len(r) else "" for r in table] for i in range(width)]
    for line in table:
        while line and line[-1] == "":
            line.pop()
    while table and not table[-1]:
        table.pop()
    shown = google_a1.written(sheet.title, row, column, end_row, end_column)
    answer: dict[str, Any] = {"range": shown, "majorDimension": major}
    return answer | ({"values": table} if table else {})


def _table(values: Any, major: str) -> list[list[Any]]:
    if not isinstance(values, list) or any(not isinstance(line, list) for line in values):
        raise InvalidArgument("Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue)")
    if major == "COLUMNS":
        height = max((len(c) for c in values), default=0)
        return [[c[i] if i < len(c) else None for c in values] for i in range(height)]
    return values


def _put(sheet: Sheet, row: int, column: int, table: Sequence[Sequence[Any]], option: str) -> dict[str, int]:
    count = 0
    for r, line in enumerate(table):
        for c, value in enumerate(line):
            if value is None:
                continue
            try:
                sheet.put(row + r, column + c, entered(value, option))
            except TypeError as error:
                raise InvalidArgument(f"Invalid values[{r}][{c}]: {error} {{ }}") from error
            count += 1
    width = max((len(line) for line in table), default=0)
    return {"updatedRows": len(table), "updatedColumns": width, "updatedCells": count}


def update(book: Spreadsheet, text: str, *, values: Any, option: str, major: str) -> dict[str, Any]:
    """Write values into a range and return the UpdateValuesResponse without the id."""
    sheet, asked = locate(book, text)
    row, column, end_row, end_column = _closed(sheet, asked)
    table = _table(values, major)
    height, width = len(table), max((len(line) for line in table), default=0)
    if not asked.single:
        if height > end_row - row:
            shown = google_a1.written(sheet.title, row, column, end_row, end_column)
            message = f"Requested writing within range [{shown}], but tried writing to row [{end_row + 1}]"
            raise InvalidArgument(message)
        if width > end_column - column:
            shown = google_a1.written(sheet.title, row, column, end_row, end_column)
            letters = google_a1.column_letters(end_column)
            raise InvalidArgument(f"Requested writing within range [{shown}], but tried writing to column [{letters}]")
    if row + height > sheet.row_count or column + width > sheet.column_count:
        shown = google_a1.written(sheet.title, row, column, row + max(1, height), column + max(1, width))
        limits = f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        raise InvalidArgument(f"Range ({shown}) exceeds grid limits. {limits}")
    counts = _put(sheet, row, column, table, option)
    shown = google_a1.written(sheet.title, row, column, row + max(1, height), column + max(1, width))
    return {"updatedRange": shown, **counts}


def append(
    book: Spreadsheet, text: str, *, values: Any, option: str, major: str, insert: bool
) -> tuple[str | None, dict[str, Any]]:
    """Write rows after the table found in a range; the table's range (None without one) and the update."""
    sheet, asked = locate(book, text)
    row, column, end_row, end_column = _closed(sheet, asked)
    table = _table(values, major)
    found = _find_table(sheet, asked, row, column, end_row, end_column)
    at, left, table_range = row, column, None
    if found is not None:
        top, left, bottom, right = found
        at, table_range = bottom, google_a1.written(sheet.title, top, left, bottom, right)
        if insert:
            sheet.insert_rows(at, len(table))
    elif insert:
        sheet.insert_rows(at, len(table))
    width = max((len(line) for line in table), default=0)
    sheet.row_count = max(sheet.row_count, at + len(table))
    sheet.column_count = max(sheet.column_count, left + width)
    counts = _put(sheet, at, left, table, option)
    shown = google_a1.written(sheet.title, at, left, at + max(1, len(table)), left + max(1, width))
    return table_range, {"updatedRange": shown, **counts}


def _find_table(
    sheet: Sheet, asked: A1, row: int, column: int, end_row: int, end_column: int
) -> tuple[int, int, int, int] | None:
    """The last block of filled cells in the range: top, left, bottom and right (exclusive)."""
    if asked.single:
        end_column = sheet.column_count
        if sheet.cell(row, column) is None:
            return None
        last = row
    else:
        filled = [r for r in range(row, min(end_row, len(sheet.rows))) if not sheet.row_is_empty(r, column, end_column)]
        if not filled:
            return None
        last = filled[-1]
    top = bottom = last
    while top > 0 and not sheet.row_is_empty(top - 1, column, end_column):
        top -= 1
    while not sheet.row_is_empty(bottom, column, end_column):
        bottom += 1
    block = range(top, bottom)
    columns = [c for c in range(column, end_column) if any(sheet.cell(r, c) is not None for r in block)]
    left = columns[0]
    right = left
    while right in columns:
        right += 1
    return top, left, bottom, right


def clear(book: Spreadsheet, text: str) -> str:
    """Empty a range and return it as the vendor writes it."""
    sheet, asked = locate(book, text)
    row, column, end_row, end_column = _closed(sheet, asked)
    for index in range(row, min(end_row, len(sheet.rows))):
        for c in range(column, min(end_column, len(sheet.rows[index]))):
            sheet.rows[index][c] = None
    return google_a1.written(sheet.title, row, column, end_row, end_column)
