"""Access tokens (HS256, half an hour) and the refresh tokens behind them. The only importer of jose.

A token proves a session; whether the session still lives is asked of PostgreSQL at every request.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from jose import jwt
from jose.exceptions import JOSEError

from errors import NotAuthenticated

ALGORITHM = "HS256"
ACCESS_LIFE = timedelta(minutes=30)


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class AccessClaims:
    usuario_id: int
    session_id: UUID


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """`{session id}.{secret}`: the id finds the session, so that any outdated secret is recognised as such."""

    session_id: UUID
    secret: str

    def __repr__(self) -> str:
        return f"RefreshToken({self.session_id})"

    def __str__(self) -> str:
        return f"{self.session_id.hex}.{self.secret}"

    @property
    def digest(self) -> str:
        """What the database keeps: SHA-256 of the secret, which is 32 random bytes and needs no slow hash."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    @classmethod
    def parse(cls, text: str) -> "RefreshToken":
        session, _, secret = text.partition(".")
        try:
            if len(session) != 32 or not 40 <= len(secret) <= 64:
                raise ValueError
            return cls(UUID(hex=session), secret)
        except ValueError:
            raise NotAuthenticated from None


class TokenService:
    """Issues and reads tokens with one secret; time comes from the clock it is given."""

    def __init__(self, secret: str, *, clock: Clock) -> None:
        if not secret:
            raise ValueError("a secret is needed to sign tokens")
        self._secret = secret
        self._refresh_key = hmac.digest(secret.encode(), b"refresh-token", "sha256")
        self._clock = clock

    def issue(self, *, usuario_id: int, session_id: UUID) -> tuple[str, int]:
        """An access token and its life in seconds."""
        now = self._clock.now()
        claims = {
            "sub": str(usuario_id),
            "sid": session_id.hex,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFE).timestamp()),
            "jti": uuid4().hex,
        }
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM), int(ACCESS_LIFE.total_seconds())

    def decode(self, token: str) -> AccessClaims:
        """Raises NotAuthenticated unless the token is ours, whole and not expired."""
        try:
            # jose would ask the system's clock: instants are checked below, against ours.
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False},
            )
            if self._clock.now().timestamp() >= int(claims["exp"]):
                raise NotAuthenticated
            return AccessClaims(usuario_id=int(claims["sub"]), session_id=UUID(hex=claims["sid"]))
        except (JOSEError, KeyError, ValueError, TypeError, AttributeError):
            raise NotAuthenticated from None

    def first_refresh(self, session_id: UUID) -> RefreshToken:
        return RefreshToken(session_id, secrets.token_urlsafe(32))

    def next_refresh(self, current: RefreshToken) -> RefreshToken:
        """The successor of a refresh token: unguessable without our key, and always the same.

        So a client whose answer was lost, or a second tab that refreshed at the same moment, gets the very token that
        was already issued instead of a fork that would look like theft.
        """
        message = f"{current.session_id.hex}.{current.secret}".encode()
        digest = hmac.digest(self._refresh_key, message, "sha256")
        return RefreshToken(current.session_id, digest.hex())
