"""What the simulated Twilio knows: accounts, senders, messages, media and its own settings.

Plain data with bounds and indexes, so that a reconciliation by `To` stays cheap under load. Nothing here
speaks HTTP.
"""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

DEFAULT_ACCOUNT_SID = "AC" + "5" * 32
DEFAULT_AUTH_TOKEN = "simulador"
WINDOW_SECONDS = 24 * 3600
MAX_MESSAGES = 100_000
MAX_MEDIA_BYTES = 256 * 1024 * 1024
API_VERSION = "2010-04-01"
FINAL_STATUSES = frozenset({"delivered", "read", "failed", "undelivered", "canceled"})


def new_sid(prefix: str) -> str:
    """A fresh identifier with Twilio's two-letter prefix."""
    return prefix + secrets.token_hex(16)


def rfc2822(instant: float | None) -> str | None:
    """The instant the way Twilio writes it, or None."""
    return None if instant is None else format_datetime(datetime.fromtimestamp(int(instant), UTC))


@dataclass(slots=True)
class Media:
    """One stored file of a message."""

    sid: str
    content_type: str
    content: bytes
    created: float


@dataclass(slots=True)
class TwilioMessage:
    """A message in either direction, as the Messages resource keeps it."""

    sid: str
    account_sid: str
    sender: str
    to: str
    body: str
    direction: str
    status: str
    created: float
    updated: float
    sent: float | None = None
    listed_after: float = 0.0
    error_code: int | None = None
    error_message: str | None = None
    messaging_service_sid: str | None = None
    content_sid: str | None = None
    content_variables: str | None = None
    status_callback: str | None = None
    media: list[Media] = field(default_factory=list)
    announced_media: int = 0
    form: list[tuple[str, str]] | None = None
    extras: dict[str, Any] = field(default_factory=dict)

    def resource(self) -> dict[str, Any]:
        """The JSON of the Message resource."""
        base = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": rfc2822(self.created),
            "date_sent": rfc2822(self.sent),
            "date_updated": rfc2822(self.updated),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": self.error_message,
            "from": self.sender or None,
            "messaging_service_sid": self.messaging_service_sid,
            "num_media": str(max(len(self.media), self.announced_media)),
            "num_segments": "1" if self.direction == "inbound" or self.sender else "0",
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{base}/Media.json"},
            "to": self.to,
            "uri": f"{base}.json",
        }


@dataclass(slots=True)
class Account:
    """One Twilio account; `senders` restricts From when it is given."""

    sid: str
    auth_token: str
    friendly_name: str = "Conta do simulador"
    senders: set[str] | None = None
    api_keys: dict[str, str] = field(default_factory=dict)
    messaging_services: dict[str, str] = field(default_factory=dict)
    contents: dict[str, dict[str, Any]] = field(default_factory=dict)
    sender_states: dict[str, str] = field(default_factory=dict)
    """State of senders that are not ONLINE."""
    status: str = "active"


@dataclass(slots=True)
class FailNext:
    """An order to end the next outgoing messages badly, after they were accepted."""

    error_code: int
    status: str = "undelivered"
    times: int = 1
    to: str | None = None


@dataclass(slots=True)
class TwilioSettings:
    """How the simulated Twilio behaves when it behaves well."""

    accepted_status: str = "queued"
    sent_after: float = 0.15
    delivered_after: float = 0.35
    read_after: float | None = None
    callback_order: str = "normal"
    callback_repeats: int = 1
    callbacks: bool = True
    list_lag_seconds: float = 0.0
    enforce_window: bool = True
    media_ready_after: float = 0.0


