"""A1 notation: reading and writing ranges the way Google Sheets does.

Rows and columns are zero-based here and half-open; an open side of a range is None until the grid closes it.
"""

import re
from dataclasses import dataclass

_CELL = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d*)")
_SIMPLE_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


class BadRange(ValueError):
    """The text is not a range; carries it."""


@dataclass(frozen=True, slots=True)
class A1:
    """A range as asked: sheet title (None for the first sheet) and bounds, open where None."""

    title: str | None
    row: int
    column: int
    end_row: int | None
    end_column: int | None

    @property
    def single(self) -> bool:
        """Whether it names one cell."""
        return self.end_row == self.row + 1 and self.end_column == self.column + 1


def column_index(letters: str) -> int:
    """The zero-based number of a column."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_letters(index: int) -> str:
    """The letters of a zero-based column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def quoted(title: str) -> str:
    """A sheet title as it appears in a range; quoted when it must be."""
    looks_like_cell = re.fullmatch(r"[A-Za-z]{1,3}\d+", title) is not None
    if _SIMPLE_TITLE.fullmatch(title) and not looks_like_cell:
        return title
    return "'" + title.replace("'", "''") + "'"


def written(title: str, row: int, column: int, end_row: int, end_column: int) -> str:
    """A closed range as the vendor answers it."""
    first = f"{column_letters(column)}{row + 1}"
    last = f"{column_letters(end_column - 1)}{end_row}"
    return f"{quoted(title)}!{first}" + ("" if first == last else f":{last}")


def parse(text: str, titles: list[str]) -> A1:
    """Read a range. Raises BadRange when it is none."""
    title: str | None
    if text.startswith("'"):
        match = re.match(r"'((?:[^']|'')*)'(?:!(.*))?$", text, re.DOTALL)
        if match is None:
            raise BadRange(text)
        title, cells = match.group(1).replace("''", "'"), match.group(2)
    elif "!" in text:
        title, _, cells = text.rpartition("!")
    elif text in titles:
        title, cells = text, None
    else:
        title, cells = None, text
    if title is not None and title not in titles:
        title = next((t for t in titles if t.lower() == title.lower()), None)
        if title is None:
            raise BadRange(text)
    if cells is None:
        return A1(title, 0, 0, None, None)
    return _cells(title, cells, text)


def _cells(title: str | None, cells: str, text: str) -> A1:
    first, colon, last = cells.partition(":")
    start, end = _CELL.fullmatch(first), _CELL.fullmatch(last)
    if start is None or end is None or not first or (colon and not last):
        raise BadRange(text)
    letters, digits = start.groups()
    if digits == "0" or end.group(2) == "0" or (not colon and not (letters and digits)):
        raise BadRange(text)
    row = int(digits) - 1 if digits else 0
    column = column_index(letters) if letters else 0
    if not colon:
        return A1(title, row, column, row + 1, column + 1)
    end_letters, end_digits = end.groups()
    end_row = int(end_digits) if end_digits else None
    end_column = column_index(end_letters) + 1 if end_letters else None
    if end_row is not None and end_row <= row:
        row, end_row = end_row - 1, row + 1
    if end_column is not None and end_column <= column:
        column, end_column = end_column - 1, column + 1
    return A1(title, row, column, end_row, end_column)
