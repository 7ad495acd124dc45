"""Twilio's request signature, checked directly over the parsed pairs. Pure functions; a test holds them to the SDK's.

Source: Twilio's "Validating requests": base64(HMAC-SHA1(auth token, URL + each POST name sorted, name and value
joined)); repeated values are de-duplicated and sorted; the URL may carry its default port or not.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit, urlunsplit

Pairs = Sequence[tuple[str, str]]

_DEFAULT_PORTS = {"http": 80, "https": 443}


def twilio_signature(token: str, url: str, pairs: Pairs) -> str:
    """The signature of a form POST to `url`. Values keep undecodable bytes as surrogate escapes."""
    return _sign(token, url, _joined(pairs))


def _sign(token: str, url: str, fields: str) -> str:
    digest = hmac.digest(token.encode(), (url + fields).encode("utf-8", "surrogateescape"), hashlib.sha1)
    return base64.b64encode(digest).decode()


def _joined(pairs: Pairs) -> str:
    values: dict[str, set[str]] = {}
    for name, value in pairs:
        values.setdefault(name, set()).add(value)
    return "".join(name + value for name in sorted(values) for value in sorted(values[name]))


def signature_is_valid(token: str, urls: Iterable[str], pairs: Pairs, given: str) -> bool:
    """Whether `given` is right for any of `urls`, each tried with and without its port."""
    found = False
    presented = given.encode("utf-8", "surrogatepass")
    fields = _joined(pairs)
    for url in urls:
        for candidate in port_variants(url):
            # No early exit: the time must not tell which address matched.
            found |= hmac.compare_digest(_sign(token, candidate, fields).encode(), presented)
    return found


def port_variants(url: str) -> list[str]:
    """The address as given, without its port, and with the scheme's default port when it has none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    variants = [url]
    if parts.port is not None:
        variants.append(urlunsplit(parts._replace(netloc=f"{user}{host}")))
    elif parts.scheme in _DEFAULT_PORTS:
        variants.append(urlunsplit(parts._replace(netloc=f"{user}{host}:{_DEFAULT_PORTS[parts.scheme]}")))
    return variants


def signed_addresses(configured: str, path_suffix: str, query: str) -> list[str]:
    """The addresses Twilio may have signed for a request to `configured` + `path_suffix` with this raw query.

    The connection-override fragment (`#rc=…`) is never part of what is signed.
    """
    parts = urlsplit(configured)
    path = parts.path.rstrip("/") + path_suffix if path_suffix else parts.path
    seen = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    own = urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
    return [seen] if seen == own or query else [seen, own]
