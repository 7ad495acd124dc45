"""Judges a request to create a message the way Twilio does: same order, same codes, same words.

Only the request is judged here; what happens to an accepted message (24-hour window, delivery) is decided later,
asynchronously, as the vendor does it.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from simulators.twilio_state import Account

MAX_BODY = 1600
MAX_MEDIA = 10
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{5,128}")
_CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
CHANNEL = "whatsapp:"


class Refused(Exception):
    """The request is refused with this status, code and message."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an accepted request asked for."""

    to: str
    sender: str
    body: str
    media_urls: list[str] = field(default_factory=list)
    status_callback: str | None = None
    messaging_service_sid: str | None = None
    content_sid: str | None = None
    content_variables: str | None = None
    send_at: datetime | None = None


def is_address(value: str) -> bool:
    """A number in E.164, plain or with the WhatsApp prefix, or a WhatsApp user identifier."""
    if value.startswith(CHANNEL):
        rest = value[len(CHANNEL) :]
        return _E164.fullmatch(rest) is not None or _BSUID.fullmatch(rest) is not None
    return _E164.fullmatch(value) is not None


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in value


def _send_at(form: dict[str, list[str]], service: str | None) -> datetime | None:
    value = _first(form, "SendAt")
    if value is None and _first(form, "ScheduleType") is None:
        return None
    if service is None:
        raise Refused(35118, "MessagingServiceSid is required to schedule a message")
    if value is None:
        raise Refused(35111, "Missing SendAt parameter")
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise Refused(35114, "SendAt timestamp is not in ISO-8601 format") from error
    instant = instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
    ahead = instant - datetime.now(UTC)
    if not timedelta(minutes=5) <= ahead <= timedelta(days=35):
        raise Refused(35114, "SendAt time must be between 300 seconds and 35 days in the future")
    return instant


def _first(form: dict[str, list[str]], name: str) -> str | None:
    values = form.get(name)
    return values[0] if values and values[0] != "" else None


def check_message(form: dict[str, list[str]], account: Account) -> Accepted:
    """What the form asks for. Raises Refused with the vendor's code when it would not be accepted.

    Unknown parameters are ignored, as the vendor does.
    """
    to = _first(form, "To")
    if to is None:
        raise Refused(21604, "A 'To' phone number is required.")
    sender = _first(form, "From")
    service = _first(form, "MessagingServiceSid")
    if sender is None and service is None:
        raise Refused(21603, "A 'From' phone number is required.")
    if not is_address(to):
        raise Refused(21211, f"Invalid 'To' Phone Number: {_masked(to)}")
    sender, service = _resolve_sender(sender, service, account)
    if sender.startswith(CHANNEL) != to.startswith(CHANNEL):
        message = "Invalid From and To pair. From and To should be of the same channel"
        raise Refused(21910, message)
    if sender == to:
        raise Refused(63031, "Channel message cannot have same From and To")
    body = form.get("Body", [""])[0]
    media_urls = [url for url in form.get("MediaUrl", []) if url]
    content_sid = _first(form, "ContentSid")
    if body == "" and not media_urls and content_sid is None:
        raise Refused(21619, "A text message body or media urls must be specified.")
    if len(body) > MAX_BODY:
        raise Refused(21617, f"The concatenated message body exceeds the {MAX_BODY} character limit")
    if len(media_urls) > MAX_MEDIA:
        raise Refused(21623, "Number of media files exceeds allowed limit")
    if not all(_is_url(url) for url in media_urls):
        raise Refused(21620, "Invalid media URL(s)")
    status_callback = _first(form, "StatusCallback")
    if status_callback is not None and not _is_url(status_callback):
        raise Refused(21609, f"The 'StatusCallback' URL {status_callback} is not a valid URL.")
    variables = _content(form, content_sid, account)
    _check_validity(form)
    return Accepted(
        to=to,
        sender=sender,
        body=body,
        media_urls=media_urls,
        status_callback=status_callback,
        messaging_service_sid=service,
        content_sid=content_sid,
        content_variables=variables,
        send_at=_send_at(form, service),
    )


def _masked(address: str) -> str:
    return address if len(address) < 8 else f"{address[:-4]}XXXX"


def _resolve_sender(sender: str | None, service: str | None, account: Account) -> tuple[str, str | None]:
    if service is not None:
        if _SERVICE_SID.fullmatch(service) is None or service not in account.messaging_services:
            raise Refused(21701, f"The Messaging Service '{service}' does not exist")
        return sender or account.messaging_services[service], service
    assert sender is not None
    if not is_address(sender):
        raise Refused(21212, f"Invalid From Number (caller ID): {_masked(sender)}")
    if account.senders is not None and sender not in account.senders:
        if sender.startswith(CHANNEL):
            raise Refused(63007, "Twilio could not find a Channel with the specified From address")
        message = f"The From phone number {sender} is not a valid, SMS-capable inbound phone number or short code"
        raise Refused(21606, message)
    return sender, None


def _content(form: dict[str, list[str]], content_sid: str | None, account: Account) -> str | None:
    if content_sid is None:
        return None
    if _CONTENT_SID.fullmatch(content_sid) is None or content_sid not in account.contents:
        raise Refused(21655, "The ContentSid is Invalid")
    variables = _first(form, "ContentVariables")
    if variables is None:
        return None
    try:
        parsed = json.loads(variables)
    except ValueError as error:
        raise Refused(21656, "The Content Variables Parameter is Invalid") from error
    if not isinstance(parsed, dict) or any(not isinstance(v, str) for v in parsed.values()):
        raise Refused(21656, "The Content Variables Parameter is Invalid")
    return variables


def _check_validity(form: dict[str, list[str]]) -> None:
    value = _first(form, "ValidityPeriod")
    if value is None:
        return
    if not value.isdigit() or not 1 <= int(value) <= 36_000:
        raise Refused(20001, "ValidityPeriod must be a number of seconds between 1 and 36000")
