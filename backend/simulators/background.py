"""Work that outlives the request that started it: status callbacks, media downloads, webhook deliveries.

One holder keeps the references, bounds how many run at once, and is drained when the server stops or resets.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

logger = logging.getLogger("simulators")


class Background:
    """Keeps the tasks alive, says when one failed and cancels what is left at the end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` on its own; an exception in it is logged by type, never with the data it carried."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("background work failed: %s", type(task.exception()).__name__, exc_info=task.exception())

    @property
    def running(self) -> int:
        """How many tasks have not finished yet."""
        return len(self._tasks)

    async def cancel_all(self) -> None:
        """Cancel everything that still runs and wait for it to be gone."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
