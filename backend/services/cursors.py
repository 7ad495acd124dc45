"""Opaque keyset cursors: the sort key of the last row shown, so that new rows never shift a page."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, DateTime, literal, tuple_

from errors import InvalidData

Row = TypeVar("Row")

_INT64_MAX = 2**63 - 1


def encode_cursor(*key: datetime | int) -> str:
    plain = [part.astimezone(UTC).isoformat() if isinstance(part, datetime) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type[datetime] | type[int]) -> tuple[Any, ...]:
    """Raises InvalidData for anything that `encode_cursor` did not make for these kinds."""
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise ValueError
        return tuple(_decode_part(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise InvalidData([("cursor", "Este marcador de página não é válido.")]) from None


def _decode_part(part: object, kind: type) -> datetime | int:
    if kind is datetime and isinstance(part, str):
        found = datetime.fromisoformat(part)
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    if kind is int and type(part) is int and 0 <= part <= _INT64_MAX:
        return part
    raise ValueError


def before_instant(cursor: str, instant: Any, row_id: Any) -> ColumnElement[bool]:
    """Rows after the cursor in a list ordered by `instant DESC, id DESC`."""
    at, last_id = decode_cursor(cursor, datetime, int)
    bound = tuple_(literal(at, DateTime(timezone=True)), literal(last_id, BigInteger))
    return tuple_(instant, row_id) < bound


def before_id(cursor: str, row_id: Any) -> ColumnElement[bool]:
    """Rows after the cursor in a list ordered by `id DESC`."""
    (last_id,) = decode_cursor(cursor, int)
    found: ColumnElement[bool] = row_id < literal(last_id, BigInteger)
    return found


def split_page(rows: Sequence[Row], limit: int, key: Callable[[Row], str]) -> tuple[Sequence[Row], str | None]:
    """The page and its next cursor, out of `limit + 1` rows read."""
    page = rows[:limit]
    return page, key(page[-1]) if len(rows) > limit else None
