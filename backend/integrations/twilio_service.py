"""Twilio: WhatsApp messages out, the message list for reconciliation, and the typing sign.

The only file that knows the Twilio SDK, which runs over our own HTTP pool through its http-client extension
point. A send is never repeated here: Twilio has no idempotency key, so the ledger decides after a doubt.
"""

import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from logging import getLogger
from typing import Any
from urllib.parse import urlsplit

import httpx
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response as SdkResponse  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain
from integrations.base import (
    RetryPolicy,
    Wire,
    error_for_status,
    http_failures,
    json_object,
    parse_retry_after,
    retry,
    safe_code,
)
from integrations.network import http_pool, is_under
from integrations.twilio_media import MediaFetcher, is_twilio_host
from ports import FetchedMedia, ListedMessage, OutgoingMessage, SentMessage, TwilioAccount, TwilioCredentials

VENDOR = "twilio"

_ACCOUNT_SID = re.compile(r"[A-Za-z0-9]{2,64}")
_BUSY_CODES = frozenset({"20429"})
_AUTH_CODES = frozenset({"20003", "20005"})  # wrong credentials; account not active
_MAX_PAGE = 1000
_MAX_SENDERS = 500


class TwilioService:
    """`MessageSender` over the Twilio SDK.

    Seconds: `timeout` bounds one API call, `typing_timeout` the typing sign, `media_timeout` one download;
    `media_retry_delays` are the pauses after a 404 on a fresh media address. `http` replaces the pool, and is then
    the caller's to close.
    """

    def __init__(
        self,
        *,
        http: httpx.AsyncClient | None = None,
        timeout: float = 15.0,
        typing_timeout: float = 3.0,
        media_timeout: float = 30.0,
        media_retry_delays: Sequence[float] = (1.0, 3.0),
        retry_policy: RetryPolicy | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._owned: httpx.AsyncClient | None = None
        self._timeout = timeout
        self._typing_timeout = typing_timeout
        self._policy = retry_policy or RetryPolicy(attempts=3, total=40.0)
        self._monotonic = monotonic
        self._media = MediaFetcher(timeout=media_timeout, retry_delays=media_retry_delays, retry_policy=self._policy)

    async def aclose(self) -> None:
        """Close the pool, when it is ours."""
        pool, self._owned = self._owned, None
        if pool is not None:
            await pool.aclose()

    async def send(
        self, credentials: TwilioCredentials, message: OutgoingMessage, *, not_after: float | None = None
    ) -> SentMessage:
        """Send one WhatsApp message, once.

        `not_after` is an instant of the monotonic clock in seconds, checked when the connection is open and the
        first byte is about to leave: past it nothing is written. Raises ProviderBusy (certainly not sent: 429,
        unreachable, `too_late`), ProviderUncertain (maybe sent: timeout, reset, 5xx, unreadable answer),
        ProviderAuthFailed, or ProviderRefused with Twilio's error number as `vendor_code`.
        """

        def before_write() -> None:
            if not_after is not None and self._monotonic() > not_after:
                raise ProviderBusy(VENDOR, "too_late")

        fields: dict[str, Any] = {"to": message.to, "from_": message.sender}
        if message.content_sid:
            fields |= {"content_sid": message.content_sid}
            if message.content_variables:
                fields |= {"content_variables": message.content_variables}
        elif message.body:
            fields |= {"body": message.body}
        if message.media_url:
            fields |= {"media_url": [message.media_url]}
        if message.status_callback:
            fields |= {"status_callback": message.status_callback}

        before_write()
        async with self._client(credentials, seconds=self._timeout, before_write=before_write) as client:
            sent = await client.api.v2010.accounts(credentials.account_sid).messages.create_async(**fields)
            sid, status = sent.sid, sent.status
        if not isinstance(sid, str) or not sid:
            raise ProviderUncertain(VENDOR, "unreadable_answer")
        return SentMessage(sid=sid, status=status if isinstance(status, str) and status else "queued")

    async def list_messages(
        self,
        credentials: TwilioCredentials,
        *,
        sender: str | None,
        to: str | None,
        since: datetime,
        limit: int = 200,
    ) -> Sequence[ListedMessage]:
        """At most `limit` messages created at or after `since` (aware, compared to the second), newest first.

        Not filtered by DateSent, which a message still queued does not have. A read: repeated on busy and on
        uncertain failures.
        """
        oldest = since.astimezone(UTC).replace(microsecond=0)  # Twilio's instants have no fractions

        async def read(seconds_left: float) -> list[ListedMessage]:
            found: list[ListedMessage] = []
            async with self._client(credentials, seconds=min(self._timeout, seconds_left)) as client:
                messages = client.api.v2010.accounts(credentials.account_sid).messages
                filters = {"from_": sender, "to": to}
                page = await messages.page_async(
                    **{name: value for name, value in filters.items() if value}, page_size=min(limit, _MAX_PAGE)
                )
                while page is not None:
                    records = [_listed(record) for record in page]
                    found += [one for one in records if one.created_at is None or one.created_at >= oldest]
                    last = next((one.created_at for one in reversed(records) if one.created_at), None)
                    if len(found) >= limit or not records or (last is not None and last < oldest):
                        break
                    page = await page.next_page_async()
            return found[:limit]

        return await retry(read, policy=self._policy, uncertain=True)

    async def list_media(self, credentials: TwilioCredentials, message_sid: str) -> Sequence[tuple[str, str]]:
        """(address, content type) of each file of a message. A read: repeated like `list_messages`."""

        async def read(seconds_left: float) -> list[tuple[str, str]]:
            async with self._client(credentials, seconds=min(self._timeout, seconds_left)) as client:
                message = client.api.v2010.accounts(credentials.account_sid).messages(message_sid)
                records = await message.media.list_async(limit=20)
            return [
                (f"https://api.twilio.com{str(record.uri).removesuffix('.json')}", str(record.content_type or ""))
                for record in records
            ]

        return await retry(read, policy=self._policy, uncertain=True)

    async def fetch_account(self, credentials: TwilioCredentials) -> TwilioAccount:
        """The account itself, asked once: what a wrong SID or token cannot pass."""
        async with self._client(credentials, seconds=self._timeout) as client:
            account = await client.api.v2010.accounts(credentials.account_sid).fetch_async()
            status, kind = str(account.status or ""), str(account.type or "")
        return TwilioAccount(status=status.lower(), trial=kind.lower() == "trial")

    async def sender_status(self, credentials: TwilioCredentials, number: str) -> str | None:
        """Status of the account's WhatsApp sender with this `+E164` number, None when it has none. Asked once.

        Source: Twilio's Senders API, `GET messaging.twilio.com/v2/Channels/Senders`.
        """
        async with self._client(credentials, seconds=self._timeout) as client:
            senders = await client.messaging.v2.channels_senders.list_async(channel="whatsapp", limit=_MAX_SENDERS)
            found = {str(sender.sender_id or ""): str(sender.status or "") for sender in senders}
        return found.get(f"whatsapp:{number}")

    async def fetch_media(self, credentials: TwilioCredentials, url: str, *, max_bytes: int) -> FetchedMedia:
        """Download what a customer sent. See `MediaFetcher.fetch` for where it goes and what it raises."""
        return await self._media.fetch(self._pool(), credentials, url, max_bytes=max_bytes)

    async def show_typing(self, credentials: TwilioCredentials, message_sid: str) -> None:
        """Show "typing…" under the customer's message (and mark it read), for 25 s or until the reply. One short try.

        Source: Twilio's Typing Indicators resource, public beta. Raises ProviderError only.
        """
        async with self._client(credentials, seconds=self._typing_timeout) as client:
            await client.messaging.v2.typing_indicator.create_async(channel="whatsapp", message_id=message_sid)

    def _pool(self) -> httpx.AsyncClient:
        if self._http is not None:
            return self._http
        if self._owned is None:
            self._owned = http_pool()
        return self._owned

    @asynccontextmanager
    async def _client(
        self, credentials: TwilioCredentials, *, seconds: float, before_write: Callable[[], None] | None = None
    ) -> AsyncIterator[Any]:
        """An SDK client of its own for one call, so that no empresa's token is ever on a shared object."""
        if not _ACCOUNT_SID.fullmatch(credentials.account_sid):
            raise ProviderAuthFailed(VENDOR, "bad_account_sid")
        if not credentials.auth_token:  # the SDK would send the request without any
            raise ProviderAuthFailed(VENDOR, "missing_token")
        client = Client(
            credentials.account_sid,
            credentials.auth_token,
            http_client=PooledTwilioClient(
                self._pool(),
                base_url=credentials.base_url,
                deadline=self._monotonic() + seconds,
                monotonic=self._monotonic,
                before_write=before_write,
            ),
            # Without this the SDK would read another account, region or edge from the process environment.
            environment={"TWILIO_REGION": "", "TWILIO_EDGE": ""},
        )
        try:
            yield client
        except ProviderError:
            raise
        except (TwilioException, KeyError, TypeError, ValueError, AttributeError):
            # The call went through and the SDK could not make sense of the answer. Its messages hold addresses.
            raise ProviderUncertain(VENDOR, "unreadable_answer") from None


class PooledTwilioClient(AsyncHttpClient):  # type: ignore[misc]
    """The SDK's HTTP client over our pool: one deadline (monotonic seconds) for all requests of one call.

    Every failure leaves here as a provider error, so the SDK never builds an exception with an address in it.
    """

    def __init__(
        self,
        pool: httpx.AsyncClient,
        *,
        base_url: str | None,
        deadline: float,
        monotonic: Callable[[], float],
        before_write: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(getLogger(__name__), True)
        self._pool = pool
        self._base_url = base_url
        self._deadline = deadline
        self._monotonic = monotonic
        self._before_write = before_write

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 (the SDK's signature; our deadline rules)
        allow_redirects: bool = False,  # noqa: ARG002 (an API that redirects is refused)
    ) -> SdkResponse:
        """One exchange with Twilio; its 2xx JSON answer. Raises provider errors for everything else."""
        wire = Wire(self._before_write)
        left = self._deadline - self._monotonic()
        if left <= 0:
            raise ProviderUncertain(VENDOR, "timeout")
        address = api_address(uri, self._base_url)
        try:
            request = self._pool.build_request(
                method,
                address,
                params=params,  # type: ignore[arg-type]
                data=data or None,
                headers=headers,
                extensions={"trace": wire.trace},
            )
        except (ValueError, TypeError, httpx.InvalidURL):
            raise ProviderRefused(VENDOR, "unencodable_request") from None
        async with http_failures(VENDOR, total=left, wire=wire):
            response = await self._pool.send(request, auth=auth, follow_redirects=False)
        if response.status_code >= 300:
            raise status_error(response)
        if response.content or response.status_code != 204:
            json_object(VENDOR, response.content)
        return SdkResponse(response.status_code, response.text, response.headers)


def api_address(url: str, base_url: str | None) -> str:
    """Where a Twilio API address is really asked: itself, or the same path under `base_url`.

    Raises ProviderRefused(`host_not_allowed`): credentials go to Twilio's hosts or the configured one, never where
    an answer points.
    """
    parts = urlsplit(url)
    if is_twilio_host(parts):
        if base_url is None:
            return url
        return f"{base_url.rstrip('/')}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    if base_url is not None and is_under(url, base_url):
        return url
    raise ProviderRefused(VENDOR, "host_not_allowed")


def status_error(response: httpx.Response) -> ProviderError:
    """The error of an unsuccessful Twilio answer; its number goes into `vendor_code`."""
    status = response.status_code
    try:
        body = response.json()
    except (ValueError, UnicodeDecodeError):
        body = None
    code = safe_code(body.get("code")) if isinstance(body, dict) else None
    retry_after = parse_retry_after(response.headers)
    if code in _BUSY_CODES:
        return ProviderBusy(VENDOR, "http_429", vendor_code=code, retry_after=retry_after)
    if code in _AUTH_CODES and status < 500:
        return ProviderAuthFailed(VENDOR, f"http_{status}", vendor_code=code)
    if status == 403:  # a forbidden action, not forbidden credentials: those are 401 or the codes above
        return ProviderRefused(VENDOR, "http_403", vendor_code=code)
    return error_for_status(VENDOR, status, vendor_code=code, retry_after=retry_after)


def _listed(record: Any) -> ListedMessage:
    created = record.date_created
    return ListedMessage(
        sid=str(record.sid),
        sender=str(record.from_ or ""),
        to=str(record.to or ""),
        body=str(record.body or ""),
        status=str(record.status or ""),
        direction=str(record.direction or ""),
        num_media=int(record.num_media or 0),
        created_at=created if isinstance(created, datetime) else None,
        error_code=None if record.error_code is None else str(record.error_code),
    )
