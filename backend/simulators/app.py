"""Composes the simulators into one ASGI application and can put everything back to the beginning.

A reset builds fresh state and fresh routes instead of cleaning the old ones, so nothing can be forgotten.
"""

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from simulators.background import Background
from simulators.chatwoot_api import ChatwootApi
from simulators.chatwoot_control import ChatwootControl
from simulators.chatwoot_page import ChatwootPage
from simulators.chatwoot_service import ChatwootService
from simulators.chatwoot_state import ChatwootState
from simulators.control import GeneralControl
from simulators.control_support import BadControl, bad_control
from simulators.faults import FaultBook
from simulators.gateway import Gateway
from simulators.google_control import GoogleControl
from simulators.google_sheets import GoogleSheets
from simulators.google_state import GoogleState
from simulators.openai_api import OpenAIApi
from simulators.openai_audio import OpenAIAudio
from simulators.openai_chat import OpenAIChat
from simulators.openai_control import OpenAIControl
from simulators.openai_state import OpenAIState
from simulators.recorder import Recorder
from simulators.twilio_api import TwilioApi, not_found
from simulators.twilio_content import TwilioContent
from simulators.twilio_control import TwilioControl
from simulators.twilio_delivery import TwilioDelivery
from simulators.twilio_inbound import TwilioInbound
from simulators.twilio_senders import TwilioSenders
from simulators.twilio_state import TwilioState
from simulators.vendor_errors import chatwoot_error, google_error, openai_error, twilio_error


class _Build:
    """One generation of state and routes; a reset makes the next one."""

    def __init__(self, server: "SimulatorServer", client: httpx.AsyncClient) -> None:
        self.background = Background()
        recorder, faults = Recorder(), FaultBook()
        twilio, openai, google = TwilioState(), OpenAIState(), GoogleState()
        delivery = TwilioDelivery(twilio, client, self.background)
        twilio_api, openai_api = TwilioApi(twilio, delivery), OpenAIApi(openai)
        chatwoot = ChatwootService(ChatwootState(), client, self.background)
        chatwoot_api = ChatwootApi(chatwoot)
        control: list[Route] = [
            *GeneralControl(faults=faults, recorder=recorder, reset=server.reset).routes(),
            *TwilioControl(twilio, TwilioInbound(twilio, client), openai, self.background).routes(),
            *OpenAIControl(openai).routes(),
            *GoogleControl(google).routes(),
            *ChatwootControl(chatwoot_api).routes(),
        ]
        routes: list[BaseRoute] = [
            Mount(
                "/twilio",
                app=_vendor(
                    [*twilio_api.routes(), *TwilioContent(twilio_api).routes(), *TwilioSenders(twilio_api).routes()],
                    _twilio_lost,
                ),
            ),
            Mount(
                "/openai/v1",
                app=_vendor(
                    [*openai_api.routes(), *OpenAIChat(openai_api).routes(), *OpenAIAudio(openai_api).routes()],
                    _openai_lost,
                ),
            ),
            Mount("/google", app=_vendor([*GoogleSheets(google).routes()], _google_lost)),
            Mount(
                "/chatwoot",
                app=_vendor([*chatwoot_api.routes(), *ChatwootPage(chatwoot).routes()], _chatwoot_lost),
            ),
            Route("/media-cdn/{token}", twilio_api.stored_file, methods=["GET"]),
            Mount("/control", app=Starlette(routes=control, exception_handlers={BadControl: bad_control})),
        ]
        self.app: ASGIApp = Gateway(Starlette(routes=routes), recorder=recorder, faults=faults)


class SimulatorServer:
    """The ASGI application. Holds the current generation and the one client for outgoing calls."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None
        self._build: _Build | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection, the lifespan included."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        assert self._build is not None, "the server must be started through its lifespan"
        await self._build.app(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        limits = httpx.Limits(max_connections=400, max_keepalive_connections=100)
        self._client = httpx.AsyncClient(limits=limits, trust_env=False, follow_redirects=False)
        self._build = _Build(self, self._client)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._build.background.cancel_all()
        await self._client.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def reset(self) -> None:
        """Forget everything: messages, faults, scripts, recorded requests, work under way."""
        assert self._build is not None
        assert self._client is not None
        old, self._build = self._build, _Build(self, self._client)
        await old.background.cancel_all()


def _vendor(routes: list[Route], lost: dict[int, object]) -> Starlette:
    return Starlette(routes=routes, exception_handlers=lost)  # type: ignore[arg-type]


async def _twilio_404(request: Request, _: Exception) -> Response:
    return not_found(request)


async def _twilio_405(_request: Request, _: Exception) -> Response:
    return twilio_error(405, 20004, "Method not allowed")


async def _openai_404(request: Request, _: Exception) -> Response:
    path = request.url.path.removeprefix("/openai")
    return openai_error(404, f"Invalid URL ({request.method} {path})")


async def _openai_405(request: Request, _: Exception) -> Response:
    path = request.url.path.removeprefix("/openai")
    message = f"Not allowed to {request.method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)"
    return openai_error(405, message)


async def _google_404(request: Request, _: Exception) -> Response:
    return google_error(404, f"Method not found: {request.url.path.removeprefix('/google')}")


async def _chatwoot_404(_request: Request, _: Exception) -> Response:
    return chatwoot_error(404, "Resource could not be found")


_twilio_lost: dict[int, object] = {404: _twilio_404, 405: _twilio_405}
_openai_lost: dict[int, object] = {404: _openai_404, 405: _openai_405}
_chatwoot_lost: dict[int, object] = {404: _chatwoot_404, 405: _chatwoot_404}
_google_lost: dict[int, object] = {404: _google_404, 405: _google_404}


def create_app() -> SimulatorServer:
    """The application the server runs."""
    return SimulatorServer()
