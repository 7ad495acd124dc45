"""How a program that supervises others learns that it should end: signals, or the death of the `make` that called it.

Only programs started at a terminal use it; the application has its own shutdown.
"""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator


class Stopped(BaseException):
    """Someone asked for the end: Ctrl-C, SIGTERM, a closed terminal, or `make` itself is gone."""


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """The first signal raises Stopped; later ones wait for the orderly stop, which has its own limits."""

    def handler(_number: int, _frame: object) -> None:
        for number in watched:
            signal.signal(number, lambda *_: None)
        raise Stopped

    watched = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        watched.append(signal.SIGHUP)
    previous = {number: signal.signal(number, handler) for number in watched}
    try:
        yield
    finally:
        for number, old in previous.items():
            signal.signal(number, old)


def watch_make() -> Callable[[], bool]:
    """Whether the `make` that called us is gone. Started in any other way, we may outlive whoever started us."""
    owner = os.getppid()
    if "MAKELEVEL" not in os.environ or owner == 1:
        return lambda: False
    return lambda: os.getppid() != owner
