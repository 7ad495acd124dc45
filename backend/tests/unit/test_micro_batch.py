"""Group commit: nobody waits for company, everybody gets their own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from services.micro_batch import MicroBatch
from services.tasks import TaskGroup


class Writer:
    """Doubles numbers, one batch at a time, when allowed to; negative numbers fail alone."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, items: Sequence[int]) -> Sequence[int | BaseException]:
        self.batches.append(list(items))
        await self.gate.wait()
        if 13 in items:
            raise OSError("the whole write failed")
        return [ValueError(item) if item < 0 else item * 2 for item in items]


@pytest.fixture
def writer() -> Writer:
    return Writer()


@pytest.fixture
def batch(writer: Writer) -> MicroBatch[int, int]:
    return MicroBatch(writer, tasks=TaskGroup(), name="test", at_most=4)


async def test_lone_item_is_written_at_once(batch: MicroBatch[int, int], writer: Writer) -> None:
    assert await batch.submit(1) == 2
    assert writer.batches == [[1]]


async def test_what_arrives_during_a_write_goes_together_in_order_and_bounded(
    batch: MicroBatch[int, int], writer: Writer
) -> None:
    writer.gate.clear()
    waiting = [asyncio.ensure_future(batch.submit(number)) for number in range(8)]
    await asyncio.sleep(0.01)
    writer.gate.set()
    assert await asyncio.gather(*waiting) == [number * 2 for number in range(8)]
    assert writer.batches[0][0] == 0
    assert [number for each in writer.batches for number in each] == list(range(8))
    assert max(len(each) for each in writer.batches) <= 4


async def test_failure_of_one_item_is_its_own(batch: MicroBatch[int, int]) -> None:
    results = await asyncio.gather(*(batch.submit(number) for number in (1, -1, 2)), return_exceptions=True)
    assert [results[0], type(results[1]), results[2]] == [2, ValueError, 4]


async def test_failure_of_the_write_reaches_everyone_and_the_next_write_works(batch: MicroBatch[int, int]) -> None:
    results = await asyncio.gather(*(batch.submit(number) for number in (13, 1)), return_exceptions=True)
    assert OSError in {type(result) for result in results}
    assert await batch.submit(2) == 4


async def test_item_whose_caller_gave_up_is_not_written_later(batch: MicroBatch[int, int], writer: Writer) -> None:
    writer.gate.clear()
    first = asyncio.ensure_future(batch.submit(1))
    await asyncio.sleep(0.01)
    second = asyncio.ensure_future(batch.submit(2))
    await asyncio.sleep(0.01)
    second.cancel()
    writer.gate.set()
    assert await first == 2
    await asyncio.sleep(0.01)
    assert [2] not in writer.batches
