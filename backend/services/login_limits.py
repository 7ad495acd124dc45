"""Slows down password guessing, per account and address and per address, shared by all processes through Redis.

It only ever delays: the wait is bounded to a minute, another address is not affected, and while Redis does not answer
people can still log in. Keys carry digests, never an e-mail.
"""

import asyncio
import hashlib

from redis.asyncio import Redis
from redis.exceptions import RedisError

from errors import TooManyAttempts
from observability import get_logger

log = get_logger(__name__)

FREE_FAILURES = 5
MAX_WAIT_SECONDS = 60
ADDRESS_FAILURES = 100
_MEMORY_SECONDS = 15 * 60
_PATIENCE_SECONDS = 1.5

# The attempt is counted before the password is checked, so that a parallel flood cannot slip through.
_ATTEMPT = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local wait_until = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if ms < wait_until then return wait_until - ms end
local n = redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('EXPIRE', KEYS[1], ARGV[1])
local free = tonumber(ARGV[2])
if n >= free then
  local wait = math.min(tonumber(ARGV[3]), 2 ^ math.min(n - free + 2, 20)) * 1000
  redis.call('HSET', KEYS[1], 'until', string.format('%d', ms + wait))
end
return 0
"""

_FORGIVE = """
local n = tonumber(redis.call('HGET', KEYS[1], 'n') or '0')
if n > 1 then redis.call('HINCRBY', KEYS[1], 'n', -1) else redis.call('DEL', KEYS[1]) end
return 0
"""


class LoginLimits:
    """`attempt` before checking a password, `succeeded` after a good one."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._attempt = redis.register_script(_ATTEMPT)
        self._forgive = redis.register_script(_FORGIVE)

    async def attempt(self, email: str, address: str) -> None:
        """Raises TooManyAttempts while the account-and-address pair, or the address, has to wait."""
        wait_ms = await self._count(email, address)
        if wait_ms > 0:
            seconds = max(1, -(-wait_ms // 1000))
            unit = "segundo" if seconds == 1 else "segundos"
            raise TooManyAttempts(f"Muitas tentativas. Aguarde {seconds} {unit} e tente de novo.", retry_after=seconds)

    async def succeeded(self, email: str, address: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._redis.delete(_pair_key(email, address))
                await self._forgive(keys=[_address_key(address)])
        except (RedisError, OSError, TimeoutError):
            log.warning("login limits unreachable")

    async def _count(self, email: str, address: str) -> int:
        rules = ((_pair_key(email, address), FREE_FAILURES), (_address_key(address), ADDRESS_FAILURES))
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                for key, free in rules:
                    wait = await self._attempt(keys=[key], args=[_MEMORY_SECONDS, free, MAX_WAIT_SECONDS])
                    if wait:
                        return int(wait)
        except (RedisError, OSError, TimeoutError):
            log.warning("login limits unreachable")
        return 0


def _pair_key(email: str, address: str) -> str:
    return f"login:par:{_digest(f'{email}|{address}')}"


def _address_key(address: str) -> str:
    return f"login:origem:{_digest(address)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
