"""The simulated Content API, as far as templates are listed, read, created and approved.

Templates belong to the account of the credentials; a message may only name one that exists.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.twilio_api import TwilioApi, not_found
from simulators.twilio_state import Account, new_sid
from simulators.vendor_errors import twilio_error

REAL_HOST = "https://content.twilio.com"
DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
_NAME = re.compile(r"[a-z0-9_]{1,512}")


class TwilioContent:
    """Routes of `/twilio/v1/Content`."""

    def __init__(self, api: TwilioApi) -> None:
        self.api = api

    def routes(self) -> list[Route]:
        """Routes below `/twilio`."""
        return [
            Route("/v1/Content", self.contents, methods=["GET", "POST"]),
            Route("/v1/ContentAndApprovals", self.with_approvals, methods=["GET"]),
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
        return self._page(request, "Content", list(account.contents.values()))

    async def with_approvals(self, request: Request) -> Response:
        """List templates, each with its approval; without their links, as the vendor does."""
        account = self._account(request)
        if isinstance(account, Response):
            return account
        rows = [
            {name: value for name, value in content.items() if name not in ("links", "url")}
            | {"approval_requests": account.approvals.get(sid) or {"name": "", "status": "unsubmitted"}}
            for sid, content in account.contents.items()
        ]
        return self._page(request, "ContentAndApprovals", rows)

    @staticmethod
    def _page(request: Request, resource: str, rows: list[dict[str, Any]]) -> Response:
        try:
            size = int(request.query_params.get("PageSize", DEFAULT_PAGE_SIZE))
            page = int(request.query_params.get("Page", 0))
        except ValueError:
            return twilio_error(400, 20001, "Invalid parameter: PageSize and Page must be numbers")
        if not 1 <= size <= MAX_PAGE_SIZE or page < 0:
            return twilio_error(400, 20007, "Page size too large")

        def url(number: int) -> str:
            return f"{REAL_HOST}/v1/{resource}?PageSize={size}&Page={number}"

        more = (page + 1) * size < len(rows)
        meta = {
            "page": page,
            "page_size": size,
            "first_page_url": url(0),
            "previous_page_url": url(page - 1) if page else None,
            "url": url(page),
            "next_page_url": url(page + 1) if more else None,
            "key": "contents",
        }
        return JSONResponse({"contents": rows[page * size : (page + 1) * size], "meta": meta})

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
            account.approvals.pop(content["sid"], None)
            return Response(status_code=204)
        return JSONResponse(content)

    async def approval(self, request: Request) -> Response:
        """How far the approval for WhatsApp is."""
        found = self._content(request)
        if isinstance(found, Response):
            return found
        account, content = found
        whatsapp = account.approvals.get(content["sid"]) or {"type": "whatsapp", "name": "", "status": "unsubmitted"}
        return JSONResponse({"sid": content["sid"], "account_sid": content["account_sid"], "whatsapp": whatsapp})

    async def request_approval(self, request: Request) -> Response:
        """Ask for approval; the simulator approves at once."""
        found = self._content(request)
        if isinstance(found, Response):
            return found
        account, content = found
        try:
            asked = json.loads(await request.body())
            name, category = str(asked["name"]), str(asked["category"])
        except (ValueError, KeyError, TypeError):
            return twilio_error(400, 20001, "Invalid parameter: name and category are required")
        if _NAME.fullmatch(name) is None or category not in CATEGORIES:
            return twilio_error(400, 20001, "Invalid parameter: name or category")
        account.approvals[content["sid"]] = approval_of(content, name=name, category=category)
        return JSONResponse({**account.approvals[content["sid"]], "status": "received"}, status_code=201)


def approval_of(
    content: dict[str, Any], *, name: str = "", category: str = "UTILITY", status: str = "approved"
) -> dict[str, Any]:
    """The approval of a content as the vendor shows it."""
    return {
        "type": "whatsapp",
        "name": name or content["friendly_name"],
        "category": category,
        "content_type": next(iter(content["types"])),
        "status": status,
        "rejection_reason": "",
        "allow_category_change": True,
    }


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
