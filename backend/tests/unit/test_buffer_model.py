"""The buffer's scripts against a plain Python model of them, in any order that Hypothesis can think of.

The scripts run on a real server whose clock cannot be set, so time passes by moving every stored instant into the
past. After each step the whole of Redis is compared with the model, and the promises are checked on the model alone.
`CHAOS=long` looks much further.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, ClassVar, TypeVar

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis.asyncio import Redis

from services.message_buffer import Batch, Kind, MessageBuffer, shard_of
from tests.unit.buffer_model import LEASE, SHORT_LEASE, STEP, WINDOW, Conversation, Entry, Work

T = TypeVar("T")
LONG = os.environ.get("CHAOS") == "long"

CONVERSATIONS = (1, 17, 2)
"""Two of one shard and one of another."""

_INTO_THE_PAST = """
local moved = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'zset' then
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -moved, member) end
  else
    local flat = redis.call('HGETALL', key)
    for i = 1, #flat, 2 do
      local kind, arrived = string.match(flat[i + 1], '^(%a):(%d+)$')
      if kind and string.sub(flat[i], 1, 1) ~= '_' then
        redis.call('HSET', key, flat[i], string.format('%s:%.0f', kind, tonumber(arrived) - moved))
      end
    end
  end
end
"""

conversations = st.sampled_from(CONVERSATIONS)


class BufferMachine(RuleBasedStateMachine):
    """One buffer, three conversations, workers that come back with old tokens."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    buffer: ClassVar[MessageBuffer]
    raw: ClassVar["redis.Redis"]

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.next_id = 1
        self.talks = {cid: Conversation() for cid in CONVERSATIONS}
        self.old: list[Batch] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize()
    def empty_server(self) -> None:
        self.raw.flushdb()

    # --- What the webhook and the sweep do ---

    def _expected_of_append(self, talk: Conversation, mensagem_id: int, kind: str) -> str:
        if mensagem_id in talk.waiting or (talk.work and mensagem_id in talk.work.entries):
            return "repeated"
        talk.waiting[mensagem_id] = Entry(kind, self.now)
        talk.forgotten.discard(mensagem_id)
        work = talk.work
        if work is None:
            return "armed"
        running = list(work.entries.values())
        grouped = all(entry.kind == "g" for entry in (*running, *talk.waiting.values()))
        if work.sealed or not grouped or len(running) + len(talk.waiting) > WINDOW.max_messages:
            return "queued"
        if self.now >= min(entry.arrived for entry in running) + WINDOW.max_seconds:
            return "queued"
        work.redo = True
        return "redo"

    def _append(self, cid: int, mensagem_id: int) -> None:
        talk = self.talks[cid]
        kind = talk.kinds[mensagem_id]
        expected = self._expected_of_append(talk, mensagem_id, kind)
        asked = self.buffer.redo_requested[cid] = asyncio.Event()
        found = self.run(self.buffer.ingest(conversa_id=cid, empresa_id=7, mensagem_id=mensagem_id, kind=Kind(kind)))
        assert found == expected
        assert asked.is_set() == (expected == "redo")

    @rule(cid=conversations, kind=st.sampled_from("gggs"))
    def append(self, cid: int, kind: str) -> None:
        self.talks[cid].kinds[self.next_id] = kind
        self.next_id += 1
        self._append(cid, self.next_id - 1)

    @rule(cid=conversations, kind=st.sampled_from("ggs"))
    def store_without_redis(self, cid: int, kind: str) -> None:
        """A message whose append failed: PostgreSQL has it, Redis never heard of it."""
        self.talks[cid].kinds[self.next_id] = kind
        self.talks[cid].forgotten.add(self.next_id)
        self.next_id += 1

    @rule(cid=conversations, data=st.data())
    def append_again(self, cid: int, data: st.DataObject) -> None:
        known = sorted(self.talks[cid].to_answer() - self.talks[cid].turn)
        if known:
            self._append(cid, data.draw(st.sampled_from(known)))

    @rule(cid=conversations)
    def sweep_messages(self, cid: int) -> None:
        """What has no turn is appended again, whether Redis knows it or not."""
        for mensagem_id in sorted(self.talks[cid].to_answer() - self.talks[cid].turn):
            self._append(cid, mensagem_id)

    @rule(cid=conversations)
    def sweep_turn(self, cid: int) -> None:
        talk = self.talks[cid]
        if not talk.turn:
            return
        ids = sorted(talk.turn)
        restored = self.run(self.buffer.restore(conversa_id=cid, empresa_id=7, mensagem_ids=ids))
        assert restored == (talk.work is None)
        if restored:
            talk.work = Work({each: Entry("s", self.now) for each in ids}, lease_ends=self.now, handed=True)
            talk.forgotten -= set(ids)
            for each in ids:
                talk.waiting.pop(each, None)

    @rule()
    def redis_is_emptied(self) -> None:
        self.raw.flushdb()
        for talk in self.talks.values():
            talk.forgotten |= talk.to_answer()
            talk.waiting.clear()
            talk.forced = False
            if talk.work is not None and talk.work.holder is not None:
                self.old.append(talk.work.holder)
            talk.work = None

    @rule(cid=conversations)
    def force(self, cid: int) -> None:
        talk = self.talks[cid]
        found = self.run(self.buffer.force(cid))
        assert found == bool(talk.waiting or talk.work)
        if talk.waiting:
            talk.forced = True

    # --- Time ---

    @rule(steps=st.sampled_from((1, 1, 3, 6, 11, 31)))
    def time_passes(self, steps: int) -> None:
        moved = steps * STEP
        self.now += moved
        self.raw.eval(_INTO_THE_PAST, 0, moved * 1000)

    # --- What workers do ---

    def _takeable(self) -> tuple[dict[int, Conversation], dict[int, Conversation]]:
        """Conversations whose lease is over, and those whose group is due."""
        expired = {cid: t for cid, t in self.talks.items() if t.work is not None and t.work.lease_ends <= self.now}
        due = {cid: t for cid, t in self.talks.items() if t.work is None and t.waiting and t.head()[1] <= self.now}
        return expired, due

    @rule(limit=st.sampled_from((10, 10, 1)))
    def claim(self, limit: int) -> None:
        expired, due = self._takeable()
        batches, wake = self.run(self.buffer.claim(limit=limit))
        taken = [batch.conversa_id for batch in batches]
        assert len(taken) == len(set(taken)), "one conversation given twice in one claim"
        for shard in {shard_of(cid) for cid in CONVERSATIONS}:
            first = [cid for cid in expired if shard_of(cid) == shard]
            then = [cid for cid in due if shard_of(cid) == shard]
            here = [cid for cid in taken if shard_of(cid) == shard]
            assert set(here) <= {*first, *then}
            assert len(here) == min(limit, len(first) + len(then))
            assert len(set(first) & set(here)) == min(limit, len(first)), "an expired lease had to wait"
        for batch in batches:
            self._taken(batch, expired)
        assert (wake is not None) == any(talk.waiting or talk.work for talk in self.talks.values())

    def _taken(self, batch: Batch, expired: dict[int, Conversation]) -> None:
        talk = self.talks[batch.conversa_id]
        if batch.conversa_id in expired:
            assert talk.work is not None
            assert batch.lost == (not talk.work.handed)
            if talk.work.holder is not None:
                self.old.append(talk.work.holder)
            entries = talk.work.entries
        else:
            assert not batch.lost
            ids, _ = talk.head()
            entries = {each: talk.waiting.pop(each) for each in ids}
            talk.forced = False
            kinds = {entry.kind for entry in entries.values()}
            assert kinds == {"g"} or len(entries) == 1
            assert len(entries) <= WINDOW.max_messages
            assert all(each > max(entries) for each in talk.waiting)
        assert batch.empresa_id == 7
        assert batch.mensagem_ids == tuple(sorted(entries))
        talk.work = Work(entries, lease_ends=self.now + LEASE, holder=batch)
        talk.turn |= set(entries)

    def _one_of(self, found: Sequence[T], data: st.DataObject) -> T:
        """Drawn by its place: what is found holds random tokens, and an example must be repeatable."""
        return found[data.draw(st.integers(0, len(found) - 1))]

    def _holders(self) -> list[tuple[Batch, Conversation, Work]]:
        return [
            (talk.work.holder, talk, talk.work)
            for talk in self.talks.values()
            if talk.work is not None and talk.work.holder is not None
        ]

    @precondition(lambda self: self._holders())
    @rule(data=st.data(), seal=st.booleans(), short=st.booleans())
    def extend(self, data: st.DataObject, seal: bool, short: bool) -> None:
        batch, _, work = self._one_of(self._holders(), data)
        expected = "redo" if work.redo and not work.sealed else "held"
        found = self.run(self.buffer.extend(batch, seal=seal, seconds=SHORT_LEASE if short else None))
        assert found == expected
        work.lease_ends = self.now + (SHORT_LEASE if short else LEASE)
        work.sealed = work.sealed or (seal and expected == "held")

    @precondition(lambda self: self._holders())
    @rule(data=st.data())
    def ack(self, data: st.DataObject) -> None:
        batch, talk, _ = self._one_of(self._holders(), data)
        assert self.run(self.buffer.ack(batch))
        # A worker answers the turn it resumed and everything of its batch.
        talk.answered.append(tuple(sorted(talk.turn)))
        talk.forgotten -= talk.turn
        talk.turn = set()
        talk.work = None
        self.old.append(batch)

    @precondition(lambda self: self._holders())
    @rule(data=st.data())
    def requeue(self, data: st.DataObject) -> None:
        batch, talk, work = self._one_of(self._holders(), data)
        assert self.run(self.buffer.requeue(batch))
        talk.waiting = work.entries | talk.waiting
        talk.turn = set()
        talk.work = None
        self.old.append(batch)

    @precondition(lambda self: self._holders())
    @rule(data=st.data(), after=st.sampled_from((0.0, SHORT_LEASE)))
    def hand_over(self, data: st.DataObject, after: float) -> None:
        batch, _, work = self._one_of(self._holders(), data)
        assert self.run(self.buffer.hand_over(batch, after=after))
        work.holder, work.handed, work.lease_ends = None, True, self.now + after
        self.old.append(batch)

    @precondition(lambda self: self.old)
    @rule(data=st.data(), what=st.sampled_from(("ack", "requeue", "hand_over", "extend", "seal")))
    def come_back_with_an_old_token(self, data: st.DataObject, what: str) -> None:
        """Changes nothing: the comparison that follows each step sees it."""
        batch = self._one_of(self.old, data)
        if what in ("extend", "seal"):
            assert self.run(self.buffer.extend(batch, seal=what == "seal")) == "lost"
        else:
            assert not self.run(getattr(self.buffer, what)(batch))

    # --- What must be true after every step ---

    @invariant()
    def redis_is_as_the_model_says(self) -> None:
        pipe = self.raw.pipeline(transaction=False)
        for cid in self.talks:
            prefix = f"atende:1:{{b{shard_of(cid)}}}:"
            pipe.hgetall(f"{prefix}buf:{cid}")
            pipe.hgetall(f"{prefix}work:{cid}")
            pipe.zscore(f"{prefix}due", cid)
            pipe.zscore(f"{prefix}lease", cid)
        found = iter(pipe.execute())
        for talk in self.talks.values():
            buf, work, due, lease = next(found), next(found), next(found), next(found)
            assert _kinds(buf) == {each: entry.kind for each, entry in talk.waiting.items()}
            assert ("_force" in buf) == (talk.forced and bool(talk.waiting))
            assert _kinds(work) == ({each: e.kind for each, e in talk.work.entries.items()} if talk.work else {})
            for note, expected in (("_redo", "redo"), ("_sealed", "sealed"), ("_handed", "handed")):
                assert (note in work) == bool(talk.work and getattr(talk.work, expected)), note
            assert (due is not None) == bool(talk.waiting and talk.work is None)
            assert (lease is not None) == (talk.work is not None)

    @invariant()
    def nothing_is_lost_or_in_two_places(self) -> None:
        for talk in self.talks.values():
            working = set(talk.work.entries) if talk.work else set()
            waiting = set(talk.waiting)
            assert not working & waiting
            assert working | waiting | talk.forgotten == talk.to_answer()
            assert not (working | waiting) & talk.forgotten

    def teardown(self) -> None:
        """Whatever happened, sweeping and working answers everything, each message once."""
        for _ in range(200):
            if not any(talk.to_answer() for talk in self.talks.values()):
                break
            for cid in CONVERSATIONS:
                self.sweep_turn(cid)
                self.sweep_messages(cid)
            self.time_passes(40)
            self.claim(10)
            for batch, talk, _ in self._holders():
                assert self.run(self.buffer.ack(batch))
                talk.answered.append(tuple(sorted(talk.turn)))
                talk.turn, talk.work = set(), None
            self.redis_is_as_the_model_says()
        for talk in self.talks.values():
            answered = [each for group in talk.answered for each in group]
            assert sorted(answered) == sorted(talk.kinds)
        assert self.raw.keys("*") == []


def _kinds(found: dict[str, str]) -> dict[int, str]:
    return {int(name): value.split(":")[0] for name, value in found.items() if not name.startswith("_")}


@pytest.fixture
def machine(server_urls: tuple[str, str]) -> Iterator[type[BufferMachine]]:
    loop = asyncio.new_event_loop()
    client = Redis.from_url(server_urls[1], decode_responses=True)
    raw = redis.Redis.from_url(server_urls[1], decode_responses=True)

    class Machine(BufferMachine):
        pass

    Machine.loop, Machine.raw = loop, raw
    Machine.buffer = MessageBuffer(client, WINDOW, lease_seconds=LEASE)
    yield Machine
    loop.run_until_complete(client.aclose())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    raw.flushdb()
    raw.close()


@pytest.mark.timeout(1800 if LONG else 120)
def test_buffer_keeps_its_promises_in_any_order(machine: type[BufferMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=1000 if LONG else 90,
            stateful_step_count=60 if LONG else 40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
