"""Control of the simulated Twilio: accounts, settings, incoming messages and the chat as the customer sees it."""

import dataclasses
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.background import Background
from simulators.control_support import BadControl, read_object, update_settings
from simulators.openai_state import OpenAIState
from simulators.twilio_content import new_content
from simulators.twilio_inbound import InvalidInbound, TwilioInbound
from simulators.twilio_state import Account, FailNext, TwilioMessage, TwilioState

INLINE_TYPES = ("image/", "audio/", "video/")


class TwilioControl:
    """Routes of `/control/twilio`."""

    def __init__(self, state: TwilioState, inbound: TwilioInbound, openai: OpenAIState, background: Background) -> None:
        self.state = state
        self.inbound = inbound
        self.openai = openai
        self.background = background

    def routes(self) -> list[Route]:
        """Routes below `/control`."""
        return [
            Route("/twilio/inbound", self.receive, methods=["POST"]),
            Route("/twilio/messages", self.messages, methods=["GET"]),
            Route("/twilio/contacts", self.contacts, methods=["GET"]),
            Route("/twilio/media/{sid}", self.media, methods=["GET"]),
            Route("/twilio/accounts", self.accounts, methods=["GET", "POST"]),
            Route("/twilio/settings", self.settings, methods=["GET", "POST"]),
            Route("/twilio/fail-next", self.fail_next, methods=["POST", "DELETE"]),
            Route("/twilio/window", self.window, methods=["POST"]),
            Route("/twilio/contents", self.contents, methods=["POST"]),
        ]

    async def receive(self, request: Request) -> Response:
        """A customer sends a message; with `wait: false` the webhook is called in the background."""
        description = await read_object(request)
        try:
            message, spoken = self.inbound.prepare(description)
        except InvalidInbound as error:
            raise BadControl(str(error)) from error
        for digest, text in spoken.items():
            self.openai.remember_transcript(digest, text)
        if description.get("wait") is False:
            self.background.start(self._send(message, description))
            return JSONResponse({"message_sid": message.sid, "status_code": None, "attempts": 0, "body": ""}, 202)
        result = await self.inbound.send(message, description)
        return JSONResponse(
            {
                "message_sid": message.sid,
                "status_code": result.status_code,
                "attempts": result.attempts,
                "body": result.body,
                "error": result.error,
            }
        )

    async def _send(self, message: TwilioMessage, description: dict[str, Any]) -> None:
        await self.inbound.send(message, description)

    async def messages(self, request: Request) -> Response:
        """The chat of one contact, both ways, oldest first."""
        contact = request.query_params.get("contact")
        if not contact:
            raise BadControl("informe contact, por exemplo whatsapp:+5511999998888")
        history = self.state.history(contact=contact, sender=request.query_params.get("sender"))
        return JSONResponse([self._shown(m) for m in history])

    @staticmethod
    def _shown(message: TwilioMessage) -> dict[str, Any]:
        resource = message.resource()
        return {
            "sid": message.sid,
            "direction": "inbound" if message.direction == "inbound" else "outbound",
            "body": message.body,
            "from": message.sender,
            "to": message.to,
            "status": message.status,
            "date_created": resource["date_created"],
            "created_at": message.created,
            "media": [{"content_type": m.content_type, "url": f"/control/twilio/media/{m.sid}"} for m in message.media],
            "content_sid": message.content_sid,
            "error_code": message.error_code,
        }

    async def contacts(self, _: Request) -> Response:
        """Every pair of contact and business number that exchanged messages, latest first."""
        seen: dict[tuple[str, str], float] = {}
        for message in self.state.messages.values():
            incoming = message.direction == "inbound"
            pair = (message.sender, message.to) if incoming else (message.to, message.sender)
            seen[pair] = max(seen.get(pair, 0.0), message.created)
        rows = sorted(seen.items(), key=lambda item: -item[1])
        return JSONResponse([{"contact": c, "sender": s, "last_at": at} for (c, s), at in rows])

    async def media(self, request: Request) -> Response:
        """The bytes of a file of the chat."""
        entry = self.state.media.get(request.path_params["sid"])
        if entry is None:
            return JSONResponse({"error": "mídia não encontrada"}, status_code=404)
        item = entry[0]
        shown = item.content_type.startswith(INLINE_TYPES) and "svg" not in item.content_type
        return Response(
            item.content,
            headers={
                "Content-Type": item.content_type if shown else "application/octet-stream",
                "Content-Disposition": "inline" if shown else "attachment",
                "X-Content-Type-Options": "nosniff",
            },
        )

    async def accounts(self, request: Request) -> Response:
        """List accounts, or create or replace one."""
        if request.method == "POST":
            given = await read_object(request)
            sid, token = str(given.get("sid", "")), str(given.get("auth_token", ""))
            if not (sid.startswith("AC") and len(sid) == 34 and token):
                raise BadControl("informe sid (AC e 32 dígitos hexadecimais) e auth_token")
            senders = given.get("senders")
            self.state.add_account(
                Account(
                    sid,
                    token,
                    str(given.get("friendly_name") or "Conta do simulador"),
                    set(senders) if senders is not None else None,
                    dict(given.get("api_keys") or {}),
                    dict(given.get("messaging_services") or {}),
                    sender_states=dict(given.get("sender_states") or {}),
                    status=str(given.get("status") or "active"),
                )
            )
        shown = [
            {
                "sid": a.sid,
                "friendly_name": a.friendly_name,
                "senders": sorted(a.senders) if a.senders is not None else None,
                "messaging_services": a.messaging_services,
            }
            for a in self.state.accounts.values()
        ]
        return JSONResponse(shown)

    async def settings(self, request: Request) -> Response:
        """Read or change how the simulated Twilio behaves."""
        if request.method == "POST":
            return JSONResponse(update_settings(self.state.settings, await read_object(request)))
        return JSONResponse(dataclasses.asdict(self.state.settings))

    async def fail_next(self, request: Request) -> Response:
        """Make the next outgoing messages fail after they were accepted."""
        if request.method == "DELETE":
            self.state.fail_next.clear()
            return JSONResponse([])
        given = await read_object(request)
        try:
            order = FailNext(**given)
        except TypeError as error:
            raise BadControl("informe error_code e, se quiser, status, times e to") from error
        if order.status not in ("failed", "undelivered"):
            raise BadControl("status deve ser failed ou undelivered")
        self.state.fail_next.append(order)
        return JSONResponse([dataclasses.asdict(o) for o in self.state.fail_next])

    async def window(self, request: Request) -> Response:
        """Open or close the 24-hour window of a contact by hand."""
        given = await read_object(request)
        account = str(given.get("account_sid") or next(iter(self.state.accounts)))
        try:
            business, contact = str(given["sender"]), str(given["contact"])
        except KeyError as error:
            raise BadControl("informe sender e contact") from error
        if given.get("open", True):
            self.state.open_window(account, business, contact)
        else:
            self.state.windows.pop((account, business, contact), None)
        return JSONResponse({"open": self.state.window_is_open(account, business, contact)})

    async def contents(self, request: Request) -> Response:
        """Create a template; `account_sid` defaults to the first account."""
        given = await read_object(request)
        account = self.state.accounts.get(str(given.get("account_sid") or next(iter(self.state.accounts))))
        if account is None:
            raise BadControl("conta desconhecida")
        try:
            return JSONResponse(new_content(account, given), status_code=201)
        except (KeyError, TypeError) as error:
            raise BadControl("informe language e types") from error
