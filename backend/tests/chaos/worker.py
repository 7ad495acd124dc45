"""One process of the product for the chaos tests: the real app under uvicorn, which can be told where to freeze.

It runs in a child of multiprocessing's fork server, where everything is imported already, so that a killed process
is replaced in a moment. At the point it was told, the whole process stops itself (SIGSTOP) after saying so; only its
parent can then continue or kill it.
"""

import asyncio
import ctypes
import os
import signal
import socket
import sys
from multiprocessing.connection import Connection

import uvicorn

from config import Settings
from main import create_app
from services.checkpoints import ActPoint, Point
from services.tuning import Tuning

_PR_SET_PDEATHSIG = 1


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, orders: "Orders") -> None:
        super().__init__(config)
        self._orders = orders

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._orders.say("ready")


class Orders:
    """What the parent asks over the pipe: `stop <point>` arms one point, `pass` disarms it and is confirmed."""

    def __init__(self, pipe: "Connection[tuple[str, str], tuple[str, str]]") -> None:
        self._pipe = pipe
        self._stop_at: str | None = None

    def listen(self) -> None:
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._obey)

    def _obey(self) -> None:
        try:
            while self._pipe.poll():
                what, where = self._pipe.recv()
                self._stop_at = where if what == "stop" else None
                self.say("armed" if what == "stop" else "passed", where)
        except (EOFError, OSError):
            os._exit(1)  # The tests are gone.

    def say(self, what: str, where: str = "") -> None:
        self._pipe.send((what, where))

    async def checkpoint(self, point: Point | ActPoint) -> None:
        if point == self._stop_at:
            self._stop_at = None
            self.say("at", point)
            os.kill(os.getpid(), signal.SIGSTOP)


def work(settings: Settings, tuning: Tuning, pipe: "Connection[tuple[str, str], tuple[str, str]]", log: str) -> None:
    """Serve until killed. Everything printed goes to the file `log`."""
    _die_with_parent()
    sys.stdout.flush()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    asyncio.run(_serve(settings, tuning, Orders(pipe)))


async def _serve(settings: Settings, tuning: Tuning, orders: Orders) -> None:
    app = create_app(settings, tuning=tuning, checkpoint=orders.checkpoint)
    config = uvicorn.Config(app, host="127.0.0.1", port=settings.port, log_config=None, access_log=False, lifespan="on")
    orders.listen()
    await _Server(config, orders).serve()


def _die_with_parent() -> None:
    """A frozen process cannot notice that the tests are gone; on Linux the kernel kills it with the fork server."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
