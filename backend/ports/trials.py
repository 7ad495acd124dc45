"""Trying what was configured: what each vendor says of credentials and places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ports.base import ChatwootCredentials, GoogleCredentials, OpenAICredentials, TwilioCredentials


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """`status` is `active`, `suspended` or `closed`."""

    status: str
    trial: bool


class SenderDirectory(Protocol):
    async def fetch_account(self, credentials: TwilioCredentials) -> TwilioAccount: ...

    async def sender_status(self, credentials: TwilioCredentials, number: str) -> str | None:
        """Status of the WhatsApp sender with this `+E164` number (`ONLINE`, …); None when the account has none."""
        ...


class ModelCatalog(Protocol):
    async def list_models(self, credentials: OpenAICredentials) -> Mapping[str, date | None]:
        """Every model the key may use → the day it is shut down, None when not announced."""
        ...


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What a reservation sheet looks like: columns by the field they hold, and rows that cannot be read."""

    tab: str
    columns: tuple[str, ...]
    missing: tuple[str, ...]
    reservations: int
    unreadable_rows: tuple[int, ...]
    editable: bool


class SheetInspector(Protocol):
    async def inspect(self, credentials: GoogleCredentials, sheet_id: str, *, tab: str | None) -> SheetReport:
        """Look at the sheet and try whether it may be changed, changing nothing."""
        ...


@dataclass(frozen=True, slots=True)
class CrmInbox:
    id: int
    name: str
    is_api: bool
    """Only API inboxes take messages of customers from outside."""


class InboxDirectory(Protocol):
    async def list_inboxes(self, credentials: ChatwootCredentials, *, account_id: int) -> Sequence[CrmInbox]: ...
