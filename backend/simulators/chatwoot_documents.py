"""The JSON documents of Chatwoot: contacts, conversations, messages, inboxes, and the bodies of webhooks."""

from datetime import UTC, datetime
from typing import Any

from simulators.chatwoot_state import (
    API_CHANNEL,
    MESSAGE_TYPES,
    ChatAccount,
    ChatMessage,
    Contact,
    Conversation,
    Inbox,
    User,
)

_SHOWN_KINDS = ("image", "audio", "video")


def inbox_document(inbox: Inbox) -> dict[str, Any]:
    """An inbox of the list."""
    return {
        "id": inbox.id,
        "avatar_url": "",
        "channel_id": inbox.id,
        "name": inbox.name,
        "channel_type": inbox.channel_type,
        "greeting_enabled": False,
        "greeting_message": None,
        "working_hours_enabled": False,
        "enable_email_collect": True,
        "csat_survey_enabled": False,
        "enable_auto_assignment": True,
        "auto_assignment_config": {},
        "out_of_office_message": None,
        "working_hours": [],
        "timezone": "America/Sao_Paulo",
        "callback_webhook_url": None,
        "allow_messages_after_resolved": True,
        "lock_to_single_conversation": False,
        "sender_name_type": "friendly",
        "business_name": None,
        "hmac_mandatory": False,
        "provider": None,
        "phone_number": None,
        "inbox_identifier": f"inbox-{inbox.id}" if inbox.channel_type == API_CHANNEL else None,
    }


def inbox_short(inbox: Inbox) -> dict[str, Any]:
    """An inbox inside a contact."""
    return {
        "id": inbox.id,
        "avatar_url": "",
        "channel_id": inbox.id,
        "name": inbox.name,
        "channel_type": inbox.channel_type,
        "provider": "",
    }


def contact_document(contact: Contact, account: ChatAccount, *, inboxes: bool = True) -> dict[str, Any]:
    """A contact."""
    document: dict[str, Any] = {
        "additional_attributes": contact.additional_attributes,
        "availability_status": "offline",
        "email": contact.email,
        "id": contact.id,
        "name": contact.name,
        "phone_number": contact.phone_number,
        "blocked": contact.blocked,
        "identifier": contact.identifier,
        "thumbnail": "",
        "custom_attributes": contact.custom_attributes,
        "created_at": int(contact.created_at),
        "last_activity_at": int(contact.last_activity_at) if contact.last_activity_at else None,
    }
    if inboxes:
        document["contact_inboxes"] = [
            {"source_id": source, "inbox": inbox_short(account.inboxes[inbox_id])}
            for inbox_id, source in contact.sources
            if inbox_id in account.inboxes
        ]
    return document


def user_document(user: User) -> dict[str, Any]:
    """A member of the staff as the sender of a message."""
    return {
        "id": user.id,
        "name": user.name,
        "available_name": user.name,
        "avatar_url": "",
        "type": "agent_bot" if user.bot else "user",
        "availability_status": "online",
        "thumbnail": "",
    }


def _sender(message: ChatMessage) -> tuple[str | None, dict[str, Any] | None]:
    sender = message.sender
    if isinstance(sender, Contact):
        document = {
            "id": sender.id,
            "name": sender.name,
            "email": sender.email,
            "phone_number": sender.phone_number,
            "identifier": sender.identifier,
            "additional_attributes": sender.additional_attributes,
            "custom_attributes": sender.custom_attributes,
            "thumbnail": "",
            "blocked": sender.blocked,
            "type": "contact",
        }
        return "Contact", document
    if isinstance(sender, User):
        return ("AgentBot" if sender.bot else "User"), user_document(sender)
    return None, None


