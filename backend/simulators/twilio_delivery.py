"""What happens to a message after Twilio accepted it: media download, delivery, status callbacks.

Runs in the background, as at the vendor: a free-form text outside the 24-hour window is accepted first and only
then fails with 63016.
"""

import asyncio
import json
import time

import httpx

from simulators.background import Background
from simulators.twilio_checks import CHANNEL
from simulators.twilio_signing import deliver
from simulators.twilio_state import API_VERSION, Media, TwilioMessage, TwilioState, new_sid

MAX_OUTGOING_MEDIA = 16 * 1024 * 1024
ERRORS = {
    30008: "Unknown error",
    63007: "Twilio could not find a Channel with the specified From address",
    63013: "Channel policy violation",
    63014: "Message delivery failed because the recipient blocked the sender",
    63015: "Channel Sandbox can only send messages to phone numbers that have joined the Sandbox",
    63016: "Failed to send freeform message because you are outside the allowed window.",
    63018: "Rate limit exceeded for Channel",
    63019: "Media failed to download",
    63021: "Channel invalid content error",
    63024: "Invalid message recipient",
    63038: "Account exceeded the daily messages limit",
}


class TwilioDelivery:
    """Carries accepted messages to their end and tells the callback address about it."""

    def __init__(self, state: TwilioState, client: httpx.AsyncClient, background: Background) -> None:
        self.state = state
        self.client = client
        self.background = background
        self._slots = asyncio.Semaphore(64)

    def start(self, message: TwilioMessage, media_urls: list[str], *, delay: float = 0.0) -> None:
        """Begin delivering an accepted message, `delay` seconds from now."""
        self.background.start(self._run(message, media_urls, delay))

    async def _run(self, message: TwilioMessage, media_urls: list[str], delay_seconds: float) -> None:
        settings = self.state.settings
        if delay_seconds > 0:
            await asyncio.sleep(delay_seconds)
        failure = await self._failure(message, media_urls)
        if failure is not None:
            status, code = failure
            await asyncio.sleep(settings.sent_after)
            if message.status == "canceled":
                return
            if status == "undelivered":
                self._set(message, "sent")
                await self._announce(message, ["sent"])
            message.error_code, message.error_message = code, ERRORS.get(code, ERRORS[30008])
            self._set(message, status)
            await self._announce(message, [status])
            return
        steps = [("sent", settings.sent_after), ("delivered", settings.delivered_after)]
        if settings.read_after is not None:
            steps.append(("read", settings.read_after))
        shuffled = settings.callback_order == "reversed"
        done: list[str] = []
        for status, delay in steps:
            await asyncio.sleep(delay)
            if message.sid not in self.state.messages or message.status == "canceled":
                return
            self._set(message, status)
            done.append(status)
            if not shuffled:
                await self._announce(message, [status])
        if shuffled:
            await self._announce(message, done[::-1])

    def _set(self, message: TwilioMessage, status: str) -> None:
        message.status = status
        message.updated = time.time()
        if status == "sent" and message.sent is None:
            message.sent = message.updated

    async def _failure(self, message: TwilioMessage, media_urls: list[str]) -> tuple[str, int] | None:
        order = self.state.take_failure(message.to)
        if order is not None:
            return order.status, order.error_code
        if message.content_sid and any(not value.strip() for value in _variables(message).values()):
            return "failed", 63013
        free_form = message.to.startswith(CHANNEL) and not self._is_approved(message)
        if free_form and self.state.settings.enforce_window and not self._window_is_open(message):
            return "failed", 63016
        for url in media_urls:
            item = await self._download(url)
            if item is None:
                return "failed", 63019
            if message.sid in self.state.messages:
                message.media.append(item)
                self.state.keep_media(item, message.sid)
        return None

    def _is_approved(self, message: TwilioMessage) -> bool:
        """Outside the window a template that WhatsApp has not approved is no better than free text."""
        account = self.state.accounts.get(message.account_sid)
        approval = account.approvals.get(message.content_sid or "") if account else None
        return approval is not None and approval["status"] == "approved"

    def _window_is_open(self, message: TwilioMessage) -> bool:
        return self.state.window_is_open(message.account_sid, message.sender, message.to)

    async def _download(self, url: str) -> Media | None:
        """Fetch media we were asked to send, without any credential, as the vendor does."""
        try:
            response = await self.client.get(url, timeout=15, follow_redirects=True)
        except httpx.HTTPError:
            return None
        if response.status_code != 200 or not 0 < len(response.content) <= MAX_OUTGOING_MEDIA:
            return None
        content_type = response.headers.get("content-type", "application/octet-stream")
        return Media(new_sid("ME"), content_type.split(";")[0].strip(), response.content, time.time())

    async def _announce(self, message: TwilioMessage, statuses: list[str]) -> None:
        account = self.state.accounts.get(message.account_sid)
        if message.status_callback is None or account is None or not self.state.settings.callbacks:
            return
        for status in statuses:
            for _ in range(max(1, self.state.settings.callback_repeats)):
                async with self._slots:
                    await deliver(
                        self.client,
                        webhook_url=message.status_callback,
                        auth_token=account.auth_token,
                        form=status_form(message, status),
                    )


def _variables(message: TwilioMessage) -> dict[str, str]:
    found: dict[str, str] = json.loads(message.content_variables) if message.content_variables else {}
    return found


def status_form(message: TwilioMessage, status: str) -> list[tuple[str, str]]:
    """The form of a delivery status callback."""
    form = [
        ("ApiVersion", API_VERSION),
        ("MessageStatus", status),
        ("SmsSid", message.sid),
        ("SmsStatus", status),
        ("To", message.to),
        ("From", message.sender),
        ("MessageSid", message.sid),
        ("AccountSid", message.account_sid),
    ]
    if message.messaging_service_sid is not None:
        form.append(("MessagingServiceSid", message.messaging_service_sid))
    if message.to.startswith(CHANNEL):
        form += [
            ("ChannelPrefix", "whatsapp"),
            ("ChannelInstallSid", "XE" + message.account_sid[2:]),
            ("ChannelToAddress", message.to.removeprefix(CHANNEL)),
            ("StructuredMessage", "true" if message.content_sid else "false"),
        ]
        if status in ("delivered", "read"):
            form.append(("EventType", status.upper()))
    if status in ("failed", "undelivered") and message.error_code is not None:
        form += [("ErrorCode", str(message.error_code)), ("ErrorMessage", message.error_message or "")]
    return form
