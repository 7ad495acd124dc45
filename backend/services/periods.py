"""Periods given by people: a date means the whole day in a time zone, an instant means itself.

The result is half-open: from `since` included to `until` excluded.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from errors import InvalidData

DEFAULT_ZONE = "America/Sao_Paulo"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Period:
    since: datetime | None = None
    until: datetime | None = None


def read_period(desde: str | None, ate: str | None, *, zone: str = DEFAULT_ZONE) -> Period:
    """Raises InvalidData. `ate` given as a date includes that day; given as an instant it is not included."""
    since = _instant(desde, "desde", zone, whole_day=False) if desde else None
    until = _instant(ate, "ate", zone, whole_day=True) if ate else None
    if since is not None and until is not None and since > until:
        raise InvalidData([("ate", "O fim do período vem antes do começo.")])
    return Period(since, until)


def _instant(text: str, field: str, zone: str, *, whole_day: bool) -> datetime:
    # A plus sign that was not encoded arrives as a space.
    text = text.strip().replace(" ", "+") if "T" in text else text.strip()
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=1 if whole_day else 0)
            return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(zone))
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        message = "Informe uma data como 2026-01-31 ou um instante como 2026-01-31T12:00:00Z."
        raise InvalidData([(field, message)]) from None
