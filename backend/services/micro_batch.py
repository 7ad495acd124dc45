"""Group commit for many small writes: what arrives while a write is in flight goes together in the next one.

Nobody waits for company: a lone item is written at once. A failure of one item never fails the others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from services.tasks import TaskGroup

Item = TypeVar("Item")
Result = TypeVar("Result")


class MicroBatch(Generic[Item, Result]):
    """`write` gets the items in arrival order and answers one result, or one exception, for each."""

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[Sequence[Result | BaseException]]],
        *,
        tasks: TaskGroup,
        name: str,
        at_most: int = 200,
    ) -> None:
        self._write = write
        self._tasks = tasks
        self._name = name
        self._at_most = at_most
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writing = False

    async def submit(self, item: Item) -> Result:
        """The result of this item's write; whatever the write raised for it is raised here."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if not self._writing:
            self._writing = True
            self._tasks.start(self._drain(), name=self._name)
        return await done

    async def _drain(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[: self._at_most], self._waiting[self._at_most :]
                taken = [(item, done) for item, done in taken if not done.done()]
                if taken:
                    await self._write_one_batch(taken)
        finally:
            self._writing = False

    async def _write_one_batch(self, taken: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        results: Sequence[Result | BaseException]
        try:
            results = await self._write([item for item, _ in taken])
        except BaseException as error:
            results = [error] * len(taken)
            if isinstance(error, asyncio.CancelledError):
                for _, done in taken:
                    done.cancel()
                raise
        for (_, done), result in zip(taken, results, strict=True):
            if done.done():
                continue
            if isinstance(result, BaseException):
                done.set_exception(result)
            else:
                done.set_result(result)
