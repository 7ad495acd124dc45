"""The DateSent filters of the message list, with the vendor's habits.

A message that was not sent yet has no date and is left out by any of them; a plain date means the whole day in UTC.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from starlette.datastructures import QueryParams


class InvalidFilter(ValueError):
    """A date that cannot be read."""


def _span(value: str) -> tuple[float, float]:
    """First and last second the value stands for."""
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidFilter(f"DateSent {value}") from error
    if len(value) == len("2026-01-31"):
        start = instant.replace(tzinfo=UTC)
        return start.timestamp(), (start + timedelta(days=1)).timestamp() - 1
    instant = instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
    return int(instant.timestamp()), int(instant.timestamp())


def date_filter(query: QueryParams) -> Callable[[float | None], bool]:
    """Whether a message sent at an instant passes `DateSent`, `DateSent<` and `DateSent>` (both inclusive)."""
    lowest, highest = float("-inf"), float("inf")
    filtered = False
    for name in ("DateSent", "DateSent>", "DateSent<"):
        value = query.get(name)
        if not value:
            continue
        filtered = True
        first, last = _span(value)
        if name != "DateSent<":
            lowest = max(lowest, first)
        if name != "DateSent>":
            highest = min(highest, last)

    def accepts(sent: float | None) -> bool:
        if not filtered:
            return True
        return sent is not None and lowest <= int(sent) <= highest

    return accepts
