"""What stands between Twilio and the processes in these tests, and between the processes and PostgreSQL.

The balancer gives each connection to the next process that answers, and can lose an answer on its way back. The
commit cable is a database cable that can break exactly at COMMIT, before or after the server has obeyed it.
"""

import asyncio
from contextlib import suppress
from typing import Self

from tests.cable import Cable


class Balancer:
    """Round robin over the ports of living processes; a connection dies with its process."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.url = ""
        self.lose_every = 0
        """Every how many connections an answer is swallowed and the connection reset; 0 is never."""
        self._turn = 0
        self._count = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://localhost:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            far = await self._connect()
            if far is None:
                return
            far_reader, far_writer = far
            self._open.add(far_writer)
            self._count += 1
            deaf = bool(self.lose_every) and self._count % self.lose_every == 0
            try:
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer, deaf=deaf))
            finally:
                self._open.discard(far_writer)
                far_writer.transport.abort()
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self._turn += 1
        first = self._turn % max(1, len(self.ports))
        for port in [*self.ports[first:], *self.ports[:first]]:
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        return None


class CommitCable(Cable):
    """A cable to PostgreSQL that breaks at every `lose_every`-th COMMIT, by turns before and after it happened.

    With `hold_seconds` that COMMIT only comes so much later, and all the locks of its transaction are kept until then.
    """

    lose_every = 0
    hold_seconds = 0.0
    lost = 0
    _seen = 0

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._open |= {writer, far_writer}
        deaf = asyncio.Event()
        try:
            await asyncio.gather(self._towards_server(reader, far_writer, deaf), _answers(far_reader, writer, deaf))
        finally:
            self._open -= {writer, far_writer}
            writer.transport.abort()
            far_writer.transport.abort()

    async def _towards_server(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self.lose_every and b"COMMIT" in data:
                    self._seen += 1
                    if self._seen % self.lose_every == 0:
                        self.lost += 1
                        if self.hold_seconds:
                            await asyncio.sleep(self.hold_seconds)
                        elif self.lost % 2:
                            break
                        else:
                            deaf.set()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: asyncio.Event) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            if deaf.is_set():
                break
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, deaf: bool = False) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            if deaf:
                break
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
