"""The simulated Chatwoot API: addresses, authentication, inboxes, webhooks and stored files.

Contacts and conversations have their own modules; this one decides who gets there.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.chatwoot_access import Access, Problem, authenticate, invalid, missing_resource, read_params
from simulators.chatwoot_contacts import ChatwootContacts
from simulators.chatwoot_conversations import ChatwootConversations
from simulators.chatwoot_documents import inbox_document
from simulators.chatwoot_service import ChatwootService
from simulators.chatwoot_state import Webhook

EVENTS = (
    "conversation_created",
    "conversation_viewed",
    "conversation_status_changed",
    "conversation_updated",
    "message_created",
    "message_updated",
    "contact_created",
    "contact_updated",
    "webwidget_triggered",
    "conversation_typing_on",
    "conversation_typing_off",
)
Work = Callable[[Access, Request], Awaitable[Response]]


class ChatwootApi:
    """Routes of `/chatwoot` except the staff page."""

    def __init__(self, service: ChatwootService) -> None:
        self.service = service
        self.state = service.state
        self.contacts = ChatwootContacts(service)
        self.conversations = ChatwootConversations(service)

    def routes(self) -> list[Route]:
        """Routes below `/chatwoot`."""
        account = "/api/v1/accounts/{account_id}"
        contact, talk = f"{account}/contacts/{{contact_id}}", f"{account}/conversations/{{conversation_id}}"
        people, talks = self.contacts, self.conversations
        return [
            Route("/api/v1/profile", self.profile, methods=["GET"]),
            Route(f"{account}/contacts", self._served(people.collection), methods=["GET", "POST"]),
            Route(f"{account}/contacts/search", self._served(people.search), methods=["GET"]),
            Route(contact, self._served(people.one), methods=["GET", "PUT", "PATCH", "DELETE"]),
            Route(f"{contact}/conversations", self._served(people.conversations), methods=["GET"]),
            Route(f"{contact}/contact_inboxes", self._served(people.contact_inboxes), methods=["POST"]),
            Route(f"{account}/conversations", self._served(talks.collection, "POST"), methods=["GET", "POST"]),
            Route(talk, self._served(talks.one), methods=["GET"]),
            Route(f"{talk}/messages", self._served(talks.messages, "POST"), methods=["GET", "POST"]),
            Route(f"{talk}/toggle_status", self._served(talks.toggle_status, "POST"), methods=["POST"]),
            Route(f"{talk}/labels", self._served(talks.labels), methods=["GET", "POST"]),
            Route(f"{talk}/custom_attributes", self._served(talks.custom_attributes, "POST"), methods=["POST"]),
            Route(f"{talk}/assignments", self._served(talks.assignments, "POST"), methods=["POST"]),
            Route(f"{account}/inboxes", self._served(self.inboxes), methods=["GET"]),
            Route(f"{account}/webhooks", self._served(self.webhooks), methods=["GET", "POST"]),
            Route(f"{account}/webhooks/{{webhook_id}}", self._served(self.webhook), methods=["PATCH", "DELETE"]),
            Route("/rails/active_storage/blobs/redirect/{key}/{name}", self.file, methods=["GET"]),
        ]

    def _served(self, work: Work, *for_bots: str) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            self.service.base = f"{request.url.scheme}://{request.url.netloc}/chatwoot"
            if self.state.settings.latency_seconds:
                await asyncio.sleep(self.state.settings.latency_seconds)
            try:
                access = authenticate(self.state, request, bots=request.method in for_bots)
                return await work(access, request)
            except Problem as problem:
                return problem.response()

        return serve

    async def profile(self, request: Request) -> Response:
        """Who the token belongs to."""
        token = request.headers.get("api_access_token") or request.headers.get("api-access-token") or ""
        member = [(a, a.users[token]) for a in self.state.accounts.values() if token in a.users]
        if not member:
            return JSONResponse({"error": "Invalid Access Token"}, status_code=401)
        user = member[0][1]
        accounts = [{"id": a.id, "name": a.name, "status": "active", "role": "administrator"} for a, _ in member]
        return JSONResponse({"id": user.id, "name": user.name, "email": user.email, "accounts": accounts})

    async def inboxes(self, access: Access, _: Request) -> Response:
        """List the inboxes."""
        return JSONResponse({"payload": [inbox_document(i) for i in access.account.inboxes.values()]})

    async def webhooks(self, access: Access, request: Request) -> Response:
        """List the webhooks, or add one."""
        account = access.account
        if request.method == "GET":
            return JSONResponse({"payload": {"webhooks": [_webhook(w, account.id) for w in account.webhooks.values()]}})
        params, _ = await read_params(request)
        given = params.get("webhook") if isinstance(params.get("webhook"), dict) else params
        webhook = self.add_webhook(access.account.id, given or {})
        return JSONResponse({"payload": {"webhook": _webhook(webhook, account.id)}})

    def add_webhook(self, account_id: int, given: dict[str, Any]) -> Webhook:
        """Add a webhook to an account. Raises Problem when the vendor would refuse it."""
        account = self.state.accounts[account_id]
        url = str(given.get("url") or "")
        if not url.startswith(("http://", "https://")):
            raise invalid("Url is invalid", "url")
        if any(w.url == url for w in account.webhooks.values()):
            raise invalid("Url has already been taken", "url")
        subscriptions = list(given.get("subscriptions") or EVENTS)
        if any(s not in EVENTS for s in subscriptions):
            raise invalid("Subscriptions Invalid events", "subscriptions")
        secret = str(given.get("secret") or secrets.token_urlsafe(24))
        webhook = Webhook(self.state.next_id("webhook"), url, subscriptions, secret, given.get("name"))
        account.webhooks[webhook.id] = webhook
        return webhook

    async def webhook(self, access: Access, request: Request) -> Response:
        """Change or remove a webhook."""
        try:
            webhook = access.account.webhooks[int(request.path_params["webhook_id"])]
        except (KeyError, ValueError) as error:
            raise missing_resource() from error
        if request.method == "DELETE":
            del access.account.webhooks[webhook.id]
            return Response(status_code=200)
        params, _ = await read_params(request)
        given = params.get("webhook") if isinstance(params.get("webhook"), dict) else params
        webhook.url = str((given or {}).get("url") or webhook.url)
        webhook.subscriptions = list((given or {}).get("subscriptions") or webhook.subscriptions)
        return JSONResponse({"payload": {"webhook": _webhook(webhook, access.account.id)}})

    async def file(self, request: Request) -> Response:
        """A stored file, open to whoever has its address, as at the vendor."""
        item = self.state.files.get(request.path_params["key"])
        if item is None:
            return Response(status_code=404)
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(item.content, media_type=item.content_type, headers=headers)


def _webhook(webhook: Webhook, account_id: int) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "account_id": account_id,
        "subscriptions": webhook.subscriptions,
        "secret": webhook.secret,
        "inbox": None,
    }
