"""A small HTTP server on loopback that answers what a test tells it and keeps what it was asked, headers included."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class LocalServer:
    """`answer` decides; `asked` remembers."""

    def __init__(self, answer: Callable[[Asked], Answer | None]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.port = 0
        self._visits: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def close(self) -> None:
        """Let the visits under way end."""
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            asked = Asked(method, path, headers, body)
            self.asked.append(asked)
            answer = self.answer(asked)
            if answer is None:  # hang up without a word
                return
            length = {} if "transfer-encoding" in answer.headers else {"content-length": str(len(answer.body))}
            shown = {**length, "connection": "close", **answer.headers}
            lines_out = "".join(f"{name}: {value}\r\n" for name, value in shown.items())
            writer.write(f"HTTP/1.1 {answer.status} X\r\n{lines_out}\r\n".encode() + answer.body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def local_server(
    answer: Callable[[Asked], Answer | None], *, host: str = "127.0.0.1"
) -> AsyncIterator[LocalServer]:
    """Serve until the end of the block, on a free port."""
    made = LocalServer(answer)
    server = await asyncio.start_server(made.serve, host, 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.close()
        await server.wait_closed()
