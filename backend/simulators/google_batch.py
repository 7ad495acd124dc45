"""The requests of spreadsheets.batchUpdate that move cells and sheets; all of a batch happens or nothing does.

Requests that only change looks are accepted without effect; those that would change data and are not served here
are refused in so many words.
"""

import secrets
from collections.abc import Callable
from typing import Any

from simulators.google_cells import Cell, entered, plain_cell
from simulators.google_state import DEFAULT_COLUMNS, DEFAULT_ROWS, Sheet, Spreadsheet
from simulators.google_values import InvalidArgument

_LOOKS = frozenset(
    {
        "repeatCell", "updateDimensionProperties", "autoResizeDimensions", "setBasicFilter", "clearBasicFilter",
        "mergeCells", "unmergeCells", "updateBorders", "setDataValidation", "addProtectedRange", "addBanding",
        "addConditionalFormatRule", "updateBanding", "addFilterView",
    }
)  # fmt: skip
Handler = Callable[[Spreadsheet, dict[str, Any], str], dict[str, Any]]


def apply(book: Spreadsheet, requests: Any) -> list[dict[str, Any]]:
    """Carry out a batch and return its replies. Raises InvalidArgument and changes nothing when one fails."""
    if not isinstance(requests, list) or not requests:
        raise InvalidArgument("Must specify at least one request.")
    work = Spreadsheet(book.id, book.title, [s.copy() for s in book.sheets], locale=book.locale)
    replies: list[dict[str, Any]] = []
    for index, request in enumerate(requests):
        place = f"requests[{index}]"
        if not isinstance(request, dict) or len(request) != 1:
            raise InvalidArgument(f"Invalid {place}: exactly one request kind must be set.")
        kind, body = next(iter(request.items()))
        handler = _HANDLERS.get(kind)
        if handler is not None:
            replies.append(handler(work, body, f"{place}.{kind}"))
        elif kind in _LOOKS:
            replies.append({})
        else:
            message = f"Invalid JSON payload received. Unknown name \"{kind}\" at '{place}': Cannot find field."
            raise InvalidArgument(message)
    book.sheets, book.title = work.sheets, work.title
    return replies


def _sheet(book: Spreadsheet, sheet_id: Any, place: str) -> Sheet:
    try:
        return book.sheet_numbered(int(sheet_id or 0))
    except KeyError as error:
        raise InvalidArgument(f"Invalid {place}: No grid with id: {sheet_id}") from error


def _add_sheet(book: Spreadsheet, body: dict[str, Any], place: str) -> dict[str, Any]:
    properties = body.get("properties") or {}
    title = properties.get("title") or f"Página{len(book.sheets) + 1}"
    if any(s.title.lower() == title.lower() for s in book.sheets):
        raise InvalidArgument(
            f'Invalid {place}: A sheet with the name "{title}" already exists. Please enter another name.'
        )
    grid = properties.get("gridProperties") or {}
    sheet = Sheet(
        int(properties.get("sheetId") or secrets.randbelow(2**31 - 2) + 1),
        title,
        row_count=int(grid.get("rowCount") or DEFAULT_ROWS),
        column_count=int(grid.get("columnCount") or DEFAULT_COLUMNS),
    )
    index = int(properties.get("index", len(book.sheets)))
    book.sheets.insert(index, sheet)
    return {"addSheet": {"properties": sheet.properties(index)}}


def _delete_sheet(book: Spreadsheet, body: dict[str, Any], place: str) -> dict[str, Any]:
    sheet = _sheet(book, body.get("sheetId"), place)
    if len(book.sheets) == 1:
        raise InvalidArgument(f"Invalid {place}: You can't remove all the sheets in a document.")
    book.sheets.remove(sheet)
    return {}


