"""Cells: what a written value becomes, and how it is shown.

RAW keeps text as text, so a formula typed by a customer stays harmless; USER_ENTERED reads it as if it had been
typed into the sheet: numbers, dates, times, booleans and formulas.
"""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

_EPOCH = date(1899, 12, 30)
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with what is shown for it and, if there is one, the formula behind it."""

    value: bool | int | float | str
    shown: str
    formula: str | None = None
    number_type: str | None = None

    def rendered(self, option: str) -> Any:
        """The value for a render option: FORMATTED_VALUE, UNFORMATTED_VALUE or FORMULA."""
        if option == "FORMULA" and self.formula is not None:
            return self.formula
        return self.shown if option == "FORMATTED_VALUE" else self.value

    def as_grid(self) -> dict[str, Any]:
        """The CellData document."""
        kind = (
            "boolValue"
            if isinstance(self.value, bool)
            else "stringValue"
            if isinstance(self.value, str)
            else "numberValue"
        )
        entered = {"formulaValue": self.formula} if self.formula is not None else {kind: self.value}
        return {"userEnteredValue": entered, "effectiveValue": {kind: self.value}, "formattedValue": self.shown}


def plain_cell(value: bool | int | float | str) -> Cell:
    """A cell that shows just its value."""
    if isinstance(value, bool):
        return Cell(value, "TRUE" if value else "FALSE")
    if isinstance(value, str):
        return Cell(value, value)
    return Cell(value, f"{value:.10g}" if isinstance(value, float) else str(value))


def entered(value: Any, option: str) -> Cell | None:
    """The cell a written value makes; None empties it. Raises TypeError for values no cell can hold."""
    if isinstance(value, (dict, list)):
        raise TypeError("list_value" if isinstance(value, list) else "struct_value")
    if value is None or value == "":
        return None
    if option == "RAW" or not isinstance(value, str):
        return plain_cell(value)
    return _typed(value)


def _typed(text: str) -> Cell:
    if text.startswith("="):
        return _formula(text)
    if text.startswith("'"):
        return Cell(text[1:], text[1:])
    stripped = text.strip()
    if stripped.upper() in ("TRUE", "FALSE"):
        return plain_cell(stripped.upper() == "TRUE")
    if re.fullmatch(r"[+-]?\d+", stripped):
        return plain_cell(int(stripped))
    if re.fullmatch(r"[+-]?(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?", stripped):
        return plain_cell(float(stripped))
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", stripped):
        return _date_cell(text, int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", stripped):
        return _date_cell(text, int(match[3]), int(match[1]), int(match[2]))
    if match := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", stripped):
        seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
        return Cell(seconds / 86_400, stripped, number_type="TIME")
    return Cell(text, text)


def _date_cell(text: str, year: int, month: int, day: int) -> Cell:
    try:
        serial = (date(year, month, day) - _EPOCH).days
    except ValueError:
        return Cell(text, text)
    return Cell(serial, text.strip(), number_type="DATE")


def _formula(text: str) -> Cell:
    link = re.fullmatch(r'=\s*HYPERLINK\(\s*"([^"]*)"\s*(?:[,;]\s*"([^"]*)"\s*)?\)', text, re.IGNORECASE)
    if link is not None:
        shown = link.group(2) if link.group(2) is not None else link.group(1)
        return Cell(shown, shown, formula=text)
    try:
        number = _arithmetic(ast.parse(text[1:].strip(), mode="eval").body)
    except ZeroDivisionError:
        return Cell("#DIV/0!", "#DIV/0!", formula=text)
    except (SyntaxError, ValueError):
        return Cell("#NAME?", "#NAME?", formula=text)
    simple = plain_cell(int(number) if float(number).is_integer() else number)
    return Cell(simple.value, simple.shown, formula=text)


def _arithmetic(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_arithmetic(node.left), _arithmetic(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_arithmetic(node.operand)
    raise ValueError("not arithmetic")
