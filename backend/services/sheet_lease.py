"""Who works on a sheet, among all processes: a lease in Redis with a token, extended while the work goes on.

It keeps writers apart and saves calls; it is not what makes a row unique. A writer that lost it stops by itself, and
what two of them might do at once is found again by the id of each row.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.tasks import TaskGroup

_LUA = Path(__file__).parent / "lua"


class Lease:
    """Ours, until told otherwise."""

    def __init__(self) -> None:
        self.held = True


class SheetLeases:
    def __init__(self, redis: Redis, *, seconds: float) -> None:
        self._redis = redis
        self._seconds = seconds
        self._ms = int(seconds * 1000)
        self._extend = redis.register_script((_LUA / "extend_lease.lua").read_text())
        self._end = redis.register_script((_LUA / "end_lease.lua").read_text())
        self._heartbeats = TaskGroup()

    @asynccontextmanager
    async def hold(self, sheet_id: str, *, wait: float) -> AsyncIterator[Lease | None]:
        """The lease, None when others kept it for `wait` seconds. May raise RedisError before it is given."""
        key, token = sheet_key(sheet_id, "writer"), uuid4().hex
        if not await self._take(key, token, wait):
            yield None
            return
        lease = Lease()
        heartbeat = self._heartbeats.start(self._keep(key, token, lease), name="sheet-lease")
        try:
            yield lease
        finally:
            heartbeat.cancel()
            with suppress(RedisError):
                await asyncio.shield(self._end(keys=[key], args=[token]))

    async def _take(self, key: str, token: str, wait: float) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        while not await self._redis.set(key, token, nx=True, px=self._ms):
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(0.05 + random.random() / 10)  # noqa: S311 (two processes should not ask in step)
        return True

    async def _keep(self, key: str, token: str, lease: Lease) -> None:
        while lease.held:
            await asyncio.sleep(self._seconds / 3)
            try:
                lease.held = bool(await self._extend(keys=[key], args=[token, self._ms]))
            except RedisError:
                continue


def sheet_key(sheet_id: str, name: str) -> str:
    """A key about one sheet. The id opens the sheet to whoever it is shared with: only its hash is in Redis."""
    return f"atende:1:{{sheet:{sha256(sheet_id.encode()).hexdigest()[:24]}}}:{name}"