def _update_sheet(book: Spreadsheet, body: dict[str, Any], place: str) -> dict[str, Any]:
    properties = body.get("properties") or {}
    fields = body.get("fields")
    if not fields:
        raise InvalidArgument(f"Invalid {place}: At least one field must be listed in 'fields'.")
    sheet = _sheet(book, properties.get("sheetId"), place)
    grid = properties.get("gridProperties") or {}
    for name in str(fields).split(","):
        if name in ("title", "*") and "title" in properties:
            sheet.title = str(properties["title"])
        elif name == "hidden":
            sheet.hidden = bool(properties.get("hidden"))
        elif name == "index":
            book.sheets.remove(sheet)
            book.sheets.insert(int(properties.get("index") or 0), sheet)
        elif name == "gridProperties.rowCount":
            sheet.row_count = int(grid["rowCount"])
            del sheet.rows[sheet.row_count :]
        elif name == "gridProperties.columnCount":
            sheet.column_count = int(grid["columnCount"])
            sheet.rows = [row[: sheet.column_count] for row in sheet.rows]
        elif name == "gridProperties.frozenRowCount":
            sheet.frozen_rows = int(grid.get("frozenRowCount") or 0)
        elif name == "gridProperties.frozenColumnCount":
            sheet.frozen_columns = int(grid.get("frozenColumnCount") or 0)
    return {}


def _update_book(book: Spreadsheet, body: dict[str, Any], _: str) -> dict[str, Any]:
    book.title = str((body.get("properties") or {}).get("title", book.title))
    return {}


def _dimension(book: Spreadsheet, body: dict[str, Any], place: str) -> tuple[Sheet, bool, int, int]:
    span = body.get("range") or {}
    sheet = _sheet(book, span.get("sheetId"), place)
    if span.get("dimension") not in ("ROWS", "COLUMNS"):
        raise InvalidArgument(f"Invalid {place}: range.dimension must be ROWS or COLUMNS.")
    rows = span["dimension"] == "ROWS"
    count = sheet.row_count if rows else sheet.column_count
    start, end = int(span.get("startIndex") or 0), int(span.get("endIndex", count))
    if not 0 <= start < end:
        raise InvalidArgument(f"Invalid {place}: endIndex must be greater than startIndex.")
    return sheet, rows, start, end


def _insert_dimension(book: Spreadsheet, body: dict[str, Any], place: str) -> dict[str, Any]:
    sheet, rows, start, end = _dimension(book, body, place)
    if rows:
        sheet.insert_rows(start, end - start)
    else:
        sheet.insert_columns(start, end - start)
    return {}


def _delete_dimension(book: Spreadsheet, body: dict[str, Any], place: str) -> dict[str, Any]:
    sheet, rows, start, end = _dimension(book, body, place)
    count = sheet.row_count if rows else sheet.column_count
    if end > count:
        raise InvalidArgument(f"Invalid {place}: Cannot delete a dimension that doesn't exist.")
    if end - start >= count:
        raise InvalidArgument(f"Invalid {place}: You can't delete every row or column on the sheet.")
    if rows:
        sheet.delete_rows(start, end)
    else:
        sheet.delete_columns(start, end)
    return {}


def _append_dimension(book: Spreadsheet, body: dict[str, Any], place: str) -> dict[str, Any]:
    sheet = _sheet(book, body.get("sheetId"), place)
    if body.get("dimension") == "ROWS":
        sheet.row_count += int(body["length"])
    else:
        sheet.column_count += int(body["length"])
    return {}


def _grid(sheet: Sheet, span: dict[str, Any]) -> tuple[int, int, int, int]:
    return (
        int(span.get("startRowIndex") or 0),
        int(span.get("startColumnIndex") or 0),
        int(span.get("endRowIndex", sheet.row_count)),
        int(span.get("endColumnIndex", sheet.column_count)),
    )


def sort_key(cell: Cell | None) -> tuple[int, float, str]:
    """Numbers before texts before booleans, blanks last, as the vendor sorts."""
    if cell is None:
        return 3, 0.0, ""
    if isinstance(cell.value, bool):
        return 2, float(cell.value), ""
    if isinstance(cell.value, str):
        return 1, 0.0, cell.value.lower()
    return 0, float(cell.value), ""


