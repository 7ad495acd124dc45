"""Signs what the simulated Twilio sends and obeys the connection overrides in a webhook's fragment.

The rules are the vendor's: the fragment is never sent, retries are for connection failures only unless the policy
says more, and a retry carries the idempotency header.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag, urlencode

import httpx

MAX_TOTAL_MS = 15_000
Form = Sequence[tuple[str, str]]


def signature(auth_token: str, url: str, form: Form) -> str:
    """X-Twilio-Signature over the address and every distinct (name, value) of the form."""
    values: dict[str, set[str]] = {}
    for name, value in form:
        values.setdefault(name, set()).add(value)
    text = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")


@dataclass(frozen=True, slots=True)
class Overrides:
    """Connection overrides of a webhook address; times in seconds."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    def retries_on(self, event: str) -> bool:
        """Whether the policy repeats after `event`: ct, rt, 4xx or 5xx."""
        return event in self.policy or "all" in self.policy


def split_overrides(webhook_url: str) -> tuple[str, Overrides]:
    """The address without its fragment, and what the fragment asks for; values out of range keep the default."""
    url, fragment = urldefrag(webhook_url)
    given = dict(parse_qsl(fragment))

    def seconds(name: str, default_ms: int, lowest: int, highest: int) -> float:
        value = given.get(name, "")
        return (int(value) if value.isdigit() and lowest <= int(value) <= highest else default_ms) / 1000

    count = given.get("rc", "")
    return url, Overrides(
        connect=seconds("ct", 5_000, 100, 10_000),
        read=seconds("rt", 15_000, 100, MAX_TOTAL_MS),
        total=seconds("tt", MAX_TOTAL_MS, 100, MAX_TOTAL_MS),
        retries=int(count) if count.isdigit() and int(count) <= 5 else 1,
        policy=frozenset(part for part in given.get("rp", "ct").split(",") if part) or frozenset({"ct"}),
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a webhook call ended: the last status (None when nobody answered), attempts and the answered body."""

    status_code: int | None
    attempts: int
    body: str
    error: str | None = None


async def deliver(
    client: httpx.AsyncClient,
    *,
    webhook_url: str,
    auth_token: str,
    form: Form,
    sign_url: str | None = None,
    forced_signature: str | None = None,
) -> Delivery:
    """POST a signed form with the retry rules of the address."""
    url, overrides = split_overrides(webhook_url)
    body = urlencode(form).encode("ascii")
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": forced_signature
        if forced_signature is not None
        else signature(auth_token, urldefrag(sign_url)[0] if sign_url else url, form),
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
    }
    token = headers.pop("I-Twilio-Idempotency-Token")
    deadline = time.monotonic() + overrides.total
    last = Delivery(None, 0, "")
    for attempt in range(1, overrides.retries + 2):
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            break
        if attempt > 1:
            headers["I-Twilio-Idempotency-Token"] = token
            await asyncio.sleep(min(0.05 * attempt, remaining))
        event, last = await _attempt(client, url, body, headers, overrides, remaining, attempt)
        if event is None or not overrides.retries_on(event):
            break
    return last


async def _attempt(
    client: httpx.AsyncClient,
    url: str,
    body: bytes,
    headers: dict[str, str],
    overrides: Overrides,
    remaining: float,
    attempt: int,
) -> tuple[str | None, Delivery]:
    timeout = httpx.Timeout(min(overrides.read, remaining), connect=min(overrides.connect, remaining))
    try:
        async with asyncio.timeout(remaining):
            response = await client.post(url, content=body, headers=headers, timeout=timeout)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return "ct", Delivery(None, attempt, "", type(error).__name__)
    except (httpx.HTTPError, TimeoutError) as error:
        return "rt", Delivery(None, attempt, "", type(error).__name__)
    event = None
    if 400 <= response.status_code < 500:
        event = "4xx"
    elif response.status_code >= 500:
        event = "5xx"
    return event, Delivery(response.status_code, attempt, response.text[:20_000])
