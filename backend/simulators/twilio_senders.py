"""The simulated Senders API, as far as WhatsApp senders are listed.

An account whose senders are not restricted may send from any number and so has none to list.
"""

from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.twilio_api import TwilioApi
from simulators.twilio_state import Account
from simulators.vendor_errors import twilio_error

REAL_HOST = "https://messaging.twilio.com"
CHANNEL = "whatsapp"


class TwilioSenders:
    """Routes of `/twilio/v2/Channels/Senders`."""

    def __init__(self, api: TwilioApi) -> None:
        self.api = api

    def routes(self) -> list[Route]:
        """Routes below `/twilio`."""
        return [Route("/v2/Channels/Senders", self.senders, methods=["GET"])]

    async def senders(self, request: Request) -> Response:
        """List the senders of a channel, a page at a time."""
        account = self.api.authenticate(request)
        if account is None:
            return twilio_error(401, 20003, "Authenticate")
        if request.query_params.get("Channel") != CHANNEL:
            return twilio_error(400, 20001, "Invalid parameter: Channel is required")
        try:
            size = int(request.query_params.get("PageSize", 50))
            page = int(request.query_params.get("Page", 0))
        except ValueError:
            size, page = 0, 0
        if not 1 <= size <= 1000 or page < 0:
            return twilio_error(400, 20001, "Invalid parameter: PageSize or Page")
        found = sorted(one for one in account.senders or () if one.startswith(f"{CHANNEL}:"))
        shown = found[page * size : (page + 1) * size]

        def address(number: int) -> str:
            return f"{REAL_HOST}/v2/Channels/Senders?Channel={CHANNEL}&PageSize={size}&Page={number}"

        meta = {
            "page": page,
            "page_size": size,
            "first_page_url": address(0),
            "previous_page_url": address(page - 1) if page else None,
            "url": address(page),
            "next_page_url": address(page + 1) if len(found) > (page + 1) * size else None,
            "key": "senders",
        }
        return JSONResponse({"senders": [_document(account, one) for one in shown], "meta": meta})


def _document(account: Account, address: str) -> dict[str, Any]:
    sid = "XE" + sha256(f"{account.sid}{address}".encode()).hexdigest()[:32]
    return {
        "sid": sid,
        "sender_id": address,
        "status": account.sender_states.get(address, "ONLINE"),
        "configuration": None,
        "webhook": None,
        "profile": None,
        "properties": None,
        "offline_reasons": None,
        "url": f"{REAL_HOST}/v2/Channels/Senders/{sid}",
    }
