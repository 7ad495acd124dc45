"""Serves the built panel and puts the security headers on every answer. Knows nothing of the API."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ROOT = Path(__file__).resolve().parent.parent.parent
_DIST = _ROOT / "frontend" / "dist"
_STATIC = _ROOT / "static"

# What is no page of the panel's: an answer of the API that a browser is led to show can do nothing.
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PANEL = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # The dialogs' scroll lock inserts a style element that depends on the width of the scroll bar: no hash fits.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    # The microphone is the simulator's, which records voice messages.
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()",
}
_HSTS = "max-age=31536000"
"""A year, for this host only: what else lives under the domain is not ours to decide."""
_NOT_BUILT = (
    "<!doctype html><html lang='pt-BR'><meta charset='utf-8'><title>Atende Ai</title>"
    "<p>O painel ainda não foi construído. Rode <code>make run</code>, que constrói e serve tudo.</p></html>"
)


class SecurityHeaders:
    """Adds the headers a browser needs to distrust everything but us; `/docs` keeps its own scripts in development."""

    def __init__(self, app: ASGIApp, *, production: bool) -> None:
        self.app = app
        self.production = production

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if self.production:
                    headers.setdefault("Strict-Transport-Security", _HSTS)
                if scope["path"] != "/docs" or self.production:
                    is_panel = scope["path"] == "/"
                    headers.setdefault("Content-Security-Policy", _PANEL if is_panel else _NOTHING)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class _HashedFiles(StaticFiles):
    """Files whose names carry a hash of their content never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


async def _index(_request: Request) -> Response:
    page = _DIST / "index.html"
    if not page.is_file():
        return HTMLResponse(_NOT_BUILT, status_code=503)
    return FileResponse(page, headers={"Cache-Control": "no-cache"})


def mount(app: FastAPI) -> None:
    """Serve the panel at `/`, its hashed files under `/assets` and the word mark under `/static`."""
    app.router.routes.append(Route("/", _index, methods=["GET"]))
    if (_DIST / "assets").is_dir():
        app.router.routes.append(Mount("/assets", _HashedFiles(directory=_DIST / "assets")))
    if _STATIC.is_dir():
        app.router.routes.append(Mount("/static", StaticFiles(directory=_STATIC)))
    if _DIST.is_dir():
        for file in _DIST.iterdir():
            if file.is_file() and file.name != "index.html":
                app.router.routes.append(Route(f"/{file.name}", _file(file), methods=["GET"]))


def _file(path: Path) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_request: Request) -> Response:
        return FileResponse(path)

    return serve
