"""What the simulated Chatwoot knows: accounts, inboxes, contacts, conversations, messages and webhooks.

Conversation numbers shown to the outside are per account, so they repeat between accounts. Nothing here speaks
HTTP.
"""

import itertools
import time
import uuid
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

DEFAULT_TOKEN = "simulador"
DEFAULT_INBOXES = ("tinyteams", "pancia-piena", "umas-e-ostras")
STATUSES = ("open", "resolved", "pending", "snoozed")
MESSAGE_TYPES = ("incoming", "outgoing", "activity", "template")
MAX_MESSAGES = 1_000
MAX_FILE_BYTES = 128 * 1024 * 1024
API_CHANNEL = "Channel::Api"


@dataclass(slots=True)
class User:
    """A person of the staff, or a bot."""

    id: int
    name: str
    email: str
    token: str
    bot: bool = False


@dataclass(slots=True)
class Inbox:
    """An inbox; only API inboxes take incoming messages through the API."""

    id: int
    name: str
    channel_type: str = API_CHANNEL


@dataclass(slots=True)
class Contact:
    """A customer, with one source id per inbox."""

    id: int
    name: str = ""
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    blocked: bool = False
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    custom_attributes: dict[str, Any] = field(default_factory=dict)
    created_at: float = field(default_factory=time.time)
    last_activity_at: float | None = None
    sources: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Attachment:
    """A file of a message."""

    id: int
    key: str
    filename: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class ChatMessage:
    """A message of a conversation; `sender` is a contact or a user."""

    id: int
    content: str | None
    message_type: str
    private: bool
    content_type: str
    content_attributes: dict[str, Any]
    sender: Contact | User | None
    source_id: str | None = None
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    created_at: float = field(default_factory=time.time)
    status: str = "sent"
    attachments: list[Attachment] = field(default_factory=list)


@dataclass(slots=True)
class Conversation:
    """A conversation; `display_id` is what the outside calls its id."""

    display_id: int
    inbox: Inbox
    contact: Contact
    source_id: str
    status: str = "open"
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    custom_attributes: dict[str, Any] = field(default_factory=dict)
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    assignee: User | None = None
    snoozed_until: float | None = None
    messages: deque[ChatMessage] = field(default_factory=lambda: deque(maxlen=MAX_MESSAGES))
    created_at: float = field(default_factory=time.time)
    updated_at: float = field(default_factory=time.time)


@dataclass(slots=True)
class Webhook:
    """An account webhook."""

    id: int
    url: str
    subscriptions: list[str]
    secret: str
    name: str | None = None


@dataclass(slots=True)
class ChatAccount:
    """One Chatwoot account."""

    id: int
    name: str
    users: dict[str, User] = field(default_factory=dict)
    inboxes: dict[int, Inbox] = field(default_factory=dict)
    contacts: dict[int, Contact] = field(default_factory=dict)
    conversations: dict[int, Conversation] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)

    def contact_of_source(self, inbox_id: int, source_id: str) -> Contact | None:
        """The contact with a source id in an inbox."""
        return next((c for c in self.contacts.values() if (inbox_id, source_id) in c.sources), None)

    def person(self) -> User:
        """The member of the staff who answers on the simulator's own page."""
        return next(u for u in self.users.values() if not u.bot)


@dataclass(slots=True)
class ChatwootSettings:
    """How the simulated Chatwoot behaves when it behaves well. Older servers do not sign: `sign_webhooks` false."""

    sign_webhooks: bool = True
    webhook_timeout_seconds: float = 5.0
    latency_seconds: float = 0.0


class ChatwootState:
    """Everything in memory."""

    def __init__(self) -> None:
        self.settings = ChatwootSettings()
        self.accounts: dict[int, ChatAccount] = {}
        self.files: OrderedDict[str, Attachment] = OrderedDict()
        self._file_bytes = 0
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=2_000)
        self._ids: dict[str, itertools.count[int]] = {}
        self.add_account(1, "Atende Ai", DEFAULT_TOKEN, list(DEFAULT_INBOXES))

    def next_id(self, kind: str) -> int:
        """The next number of a kind; each kind counts on its own."""
        return next(self._ids.setdefault(kind, itertools.count(1)))

    def add_account(self, account_id: int, name: str, token: str, inboxes: list[str]) -> ChatAccount:
        """Create or replace an account with one member of the staff and API inboxes."""
        account = ChatAccount(account_id, name)
        self.accounts[account_id] = account
        self.add_user(account, "Equipe", token)
        for inbox in inboxes:
            self.add_inbox(account, inbox)
        return account

    def add_user(self, account: ChatAccount, name: str, token: str, *, bot: bool = False) -> User:
        """Add a member of the staff, or a bot, with its access token."""
        user_id = self.next_id("user")
        user = User(user_id, name, f"equipe{user_id}@simulador.local", token, bot)
        account.users[token] = user
        return user

    def add_inbox(self, account: ChatAccount, name: str, channel_type: str = API_CHANNEL) -> Inbox:
        """Add an inbox."""
        inbox = Inbox(self.next_id("inbox"), name, channel_type)
        account.inboxes[inbox.id] = inbox
        return inbox

    def keep_file(self, filename: str, content_type: str, content: bytes) -> Attachment:
        """Store a file, dropping the oldest past the bound."""
        item = Attachment(self.next_id("attachment"), uuid.uuid4().hex, filename, content_type, content)
        self.files[item.key] = item
        self._file_bytes += len(content)
        while self._file_bytes > MAX_FILE_BYTES and len(self.files) > 1:
            _, dropped = self.files.popitem(last=False)
            self._file_bytes -= len(dropped.content)
        return item
