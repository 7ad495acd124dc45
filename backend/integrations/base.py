"""What every adapter shares: how a failed call becomes one of the product's provider errors, and how it is repeated.

The classes of `errors.py` are the whole vocabulary: an adapter raises nothing else. Nothing here keeps a
credential, a message or an address in an error, because errors are logged.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain

T = TypeVar("T")

MAX_RETRY_AFTER = 3600.0
"""Seconds. A vendor that asks for more is not believed: a wrong header must not silence an empresa for a day."""

_SAFE_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_NOT_PERFORMED = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Timing:
    """Where an adapter gets pauses, instants (monotonic seconds) and chance (0 to 1); tests replace them."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call that is safe to repeat is repeated, and for how long in all. Times in seconds.

    The pause before try n+1 is drawn between 0 and `min(cap, base * 2**(n-1))` ("full jitter"), or is what the
    vendor's Retry-After asks plus that same draw.
    """

    attempts: int = 3
    base: float = 0.5
    cap: float = 8.0
    total: float = 45.0
    timing: Timing = field(default_factory=Timing)


async def retry(operation: Callable[[float], Awaitable[T]], *, policy: RetryPolicy, uncertain: bool) -> T:
    """Run `operation(seconds_left)` until it answers, refuses, or the policy is spent; then raise its last error.

    ProviderBusy is always repeated; ProviderUncertain only where doing it twice does no harm (`uncertain=True`:
    reads and model calls). A Retry-After beyond the time left ends the tries, and the caller reads it in the error.
    """
    timing = policy.timing
    deadline = timing.monotonic() + policy.total
    attempt = 1
    while True:
        try:
            return await operation(max(0.001, deadline - timing.monotonic()))
        except (ProviderBusy, ProviderUncertain) as error:
            if isinstance(error, ProviderUncertain) and not uncertain:
                raise
            pause = (error.retry_after or 0.0) + timing.chance() * min(policy.cap, policy.base * 2 ** (attempt - 1))
            if attempt >= policy.attempts or timing.monotonic() + pause >= deadline:
                raise
        await timing.sleep(pause)
        attempt += 1


def parse_retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds to wait (0 to MAX_RETRY_AFTER) from `retry-after-ms` or `Retry-After`, which is seconds or an HTTP date.

    None when the header is absent or unreadable. Source: RFC 9110 section 10.2.3; the -ms form is OpenAI's.
    """
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        raw = headers.get(name)
        if raw is None:
            continue
        try:
            seconds = float(raw) / divisor
        except ValueError:
            try:
                moment = parsedate_to_datetime(raw)
            except ValueError:
                continue
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (moment - (now or datetime.now(UTC))).total_seconds()
        if seconds == seconds:  # NaN is a float too
            return min(max(seconds, 0.0), MAX_RETRY_AFTER)
    return None


def safe_code(value: object) -> str | None:
    """A vendor's error code if it looks like one, else None: codes are logged, and free text may hold personal data."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if _SAFE_CODE.fullmatch(text) else None


def error_for_status(
    vendor: str, status: int, *, vendor_code: str | None = None, retry_after: float | None = None
) -> ProviderError:
    """The error that an unsuccessful HTTP status (300 to 599) means, before any knowledge of the vendor's own codes."""
    if status in (401, 403):
        return ProviderAuthFailed(vendor, f"http_{status}", vendor_code=vendor_code)
    if status in _NOT_PERFORMED:
        return ProviderBusy(vendor, f"http_{status}", vendor_code=vendor_code, retry_after=retry_after)
    if status >= 500:
        return ProviderUncertain(vendor, f"http_{status}", vendor_code=vendor_code, retry_after=retry_after)
    return ProviderRefused(vendor, f"http_{status}", vendor_code=vendor_code)


class Wire:
    """Watches one httpx request through httpcore's trace extension: was anything written to the vendor yet?

    `before_write` is called at the last instant before the first byte leaves; raising there cancels the request.
    """

    def __init__(self, before_write: Callable[[], None] | None = None) -> None:
        self.connecting = False
        self.written = False
        self._before_write = before_write

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """The callable for `extensions={"trace": wire.trace}`."""
        self.connecting = True
        if event.endswith("send_request_headers.started"):
            if self._before_write is not None:
                self._before_write()
            self.written = True

    @property
    def certainly_unsent(self) -> bool:
        """True only when the trace was seen working and no byte of the request had left."""
        return self.connecting and not self.written


@asynccontextmanager
async def http_failures(vendor: str, *, total: float, wire: Wire | None = None) -> AsyncIterator[None]:
    """Run one httpx exchange for at most `total` seconds, turning its failures into provider errors.

    What never reached the vendor is ProviderBusy; what may have reached it is ProviderUncertain.
    """
    unsent = wire or Wire()
    try:
        async with asyncio.timeout(total):
            yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        raise ProviderBusy(vendor, "unreachable") from None
    except (TimeoutError, httpx.TimeoutException):
        if unsent.certainly_unsent:
            raise ProviderBusy(vendor, "unreachable") from None
        raise ProviderUncertain(vendor, "timeout") from None
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError):
        raise ProviderRefused(vendor, "bad_request_address") from None
    except httpx.DecodingError:
        raise ProviderUncertain(vendor, "unreadable_answer") from None
    except httpx.HTTPError:
        if unsent.certainly_unsent:
            raise ProviderBusy(vendor, "unreachable") from None
        raise ProviderUncertain(vendor, "connection_lost") from None


def json_object(vendor: str, text: str | bytes) -> dict[str, Any]:
    """The JSON object in a successful answer. Raises ProviderUncertain: something was done, we cannot read what."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderUncertain(vendor, "unreadable_answer")
    return found
