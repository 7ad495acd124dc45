"""The buffer's scripts on a real server, against a simple model of what must be true."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from services.message_buffer import Batch, Kind, MessageBuffer, Window

WINDOW = Window(0.8, 2.4, 4)


@pytest.fixture
async def redis(server_urls: tuple[str, str]) -> AsyncIterator[Redis]:
    client = Redis.from_url(server_urls[1], decode_responses=True)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
def buffer(redis: Redis) -> MessageBuffer:
    return MessageBuffer(redis, WINDOW, lease_seconds=0.9)


async def _add(buffer: MessageBuffer, mensagem_id: int, kind: Kind = Kind.GROUPED, conversa_id: int = 1) -> str:
    return await buffer.ingest(conversa_id=conversa_id, empresa_id=7, mensagem_id=mensagem_id, kind=kind)


async def _claim(buffer: MessageBuffer) -> list[Batch]:
    batches, _ = await buffer.claim(limit=10)
    return batches


async def _claim_when_due(buffer: MessageBuffer) -> Batch:
    for _ in range(250):
        if batches := await _claim(buffer):
            [batch] = batches
            return batch
        await asyncio.sleep(0.02)
    raise AssertionError("nothing became due")


async def test_texts_wait_for_the_window_and_leave_together(buffer: MessageBuffer) -> None:
    assert [await _add(buffer, mensagem_id) for mensagem_id in (1, 2, 3)] == ["armed"] * 3
    batches, wake = await buffer.claim(limit=10)
    assert batches == []
    assert wake is not None
    assert 0 < wake <= 0.8
    batch = await _claim_when_due(buffer)
    assert (batch.conversa_id, batch.empresa_id, batch.mensagem_ids, batch.lost) == (1, 7, (1, 2, 3), False)
    assert await _claim(buffer) == []


async def test_same_message_twice_enters_once_even_while_it_is_worked_on(buffer: MessageBuffer) -> None:
    await _add(buffer, 1)
    assert await _add(buffer, 1) == "repeated"
    await _claim_when_due(buffer)
    assert await _add(buffer, 1) == "repeated"


async def test_window_slides_but_not_past_the_total(redis: Redis) -> None:
    buffer = MessageBuffer(redis, Window(10, 10.1, 20))

    async def deadline_after(mensagem_id: int) -> float:
        await _add(buffer, mensagem_id)
        [entry] = await buffer.snapshot()
        return float(await redis.zscore("atende:1:{b1}:due", str(entry.conversa_id)) or 0)

    first = await deadline_after(1)
    await asyncio.sleep(0.02)
    assert first < await deadline_after(2) <= first + 100
    await asyncio.sleep(0.15)
    assert await deadline_after(3) == first + 100


async def test_message_cap_closes_the_group_at_once(buffer: MessageBuffer) -> None:
    for mensagem_id in range(1, 6):
        await _add(buffer, mensagem_id)
    [batch] = await _claim(buffer)
    assert batch.mensagem_ids == (1, 2, 3, 4)
    assert await buffer.ack(batch)
    assert (await _claim_when_due(buffer)).mensagem_ids == (5,)


async def test_solo_message_makes_the_texts_before_it_due_and_goes_alone(buffer: MessageBuffer) -> None:
    await _add(buffer, 1)
    await _add(buffer, 2)
    await _add(buffer, 3, Kind.SOLO)
    await _add(buffer, 4)
    order = []
    for _ in range(3):
        batch = await _claim_when_due(buffer)
        order.append(batch.mensagem_ids)
        await buffer.ack(batch)
    assert order == [(1, 2), (3,), (4,)]


async def test_conversation_being_worked_on_is_not_given_again(buffer: MessageBuffer) -> None:
    await _add(buffer, 1, Kind.SOLO)
    [batch] = await _claim(buffer)
    await _add(buffer, 2, Kind.SOLO)
    assert await _claim(buffer) == []
    assert await buffer.ack(batch)
    [second] = await _claim(buffer)
    assert second.mensagem_ids == (2,)


async def test_lost_lease_gives_the_same_frozen_batch_to_another(buffer: MessageBuffer) -> None:
    await _add(buffer, 1, Kind.SOLO)
    [first] = await _claim(buffer)
    await _add(buffer, 2, Kind.SOLO)
    await asyncio.sleep(1.0)
    [second] = await _claim(buffer)
    assert second.mensagem_ids == first.mensagem_ids
    assert second.lost
    assert not await buffer.ack(first)
    assert await buffer.extend(first) == "lost"
    assert await buffer.ack(second)


async def test_extended_lease_is_kept(buffer: MessageBuffer) -> None:
    await _add(buffer, 1, Kind.SOLO)
    [batch] = await _claim(buffer)
    for _ in range(4):
        await asyncio.sleep(0.3)
        assert await buffer.extend(batch) == "held"
        assert await _claim(buffer) == []


async def test_handed_over_batch_is_taken_at_once_and_is_not_lost(buffer: MessageBuffer) -> None:
    await _add(buffer, 1, Kind.SOLO)
    [batch] = await _claim(buffer)
    assert await buffer.hand_over(batch)
    [again] = await _claim(buffer)
    assert (again.mensagem_ids, again.lost) == ((1,), False)


async def test_text_during_the_turn_asks_for_a_redo_until_the_turn_acts(buffer: MessageBuffer) -> None:
    await _add(buffer, 1)
    batch = await _claim_when_due(buffer)
    asked = buffer.redo_requested[1] = asyncio.Event()
    assert await _add(buffer, 2) == "redo"
    assert asked.is_set()
    assert await buffer.extend(batch, seal=True) == "redo"
    assert await buffer.requeue(batch)
    again = await _claim_when_due(buffer)
    assert again.mensagem_ids == (1, 2)
    assert await buffer.extend(again, seal=True) == "held"
    assert await _add(buffer, 3) == "queued"
    await buffer.ack(again)
    assert (await _claim_when_due(buffer)).mensagem_ids == (3,)


async def test_audio_turn_and_spent_caps_are_never_redone(buffer: MessageBuffer) -> None:
    await _add(buffer, 1, Kind.SOLO)
    await _claim(buffer)
    assert await _add(buffer, 2) == "queued"
    for mensagem_id in range(11, 15):
        await _add(buffer, mensagem_id, conversa_id=2)
    await _claim(buffer)
    assert await _add(buffer, 15, conversa_id=2) == "queued"


async def test_force_makes_the_group_due_now_and_the_next_one_too(buffer: MessageBuffer) -> None:
    assert not await buffer.force(1)
    await _add(buffer, 1)
    assert await buffer.force(1)
    assert await buffer.force(1)
    [batch] = await _claim(buffer)
    await buffer.extend(batch, seal=True)
    await _add(buffer, 2)
    assert await buffer.force(1)
    assert await _claim(buffer) == []
    await buffer.ack(batch)
    assert len(await _claim(buffer)) == 1


async def test_forgotten_turn_is_restored_once(buffer: MessageBuffer, redis: Redis) -> None:
    await _add(buffer, 1, Kind.SOLO)
    [batch] = await _claim(buffer)
    assert not await buffer.restore(conversa_id=1, empresa_id=7, mensagem_ids=[1])
    await redis.flushdb()
    assert await buffer.restore(conversa_id=1, empresa_id=7, mensagem_ids=[1])
    [again] = await _claim(buffer)
    assert (again.mensagem_ids, again.lost) == (batch.mensagem_ids, False)


async def test_snapshot_tells_what_waits_and_what_runs(buffer: MessageBuffer) -> None:
    await _add(buffer, 1, conversa_id=1)
    await _add(buffer, 2, Kind.SOLO, conversa_id=2)
    await _claim(buffer)
    await _add(buffer, 3, conversa_id=2)
    running, waiting = await buffer.snapshot()
    assert (running.conversa_id, running.estado, running.vence_em, running.mensagem_ids) == (
        2,
        "processando",
        None,
        (2, 3),
    )
    assert (waiting.conversa_id, waiting.estado, waiting.mensagem_ids) == (1, "aguardando", (1,))
    assert waiting.vence_em is not None


async def test_every_key_of_a_conversation_has_its_shards_hash_tag(buffer: MessageBuffer, redis: Redis) -> None:
    await _add(buffer, 1, conversa_id=5)
    await _add(buffer, 2, Kind.SOLO, conversa_id=21)
    await _claim(buffer)
    assert {str(key).split(":")[2] for key in await redis.keys("*")} == {"{b5}"}


async def test_nothing_is_left_behind_when_all_is_answered(buffer: MessageBuffer, redis: Redis) -> None:
    await _add(buffer, 1)
    await buffer.ack(await _claim_when_due(buffer))
    assert await redis.keys("*") == []