class TwilioState:
    """Everything in memory, within bounds."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.settings = TwilioSettings()
        self.fail_next: list[FailNext] = []
        self.messages: OrderedDict[str, TwilioMessage] = OrderedDict()
        self._by_account: dict[str, OrderedDict[str, TwilioMessage]] = {}
        self._by_to: dict[tuple[str, str], OrderedDict[str, TwilioMessage]] = {}
        self._by_from: dict[tuple[str, str], OrderedDict[str, TwilioMessage]] = {}
        self.media: OrderedDict[str, tuple[Media, str]] = OrderedDict()
        self._media_bytes = 0
        self.windows: OrderedDict[tuple[str, str, str], float] = OrderedDict()
        self.cdn_tokens: OrderedDict[str, str] = OrderedDict()
        self.typing: list[str] = []
        self.add_account(Account(DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN))

    def add_account(self, account: Account) -> None:
        """Create or replace an account."""
        self.accounts[account.sid] = account

    def authenticate(self, user: str, password: str) -> Account | None:
        """The account these Basic credentials belong to: its own SID and token, or one of its API keys."""
        account = self.accounts.get(user)
        if account is not None:
            return account if secrets.compare_digest(account.auth_token.encode(), password.encode()) else None
        for candidate in self.accounts.values():
            secret = candidate.api_keys.get(user)
            if secret is not None and secrets.compare_digest(secret.encode(), password.encode()):
                return candidate
        return None

    def add_message(self, message: TwilioMessage) -> None:
        """Store and index a message, dropping the oldest past the bound."""
        self.messages[message.sid] = message
        self._by_account.setdefault(message.account_sid, OrderedDict())[message.sid] = message
        self._by_to.setdefault((message.account_sid, message.to), OrderedDict())[message.sid] = message
        self._by_from.setdefault((message.account_sid, message.sender), OrderedDict())[message.sid] = message
        for item in message.media:
            self.keep_media(item, message.sid)
        while len(self.messages) > MAX_MESSAGES:
            self.remove_message(next(iter(self.messages)))

    def remove_message(self, sid: str) -> None:
        """Forget a message and its media."""
        message = self.messages.pop(sid)
        self._by_account[message.account_sid].pop(sid, None)
        for index, address in ((self._by_to, message.to), (self._by_from, message.sender)):
            entries = index.get((message.account_sid, address))
            if entries is not None:
                entries.pop(sid, None)
                if not entries:
                    del index[(message.account_sid, address)]
        for item in message.media:
            self.forget_media(item.sid)

    def keep_media(self, item: Media, message_sid: str) -> None:
        """Store a file, dropping the oldest past the bound."""
        self.media[item.sid] = (item, message_sid)
        self._media_bytes += len(item.content)
        while self._media_bytes > MAX_MEDIA_BYTES and len(self.media) > 1:
            self.forget_media(next(iter(self.media)))

    def forget_media(self, sid: str) -> None:
        """Drop a file, also from its message."""
        entry = self.media.pop(sid, None)
        if entry is None:
            return
        item, message_sid = entry
        self._media_bytes -= len(item.content)
        message = self.messages.get(message_sid)
        if message is not None and item in message.media:
            message.media.remove(item)
            message.announced_media = 0

    def list_messages(self, account_sid: str, *, to: str | None, sender: str | None) -> list[TwilioMessage]:
        """Messages of an account, newest first; only those the list already shows (it may lag)."""
        empty: OrderedDict[str, TwilioMessage] = OrderedDict()
        if to is not None:
            source = self._by_to.get((account_sid, to), empty)
        elif sender is not None:
            source = self._by_from.get((account_sid, sender), empty)
        else:
            source = self._by_account.get(account_sid, empty)
        now = time.time()
        return [
            m for m in reversed(source.values()) if (sender is None or m.sender == sender) and (m.listed_after <= now)
        ]

    def history(self, *, contact: str, sender: str | None) -> list[TwilioMessage]:
        """The chat of a contact in both directions, oldest first, over every account."""
        found: list[TwilioMessage] = []
        empty: OrderedDict[str, TwilioMessage] = OrderedDict()
        for account_sid in self._by_account:
            incoming = self._by_from.get((account_sid, contact), empty)
            outgoing = self._by_to.get((account_sid, contact), empty)
            found += [m for m in incoming.values() if sender is None or m.to == sender]
            found += [m for m in outgoing.values() if sender is None or m.sender == sender]
        return sorted(found, key=lambda m: m.created)

    def open_window(self, account_sid: str, business: str, contact: str) -> None:
        """A customer wrote: free-form answers are allowed for 24 hours."""
        key = (account_sid, business, contact)
        self.windows[key] = time.time()
        self.windows.move_to_end(key)
        while len(self.windows) > MAX_MESSAGES:
            self.windows.popitem(last=False)

    def window_is_open(self, account_sid: str, business: str, contact: str) -> bool:
        """Whether the customer wrote within the last 24 hours."""
        return time.time() - self.windows.get((account_sid, business, contact), 0.0) < WINDOW_SECONDS

    def cdn_token(self, media_sid: str) -> str:
        """A one-address ticket for the storage host, as the redirect of a media address carries."""
        token = secrets.token_urlsafe(24)
        self.cdn_tokens[token] = media_sid
        while len(self.cdn_tokens) > MAX_MESSAGES:
            self.cdn_tokens.popitem(last=False)
        return token

    def take_failure(self, to: str) -> FailNext | None:
        """The order to fail that this outgoing message falls under, counted."""
        for order in self.fail_next:
            if order.times == 0 or (order.to is not None and order.to != to):
                continue
            if order.times > 0:
                order.times -= 1
            return order
        return None
