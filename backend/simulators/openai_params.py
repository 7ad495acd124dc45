"""Declarative checks of JSON parameters with OpenAI's error messages and codes.

A table says what each parameter may be; the checker finds the first thing wrong and words it as the vendor does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class BadRequest(Exception):
    """The request is refused; carries what OpenAI's error document needs."""

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
        error_type: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code
        self.status = status
        self.error_type = error_type


@dataclass(frozen=True, slots=True)
class Rule:
    """What a parameter may be: JSON types, bounds, choices, pattern."""

    types: tuple[str, ...]
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    min_items: int | None = None
    pattern: str | None = None


_NAMES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a decimal",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


def json_type(value: Any) -> str:
    """The JSON type of a parsed value; an integer is told apart from a decimal."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def check_types(name: str, value: Any, types: tuple[str, ...]) -> None:
    """Raise BadRequest unless the value has one of the types (an integer passes as a decimal)."""
    found = json_type(value)
    if found in types or (found == "integer" and "number" in types):
        return
    wanted = [_NAMES[t] for t in types if t != "null"]
    expected = wanted[0] if len(wanted) == 1 else "one of " + " or ".join(wanted)
    got = "null" if found == "null" else f"{_NAMES[found]}"
    raise BadRequest(
        f"Invalid type for '{name}': expected {expected}, but got {got} instead.", param=name, code="invalid_type"
    )


def check_value(name: str, value: Any, rule: Rule) -> None:
    """Raise BadRequest unless the value obeys the rule."""
    check_types(name, value, rule.types)
    if value is None:
        return
    if rule.choices and isinstance(value, str) and value not in rule.choices:
        quoted = [f"'{c}'" for c in rule.choices]
        listed = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
        raise BadRequest(f"Invalid value: '{value}'. Supported values are: {listed}.", param=name, code="invalid_value")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        _check_range(name, value, rule)
    if isinstance(value, str):
        _check_text(name, value, rule)
    if isinstance(value, list) and rule.min_items is not None and len(value) < rule.min_items:
        raise BadRequest(
            f"Invalid '{name}': empty array. Expected an array with minimum length {rule.min_items}, but got an "
            "empty array instead.",
            param=name,
            code="empty_array",
        )


def _check_range(name: str, value: float, rule: Rule) -> None:
    kind = "integer" if isinstance(value, int) and "number" not in rule.types else "decimal"
    if rule.minimum is not None and value < rule.minimum:
        message = f"Invalid '{name}': {kind} below minimum value. Expected a value >= {rule.minimum:g}, but got {value}"
        raise BadRequest(f"{message} instead.", param=name, code=f"{kind}_below_min_value")
    if rule.maximum is not None and value > rule.maximum:
        message = f"Invalid '{name}': {kind} above maximum value. Expected a value <= {rule.maximum:g}, but got {value}"
        raise BadRequest(f"{message} instead.", param=name, code=f"{kind}_above_max_value")


def _check_text(name: str, value: str, rule: Rule) -> None:
    if rule.max_length is not None and len(value) > rule.max_length:
        raise BadRequest(
            f"Invalid '{name}': string too long. Expected a string with maximum length {rule.max_length}, but got a "
            f"string with length {len(value)} instead.",
            param=name,
            code="string_above_max_length",
        )
    if rule.pattern is not None and re.fullmatch(rule.pattern, value) is None:
        raise BadRequest(
            f"Invalid '{name}': string does not match pattern. Expected a string that matches the pattern "
            f"'^{rule.pattern}$'.",
            param=name,
            code="invalid_value",
        )


def check_object(
    value: Mapping[str, Any], rules: Mapping[str, Rule], *, required: tuple[str, ...] = (), prefix: str = ""
) -> None:
    """Check every member: unknown ones, missing ones, and each against its rule."""
    for name in value:
        if name not in rules:
            raise BadRequest(f"Unknown parameter: '{prefix}{name}'.", param=prefix + name, code="unknown_parameter")
    for name in required:
        if name not in value:
            raise missing(prefix + name)
    for name, item in value.items():
        check_value(prefix + name, item, rules[name])


def missing(name: str) -> BadRequest:
    """The error for a required parameter that is not there."""
    return BadRequest(f"Missing required parameter: '{name}'.", param=name, code="missing_required_parameter")


def rule(*types: str, **limits: Any) -> Rule:
    """A rule, in short."""
    return Rule(types, **limits)
