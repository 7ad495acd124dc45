"""Media a customer sent: fetched from Twilio with the empresa's credentials, and from nowhere else.

The address comes from a webhook and the redirect from an answer, so both are material to judge: credentials go
only to the first hop, only to Twilio (or its configured replacement), only for the empresa's own account.
"""

import asyncio
import re
from collections.abc import Sequence
from email.message import Message
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import httpx

from errors import ProviderAuthFailed, ProviderRefused, ProviderUncertain
from integrations.base import RetryPolicy, Wire, error_for_status, http_failures, parse_retry_after, retry
from integrations.network import has_dot_segments, is_loopback, is_under, origin
from ports import FetchedMedia, TwilioCredentials

VENDOR = "twilio"

MAX_REDIRECTS = 3

_MEDIA_BUCKET = "media.twiliocdn.com"
_S3_HOST = re.compile(r"(?:(?P<bucket>[a-z0-9.-]+)\.)?s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


class MediaFetcher:
    """Downloads one media at a time over a pool it is given. Times in seconds."""

    def __init__(self, *, timeout: float, retry_delays: Sequence[float], retry_policy: RetryPolicy) -> None:
        self._timeout = timeout
        self._retry_delays = tuple(retry_delays)
        self._policy = retry_policy

    async def fetch(
        self, http: httpx.AsyncClient, credentials: TwilioCredentials, url: str, *, max_bytes: int
    ) -> FetchedMedia:
        """The bytes behind a media address, at most `max_bytes`, and the type and name the answer gives them.

        A 404 is asked again after the configured pauses, because a fresh address may not be ready (Twilio's advice).
        Raises ProviderRefused with reason `host_not_allowed`, `foreign_account`, `too_large`, `media_not_found` or
        `too_many_redirects`; ProviderAuthFailed; ProviderBusy; ProviderUncertain.
        """
        address = media_address(credentials, url)

        async def download(seconds_left: float) -> FetchedMedia:
            return await self._download(
                http, credentials, address, max_bytes=max_bytes, seconds=min(self._timeout, seconds_left)
            )

        for delay in (*self._retry_delays, None):
            try:
                return await retry(download, policy=self._policy, uncertain=True)
            except ProviderRefused as refused:
                if refused.reason != "media_not_found" or delay is None:
                    raise
            await self._policy.timing.sleep(delay)
        raise AssertionError("the loop above always returns or raises")

    async def _download(
        self, http: httpx.AsyncClient, credentials: TwilioCredentials, address: str, *, max_bytes: int, seconds: float
    ) -> FetchedMedia:
        deadline = asyncio.get_running_loop().time() + seconds
        auth: httpx.BasicAuth | None = httpx.BasicAuth(credentials.account_sid, credentials.auth_token)
        for _hop in range(MAX_REDIRECTS + 1):
            wire = Wire()
            left = max(0.001, deadline - asyncio.get_running_loop().time())
            async with (
                http_failures(VENDOR, total=left, wire=wire),
                http.stream(
                    "GET",
                    address,
                    auth=auth,
                    headers={"Accept": "*/*", "Accept-Encoding": "identity"},
                    follow_redirects=False,
                    extensions={"trace": wire.trace},
                ) as response,
            ):
                if response.status_code not in _REDIRECTS:
                    return await _read(response, max_bytes=max_bytes, with_credentials=auth is not None)
                location = response.headers.get("location", "")
            address = redirect_address(credentials, urljoin(address, location) if location else "")
            auth = None
        raise ProviderRefused(VENDOR, "too_many_redirects")


def is_twilio_host(parts: SplitResult) -> bool:
    """Whether a split address is https to Twilio itself, on the usual port and without a login in it."""
    found = origin(parts.geturl())
    if found is None or found[0] != "https" or found[2] != 443:
        return False
    return found[1].endswith(".twilio.com")


def media_address(credentials: TwilioCredentials, url: str) -> str:
    """Where the first request for a media goes; credentials will travel there.

    Raises ProviderRefused: `host_not_allowed` unless it is Twilio's or lies under the configured `base_url`;
    `foreign_account` unless the path names the account of these credentials.
    """
    parts = urlsplit(url) if origin(url) else None
    if parts is None or has_dot_segments(parts.path):
        raise ProviderRefused(VENDOR, "host_not_allowed")
    base = credentials.base_url
    if base is not None and is_under(url, base):
        path = parts.path.removeprefix(urlsplit(base).path.rstrip("/"))
        address = url
    elif is_twilio_host(parts):
        path = parts.path
        address = url if base is None else f"{base.rstrip('/')}{path}" + (f"?{parts.query}" if parts.query else "")
    else:
        raise ProviderRefused(VENDOR, "host_not_allowed")
    segments = [unquote(segment) for segment in path.split("/") if segment]
    if segments[1:3] != ["Accounts", credentials.account_sid]:
        raise ProviderRefused(VENDOR, "foreign_account")
    return address.split("#", 1)[0]


def redirect_address(credentials: TwilioCredentials, url: str) -> str:
    """A redirect's target when it is a place Twilio keeps media. Raises ProviderRefused(`host_not_allowed`).

    Allowed: https to *.twilio.com, *.twiliocdn.com and the media bucket on S3; with a configured `base_url`, also its
    host name, and for a loopback `base_url` any port of this machine.
    """
    found = origin(url)
    if found is None:
        raise ProviderRefused(VENDOR, "host_not_allowed")
    scheme, host, port = found
    parts = urlsplit(url)
    if scheme == "https" and port == 443 and _keeps_twilio_media(host, parts.path):
        return url
    base = origin(credentials.base_url) if credentials.base_url else None
    if base is not None and credentials.base_url is not None:
        if host == base[1] and (scheme == base[0] or scheme == "https"):
            return url
        if is_loopback(urlsplit(credentials.base_url)) and is_loopback(parts):
            return url
    raise ProviderRefused(VENDOR, "host_not_allowed")


def _keeps_twilio_media(host: str, path: str) -> bool:
    if host.endswith((".twilio.com", ".twiliocdn.com")):
        return True
    s3 = _S3_HOST.fullmatch(host)
    if s3 is None or has_dot_segments(path):
        return False
    bucket = s3["bucket"] or path.lstrip("/").split("/", 1)[0]
    return bucket == _MEDIA_BUCKET


async def _read(response: httpx.Response, *, max_bytes: int, with_credentials: bool) -> FetchedMedia:
    status = response.status_code
    if status == 404:
        raise ProviderRefused(VENDOR, "media_not_found")
    if status == 401 and with_credentials:
        raise ProviderAuthFailed(VENDOR, "http_401")
    if status in (401, 403):  # a signed address that ran out, or a forbidden media: the credentials are not at fault
        raise ProviderRefused(VENDOR, f"http_{status}")
    if status != 200:
        raise error_for_status(VENDOR, status, retry_after=parse_retry_after(response.headers))
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > max_bytes:
        raise ProviderRefused(VENDOR, "too_large")
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > max_bytes:
            raise ProviderRefused(VENDOR, "too_large")
    if not content:
        raise ProviderUncertain(VENDOR, "empty_media")
    return FetchedMedia(
        content=bytes(content),
        content_type=response.headers.get("content-type", "").strip() or "application/octet-stream",
        filename=_filename(response.headers.get("content-disposition")),
    )


def _filename(disposition: str | None) -> str | None:
    """The bare file name of a Content-Disposition header, without folders or control characters."""
    if not disposition:
        return None
    header = Message()
    header["Content-Disposition"] = _UNPRINTABLE.sub("", disposition)
    name = header.get_filename() or ""
    name = _UNPRINTABLE.sub("", name).replace("\\", "/").rsplit("/", 1)[-1].strip().strip(".")
    return name[:200] or None
