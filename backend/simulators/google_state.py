"""What the simulated Google Sheets knows: spreadsheets, sheets, who may open them, service accounts and tokens.

A sheet is a grid of rows with a fixed number of columns; the operations here move cells and know nothing of HTTP.
"""

import secrets
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from simulators.google_cells import Cell, plain_cell

DEFAULT_ROWS = 1000
DEFAULT_COLUMNS = 26
TOKEN_SECONDS = 3600
MAX_TOKENS = 10_000
Row = list[Cell | None]


@dataclass(slots=True)
class Sheet:
    """One tab."""

    id: int
    title: str
    rows: list[Row] = field(default_factory=list)
    row_count: int = DEFAULT_ROWS
    column_count: int = DEFAULT_COLUMNS
    frozen_rows: int = 0
    frozen_columns: int = 0
    hidden: bool = False

    def properties(self, index: int) -> dict[str, Any]:
        """The SheetProperties document."""
        grid: dict[str, Any] = {"rowCount": self.row_count, "columnCount": self.column_count}
        if self.frozen_rows:
            grid["frozenRowCount"] = self.frozen_rows
        if self.frozen_columns:
            grid["frozenColumnCount"] = self.frozen_columns
        shown: dict[str, Any] = {
            "sheetId": self.id,
            "title": self.title,
            "index": index,
            "sheetType": "GRID",
            "gridProperties": grid,
        }
        return shown | ({"hidden": True} if self.hidden else {})

    def cell(self, row: int, column: int) -> Cell | None:
        """The cell, None when empty."""
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return None
        return self.rows[row][column]

    def put(self, row: int, column: int, cell: Cell | None) -> None:
        """Set one cell; the grid must be large enough."""
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        while len(cells) <= column:
            cells.append(None)
        cells[column] = cell

    def row_is_empty(self, row: int, column: int, end_column: int) -> bool:
        """Whether nothing stands in a row between two columns."""
        return row >= len(self.rows) or all(cell is None for cell in self.rows[row][column:end_column])

    def used_columns(self) -> int:
        """One past the last column with anything in it."""
        return max((i + 1 for row in self.rows for i, cell in enumerate(row) if cell is not None), default=0)

    def insert_rows(self, at: int, count: int) -> None:
        """Push rows down."""
        if at < len(self.rows):
            self.rows[at:at] = [[] for _ in range(count)]
        self.row_count += count

    def delete_rows(self, start: int, end: int) -> None:
        """Remove rows and pull up what follows."""
        del self.rows[start:end]
        self.row_count -= end - start

    def insert_columns(self, at: int, count: int) -> None:
        """Push columns to the right."""
        for row in self.rows:
            if len(row) > at:
                row[at:at] = [None] * count
        self.column_count += count

    def delete_columns(self, start: int, end: int) -> None:
        """Remove columns and pull in what follows."""
        for row in self.rows:
            del row[start:end]
        self.column_count -= end - start

    def texts(self) -> list[list[Any]]:
        """Every value as a table without the empty end."""
        table = [[cell.rendered("FORMULA") if cell is not None else "" for cell in row] for row in self.rows]
        for row in table:
            while row and row[-1] == "":
                row.pop()
        while table and not table[-1]:
            table.pop()
        return table

    def copy(self) -> "Sheet":
        """An independent copy; cells themselves never change."""
        return Sheet(
            self.id,
            self.title,
            [list(row) for row in self.rows],
            self.row_count,
            self.column_count,
            self.frozen_rows,
            self.frozen_columns,
            self.hidden,
        )


@dataclass(slots=True)
class Spreadsheet:
    """One file with its tabs. An entry "*" in `editors` shares it with everybody."""

    id: str
    title: str
    sheets: list[Sheet]
    editors: set[str] = field(default_factory=set)
    viewers: set[str] = field(default_factory=set)
    locale: str = "pt_BR"
    time_zone: str = "America/Sao_Paulo"

    def sheet_titled(self, title: str | None) -> Sheet:
        """The tab with a title, or the first. Raises KeyError."""
        if title is None:
            return self.sheets[0]
        return next((s for s in self.sheets if s.title == title), None) or _raise(title)

    def sheet_numbered(self, sheet_id: int) -> Sheet:
        """The tab with an id. Raises KeyError."""
        return next((s for s in self.sheets if s.id == sheet_id), None) or _raise(str(sheet_id))

    def may(self, email: str, *, write: bool) -> bool:
        """Whether an account may read or write it."""
        if "*" in self.editors or email in self.editors:
            return True
        return not write and ("*" in self.viewers or email in self.viewers)


def _raise(name: str) -> Sheet:
    raise KeyError(name)


def sheet_of(sheet_id: int, title: str, table: list[list[Any]]) -> Sheet:
    """A tab filled with plain values."""
    sheet = Sheet(sheet_id, title)
    for row in table:
        sheet.rows.append([plain_cell(v) if v not in (None, "") else None for v in row])
    sheet.row_count = max(DEFAULT_ROWS, len(sheet.rows))
    sheet.column_count = max(DEFAULT_COLUMNS, sheet.used_columns())
    return sheet


@dataclass(frozen=True, slots=True)
class Token:
    """An access token that was handed out."""

    email: str
    scopes: frozenset[str]
    expires: float


@dataclass(slots=True)
class GoogleSettings:
    """How the simulated Google behaves when it behaves well; quotas are per minute and account."""

    reads_per_minute: int | None = None
    writes_per_minute: int | None = None
    require_registered_accounts: bool = False
    latency_seconds: float = 0.0


@dataclass(slots=True)
class GoogleState:
    """Everything in memory."""

    spreadsheets: dict[str, Spreadsheet] = field(default_factory=dict)
    public_keys: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: OrderedDict[str, Token] = field(default_factory=OrderedDict)
    settings: GoogleSettings = field(default_factory=GoogleSettings)
    calls: dict[tuple[str, str], deque[float]] = field(default_factory=dict)

    def issue(self, email: str, scopes: frozenset[str]) -> str:
        """A fresh access token."""
        token = "ya29." + secrets.token_urlsafe(48)
        self.tokens[token] = Token(email, scopes, time.time() + TOKEN_SECONDS)
        while len(self.tokens) > MAX_TOKENS:
            self.tokens.popitem(last=False)
        return token

    def within_quota(self, email: str, *, write: bool) -> bool:
        """Count a call and say whether the account is still within its quota of the last minute."""
        limit = self.settings.writes_per_minute if write else self.settings.reads_per_minute
        if limit is None:
            return True
        recent = self.calls.setdefault((email, "write" if write else "read"), deque())
        now = time.monotonic()
        while recent and recent[0] < now - 60:
            recent.popleft()
        if len(recent) >= limit:
            return False
        recent.append(now)
        return True
