"""How many calls a minute a Google service account makes, counted in Redis by all processes together.

Google allows 60 reads and 60 writes a minute to each account, whatever sheets they are for. Without Redis nothing is
held back: then Google's own refusals and the pauses after them are what is left.
"""

import asyncio
import time
from hashlib import sha256
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from errors import ProviderBusy

_LUA = Path(__file__).parent / "lua"


class SheetQuota:
    """`ports.CallQuota` over one Redis."""

    def __init__(self, redis: Redis, *, per_minute: int, burst: int) -> None:
        self._script = redis.register_script((_LUA / "pace.lua").read_text())
        self._limits = (per_minute, burst)

    async def take(self, account: str, *, reads: int, writes: int, seconds: float) -> None:
        """Wait for room. Raises ProviderBusy(`quota`) at once when it would take longer than `seconds`."""
        tag = sha256(account.encode()).hexdigest()[:24]
        keys = [f"atende:1:{{google:{tag}}}:{kind}" for kind in ("reads", "writes")]
        deadline = time.monotonic() + seconds
        while True:
            try:
                wait = int(await self._script(keys=keys, args=[*self._limits, reads, writes])) / 1000
            except RedisError:
                return
            if wait <= 0:
                return
            if time.monotonic() + wait > deadline:
                raise ProviderBusy("google", "quota", retry_after=wait)
            await asyncio.sleep(wait)