def message_document(
    message: ChatMessage, conversation: Conversation, account: ChatAccount, base: str
) -> dict[str, Any]:
    """A message; `base` is the address of this Chatwoot, for the files."""
    sender_type, sender = _sender(message)
    document: dict[str, Any] = {
        "id": message.id,
        "content": message.content,
        "account_id": account.id,
        "inbox_id": conversation.inbox.id,
        "conversation_id": conversation.display_id,
        "message_type": MESSAGE_TYPES.index(message.message_type),
        "created_at": int(message.created_at),
        "updated_at": int(message.created_at),
        "private": message.private,
        "status": message.status,
        "source_id": message.source_id,
        "content_type": message.content_type,
        "content_attributes": message.content_attributes,
        "sender_type": sender_type,
        "sender_id": message.sender.id if message.sender is not None else None,
        "external_source_ids": {},
        "additional_attributes": message.additional_attributes,
        "processed_message_content": message.content,
        "sentiment": {},
    }
    if sender is not None:
        document["sender"] = sender
    if message.attachments:
        document["attachments"] = [
            {
                "id": a.id,
                "message_id": message.id,
                "file_type": a.content_type.split("/")[0]
                if a.content_type[:5] in ("image", "audio", "video")
                else "file",
                "account_id": account.id,
                "data_url": f"{base}/rails/active_storage/blobs/redirect/{a.key}/{a.filename}",
                "thumb_url": "",
                "file_size": len(a.content),
                "extension": None,
            }
            for a in message.attachments
        ]
    return document


def conversation_document(conversation: Conversation, account: ChatAccount, base: str) -> dict[str, Any]:
    """A conversation."""
    last = conversation.messages[-1] if conversation.messages else None
    shown = [message_document(last, conversation, account, base)] if last is not None else []
    assignee = conversation.assignee
    meta: dict[str, Any] = {
        "sender": contact_document(conversation.contact, account, inboxes=False),
        "channel": conversation.inbox.channel_type,
        "hmac_verified": False,
    }
    if assignee is not None:
        meta["assignee"] = {"id": assignee.id, "account_id": account.id, "name": assignee.name, "email": assignee.email}
    return {
        "id": conversation.display_id,
        "meta": meta,
        "messages": shown,
        "account_id": account.id,
        "uuid": conversation.uuid,
        "additional_attributes": conversation.additional_attributes,
        "agent_last_seen_at": 0,
        "assignee_last_seen_at": 0,
        "can_reply": True,
        "contact_last_seen_at": 0,
        "custom_attributes": conversation.custom_attributes,
        "inbox_id": conversation.inbox.id,
        "labels": conversation.labels,
        "muted": False,
        "snoozed_until": conversation.snoozed_until,
        "status": conversation.status,
        "created_at": int(conversation.created_at),
        "updated_at": conversation.updated_at,
        "timestamp": int(conversation.updated_at),
        "first_reply_created_at": 0,
        "unread_count": sum(1 for m in conversation.messages if m.message_type == "incoming"),
        "last_non_activity_message": shown[0] if shown else None,
        "last_activity_at": int(conversation.updated_at),
        "priority": None,
        "waiting_since": 0,
        "sla_policy_id": None,
    }


def _webhook_conversation(conversation: Conversation, account: ChatAccount, base: str) -> dict[str, Any]:
    document = conversation_document(conversation, account, base)
    document["channel"] = conversation.inbox.channel_type
    document["contact_inbox"] = {
        "contact_id": conversation.contact.id,
        "inbox_id": conversation.inbox.id,
        "source_id": conversation.source_id,
    }
    return document


def message_event(
    event: str, message: ChatMessage, conversation: Conversation, account: ChatAccount, base: str
) -> dict[str, Any]:
    """The body of message_created and message_updated; the type is a word here, not a number."""
    document = message_document(message, conversation, account, base)
    return {
        "event": event,
        "id": message.id,
        "content": message.content,
        "content_type": message.content_type,
        "content_attributes": message.content_attributes,
        "additional_attributes": message.additional_attributes,
        "created_at": datetime.fromtimestamp(message.created_at, UTC).isoformat(timespec="milliseconds"),
        "message_type": message.message_type,
        "private": message.private,
        "source_id": message.source_id,
        "sender": document.get("sender"),
        "inbox": {"id": conversation.inbox.id, "name": conversation.inbox.name},
        "account": {"id": account.id, "name": account.name},
        "conversation": _webhook_conversation(conversation, account, base),
        **({"attachments": document["attachments"]} if message.attachments else {}),
    }


def conversation_event(
    event: str, conversation: Conversation, account: ChatAccount, base: str, changed: dict[str, tuple[Any, Any]]
) -> dict[str, Any]:
    """The body of the conversation events; `changed` maps an attribute to (before, after)."""
    return {
        "event": event,
        **_webhook_conversation(conversation, account, base),
        "account": {"id": account.id, "name": account.name},
        "changed_attributes": [
            {name: {"previous_value": before, "current_value": after}} for name, (before, after) in changed.items()
        ],
    }
