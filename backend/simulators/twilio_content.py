"""The simulated Content API, as far as templates are listed, read, created and shown as approved.

Templates belong to the account of the credentials; a message may only name one that exists.
"""

import json
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.twilio_api import TwilioApi, not_found
from simulators.twilio_state import Account, new_sid
from simulators.vendor_errors import twilio_error

REAL_HOST = "https://content.twilio.com"


class TwilioContent:
    """Routes of `/twilio/v1/Content`."""

    def __init__(self, api: TwilioApi) -> None:
        self.api = api

    def routes(self) -> list[Route]:
        """Routes below `/twilio`."""
        return [
            Route("/v1/Content", self.contents, methods=["GET", "POST"]),
            Route("/v1/Content/{sid}", self.content, methods=["GET", "DELETE"]),
            Route("/v1/Content/{sid}/ApprovalRequests", self.approval, methods=["GET"]),
            Route("/v1/Content/{sid}/ApprovalRequests/whatsapp", self.request_approval, methods=["POST"]),
        ]

    def _account(self, request: Request) -> Account | Response:
        account = self.api.authenticate(request)
        return account if account is not None else twilio_error(401, 20003, "Authenticate")

    async def contents(self, request: Request) -> Response:
        """List templates or create one."""
        account = self._account(request)
        if isinstance(account, Response):
            return account
        if request.method == "POST":
            try:
                content = new_content(account, await request.json())
            except (ValueError, KeyError, TypeError):
                return twilio_error(400, 20001, "Invalid parameter: language and types are required")
            return JSONResponse(content, status_code=201)
        url = f"{REAL_HOST}/v1/Content?PageSize=50&Page=0"
        meta = {
            "page": 0,
            "page_size": 50,
            "first_page_url": url,
            "previous_page_url": None,
            "url": url,
            "next_page_url": None,
            "key": "contents",
        }
        return JSONResponse({"contents": list(account.contents.values()), "meta": meta})

    def _content(self, request: Request) -> tuple[Account, dict[str, Any]] | Response:
        account = self._account(request)
        if isinstance(account, Response):
            return account
        content = account.contents.get(request.path_params["sid"])
        return (account, content) if content is not None else not_found(request)

    async def content(self, request: Request) -> Response:
        """Fetch or delete a template."""
        found = self._content(request)
        if isinstance(found, Response):
            return found
        account, content = found
        if request.method == "DELETE":
            del account.contents[content["sid"]]
            return Response(status_code=204)
        return JSONResponse(content)

    async def approval(self, request: Request) -> Response:
        """How far the approval for WhatsApp is."""
        found = self._content(request)
        if isinstance(found, Response):
            return found
        _, content = found
        whatsapp = {
            "type": "whatsapp",
            "name": content["friendly_name"],
            "category": "UTILITY",
            "content_type": next(iter(content["types"])),
            "status": "approved",
            "rejection_reason": "",
            "allow_category_change": True,
        }
        return JSONResponse({"sid": content["sid"], "account_sid": content["account_sid"], "whatsapp": whatsapp})

    async def request_approval(self, request: Request) -> Response:
        """Ask for approval; the simulator approves at once."""
        found = self._content(request)
        if isinstance(found, Response):
            return found
        try:
            asked = json.loads(await request.body())
            answer = {"name": asked["name"], "category": asked["category"], "status": "received"}
        except (ValueError, KeyError, TypeError):
            return twilio_error(400, 20001, "Invalid parameter: name and category are required")
        return JSONResponse(answer, status_code=201)


def new_content(account: Account, asked: dict[str, Any]) -> dict[str, Any]:
    """Create a template in an account. Raises KeyError or TypeError when the description is incomplete."""
    if not isinstance(asked["types"], dict) or not asked["types"]:
        raise TypeError("types")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    sid = str(asked.get("sid") or new_sid("HX"))
    content = {
        "sid": sid,
        "account_sid": account.sid,
        "friendly_name": str(asked.get("friendly_name") or ""),
        "language": str(asked["language"]),
        "variables": asked.get("variables") or {},
        "types": asked["types"],
        "date_created": now,
        "date_updated": now,
        "url": f"{REAL_HOST}/v1/Content/{sid}",
        "links": {
            "approval_create": f"{REAL_HOST}/v1/Content/{sid}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{REAL_HOST}/v1/Content/{sid}/ApprovalRequests",
        },
    }
    account.contents[sid] = content
    return content
