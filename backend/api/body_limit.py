"""Refuses a request body over the limit, with the product's own error: the framework's limit answers in plain text.

A declared length is refused before anything is read; an undeclared one as soon as it passes the limit.
"""

from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import BodyTooLarge


class BodyLimit:
    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > self.max_bytes:
            await JSONResponse(_body(), status_code=BodyTooLarge.status)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_bytes:
                # The framework turns any other exception raised while it reads a body into a 400.
                raise HTTPException(BodyTooLarge.status)
            return message

        await self.app(scope, counted, send)


def _body() -> dict[str, Any]:
    return {"detail": BodyTooLarge.detail, "code": BodyTooLarge.code}
