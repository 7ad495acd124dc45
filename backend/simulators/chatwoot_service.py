"""What happens in the simulated Chatwoot: messages, status changes and the webhooks that follow.

Shared by the API and by the staff page, so that both cause the same events. A webhook has five seconds and is
signed over "timestamp.body".
"""

import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import httpx

from simulators.background import Background
from simulators.chatwoot_documents import conversation_event, message_event
from simulators.chatwoot_state import (
    ChatAccount,
    ChatMessage,
    ChatwootState,
    Contact,
    Conversation,
    Inbox,
    User,
    Webhook,
)


class ChatwootService:
    """Changes the state and tells the webhooks."""

    def __init__(self, state: ChatwootState, client: httpx.AsyncClient, background: Background) -> None:
        self.state = state
        self.client = client
        self.background = background
        self.base = ""

    def create_conversation(
        self, account: ChatAccount, inbox: Inbox, contact: Contact, source_id: str, *, status: str = "open"
    ) -> Conversation:
        """Open a conversation with the next number of the account."""
        display_id = self.state.next_id(f"conversation-{account.id}")
        conversation = Conversation(display_id, inbox, contact, source_id, status)
        account.conversations[display_id] = conversation
        self.announce(account, conversation_event("conversation_created", conversation, account, self.base, {}))
        return conversation

    def add_message(self, account: ChatAccount, conversation: Conversation, message: ChatMessage) -> None:
        """Add a message; an incoming one reopens a resolved conversation."""
        conversation.messages.append(message)
        conversation.updated_at = message.created_at
        if message.message_type == "incoming":
            conversation.contact.last_activity_at = message.created_at
        self.announce(account, message_event("message_created", message, conversation, account, self.base))
        if message.message_type == "incoming" and conversation.status in ("resolved", "snoozed"):
            self.set_status(account, conversation, "open")

    def new_message(self, content: str | None, message_type: str, sender: Contact | User | None) -> ChatMessage:
        """A plain text message that is not in a conversation yet."""
        return ChatMessage(self.state.next_id("message"), content, message_type, False, "text", {}, sender)

    def set_status(
        self, account: ChatAccount, conversation: Conversation, status: str, snoozed_until: float | None = None
    ) -> None:
        """Change the status and tell about it when it really changed."""
        before, conversation.status = conversation.status, status
        conversation.snoozed_until = snoozed_until if status == "snoozed" else None
        conversation.updated_at = time.time()
        if before == status:
            return
        changed = {"status": (before, status)}
        for event in ("conversation_updated", "conversation_status_changed"):
            self.announce(account, conversation_event(event, conversation, account, self.base, changed))

    def announce(self, account: ChatAccount, body: dict[str, Any]) -> None:
        """Send an event to every webhook of the account that subscribed to it."""
        for webhook in account.webhooks.values():
            if body["event"] in webhook.subscriptions:
                raw = json.dumps(body, ensure_ascii=False).encode()
                self.background.start(self.deliver(webhook, body["event"], raw, str(uuid.uuid4())))

    async def deliver(self, webhook: Webhook, event: str, raw: bytes, delivery: str) -> None:
        """One delivery; its outcome is kept for the control. A redelivery reuses the delivery id."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-Chatwoot-Delivery": delivery}
        if self.state.settings.sign_webhooks:
            timestamp = str(int(time.time()))
            digest = hmac.new(webhook.secret.encode(), f"{timestamp}.".encode() + raw, hashlib.sha256).hexdigest()
            headers |= {"X-Chatwoot-Timestamp": timestamp, "X-Chatwoot-Signature": f"sha256={digest}"}
        outcome: dict[str, Any] = {
            "delivery": delivery,
            "event": event,
            "webhook_id": webhook.id,
            "url": webhook.url,
            "body": raw.decode(),
            "status_code": None,
            "error": None,
        }
        try:
            timeout = self.state.settings.webhook_timeout_seconds
            response = await self.client.post(webhook.url, content=raw, headers=headers, timeout=timeout)
            outcome["status_code"] = response.status_code
        except httpx.HTTPError as error:
            outcome["error"] = type(error).__name__
        self.state.deliveries.append(outcome)
