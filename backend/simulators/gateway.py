"""The outermost layer: every request to a vendor is recorded here and may suffer a fault here.

It reads the whole body once, so that a fault with `after_perform` can let the real work happen and only then
misbehave. The control addresses pass through untouched: neither recorded nor disturbed.
"""

import asyncio
import os
import socket
import struct
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulators.faults import DEFAULT_HANG_SECONDS, DEFAULT_SLOW_SECONDS, Fault, FaultBook
from simulators.recorder import RecordedRequest, Recorder
from simulators.vendor_errors import failure

_VENDOR_OF_PREFIX = {
    "twilio": "twilio",
    "media-cdn": "twilio",
    "openai": "openai",
    "google": "google",
    "chatwoot": "chatwoot",
}
MAX_BODY_BYTES = 64 * 1024 * 1024


class Gateway:
    """Records and disturbs what goes to the vendors."""

    def __init__(self, app: ASGIApp, *, recorder: Recorder, faults: FaultBook) -> None:
        self.app = app
        self.recorder = recorder
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        vendor = _VENDOR_OF_PREFIX.get(path.split("/", 2)[1] if path.count("/") else "")
        if vendor is None or path.startswith("/chatwoot/app"):
            if path.startswith("/control") and _from_another_site(scope):
                await Response("origem recusada", status_code=403)(scope, receive, send)
                return
            await self.app(scope, receive, send)
            return
        body = await _read_body(receive)
        if body is None:
            await Response("request entity too large", status_code=413)(scope, receive, send)
            return
        record = self.recorder.add(
            vendor=vendor,
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=scope["headers"],
            body=body,
        )
        fault = self.faults.take(vendor=vendor, method=scope["method"], path=path, body=body)
        visit = _Visit(self.app, scope, receive, send, body, record)
        if fault is None:
            await visit.serve()
        else:
            record.fault = fault.kind
            await visit.misbehave(fault, vendor)


class _Visit:
    """One request on its way through, with what is needed to serve it or to spoil it."""

    def __init__(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, body: bytes, record: RecordedRequest
    ) -> None:
        self.app = app
        self.scope = scope
        self.receive = receive
        self.send = send
        self.body = body
        self.record = record
        self._given = False

    async def _replay(self) -> Message:
        if not self._given:
            self._given = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        return await self.receive()

    async def _send_and_note(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.record.status = message["status"]
        await self.send(message)

    async def serve(self) -> None:
        await self.app(self.scope, self._replay, self._send_and_note)

    async def _perform_silently(self) -> None:
        async def swallow(_: Message) -> None:
            return None

        await self.app(self.scope, self._replay, swallow)

    async def _answer(self, response: Response) -> None:
        self.record.status = response.status_code
        await response(self.scope, self.receive, self.send)

    async def misbehave(self, fault: Fault, vendor: str) -> None:
        if fault.kind == "slow":
            delay = fault.seconds if fault.seconds is not None else DEFAULT_SLOW_SECONDS
            if fault.after_perform:
                self.send = _delayed_start(self.send, delay)
            else:
                await asyncio.sleep(delay)
            await self.serve()
            return
        if fault.after_perform:
            await self._perform_silently()
        if fault.kind == "status":
            response: Response = failure(vendor, fault.status)
            if fault.retry_after is not None:
                response.headers["Retry-After"] = f"{fault.retry_after:g}"
            await self._answer(response)
        elif fault.kind == "malformed":
            await self._answer(Response('{"sid": "SM1", "output": [', media_type="application/json"))
        elif fault.kind == "empty":
            await self._answer(Response(b"", media_type="application/json"))
        else:
            if fault.kind == "hang":
                await self._hang(fault.seconds if fault.seconds is not None else DEFAULT_HANG_SECONDS)
            await self._reset()

    async def _hang(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while (await self.receive())["type"] != "http.disconnect":
                    continue
        except TimeoutError:
            return

    async def _reset(self) -> None:
        """Drop the TCP connection with a reset, the way a crashed peer or a middlebox does."""
        transport: Any = getattr(getattr(self.send, "__self__", None), "transport", None)
        if transport is None or transport.is_closing():
            return
        _linger_zero(transport.get_extra_info("socket"))
        transport.abort()
        try:
            async with asyncio.timeout(1):
                while (await self.receive())["type"] != "http.disconnect":
                    continue
        except TimeoutError:
            return


def _from_another_site(scope: Scope) -> bool:
    """Whether a browser sends this on behalf of a page that is not on this machine."""
    origin = next((value for name, value in scope["headers"] if name == b"origin"), None)
    if origin is None:
        return False
    return urlsplit(origin.decode("latin-1")).hostname not in ("localhost", "127.0.0.1", "::1")


def _delayed_start(send: Send, seconds: float) -> Send:
    async def delayed(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(seconds)
        await send(message)

    return delayed


def _linger_zero(sock: Any) -> None:
    # The option belongs to the open connection, not to the descriptor: setting it on a duplicate works for
    # every event loop, also for those whose transport hides its socket.
    duplicate = socket.socket(fileno=os.dup(sock.fileno()))
    try:
        duplicate.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    finally:
        duplicate.close()


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body, or None when it is larger than any vendor would read."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            return None
        if chunk:
            chunks.append(chunk)
        if not message.get("more_body", False):
            break
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
