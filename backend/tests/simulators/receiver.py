"""A small webhook receiver: keeps what arrives and answers what the test says."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import parse_qs


@dataclass(slots=True)
class Arrived:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass(slots=True)
class Receiver:
    """Answers each request with the next of `statuses`, the last one from then on; 0 drops the connection."""

    statuses: list[int] = field(default_factory=lambda: [200])
    arrived: list[Arrived] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    url: str = ""
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> "Receiver":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            path = head[0].split(" ")[1]
            async with self._more:
                self.arrived.append(Arrived(path, headers, body))
                self._more.notify_all()
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            kind, content = self.files.get(path, ("text/xml", b"<Response/>"))
            if status:
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
                    "Connection: close\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        finally:
            writer.close()

    async def wait_for(self, count: int) -> list[Arrived]:
        """The arrived requests once there are `count` of them."""
        async with asyncio.timeout(5), self._more:
            await self._more.wait_for(lambda: len(self.arrived) >= count)
        return self.arrived
