"""What the services ask of the outside, as Protocols, and the frozen dataclasses that cross the boundary.

Adapters in `integrations/` implement them over the vendors' SDKs; tests implement them as recording doubles.
Every method may raise a `ProviderError` subclass and nothing else; each call has its own timeout inside the adapter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal, Protocol


class Clock(Protocol):
    """Time as the services see it: aware UTC instants and a monotonic clock in seconds."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


# --- Credentials: one complete set for one empresa and vendor, never mixed ---


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


# --- The model ---


@dataclass(frozen=True, slots=True)
class ImageInput:
    """An image the model may look at."""

    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One past or present message of the conversation. Customer text is only ever `user`."""

    role: Literal["user", "assistant"]
    text: str = field(repr=False)
    images: tuple[ImageInput, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A function the model may call; `parameters` is a strict JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    call_id: str
    name: str
    arguments: str = field(repr=False)
    """JSON as the model wrote it: hostile until checked."""


@dataclass(frozen=True, slots=True)
class ToolExchange:
    """Calls made in an earlier step of the same turn, with the raw output items and their results."""

    output_items: tuple[Mapping[str, Any], ...] = field(repr=False)
    results: tuple[tuple[str, str], ...] = field(repr=False)
    """(call_id, output text) in order."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    model: str
    instructions: str = field(repr=False)
    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolSpec, ...] = ()
    exchanges: tuple[ToolExchange, ...] = ()
    max_output_tokens: int = 800
    temperature: float | None = None
    safety_identifier: str | None = None
    cache_key: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; `cached` is part of `input`."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """Either `text` or `tool_calls`; `output_items` go back unchanged in the next step."""

    text: str = field(repr=False)
    model: str
    usage: Usage
    tool_calls: tuple[ToolCall, ...] = ()
    output_items: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    incomplete: bool = False


class ChatModel(Protocol):
    async def answer(self, credentials: OpenAICredentials, request: ChatRequest) -> ChatAnswer: ...


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str = field(repr=False)
    model: str
    seconds: float | None


class Transcriber(Protocol):
    async def transcribe(
        self, credentials: OpenAICredentials, *, audio: bytes, content_type: str, model: str
    ) -> Transcript: ...


# --- WhatsApp ---


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

    async def show_typing(self, credentials: TwilioCredentials, message_sid: str) -> None: ...


# --- Reservations ---


@dataclass(frozen=True, slots=True)
class Reservation:
    """One row of the book, as read back."""

    id: str
    nome: str = field(repr=False)
    telefone: str | None = field(repr=False)
    data: date
    horario: time
    pessoas: int
    status: str
    observacoes: str | None = field(default=None, repr=False)


class ReservationBook(Protocol):
    """Where an empresa keeps its reservations. Rows are found by id, never by position."""

    async def list(self, *, since: date, until: date | None = None) -> Sequence[Reservation]: ...

    async def get(self, reservation_id: str) -> Reservation | None: ...

    async def add(self, reservation: Reservation) -> Reservation:
        """Write once (an id already present is not written again) and return the row read back."""
        ...

    async def update(self, reservation: Reservation) -> Reservation: ...

    async def cancel(self, reservation_id: str) -> Reservation: ...


# --- Trying what was configured ---


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


# --- The shared inbox ---


@dataclass(frozen=True, slots=True)
class CrmContact:
    id: int
    source_id: str | None
    phone: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class CrmMessage:
    id: int
    conversation_id: int


class Crm(Protocol):
    async def find_contact(
        self,
        credentials: ChatwootCredentials,
        *,
        account_id: int,
        inbox_id: int,
        phones: Sequence[str],
        identifier: str,
    ) -> CrmContact | None: ...

    async def create_contact(
        self,
        credentials: ChatwootCredentials,
        *,
        account_id: int,
        inbox_id: int,
        name: str | None,
        phone: str | None,
        identifier: str,
    ) -> CrmContact: ...

    async def open_conversation(
        self, credentials: ChatwootCredentials, *, account_id: int, inbox_id: int, contact: CrmContact
    ) -> int:
        """The display id of the contact's open conversation in this inbox, made when there is none."""
        ...

    async def add_message(
        self,
        credentials: ChatwootCredentials,
        *,
        account_id: int,
        conversation_id: int,
        content: str,
        incoming: bool,
        private: bool = False,
        attributes: Mapping[str, Any] | None = None,
    ) -> CrmMessage: ...

    async def find_inbox(self, credentials: ChatwootCredentials, *, account_id: int, name: str) -> int | None: ...
