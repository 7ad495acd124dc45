"""The contacts side of the simulated Chatwoot API: list, search, create, change, attach to an inbox."""

import re
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.chatwoot_access import Access, as_bool, invalid, missing_resource, read_params
from simulators.chatwoot_documents import contact_document, conversation_document, inbox_short
from simulators.chatwoot_service import ChatwootService
from simulators.chatwoot_state import ChatAccount, Contact, Inbox

PER_PAGE = 15
_E164 = re.compile(r"\+[1-9]\d{1,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class ChatwootContacts:
    """Handlers for contacts; the API module authenticates before calling them."""

    def __init__(self, service: ChatwootService) -> None:
        self.service = service
        self.state = service.state

    async def collection(self, access: Access, request: Request) -> Response:
        """List contacts, or create one."""
        if request.method == "GET":
            return self._page(access.account, list(access.account.contacts.values()), request)
        params, _ = await read_params(request)
        account = access.account
        inbox = _inbox(account, params["inbox_id"]) if params.get("inbox_id") is not None else None
        contact = Contact(0)
        self._assign(account, contact, params)
        contact.id = self.state.next_id("contact")
        account.contacts[contact.id] = contact
        link: dict[str, Any] = {"inbox": None, "source_id": None}
        if inbox is not None:
            source = str(params.get("source_id") or uuid.uuid4())
            contact.sources.append((inbox.id, source))
            link = {"inbox": inbox_short(inbox), "source_id": source}
        return JSONResponse({"payload": {"contact": contact_document(contact, account), "contact_inbox": link}})

    async def search(self, access: Access, request: Request) -> Response:
        """Contacts whose name, e-mail, phone or identifier contains the text, 15 a page."""
        text = request.query_params.get("q", "").strip().lower()
        if not text:
            return JSONResponse({"error": "Specify search string with parameter q"}, status_code=422)
        found = [
            c
            for c in access.account.contacts.values()
            if any(text in (value or "").lower() for value in (c.name, c.email, c.phone_number, c.identifier))
        ]
        return self._page(access.account, found, request)

    @staticmethod
    def _page(account: ChatAccount, contacts: list[Contact], request: Request) -> Response:
        query = request.query_params
        page = max(1, int(query["page"])) if query.get("page", "").isdigit() else 1
        order = query.get("sort", "name")
        field = order.lstrip("-")
        if field in ("name", "email", "phone_number", "last_activity_at"):
            contacts.sort(key=lambda c: str(getattr(c, field) or "").lower(), reverse=order.startswith("-"))
        shown = contacts[(page - 1) * PER_PAGE : page * PER_PAGE]
        with_inboxes = query.get("include_contact_inboxes", "true") != "false"
        return JSONResponse(
            {
                "meta": {"count": len(contacts), "current_page": page},
                "payload": [contact_document(c, account, inboxes=with_inboxes) for c in shown],
            }
        )

    @staticmethod
    def _contact(access: Access, request: Request) -> Contact:
        try:
            return access.account.contacts[int(request.path_params["contact_id"])]
        except (KeyError, ValueError) as error:
            raise missing_resource() from error

    async def one(self, access: Access, request: Request) -> Response:
        """Show, change or delete a contact."""
        contact = self._contact(access, request)
        if request.method == "DELETE":
            del access.account.contacts[contact.id]
            kept = access.account.conversations
            for display_id in [d for d, c in kept.items() if c.contact is contact]:
                del kept[display_id]
            return Response(status_code=200)
        if request.method in ("PUT", "PATCH"):
            params, _ = await read_params(request)
            self._assign(access.account, contact, params)
        return JSONResponse({"payload": contact_document(contact, access.account)})

    def _assign(self, account: ChatAccount, contact: Contact, params: dict[str, Any]) -> None:
        phone = params.get("phone_number")
        if phone and _E164.fullmatch(str(phone)) is None:
            raise invalid("Phone number should be in e164 format", "phone_number")
        if params.get("email") and _EMAIL.fullmatch(str(params["email"])) is None:
            raise invalid("Invalid email", "email")
        for name, label in (("phone_number", "Phone number"), ("email", "Email"), ("identifier", "Identifier")):
            value = params.get(name)
            taken = value and any(getattr(c, name) == value for c in account.contacts.values() if c is not contact)
            if taken:
                raise invalid(f"{label} has already been taken", name)
        for name in ("name", "email", "phone_number", "identifier"):
            if name in params:
                value = params[name]
                setattr(contact, name, str(value) if value else ("" if name == "name" else None))
        if "blocked" in params:
            contact.blocked = as_bool(params["blocked"])
        for name in ("additional_attributes", "custom_attributes"):
            if isinstance(params.get(name), dict):
                getattr(contact, name).update(params[name])

    async def conversations(self, access: Access, request: Request) -> Response:
        """The conversations of a contact, latest first."""
        contact = self._contact(access, request)
        found = [c for c in access.account.conversations.values() if c.contact is contact]
        found.sort(key=lambda c: c.updated_at, reverse=True)
        documents = [conversation_document(c, access.account, self.service.base) for c in found]
        return JSONResponse({"payload": documents})

    async def contact_inboxes(self, access: Access, request: Request) -> Response:
        """Attach a contact to an inbox."""
        contact = self._contact(access, request)
        params, _ = await read_params(request)
        inbox = _inbox(access.account, params.get("inbox_id"))
        source = str(params.get("source_id") or uuid.uuid4())
        owner = access.account.contact_of_source(inbox.id, source)
        if owner is not None and owner is not contact:
            raise invalid("Source has already been taken", "source_id")
        if owner is None:
            contact.sources.append((inbox.id, source))
        return JSONResponse({"source_id": source, "inbox": inbox_short(inbox)})


def _inbox(account: ChatAccount, inbox_id: Any) -> Inbox:
    try:
        return account.inboxes[int(inbox_id)]
    except (KeyError, TypeError, ValueError) as error:
        raise missing_resource() from error
