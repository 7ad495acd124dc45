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
ActPoint = Literal["asked", "acted", "published"]
"""Only turns that use tools come by here: the model's request stored, the act committed, the sheet written."""
Checkpoint = Callable[[Point | ActPoint], Awaitable[None]]


async def pass_by(_point: Point | ActPoint) -> None:
    """What production does at every point."""
