"""Where a request comes from: whether it is straight from this machine, and whether a browser sent it from our page.

Reads only what the server and the headers say; decides nothing about accounts.
"""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from config import is_loopback_host

_FORWARDING = ("forwarded", "x-real-ip", "via", "cf-connecting-ip", "true-client-ip")


def is_straight_from_loopback(client_host: str | None, headers: Mapping[str, str]) -> bool:
    """Whether the request was made on this machine and passed through no proxy or tunnel.

    A Host that is a public-looking name is refused too: that is how a web page rebinds its own name to 127.0.0.1.
    """
    if client_host is None or not is_loopback_host(client_host):
        return False
    if any(name.lower() in _FORWARDING or name.lower().startswith("x-forwarded") for name in headers):
        return False
    host = _host_of(f"//{headers.get('host', '')}")
    if host is None:
        return False
    return is_loopback_host(host) or not any(mark in host for mark in ".:")


def is_same_site_page(headers: Mapping[str, str], *, allowed_origins: Collection[str]) -> bool:
    """Whether a request that rides on a cookie may be honoured.

    SameSite=Strict already keeps other sites out; this keeps out other origins of the same site (another port of
    localhost, a sibling subdomain). Callers that are not browsers send neither header and hold the cookie on purpose.
    """
    origin = headers.get("origin")
    if origin is not None and origin in allowed_origins:
        return True
    if (fetch_site := headers.get("sec-fetch-site")) is not None:
        return fetch_site in ("same-origin", "none")
    if origin is not None:
        page = origin.partition("://")[2].lower()
        return page != "" and page == headers.get("host", "").lower()
    return True


def _host_of(address: str) -> str | None:
    """The host name, empty when there is none; None for what is no address at all."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return None
