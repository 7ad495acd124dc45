"""Password hashing with argon2, off the event loop and capped: each hash takes 64 MiB and a good part of a second.

The only importer of passlib (the maintained `libpass`). Checking costs the same whether or not the account exists.
"""

import base64
import secrets
from functools import partial

import anyio.to_thread
from anyio import CapacityLimiter
from passlib.context import CryptContext

MAX_CONCURRENT = 4
_MEMORY_KIB = 65536
_ROUNDS = 3


class PasswordHasher:
    """Hashes and checks passwords in worker threads, a few at a time."""

    def __init__(self, *, max_concurrent: int = MAX_CONCURRENT) -> None:
        self._context = CryptContext(
            schemes=["argon2"],
            argon2__type="ID",
            argon2__memory_cost=_MEMORY_KIB,
            argon2__rounds=_ROUNDS,
            argon2__min_rounds=_ROUNDS,
            argon2__parallelism=1,
        )
        self._limiter = CapacityLimiter(max_concurrent)
        # Nobody's: random bytes in the form of a hash, so that not even the first check costs one more.
        self._dummy = f"$argon2id$v=19$m={_MEMORY_KIB},t={_ROUNDS},p=1${_random_base64(16)}${_random_base64(32)}"

    async def hash(self, password: str) -> str:
        return await anyio.to_thread.run_sync(self.hash_now, password, limiter=self._limiter)

    async def verify(self, password: str, senha_hash: str | None) -> bool:
        """Whether the password is the one behind the hash. Without a hash it is False, at the same cost."""
        return await anyio.to_thread.run_sync(partial(self._verify, password, senha_hash), limiter=self._limiter)

    def needs_rehash(self, senha_hash: str) -> bool:
        """Whether the hash was made with older parameters: the next good login should replace it."""
        return bool(self._context.needs_update(senha_hash))

    def hash_now(self, password: str) -> str:
        """Hash in the calling thread: seeds and the command line."""
        return str(self._context.hash(password))

    def _verify(self, password: str, senha_hash: str | None) -> bool:
        if senha_hash is None or not self._context.identify(senha_hash):
            self._context.verify(password, self._dummy)
            return False
        return bool(self._context.verify(password, senha_hash))


def _random_base64(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