def sort_rows(sheet: Sheet, bounds: tuple[int, int, int, int], specs: list[tuple[int, bool]]) -> None:
    """Sort the rows within bounds by (column, descending), blanks last either way."""
    row, column, end_row, end_column = bounds
    end_row = min(end_row, len(sheet.rows))
    block = [[sheet.cell(r, c) for c in range(column, end_column)] for r in range(row, end_row)]
    for key_column, descending in reversed(specs):
        place = key_column - column
        full = [line for line in block if line[place] is not None]
        blank = [line for line in block if line[place] is None]
        full.sort(key=lambda line: sort_key(line[place]), reverse=descending)
        block = full + blank
    for r, line in enumerate(block):
        for c, cell in enumerate(line):
            if cell is not None or sheet.cell(row + r, column + c) is not None:
                sheet.put(row + r, column + c, cell)


def _sort_range(book: Spreadsheet, body: dict[str, Any], place: str) -> dict[str, Any]:
    span = body.get("range") or {}
    sheet = _sheet(book, span.get("sheetId"), place)
    bounds = _grid(sheet, span)
    specs = [(int(s.get("dimensionIndex") or 0), s.get("sortOrder") == "DESCENDING") for s in body.get("sortSpecs", [])]
    if not specs or any(not bounds[1] <= column < bounds[3] for column, _ in specs):
        raise InvalidArgument(f"Invalid {place}: sortSpecs must name columns within the range.")
    sort_rows(sheet, bounds, specs)
    return {}


def _cell_of(data: dict[str, Any]) -> Cell | None:
    value = data.get("userEnteredValue") or {}
    if "formulaValue" in value:
        return entered(value["formulaValue"], "USER_ENTERED")
    for name in ("stringValue", "numberValue", "boolValue"):
        if name in value:
            return plain_cell(value[name]) if value[name] != "" else None
    return None


def _update_cells(book: Spreadsheet, body: dict[str, Any], place: str) -> dict[str, Any]:
    if not body.get("fields"):
        raise InvalidArgument(f"Invalid {place}: At least one field must be listed in 'fields'.")
    start = body.get("start")
    span = body.get("range") or {}
    sheet = _sheet(book, (start or span).get("sheetId"), place)
    if not any(name.startswith(("userEnteredValue", "*")) for name in str(body["fields"]).split(",")):
        return {}
    if start is not None:
        row, column = int(start.get("rowIndex") or 0), int(start.get("columnIndex") or 0)
    else:
        row, column, end_row, end_column = _grid(sheet, span)
        for r in range(row, min(end_row, len(sheet.rows))):
            for c in range(column, min(end_column, len(sheet.rows[r]))):
                sheet.rows[r][c] = None
    for r, line in enumerate(body.get("rows") or []):
        for c, data in enumerate(line.get("values") or []):
            sheet.put(row + r, column + c, _cell_of(data))
    return {}


def _append_cells(book: Spreadsheet, body: dict[str, Any], place: str) -> dict[str, Any]:
    sheet = _sheet(book, body.get("sheetId"), place)
    at = len(sheet.texts())
    for r, line in enumerate(body.get("rows") or []):
        for c, data in enumerate(line.get("values") or []):
            sheet.put(at + r, c, _cell_of(data))
    sheet.row_count = max(sheet.row_count, len(sheet.rows))
    return {}


_HANDLERS: dict[str, Handler] = {
    "addSheet": _add_sheet,
    "deleteSheet": _delete_sheet,
    "updateSheetProperties": _update_sheet,
    "updateSpreadsheetProperties": _update_book,
    "insertDimension": _insert_dimension,
    "deleteDimension": _delete_dimension,
    "appendDimension": _append_dimension,
    "sortRange": _sort_range,
    "updateCells": _update_cells,
    "appendCells": _append_cells,
}
