"""Control of the simulated Chatwoot: accounts, inboxes, bots, webhooks, and what the staff does."""

import dataclasses
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.chatwoot_access import Problem
from simulators.chatwoot_api import ChatwootApi
from simulators.chatwoot_documents import conversation_document, message_document
from simulators.chatwoot_state import API_CHANNEL, STATUSES, ChatAccount
from simulators.control_support import BadControl, read_object, update_settings


class ChatwootControl:
    """Routes of `/control/chatwoot`."""

    def __init__(self, api: ChatwootApi) -> None:
        self.api = api
        self.service = api.service
        self.state = api.state

    def routes(self) -> list[Route]:
        """Routes below `/control`."""
        return [
            Route("/chatwoot/accounts", self.accounts, methods=["GET", "POST"]),
            Route("/chatwoot/inboxes", self.inboxes, methods=["POST"]),
            Route("/chatwoot/bots", self.bots, methods=["POST"]),
            Route("/chatwoot/webhooks", self.webhooks, methods=["GET", "POST", "DELETE"]),
            Route("/chatwoot/deliveries", self.deliveries, methods=["GET", "DELETE"]),
            Route("/chatwoot/deliveries/{delivery}/redeliver", self.redeliver, methods=["POST"]),
            Route("/chatwoot/conversations", self.conversations, methods=["GET"]),
            Route("/chatwoot/staff", self.staff, methods=["POST"]),
            Route("/chatwoot/settings", self.settings, methods=["GET", "POST"]),
        ]

    def _account(self, given: dict[str, Any]) -> ChatAccount:
        account = self.state.accounts.get(int(given.get("account_id") or 1))
        if account is None:
            raise BadControl("conta desconhecida")
        return account

    async def accounts(self, request: Request) -> Response:
        """List accounts, or create one: {id, name, token, inboxes}."""
        if request.method == "POST":
            given = await read_object(request)
            if not given.get("id") or not given.get("token"):
                raise BadControl("informe id e token")
            names = [str(n) for n in given.get("inboxes") or []]
            self.state.add_account(int(given["id"]), str(given.get("name") or "Conta"), str(given["token"]), names)
        shown = [
            {"id": a.id, "name": a.name, "inboxes": [dataclasses.asdict(i) for i in a.inboxes.values()]}
            for a in self.state.accounts.values()
        ]
        return JSONResponse(shown)

    async def inboxes(self, request: Request) -> Response:
        """Add an inbox: {account_id, name, channel_type}."""
        given = await read_object(request)
        if not given.get("name"):
            raise BadControl("informe name")
        channel = str(given.get("channel_type") or API_CHANNEL)
        inbox = self.state.add_inbox(self._account(given), str(given["name"]), channel)
        return JSONResponse(dataclasses.asdict(inbox))

    async def bots(self, request: Request) -> Response:
        """Add an agent bot: {account_id, name, token}."""
        given = await read_object(request)
        if not given.get("token"):
            raise BadControl("informe token")
        user = self.state.add_user(
            self._account(given), str(given.get("name") or "Robô"), str(given["token"]), bot=True
        )
        return JSONResponse({"id": user.id, "name": user.name})

    async def webhooks(self, request: Request) -> Response:
        """List webhooks, add one ({account_id, url, secret, subscriptions}) or drop all."""
        if request.method == "DELETE":
            for account in self.state.accounts.values():
                account.webhooks.clear()
        elif request.method == "POST":
            given = await read_object(request)
            try:
                self.api.add_webhook(self._account(given).id, given)
            except Problem as problem:
                raise BadControl(str(problem.document)) from problem
        shown = [
            {"account_id": a.id, **dataclasses.asdict(w)}
            for a in self.state.accounts.values()
            for w in a.webhooks.values()
        ]
        return JSONResponse(shown)

    async def deliveries(self, request: Request) -> Response:
        """What was delivered to webhooks, oldest first."""
        if request.method == "DELETE":
            self.state.deliveries.clear()
        return JSONResponse(list(self.state.deliveries))

    async def redeliver(self, request: Request) -> Response:
        """Send a delivery once more with the same delivery id."""
        wanted = request.path_params["delivery"]
        found = next((d for d in self.state.deliveries if d["delivery"] == wanted), None)
        hooks = [w for a in self.state.accounts.values() for w in a.webhooks.values()]
        webhook = next((w for w in hooks if found is not None and w.id == found["webhook_id"]), None)
        if found is None or webhook is None:
            raise BadControl("entrega desconhecida")
        await self.service.deliver(webhook, found["event"], found["body"].encode(), wanted)
        return JSONResponse(self.state.deliveries[-1])

    async def conversations(self, request: Request) -> Response:
        """Every conversation of an account with all its messages."""
        account = self._account({"account_id": request.query_params.get("account_id")})
        base = self.service.base
        shown = [
            conversation_document(c, account, base)
            | {"messages": [message_document(m, c, account, base) for m in c.messages]}
            for c in account.conversations.values()
        ]
        return JSONResponse(shown)

    async def staff(self, request: Request) -> Response:
        """The staff answers or changes the status: {account_id, conversation_id, content?, private?, status?}."""
        given = await read_object(request)
        account = self._account(given)
        talk = account.conversations.get(int(given.get("conversation_id") or 0))
        if talk is None:
            raise BadControl("conversa desconhecida")
        self.service.base = f"{request.url.scheme}://{request.url.netloc}/chatwoot"
        answer: dict[str, Any] = {"conversation_id": talk.display_id}
        if given.get("content"):
            message = self.service.new_message(str(given["content"]), "outgoing", account.person())
            message.private = bool(given.get("private"))
            self.service.add_message(account, talk, message)
            answer["message_id"] = message.id
        if given.get("status"):
            if given["status"] not in STATUSES:
                raise BadControl("status desconhecido")
            self.service.set_status(account, talk, str(given["status"]))
        return JSONResponse(answer | {"status": talk.status})

    async def settings(self, request: Request) -> Response:
        """Read or change signing, webhook timeout and latency."""
        if request.method == "POST":
            return JSONResponse(update_settings(self.state.settings, await read_object(request)))
        return JSONResponse(dataclasses.asdict(self.state.settings))
