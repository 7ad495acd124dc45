"""The HTTP pools of the adapters, and the wall between them and addresses that people typed.

A pool is shared by every empresa, so it carries no credential, no default header and no cookie. Addresses typed
in the panel are resolved by us and connected to only if public, at the moment of connecting: a name that
changes its answer between the check and the call gains nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Iterable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore
import httpx

from config import is_loopback_host
from errors import ProviderBusy, ProviderRefused

CONNECT_SECONDS = 5.0
POOL_SECONDS = 5.0

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def no_cookies() -> CookieJar:
    """A jar that accepts nothing: what a vendor sets for one empresa must not ride along with another's request."""
    return CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))


def http_pool(*, max_connections: int = 100, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A pool without credentials, cookies or redirects; reads are bounded by the caller's total time."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS, pool=POOL_SECONDS),
        limits=httpx.Limits(max_connections=max_connections, max_keepalive_connections=20, keepalive_expiry=30.0),
        cookies=no_cookies(),
        follow_redirects=False,
        transport=transport,
    )


def origin(url: str) -> tuple[str, str, int] | None:
    """(scheme, host in lower case, port) of an http(s) address, or None when it is not one or hides a login in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.lower(), port or (443 if parts.scheme == "https" else 80)


def is_under(url: str, base_url: str) -> bool:
    """Whether the address has the base's origin and lies at or below its path."""
    if origin(url) is None or origin(url) != origin(base_url):
        return False
    base = urlsplit(base_url).path.rstrip("/")
    path = urlsplit(url).path
    return not has_dot_segments(path) and (path == base or path.startswith(f"{base}/"))


def has_dot_segments(path: str) -> bool:
    """Whether a path could climb out of its folder, plainly, escaped or with backslashes."""
    lowered = path.lower().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").replace("\\", "/")
    return any(segment in (".", "..") for segment in lowered.split("/"))


def is_loopback(url: SplitResult) -> bool:
    """Whether the host of a split address can only mean this machine."""
    return bool(url.hostname) and is_loopback_host(url.hostname or "")


def is_public_ip(text: str) -> bool:
    """Whether the address belongs to the public internet, also when an IPv4 one is wrapped in IPv6."""
    try:
        ip = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, at least one. Raises OSError when the name has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def assert_public_address(url: str, *, vendor: str, trusted: Collection[str] = ()) -> None:
    """Refuse an address that people typed unless it is https to the public internet.

    `trusted` are base addresses from the environment (or the simulators'): the same origin passes as it is.
    Raises ProviderRefused with reason `address_invalid`, `address_not_https`, `address_unknown` (the name does
    not resolve) or `address_not_public`; ProviderBusy when the resolver itself does not answer.
    """
    found = origin(url)
    if found is None:
        raise ProviderRefused(vendor, "address_invalid")
    if found in {origin(address) for address in trusted}:
        return
    scheme, host, port = found
    if scheme != "https":
        raise ProviderRefused(vendor, "address_not_https")
    try:
        addresses = await resolve(host, port)
    except OSError as error:
        if error.errno == socket.EAI_AGAIN:  # the resolver is down, which says nothing about the name
            raise ProviderBusy(vendor, "unreachable") from None
        raise ProviderRefused(vendor, "address_unknown") from None
    if not all(is_public_ip(address) for address in addresses):
        raise ProviderRefused(vendor, "address_not_public")


class PublicOnlyBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to trusted (host, port) pairs as asked, and to anything else only at a public address."""

    def __init__(self, trusted: Collection[tuple[str, int]] = ()) -> None:
        self._trusted = frozenset(trusted)
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers, each checked first. Raises httpcore.ConnectError otherwise."""
        if (host.lower(), port) in self._trusted:
            return await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        try:
            async with asyncio.timeout(timeout):
                addresses = await resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from None
        except OSError:
            raise httpcore.ConnectError("the name does not resolve") from None
        if not all(is_public_ip(address) for address in addresses):
            raise httpcore.ConnectError("the address is not public")
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses[:3]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address answered")

    async def connect_unix_socket(self, *_args: Any, **_kwargs: Any) -> httpcore.AsyncNetworkStream:
        """Never: no vendor lives in a file of this machine."""
        raise httpcore.ConnectError("unix sockets are not used")

    async def sleep(self, seconds: float) -> None:
        """Pause between the pool's own connection tries."""
        await self._inner.sleep(seconds)


def guarded_transport(trusted: Collection[str] = (), *, max_connections: int = 50) -> httpx.AsyncHTTPTransport:
    """A transport that connects only to public addresses and to the origins of the `trusted` base addresses.

    httpx offers no argument for the connecting backend, so its pool is replaced by the same pool with ours.
    """
    pairs = {(found[1], found[2]) for found in map(origin, trusted) if found}
    transport = httpx.AsyncHTTPTransport(trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=httpx.create_ssl_context(),
        max_connections=max_connections,
        max_keepalive_connections=20,
        keepalive_expiry=30.0,
        network_backend=PublicOnlyBackend(pairs),
    )
    return transport
