"""WhatsApp through Twilio: sending, listing, media and templates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ports.base import TwilioCredentials


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One WhatsApp message. Addresses as Twilio writes them (`whatsapp:+5511…`)."""

    sender: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    status_callback: str | None = None
    media_url: str | None = None
    content_sid: str | None = None
    content_variables: str | None = None


@dataclass(frozen=True, slots=True)
class SentMessage:
    sid: str
    status: str


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """A message as Twilio's list shows it, newest first."""

    sid: str
    sender: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    status: str
    direction: str
    num_media: int
    created_at: datetime | None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A template of the account, with how far WhatsApp's approval of it is."""

    content_sid: str
    nome: str
    idioma: str
    categoria: str | None
    situacao: str
    """As WhatsApp says it: approved, pending, rejected, paused, disabled, received; `unsubmitted` when never asked."""
    variaveis: tuple[str, ...]
    texto: str
    """With its `{{1}}` still in it."""

    @property
    def approved(self) -> bool:
        return self.situacao == "approved"


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    content: bytes = field(repr=False)
    content_type: str
    filename: str | None = None


class MessageSender(Protocol):
    async def send(
        self, credentials: TwilioCredentials, message: OutgoingMessage, *, not_after: float | None = None
    ) -> SentMessage:
        """Send one message. Past the monotonic instant `not_after` nothing is written and ProviderBusy is raised."""
        ...

    async def list_messages(
        self,
        credentials: TwilioCredentials,
        *,
        sender: str | None,
        to: str | None,
        since: datetime,
        limit: int = 200,
    ) -> Sequence[ListedMessage]:
        """Messages created at or after `since`, newest first."""
        ...

    async def list_media(self, credentials: TwilioCredentials, message_sid: str) -> Sequence[tuple[str, str]]:
        """(address, content type) of each file of a message, for `fetch_media`."""
        ...

    async def fetch_media(self, credentials: TwilioCredentials, url: str, *, max_bytes: int) -> FetchedMedia:
        """Fetch from Twilio's hosts only; the redirect is followed without credentials.

        Raises ProviderRefused with reason `host_not_allowed` or `too_large`.
        """
        ...

    async def list_templates(self, credentials: TwilioCredentials) -> Sequence[MessageTemplate]:
        """Every template of the account with its approval."""
        ...

    async def show_typing(self, credentials: TwilioCredentials, message_sid: str) -> None: ...
