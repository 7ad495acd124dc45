"""Background work with an owner: every task keeps a reference, logs its failure and is drained at shutdown."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from observability import get_logger

log = get_logger(__name__)


class TaskGroup:
    """The one place where tasks are created."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background task failed", task=task.get_name(), exc_info=error)

    async def drain(self, *, grace: float) -> None:
        """Wait up to `grace` seconds for what is running, then cancel it and wait for it to end."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=grace)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
