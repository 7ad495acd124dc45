"""Signed addresses of a few minutes under which Twilio fetches a file of ours without logging in."""

import hmac
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from errors import NotFound

LIFE = timedelta(minutes=10)


class Clock(Protocol):
    def now(self) -> datetime: ...


class MediaLinks:
    """Makes and checks the addresses. A bad or expired one is a 404, like a file that never existed."""

    def __init__(self, secret: str, *, public_url: str, clock: Clock) -> None:
        self._key = hmac.digest(secret.encode(), b"media-link", "sha256")
        self._public_url = public_url
        self._clock = clock

    def address(self, midia_id: UUID, *, life: timedelta = LIFE) -> str:
        expires = int((self._clock.now() + life).timestamp())
        return f"{self._public_url}/api/midias/{midia_id}/publica?exp={expires}&sig={self._sign(midia_id, expires)}"

    def check(self, midia_id: UUID, *, expires: int, signature: str) -> None:
        """Raises NotFound unless we made this address and it has not expired."""
        genuine = hmac.compare_digest(self._sign(midia_id, expires).encode(), signature.encode())
        if not genuine or self._clock.now().timestamp() >= expires:
            raise NotFound

    def _sign(self, midia_id: UUID, expires: int) -> str:
        return hmac.digest(self._key, f"{midia_id.hex}.{expires}".encode(), "sha256").hex()
