"""Customers who write: each keeps the MessageSids that were answered 2xx, because only those were promised an answer.

What is refused is brought again under the same MessageSid, as Twilio's retries and its fallback do, so that the
messages of one customer are accepted in the order in which they were written.
"""

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.stage import Simulators

_PATIENCE = 60.0
_numbers = itertools.count(1)
_AT_ONCE = asyncio.Semaphore(16)
"""So many talk at the same time: what is tested here is what dies, not how much a small machine carries."""


@dataclass
class Customer:
    """One person talking with one empresa."""

    slug: str
    number: str
    webhook: str
    contact: str = field(default_factory=lambda: f"whatsapp:+55119{next(_numbers):08d}")
    accepted: list[str] = field(default_factory=list)

    async def say(self, sim: Simulators, body: str, *, duplicate: bool = False, **fields: Any) -> None:
        """Write one message and bring it until it is accepted; with `duplicate`, once more after that."""
        sid: str | None = None
        async with asyncio.timeout(_PATIENCE):
            while True:
                found = await self._bring(sim, body, sid, fields)
                sid = str(found["message_sid"])
                if found["status_code"] == 200:
                    break
                await asyncio.sleep(0.1)
        self.accepted.append(sid)
        if duplicate:
            await self._bring(sim, body, sid, fields)

    async def _bring(self, sim: Simulators, body: str, sid: str | None, fields: dict[str, Any]) -> dict[str, Any]:
        repeated = {"message_sid": sid} if sid else {}
        return await sim.inbound(
            **{
                "webhook_url": self.webhook,
                "from": self.contact,
                "to": self.number,
                "body": body,
                "profile_name": "Cliente",
                **fields,
                **repeated,
            }
        )

    async def talk(
        self, sim: Simulators, texts: Sequence[str], *, pauses: Sequence[float], duplicates: random.Random | None = None
    ) -> None:
        """Write the texts one after another, each accepted before the pause that leads to the next."""
        async with _AT_ONCE:
            for index, body in enumerate(texts):
                duplicate = duplicates is not None and duplicates.random() < 0.1
                await self.say(sim, body, duplicate=duplicate)
                if index + 1 < len(texts):
                    await asyncio.sleep(pauses[index % len(pauses)])
