"""The simulated Twilio REST API: messages, media, typing indicator and a minimal Content API.

Reads the request, asks the checks, keeps the result and starts the delivery. Media answers with a redirect to
another origin, and that origin refuses an Authorization header, as the vendor's storage does.
"""

import base64
import binascii
import json
import re
import time
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.twilio_checks import Refused, check_message
from simulators.twilio_delivery import TwilioDelivery
from simulators.twilio_filters import InvalidFilter, date_filter
from simulators.twilio_state import API_VERSION, Account, Media, TwilioMessage, TwilioState, new_sid, rfc2822
from simulators.vendor_errors import twilio_error

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000


class TwilioApi:
    """Routes of `/twilio` and of the media storage host."""

    def __init__(self, state: TwilioState, delivery: TwilioDelivery) -> None:
        self.state = state
        self.delivery = delivery

    def routes(self) -> list[Route]:
        """Routes below `/twilio`."""
        account = f"/{API_VERSION}/Accounts/{{account_sid}}"
        messages, one = f"{account}/Messages", f"{account}/Messages/{{sid}}"
        return [
            Route(f"{messages}.json", self.messages, methods=["GET", "POST"]),
            Route(f"{one}/Media.json", self.media_list, methods=["GET"]),
            Route(f"{one}/Media/{{media_sid}}.json", self.media_resource, methods=["GET", "DELETE"]),
            Route(f"{one}/Media/{{media_sid}}", self.media_content, methods=["GET", "DELETE"]),
            Route(f"{one}.json", self.message, methods=["GET", "POST", "DELETE"]),
            Route(f"{account}.json", self.account, methods=["GET"]),
            Route("/v2/Indicators/Typing.json", self.typing, methods=["POST"]),
        ]

    def authenticate(self, request: Request) -> Account | None:
        """The account of the Basic credentials, None when they are missing or wrong."""
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self.state.authenticate(user, password)

    def _account(self, request: Request) -> Account | Response:
        account = self.authenticate(request)
        if account is None or request.path_params.get("account_sid", account.sid) != account.sid:
            response = twilio_error(401, 20003, "Authenticate")
            response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
            return response
        return account

    async def account(self, request: Request) -> Response:
        """Fetch the account: what a check of credentials calls."""
        account = self._account(request)
        if isinstance(account, Response):
            return account
        return JSONResponse(
            {
                "sid": account.sid,
                "friendly_name": account.friendly_name,
                "status": account.status,
                "type": "Full",
                "owner_account_sid": account.sid,
                "uri": f"/{API_VERSION}/Accounts/{account.sid}.json",
            }
        )

    async def messages(self, request: Request) -> Response:
        """Create a message or list messages."""
        account = self._account(request)
        if isinstance(account, Response):
            return account
        if request.method == "POST":
            return self._create(account, await read_form(request))
        return self._list(account, request)

    def _create(self, account: Account, form: dict[str, list[str]]) -> Response:
        try:
            asked = check_message(form, account)
        except Refused as refused:
            return twilio_error(refused.status, refused.code, refused.message)
        now = time.time()
        settings = self.state.settings
        status = "accepted" if asked.messaging_service_sid else settings.accepted_status
        message = TwilioMessage(
            sid=new_sid("MM" if asked.media_urls else "SM"),
            account_sid=account.sid,
            sender=asked.sender,
            to=asked.to,
            body=asked.body or content_text(account, asked.content_sid, asked.content_variables),
            direction="outbound-api",
            status="scheduled" if asked.send_at else status,
            created=now,
            updated=now,
            listed_after=now + settings.list_lag_seconds,
            messaging_service_sid=asked.messaging_service_sid,
            content_sid=asked.content_sid,
            content_variables=asked.content_variables,
            status_callback=asked.status_callback,
            announced_media=len(asked.media_urls),
        )
        self.state.add_message(message)
        resource = message.resource()
        delay = asked.send_at.timestamp() - now if asked.send_at is not None else 0.0
        self.delivery.start(message, asked.media_urls, delay=delay)
        return JSONResponse(resource, status_code=201)

    def _list(self, account: Account, request: Request) -> Response:
        query = request.query_params
        try:
            size = int(query.get("PageSize", DEFAULT_PAGE_SIZE))
            page = int(query.get("Page", 0))
            accepts = date_filter(query)
        except (ValueError, InvalidFilter) as error:
            return twilio_error(400, 20001, f"Invalid parameter: {error}")
        if not 1 <= size <= MAX_PAGE_SIZE:
            return twilio_error(400, 20007, "Page size too large")
        found = self.state.list_messages(account.sid, to=query.get("To"), sender=query.get("From"))
        found = [m for m in found if accepts(m.sent)]
        start = self._start_of_page(found, query.get("PageToken"), page, size)
        shown = found[start : start + size]
        path = f"/{API_VERSION}/Accounts/{account.sid}/Messages.json"
        return JSONResponse(
            {
                "messages": [m.resource() for m in shown],
                **self._paging(path, request, page, size, start, len(shown), len(found), shown),
            }
        )

    @staticmethod
    def _start_of_page(found: list[TwilioMessage], token: str | None, page: int, size: int) -> int:
        # The token names the last message of the page before, so that messages arriving meanwhile shift nothing.
        if token is not None and token.startswith("PA"):
            last = token[2:]
            for index, message in enumerate(found):
                if message.sid == last:
                    return index + 1
        return page * size

    @staticmethod
    def _paging(
        path: str,
        request: Request,
        page: int,
        size: int,
        start: int,
        shown: int,
        total: int,
        messages: list[TwilioMessage],
    ) -> dict[str, Any]:
        filters = [(k, v) for k, v in request.query_params.multi_items() if k not in ("Page", "PageToken", "PageSize")]

        def uri(number: int, token: str | None = None) -> str:
            extra = [("PageSize", str(size)), ("Page", str(number))] + ([("PageToken", token)] if token else [])
            return f"{path}?{urlencode(filters + extra)}"

        more = start + shown < total
        return {
            "page": page,
            "page_size": size,
            "start": start,
            "end": start + max(0, shown - 1),
            "uri": uri(page),
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1, "PA" + messages[-1].sid) if more else None,
            "previous_page_uri": uri(page - 1) if page > 0 else None,
        }

    def _message(self, request: Request, account: Account) -> TwilioMessage | Response:
        message = self.state.messages.get(request.path_params["sid"])
        if message is None or message.account_sid != account.sid:
            return not_found(request)
        return message

    async def message(self, request: Request) -> Response:
        """Fetch, redact or cancel, or delete one message."""
        account = self._account(request)
        if isinstance(account, Response):
            return account
        message = self._message(request, account)
        if isinstance(message, Response):
            return message
        if request.method == "DELETE":
            self.state.remove_message(message.sid)
            return Response(status_code=204)
        if request.method == "POST":
            form = await read_form(request)
            if form.get("Status") == ["canceled"]:
                if message.status != "scheduled":
                    return twilio_error(400, 30409, "Message is not in a cancelable state")
                message.status = "canceled"
            elif form.get("Body") == [""]:
                message.body = ""
            else:
                return twilio_error(400, 20001, "Only Body='' or Status='canceled' can be updated")
            message.updated = time.time()
        return JSONResponse(message.resource())

    async def media_list(self, request: Request) -> Response:
        """List the media of a message."""
        found = self._of_message(request)
        if isinstance(found, Response):
            return found
        path = request.url.path.removeprefix("/twilio")
        return JSONResponse(
            {
                "media_list": [media_resource(found, item) for item in found.media],
                "page": 0,
                "page_size": DEFAULT_PAGE_SIZE,
                "start": 0,
                "end": max(0, len(found.media) - 1),
                "uri": path,
                "first_page_uri": path,
                "next_page_uri": None,
                "previous_page_uri": None,
            }
        )

    def _of_message(self, request: Request) -> TwilioMessage | Response:
        account = self._account(request)
        return account if isinstance(account, Response) else self._message(request, account)

    def _media(self, request: Request) -> tuple[TwilioMessage, Media] | Response:
        message = self._of_message(request)
        if isinstance(message, Response):
            return message
        for item in message.media:
            if item.sid == request.path_params["media_sid"]:
                return message, item
        return not_found(request)

    async def media_resource(self, request: Request) -> Response:
        """Fetch the description of one media, or delete it."""
        found = self._media(request)
        if isinstance(found, Response):
            return found
        message, item = found
        if request.method == "DELETE":
            self.state.forget_media(item.sid)
            return Response(status_code=204)
        return JSONResponse(media_resource(message, item))

    async def media_content(self, request: Request) -> Response:
        """The file itself: a redirect to the storage host, which must be followed without credentials."""
        found = self._media(request)
        if isinstance(found, Response):
            return found
        _, item = found
        if request.method == "DELETE":
            self.state.forget_media(item.sid)
            return Response(status_code=204)
        if time.time() < item.created + self.state.settings.media_ready_after:
            return not_found(request)
        location = f"{request.url.scheme}://{other_origin(request)}/media-cdn/{self.state.cdn_token(item.sid)}"
        return Response(status_code=307, headers={"Location": location})

    async def stored_file(self, request: Request) -> Response:
        """The storage host: only the ticket in the address counts, and any Authorization header is an error."""
        if "authorization" in request.headers:
            document = (
                '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidArgument</Code><Message>Only one auth '
                "mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or "
                "the Authorization header should be specified</Message></Error>"
            )
            return Response(document, status_code=400, media_type="application/xml")
        entry = self.state.media.get(self.state.cdn_tokens.get(request.path_params["token"], ""))
        if entry is None:
            return Response("<Error><Code>AccessDenied</Code></Error>", status_code=403, media_type="application/xml")
        return Response(entry[0].content, headers={"Content-Type": entry[0].content_type})

    async def typing(self, request: Request) -> Response:
        """Show the typing indicator, which also marks the message as read."""
        account = self._account(request)
        if isinstance(account, Response):
            return account
        form = await read_form(request)
        sid = form.get("messageId", [""])[0]
        if form.get("channel") != ["whatsapp"]:
            return twilio_error(400, 20001, "Invalid parameter: channel must be whatsapp")
        if re.fullmatch(r"(SM|MM)[0-9a-fA-F]{32}", sid) is None:
            return twilio_error(400, 20001, "Invalid parameter: messageId")
        message = self.state.messages.get(sid)
        if message is None or message.account_sid != account.sid or message.direction != "inbound":
            return not_found(request)
        self.state.typing = [*self.state.typing[-999:], sid]
        return JSONResponse({"success": True})


