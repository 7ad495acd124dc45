"""Named instants of the message path. Production passes them by; chaos tests stop or kill a process at one."""

from collections.abc import Awaitable, Callable
from typing import Literal

Point = Literal[
    "stored",
    "buffered",
    "claimed",
    "thinking",
    "thought",
    "decided",
    "released",
    "written",
    "bound",
    "finished",
    "acked",
    "released_for_redo",
]
Checkpoint = Callable[[Point], Awaitable[None]]


async def pass_by(_point: Point) -> None:
    """What production does at every point."""
