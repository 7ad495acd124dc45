"""The live buffer in Redis: which messages wait, until when, and who is working on them.

Each step is one atomic, single-slot script over Redis' own clock; PostgreSQL stays the judge of what was answered.
Conversations are spread over shards by id, and every key of a shard carries the same hash tag.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import inf
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import NoScriptError

from services.micro_batch import MicroBatch
from services.tasks import TaskGroup

SHARDS = 16
LAYOUT = 1
"""Version of the keys; a change of their meaning makes a new one."""

_LUA = Path(__file__).parent / "lua"


class Kind(StrEnum):
    """How a message enters: it joins the group before it, or is a turn of its own."""

    GROUPED = "g"
    SOLO = "s"


@dataclass(frozen=True, slots=True)
class Window:
    """The sliding window and its two caps, in seconds and messages."""

    seconds: float
    max_seconds: float
    max_messages: int


@dataclass(frozen=True, slots=True)
class Append:
    """One stored message to be buffered."""

    conversa_id: int
    empresa_id: int
    mensagem_id: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Batch:
    """A frozen group of messages, ours to answer while the lease holds."""

    conversa_id: int
    empresa_id: int
    token: str
    lost: bool
    """Whether an earlier worker let the lease expire."""
    mensagem_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BufferEntry:
    """One conversation as the panel shows it. `vence_em` is None while a turn runs."""

    conversa_id: int
    empresa_id: int
    estado: Literal["aguardando", "processando"]
    vence_em: datetime | None
    mensagem_ids: tuple[int, ...]


class MessageBuffer:
    """The scripts, by name. Every method may raise redis.exceptions.RedisError; the caller decides what that costs."""

    def __init__(self, redis: Redis, window: Window, *, lease_seconds: float = 30.0) -> None:
        self._redis = redis
        self._lease_ms = int(lease_seconds * 1000)
        self._limits = (int(window.seconds * 1000), int(window.max_seconds * 1000), window.max_messages)
        common = (_LUA / "common.lua").read_text()

        def script(name: str) -> AsyncScript:
            return redis.register_script(common + (_LUA / f"{name}.lua").read_text())

        self._ingest, self._claim, self._ack = script("ingest"), script("claim"), script("ack")
        self._extend, self._force, self._restore = script("extend"), script("force"), script("restore")
        self._finishes = MicroBatch(self._run_finishes, tasks=TaskGroup(), name="ack")
        self.lease_seconds = lease_seconds
        self.changed = asyncio.Event()
        """Set when a deadline came nearer; the alarm of this process waits on it."""
        self._next_due: list[float | None] = [None] * SHARDS
        """Per shard, in ms of Redis' clock, as the last claim saw it; None while one is under way: anything is news."""
        self.redo_requested: dict[int, asyncio.Event] = {}
        """By conversation, for the turns running in this process."""

    async def ingest(self, *, conversa_id: int, empresa_id: int, mensagem_id: int, kind: Kind) -> str:
        """Append once. Returns repeated, armed, queued or redo."""
        [what] = await self.ingest_many([Append(conversa_id, empresa_id, mensagem_id, kind)])
        if isinstance(what, BaseException):
            raise what
        return what

    async def ingest_many(self, appends: Sequence[Append]) -> list[str | BaseException]:
        """Append each in one round trip; answers like `ingest`, or the error of that one append."""
        answers = await self._run_together(
            self._ingest,
            [
                (
                    _keys(each.conversa_id),
                    (each.conversa_id, each.empresa_id, each.mensagem_id, each.kind.value, *self._limits),
                )
                for each in appends
            ],
        )
        results: list[str | BaseException] = []
        for append, answer in zip(appends, answers, strict=True):
            if isinstance(answer, BaseException):
                results.append(answer)
                continue
            what, deadline = str(answer[0]), int(answer[1])
            if what == "redo" and (event := self.redo_requested.get(append.conversa_id)):
                event.set()
            elif what == "armed":
                known = self._next_due[shard_of(append.conversa_id)]
                if known is None or deadline < known:
                    self.changed.set()
            results.append(what)
        return results

    async def _run_together(
        self, script: AsyncScript, calls: Sequence[tuple[Sequence[str], Sequence[Any]]]
    ) -> list[Any]:
        """One script many times in one round trip: what each answered, or its error."""
        answers = await self._run_once(script, calls)
        forgotten = [place for place, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if forgotten:
            await self._redis.script_load(script.script)
            again = await self._run_once(script, [calls[place] for place in forgotten])
            for place, answer in zip(forgotten, again, strict=True):
                answers[place] = answer
        return answers

    async def _run_once(self, script: AsyncScript, calls: Sequence[tuple[Sequence[str], Sequence[Any]]]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for keys, arguments in calls:
                pipe.evalsha(script.sha, len(keys), *keys, *arguments)
            found: list[Any] = await pipe.execute(raise_on_error=False)
        return found

    async def claim(self, *, limit: int) -> tuple[list[Batch], float | None]:
        """Take up to `limit` batches, expired leases first; also the seconds until the next one is due."""
        token = uuid4().hex
        self._next_due = [None] * SHARDS
        prefixes = [_prefix(shard) for shard in range(SHARDS)]
        answers = await self._run_together(
            self._claim,
            [
                ((prefix + "due", prefix + "lease"), (prefix, limit, self._lease_ms, token, *self._limits))
                for prefix in prefixes
            ],
        )
        batches: list[Batch] = []
        waits: list[float] = []
        failed: BaseException | None = None
        for shard, answer in enumerate(answers):
            if isinstance(answer, BaseException):
                failed = answer
                continue
            found, wait, now = answer
            for cid, empresa, own, lost, *ids in found:
                batches.append(Batch(int(cid), int(empresa), own, bool(int(lost)), tuple(int(each) for each in ids)))
            self._next_due[shard] = inf if wait < 0 else now + wait
            if wait >= 0:
                waits.append(wait / 1000)
        if failed is not None and not batches:
            raise failed
        return batches, min(waits, default=None)

    async def extend(
        self, batch: Batch, *, seal: bool = False, seconds: float | None = None
    ) -> Literal["lost", "redo", "held"]:
        """Keep the lease (for `seconds` from now, or the usual time); with `seal`, the turn is about to act."""
        keys = _keys(batch.conversa_id)
        lease_ms = self._lease_ms if seconds is None else int(seconds * 1000)
        answer = await self._extend(
            keys=[keys[1], keys[3]], args=[batch.conversa_id, batch.token, lease_ms, "1" if seal else "0"]
        )
        found: Literal["lost", "redo", "held"] = answer
        return found

    async def ack(self, batch: Batch) -> bool:
        """The batch is finished; what arrived meanwhile is armed. False when the lease was not ours any more."""
        return await self._finish(batch, "done")

    async def requeue(self, batch: Batch) -> bool:
        """The batch goes back, with what arrived meanwhile, under a fresh window counted to the caps from its first."""
        return await self._finish(batch, "requeue")

    async def hand_over(self, batch: Batch, *, after: float = 0.0) -> bool:
        """Let any process take the same batch in `after` seconds; it does not count as a lost lease."""
        return await self._finish(batch, "hand", after_ms=int(after * 1000))

    async def _finish(self, batch: Batch, mode: str, *, after_ms: int = 0) -> bool:
        held, deadline = await self._finishes.submit((batch, mode, after_ms))
        if deadline >= 0:
            self.changed.set()
        return bool(held)

    async def _run_finishes(self, finishes: Sequence[tuple[Batch, str, int]]) -> list[Any]:
        return await self._run_together(
            self._ack,
            [
                (_keys(batch.conversa_id), (batch.conversa_id, batch.token, mode, *self._limits, after_ms))
                for batch, mode, after_ms in finishes
            ],
        )

    async def force(self, conversa_id: int) -> bool:
        """Make what waits due now. False when nothing waits or runs."""
        found = await self._force(keys=_keys(conversa_id), args=[conversa_id])
        self.changed.set()
        return bool(found)

    async def restore(self, *, conversa_id: int, empresa_id: int, mensagem_ids: Sequence[int]) -> bool:
        """Bring back the work entry of an unfinished turn that Redis forgot."""
        restored = await self._restore(keys=_keys(conversa_id), args=[conversa_id, empresa_id, *mensagem_ids])
        if restored:
            self.changed.set()
        return bool(restored)

    async def snapshot(self) -> list[BufferEntry]:
        """Every conversation that waits or is being answered, the next due first."""
        skew = await self._clock_skew()
        entries: list[BufferEntry] = []
        for shard in range(SHARDS):
            prefix = _prefix(shard)
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.zrange(prefix + "due", 0, -1, withscores=True)
                pipe.zrange(prefix + "lease", 0, -1)
                due, leased = await pipe.execute()
            waiting = {int(cid): score for cid, score in due}
            running = [int(cid) for cid in leased]
            if not waiting and not running:
                continue
            cids = [*waiting, *(cid for cid in running if cid not in waiting)]
            async with self._redis.pipeline(transaction=False) as pipe:
                for cid in cids:
                    pipe.hgetall(f"{prefix}work:{cid}")
                    pipe.hgetall(f"{prefix}buf:{cid}")
                found = await pipe.execute()
            for index, cid in enumerate(cids):
                work, buf = found[2 * index], found[2 * index + 1]
                ids = sorted(int(field) for field in (*work, *buf) if not field.startswith("_"))
                if not ids:
                    continue
                score = waiting.get(cid)
                entries.append(
                    BufferEntry(
                        conversa_id=cid,
                        empresa_id=int(work.get("_e") or buf.get("_e") or 0),
                        estado="processando" if work else "aguardando",
                        vence_em=None if work or score is None else datetime.fromtimestamp(score / 1000 - skew, UTC),
                        mensagem_ids=tuple(ids),
                    )
                )
        return sorted(
            entries, key=lambda entry: (entry.vence_em or datetime.min.replace(tzinfo=UTC), entry.conversa_id)
        )

    async def _clock_skew(self) -> float:
        """Seconds by which Redis' clock is ahead of ours, so that the panel counts down on one clock."""
        seconds, micros = await self._redis.time()
        skew: float = seconds + micros / 1_000_000 - time.time()
        return skew


def shard_of(conversa_id: int) -> int:
    return conversa_id % SHARDS


def key_of(conversa_id: int, name: str) -> str:
    """A key about one conversation, in the slot of its shard."""
    return f"{_prefix(shard_of(conversa_id))}{name}:{conversa_id}"


def _prefix(shard: int) -> str:
    return f"atende:{LAYOUT}:{{b{shard}}}:"


def _keys(conversa_id: int) -> list[str]:
    prefix = _prefix(shard_of(conversa_id))
    return [prefix + "due", prefix + "lease", f"{prefix}buf:{conversa_id}", f"{prefix}work:{conversa_id}"]


async def forget_conversas(redis: Redis, conversa_ids: Sequence[int]) -> None:
    """Remove every key about these conversations, whoever wrote it, in one walk over the keys. For a purge only."""
    members = {str(conversa_id) for conversa_id in conversa_ids}
    keys = redis.scan_iter(match=f"atende:{LAYOUT}:*", count=1000)
    for key in [
        str(key) async for key in keys if str(key).rpartition(":")[2] in members
    ]:  # one by one: keys of different shards live in different slots
        await redis.unlink(key)
    for conversa_id in conversa_ids:
        due, lease, *_ = _keys(conversa_id)
        await redis.zrem(due, conversa_id)
        await redis.zrem(lease, conversa_id)