async def read_form(request: Request) -> dict[str, list[str]]:
    """The form of the request; any other content type carries no parameters, as at the vendor."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    return parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)


def not_found(request: Request) -> Response:
    """Twilio's 404."""
    path = request.url.path.removeprefix("/twilio")
    return twilio_error(404, 20404, f"The requested resource {path} was not found")


def media_resource(message: TwilioMessage, item: Media) -> dict[str, Any]:
    """The JSON of the Media resource."""
    return {
        "sid": item.sid,
        "account_sid": message.account_sid,
        "parent_sid": message.sid,
        "content_type": item.content_type,
        "date_created": rfc2822(item.created),
        "date_updated": rfc2822(item.created),
        "uri": f"/{API_VERSION}/Accounts/{message.account_sid}/Messages/{message.sid}/Media/{item.sid}.json",
    }


def content_text(account: Account, content_sid: str | None, variables: str | None) -> str:
    """The text a template shows, with its variables put in."""
    content = account.contents.get(content_sid or "")
    if content is None:
        return ""
    types = content.get("types") or {}
    text = next((str(t["body"]) for t in types.values() if isinstance(t, dict) and t.get("body")), "")
    for name, value in (json.loads(variables) if variables else {}).items():
        text = text.replace("{{" + name + "}}", value)
    return text


def other_origin(request: Request) -> str:
    """This server under its other loopback name, so that a redirect really changes the origin."""
    host, _, port = request.headers.get("host", "127.0.0.1").rpartition(":")
    if not host:
        host, port = port, ""
    other = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}.get(host, host)
    return f"{other}:{port}" if port else other
