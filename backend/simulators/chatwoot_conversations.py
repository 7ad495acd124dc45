"""The conversations side of the simulated Chatwoot API: open, read, write, change status, labels, assignment."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.chatwoot_access import (
    Access,
    as_bool,
    conversation_of,
    could_not_create,
    invalid,
    missing_resource,
    read_params,
)
from simulators.chatwoot_documents import contact_document, conversation_document, message_document
from simulators.chatwoot_service import ChatwootService
from simulators.chatwoot_state import API_CHANNEL, STATUSES, ChatMessage, Contact, Conversation, Inbox

PER_PAGE = 25
MESSAGES_PER_PAGE = 20
MAX_CONTENT = 150_000
_CONTENT_TYPES = ("text", "input_email", "cards", "input_select", "form", "article")


class ChatwootConversations:
    """Handlers for conversations; the API module authenticates before calling them."""

    def __init__(self, service: ChatwootService) -> None:
        self.service = service
        self.state = service.state

    def _shown(self, access: Access, conversation: Conversation) -> dict[str, Any]:
        return conversation_document(conversation, access.account, self.service.base)

    async def collection(self, access: Access, request: Request) -> Response:
        """List conversations, or open one."""
        if request.method == "POST":
            return await self._create(access, request)
        query = request.query_params
        status = query.get("status", "open")
        if status not in (*STATUSES, "all"):
            raise could_not_create(f"'{status}' is not a valid status")
        found = [c for c in access.account.conversations.values() if status in ("all", c.status)]
        if query.get("inbox_id"):
            found = [c for c in found if str(c.inbox.id) == query["inbox_id"]]
        labels = query.getlist("labels") + query.getlist("labels[]")
        if labels:
            found = [c for c in found if set(labels) & set(c.labels)]
        if query.get("q"):
            text = query["q"].lower()
            found = [c for c in found if any(text in (m.content or "").lower() for m in c.messages)]
        mine = [c for c in found if c.assignee is access.user]
        unassigned = [c for c in found if c.assignee is None]
        assigned = [c for c in found if c.assignee is not None]
        groups = {"me": mine, "unassigned": unassigned, "assigned": assigned}
        chosen = sorted(groups.get(query.get("assignee_type", "all"), found), key=lambda c: -c.updated_at)
        page = max(1, int(query["page"])) if query.get("page", "").isdigit() else 1
        meta = {
            "mine_count": len(mine),
            "unassigned_count": len(unassigned),
            "assigned_count": len(assigned),
            "all_count": len(found),
        }
        payload = [self._shown(access, c) for c in chosen[(page - 1) * PER_PAGE : page * PER_PAGE]]
        return JSONResponse({"data": {"meta": meta, "payload": payload}})

    async def _create(self, access: Access, request: Request) -> Response:
        params, _ = await read_params(request)
        inbox, contact, source = self._link(access, params)
        status = params.get("status") or "open"
        if status not in STATUSES:
            raise could_not_create(f"'{status}' is not a valid status")
        message = params.get("message")
        if message is not None and (not isinstance(message, dict) or not message.get("content")):
            raise could_not_create("param is missing or the value is empty: content")
        conversation = self.service.create_conversation(access.account, inbox, contact, source, status=status)
        for name in ("custom_attributes", "additional_attributes"):
            if isinstance(params.get(name), dict):
                getattr(conversation, name).update(params[name])
        if isinstance(message, dict):
            new = self.service.new_message(str(message["content"]), "outgoing", access.user)
            self.service.add_message(access.account, conversation, new)
        return JSONResponse(self._shown(access, conversation))

    @staticmethod
    def _link(access: Access, params: dict[str, Any]) -> tuple[Inbox, Contact, str]:
        """The inbox, contact and source id a new conversation stands between."""
        account = access.account
        source = str(params.get("source_id") or "")
        inbox_id, contact_id = params.get("inbox_id"), params.get("contact_id")
        try:
            inbox = account.inboxes[int(inbox_id)] if inbox_id is not None else None
            contact = account.contacts[int(contact_id)] if contact_id is not None else None
        except (KeyError, TypeError, ValueError) as error:
            raise missing_resource() from error
        if source:
            for candidate in [contact] if contact is not None else account.contacts.values():
                for linked_inbox, linked_source in candidate.sources:
                    if linked_source == source and (inbox is None or linked_inbox == inbox.id):
                        return account.inboxes[linked_inbox], candidate, source
        if inbox is None or contact is None:
            raise missing_resource()
        existing = next((s for i, s in contact.sources if i == inbox.id and not source), None)
        source = existing or source or str(contact.phone_number or contact.id)
        owner = account.contact_of_source(inbox.id, source)
        if owner is not None and owner is not contact:
            raise invalid("Source has already been taken", "source_id")
        if existing is None:
            contact.sources.append((inbox.id, source))
        return inbox, contact, source

    async def one(self, access: Access, request: Request) -> Response:
        """Show a conversation."""
        return JSONResponse(self._shown(access, conversation_of(access, request)))

    async def messages(self, access: Access, request: Request) -> Response:
        """The latest messages, oldest of them first, or a new message."""
        conversation = conversation_of(access, request)
        if request.method == "POST":
            return await self._add(access, conversation, request)
        query = request.query_params
        found = list(conversation.messages)
        if query.get("before", "").isdigit():
            found = [m for m in found if m.id < int(query["before"])]
        if query.get("after", "").isdigit():
            found = [m for m in found if m.id > int(query["after"])][:100]
        else:
            found = found[-MESSAGES_PER_PAGE:]
        base, account = self.service.base, access.account
        meta = {
            "labels": conversation.labels,
            "additional_attributes": conversation.additional_attributes,
            "contact": {"payload": [contact_document(conversation.contact, account)]},
            "agent_last_seen_at": None,
            "assignee_last_seen_at": None,
        }
        payload = [message_document(m, conversation, account, base) for m in found]
        return JSONResponse({"meta": meta, "payload": payload})

    async def _add(self, access: Access, conversation: Conversation, request: Request) -> Response:
        params, files = await read_params(request)
        kind = params.get("message_type") or "outgoing"
        if kind not in ("incoming", "outgoing"):
            raise could_not_create(f"'{kind}' is not a valid message_type")
        if kind == "incoming" and conversation.inbox.channel_type != API_CHANNEL:
            raise could_not_create("Incoming messages are only allowed in Api inboxes")
        content = params.get("content")
        if content is not None and not isinstance(content, str):
            content = str(content)
        if not content and not files:
            raise invalid("Content can't be blank", "content")
        if content and len(content) > MAX_CONTENT:
            raise invalid(f"Content is too long (maximum is {MAX_CONTENT} characters)", "content")
        content_type = params.get("content_type") or "text"
        if content_type not in _CONTENT_TYPES:
            raise could_not_create(f"'{content_type}' is not a valid content_type")
        attributes = params.get("content_attributes") or {}
        if isinstance(attributes, str):
            try:
                attributes = json.loads(attributes)
            except ValueError as error:
                raise could_not_create("content_attributes must be JSON") from error
        sender = conversation.contact if kind == "incoming" else access.user
        message = ChatMessage(
            self.state.next_id("message"),
            content,
            kind,
            as_bool(params.get("private")),
            content_type,
            attributes,
            sender,
            str(params["source_id"]) if params.get("source_id") else None,
            {"template_params": params["template_params"]} if params.get("template_params") else {},
            attachments=[self.state.keep_file(*f) for f in files],
        )
        self.service.add_message(access.account, conversation, message)
        document = message_document(message, conversation, access.account, self.service.base)
        if params.get("echo_id"):
            document["echo_id"] = params["echo_id"]
        return JSONResponse(document)

    async def toggle_status(self, access: Access, request: Request) -> Response:
        """Change the status."""
        conversation = conversation_of(access, request)
        params, _ = await read_params(request)
        status = params.get("status") or ("open" if conversation.status == "resolved" else "resolved")
        if status not in STATUSES:
            raise could_not_create(f"'{status}' is not a valid status")
        until = params.get("snoozed_until")
        snoozed = float(until) if isinstance(until, (int, float)) else None
        self.service.set_status(access.account, conversation, status, snoozed)
        payload = {"success": True, "current_status": status, "conversation_id": conversation.display_id}
        if status == "snoozed":
            payload["snoozed_until"] = snoozed
        return JSONResponse({"meta": {}, "payload": payload})

    async def labels(self, access: Access, request: Request) -> Response:
        """Read the labels, or replace the whole set."""
        conversation = conversation_of(access, request)
        if request.method == "POST":
            params, _ = await read_params(request)
            given = params.get("labels")
            if not isinstance(given, list):
                raise could_not_create("param is missing or the value is empty: labels")
            conversation.labels = list(dict.fromkeys(str(g).strip().lower() for g in given if str(g).strip()))
        return JSONResponse({"payload": conversation.labels})

    async def custom_attributes(self, access: Access, request: Request) -> Response:
        """Replace the custom attributes."""
        conversation = conversation_of(access, request)
        params, _ = await read_params(request)
        given = params.get("custom_attributes")
        if not isinstance(given, dict):
            raise could_not_create("param is missing or the value is empty: custom_attributes")
        conversation.custom_attributes = given
        return JSONResponse({"custom_attributes": given})

    async def assignments(self, access: Access, request: Request) -> Response:
        """Assign a conversation to a member of the staff, or to nobody."""
        conversation = conversation_of(access, request)
        params, _ = await read_params(request)
        wanted = params.get("assignee_id")
        user = next((u for u in access.account.users.values() if str(u.id) == str(wanted)), None)
        if wanted and user is None:
            raise missing_resource()
        conversation.assignee = user
        document = {"id": user.id, "name": user.name, "email": user.email} if user is not None else None
        return JSONResponse(document)
