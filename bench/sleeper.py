"""The product's buffer and alarm in a process of their own, over conversations armed by the thousand.

The handler is a stub that acknowledges at once: what is measured is the alarm, the claim and the acknowledgement. One
JSON order arrives on stdin and one JSON report leaves on stdout.
"""

import asyncio
import json
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import uvloop

sys.path[:1] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent.parent / "backend")]

from config import load_settings  # noqa: E402 (the path comes first)
from container import open_redis  # noqa: E402
from services.activity_log import ActivityLog  # noqa: E402
from services.alarm import Alarm  # noqa: E402
from services.attendant import Attendant  # noqa: E402
from services.message_buffer import Append, Batch, Kind, MessageBuffer, Window, key_of  # noqa: E402
from services.tasks import TaskGroup  # noqa: E402
from services.tuning import Tuning  # noqa: E402

_FAR = Window(600, 3600, 500)


@dataclass
class Order:
    """`armed` conversations, of which `rate` a second come due for `seconds`, after `idle` seconds of rest."""

    redis_url: str
    armed: int
    rate: int
    seconds: float
    idle: float


@dataclass
class Report:
    """Seconds and bytes."""

    lags: list[float] = field(default_factory=list)
    idle_cpu: float = 0.0
    busy_cpu: float = 0.0
    app_bytes_each: float = 0.0
    redis_bytes_each: float = 0.0
    missing: int = 0


class _Stub:
    """Stands where the attendant stands: notes how late the batch is and acknowledges it."""

    def __init__(self, buffer: MessageBuffer, report: Report, deadlines: dict[int, float]) -> None:
        self._buffer = buffer
        self._report = report
        self._deadlines = deadlines

    async def attend(self, batch: Batch, redo: asyncio.Event) -> str:  # noqa: ARG002 (the attendant's own shape)
        self._report.lags.append(time.time() - self._deadlines.pop(batch.conversa_id))
        await self._buffer.ack(batch)
        return "acked"


async def perform(order: Order) -> Report:
    """Carry the order out; the Redis database is emptied first."""
    settings = load_settings(_env_file=None, redis_url=order.redis_url, database_url="postgresql://unused/unused")
    redis = open_redis(settings)
    await redis.flushdb()
    report, deadlines = Report(), dict[int, float]()
    buffer = MessageBuffer(redis, _FAR)
    await buffer.ingest_many([Append(1, 1, 1, Kind.GROUPED)])
    own, theirs = _resident(), (await redis.info("memory"))["used_memory"]
    await _arm(buffer, order.armed)
    report.app_bytes_each = max(0, _resident() - own) / order.armed
    report.redis_bytes_each = ((await redis.info("memory"))["used_memory"] - theirs) / order.armed
    tasks = TaskGroup()
    alarm = Alarm(
        buffer=buffer,
        attendant=cast("Attendant", _Stub(buffer, report, deadlines)),
        tasks=tasks,
        activity=cast("ActivityLog", None),
        tuning=Tuning(),
    )
    running = asyncio.ensure_future(alarm.run())
    await asyncio.sleep(1)
    start = _cpu()
    await asyncio.sleep(order.idle)
    report.idle_cpu = (_cpu() - start) / order.idle
    await _make_due(redis, order, deadlines)
    start, began = _cpu(), time.monotonic()
    while deadlines and time.monotonic() - began < order.seconds * 3 + 5:  # noqa: ASYNC110 (polling costs less than an event)
        await asyncio.sleep(0.05)
    report.busy_cpu = (_cpu() - start) / (time.monotonic() - began - 1.5)
    report.missing = len(deadlines)
    alarm.stop()
    running.cancel()
    await tasks.drain(grace=2)
    await redis.flushdb()
    await redis.aclose()
    return report


async def _arm(buffer: MessageBuffer, count: int) -> None:
    for first in range(1, count + 1, 500):
        await buffer.ingest_many(
            [Append(cid, cid % 50 + 1, cid, Kind.GROUPED) for cid in range(first, min(first + 500, count + 1))]
        )


async def _make_due(redis: Any, order: Order, deadlines: dict[int, float]) -> None:
    """Bring the deadlines of the first conversations near, evenly spread, one second from now."""
    total = min(order.armed, int(order.rate * order.seconds))
    start = time.time() + 1.5
    async with redis.pipeline(transaction=False) as pipe:
        for number in range(total):
            cid = number + 1
            deadlines[cid] = start + number / order.rate
            prefix = key_of(cid, "buf").rsplit("buf", 1)[0]
            pipe.hset(key_of(cid, "buf"), "_force", "1")
            pipe.zadd(prefix + "due", {str(cid): deadlines[cid] * 1000})
            if number % 1000 == 999:
                await pipe.execute()
        await pipe.execute()


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    json.dump(asdict(uvloop.run(perform(Order(**json.loads(sys.stdin.readline()))))), sys.stdout)
