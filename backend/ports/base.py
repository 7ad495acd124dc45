"""Time, and the credentials of one empresa for one vendor: a complete set, never mixed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class Clock(Protocol):
    """Time as the services see it: aware UTC instants and a monotonic clock in seconds."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


@dataclass(frozen=True, slots=True)
class TwilioCredentials:
    account_sid: str
    auth_token: str = field(repr=False)
    base_url: str | None = None
    """Replaces every Twilio host when set."""


@dataclass(frozen=True, slots=True)
class OpenAICredentials:
    api_key: str = field(repr=False)
    base_url: str | None = None
    """Including `/v1`; None is the vendor's own address."""


@dataclass(frozen=True, slots=True)
class GoogleCredentials:
    service_account: Mapping[str, Any] = field(repr=False)
    base_url: str | None = None
    """Replaces `https://sheets.googleapis.com`."""


@dataclass(frozen=True, slots=True)
class ChatwootCredentials:
    base_url: str
    api_token: str = field(repr=False)
