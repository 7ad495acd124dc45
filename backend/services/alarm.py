"""The alarm of one process: sleeps until the nearest deadline, claims what is due, and runs the turns.

Timers here are only alarms; Redis says who works and PostgreSQL what was done. One empresa never takes every place:
its turns queue behind its own limit before they count against the total.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from errors import LostTurn
from observability import get_logger
from services.activity_log import ActivityLog
from services.attendant import Attendant
from services.message_buffer import Batch, MessageBuffer
from services.tasks import TaskGroup
from services.tuning import Tuning

log = get_logger(__name__)

_STORE_CONDITIONS = ("08", "40", "53", "57P")
"""SQLSTATE classes: connection, transaction rolled back (deadlock), out of resources, shutting down or starting."""


class Alarm:
    def __init__(
        self, *, buffer: MessageBuffer, attendant: Attendant, tasks: TaskGroup, activity: ActivityLog, tuning: Tuning
    ) -> None:
        self._buffer = buffer
        self._attendant = attendant
        self._tasks = tasks
        self._activity = activity
        self._tuning = tuning
        self._total = asyncio.Semaphore(tuning.turns_at_once)
        self._per_empresa: dict[int, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(tuning.turns_per_empresa)
        )
        self._held: dict[int, Batch] = {}
        self._stopping = False

    async def run(self) -> None:
        """Claim and start turns until cancelled."""
        while not self._stopping:
            self._buffer.changed.clear()
            room = self._tuning.claimed_at_most - len(self._held)
            wake: float | None = None
            if room > 0:
                try:
                    batches, wake = await self._buffer.claim(limit=max(1, room // 16))
                except RedisError as error:
                    log.warning("buffer out of reach", reason=type(error).__name__)
                    await asyncio.sleep(1)
                    continue
                except Exception:
                    # Without this loop the process would serve and never answer again.
                    log.exception("claim failed")
                    await asyncio.sleep(1)
                    continue
                for batch in batches:
                    self._held[batch.conversa_id] = batch
                    self._tasks.start(self._work(batch), name=f"turn-{batch.conversa_id}")
            pause = self._tuning.alarm_cap if wake is None else min(wake, self._tuning.alarm_cap)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._buffer.changed.wait(), pause if room > 0 else self._tuning.alarm_cap)

    async def _work(self, batch: Batch) -> None:
        redo = asyncio.Event()
        self._buffer.redo_requested[batch.conversa_id] = redo
        attending = asyncio.current_task()
        assert attending is not None
        heartbeat = asyncio.ensure_future(self._keep(batch, redo, attending))
        try:
            async with self._per_empresa[batch.empresa_id], self._total:
                await self._attendant.attend(batch, redo)
        except LostTurn as lost:
            log.info("turn lost", reason=str(lost), conversa_id=batch.conversa_id)
        except asyncio.CancelledError:
            if self._stopping:
                await self._hand_over(batch)
            raise
        except Exception as error:
            log.exception("turn failed", conversa_id=batch.conversa_id)
            heartbeat.cancel()
            with suppress(RedisError):
                if _store_failed(error):
                    await self._buffer.hand_over(batch, after=self._tuning.retry_failed)
                else:
                    # Left to a short lease: another attempt follows, and after three lost leases the turn is parked.
                    await self._buffer.extend(batch, seconds=self._tuning.retry_failed)
            await self._activity.record(
                "ERROR",
                "turno_interrompido",
                "Uma resposta foi interrompida por uma falha e será tentada de novo.",
                empresa_id=batch.empresa_id,
                dados={"conversa_id": batch.conversa_id},
            )
        finally:
            heartbeat.cancel()
            self._held.pop(batch.conversa_id, None)
            self._buffer.redo_requested.pop(batch.conversa_id, None)
            self._buffer.changed.set()

    async def _keep(self, batch: Batch, redo: asyncio.Event, attending: asyncio.Task[None]) -> None:
        """Extend the lease while the turn runs; stop the turn when the lease was lost."""
        while True:
            await asyncio.sleep(self._tuning.lease / 3)
            try:
                state = await self._buffer.extend(batch)
            except RedisError:
                continue
            if state == "lost":
                attending.cancel()
                return
            if state == "redo":
                redo.set()

    async def _hand_over(self, batch: Batch) -> None:
        with suppress(RedisError):
            await asyncio.shield(self._buffer.hand_over(batch))

    def stop(self) -> None:
        """Claim nothing more; running turns finish or, when cancelled, hand their batch over."""
        self._stopping = True
        self._buffer.changed.set()


def _store_failed(error: Exception) -> bool:
    """Whether PostgreSQL or Redis failed under the turn: not the turn's fault, however often it happens."""
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return error.connection_invalidated or state.startswith(_STORE_CONDITIONS)
    return isinstance(error, RedisError | PoolTimeout | OSError | TimeoutError)
