"""A sheet and the book made to agree: one pass looks at the sheet, takes over what the owner did, writes what waits.

One pass at a time for each sheet, among all processes; whoever asks meanwhile joins the next one. Calls to Google and
transactions alternate and never overlap: what is about to be written is committed before it is written.
"""

import asyncio
from collections.abc import Sequence
from hashlib import sha256

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from database import Database
from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused
from models import Empresa, Reserva
from observability import get_logger
from ports import BookLook, Clock, Reservation, RowChange, SharedBook, SharedBooks
from services.activity_log import ActivityLog
from services.circuits import Circuits
from services.credentials import CredentialSource
from services.sheet_absorb import absorb, let_go, postpone_all
from services.sheet_lease import Lease, SheetLeases, sheet_key
from services.tasks import TaskGroup
from services.tuning import Tuning

log = get_logger(__name__)

_ROUNDS = 3
"""Looks and writes of one pass: the second sees what the first wrote, the third what the owner did meanwhile."""
_REMEMBERED = 24 * 3600
_REPEAT_FAILURE = 900


class SheetSync:
    """`booking.SheetPasses`: passes over the sheets of empresas."""

    def __init__(
        self,
        *,
        db: Database,
        redis: Redis,
        clock: Clock,
        books: SharedBooks,
        credentials: CredentialSource,
        circuits: Circuits,
        activity: ActivityLog,
        tasks: TaskGroup,
        tuning: Tuning,
    ) -> None:
        self._db = db
        self._redis = redis
        self._clock = clock
        self._books = books
        self._credentials = credentials
        self._circuits = circuits
        self._activity = activity
        self._tasks = tasks
        self._tuning = tuning
        self._leases = SheetLeases(redis, seconds=tuning.sheet_lease)
        self._locks: dict[int, asyncio.Lock] = {}
        self._waiting: dict[int, tuple[asyncio.Task[None], list[float]]] = {}
        """Passes that have not begun, by empresa, and how old a look each of who joined would do with."""

    async def refresh(self, empresa: Empresa, *, older_than: float, seconds: float) -> None:
        """Read the sheet into PostgreSQL unless some process did so within `older_than` seconds; wait at most so long.

        Never raises: without Google or Redis, what PostgreSQL knows is what there is.
        """
        if empresa.google_sheet_id and await self._stale(empresa.google_sheet_id, older_than):
            await asyncio.wait({self._join(empresa.id, older_than)}, timeout=seconds)

    async def settle(self, empresa_id: int, *, seconds: float) -> None:
        """Have everything written that waits now. Returns when it was tried, or after `seconds`; the work goes on."""
        await asyncio.wait({self._join(empresa_id, _REMEMBERED)}, timeout=seconds)

    def _join(self, empresa_id: int, older_than: float) -> asyncio.Task[None]:
        found = self._waiting.get(empresa_id)
        if found is None:
            ages: list[float] = []
            found = self._tasks.start(self._in_turn(empresa_id, ages), name=f"sheet-{empresa_id}"), ages
            self._waiting[empresa_id] = found
        found[1].append(older_than)
        return found[0]

    async def _in_turn(self, empresa_id: int, ages: list[float]) -> None:
        try:
            async with self._locks.setdefault(empresa_id, asyncio.Lock()):
                async with self._db.tenant(empresa_id) as session:
                    empresa = await session.get_one(Empresa, empresa_id)
                async with self._leases.hold(
                    empresa.google_sheet_id or f"-{empresa_id}", wait=self._tuning.sheet_lease
                ) as lease:
                    self._waiting.pop(empresa_id, None)
                    if lease is not None and await self._needed(empresa, min(ages)):
                        await self._pass(empresa, lease)
        except RedisError as error:
            log.warning("sheet lease out of reach", empresa_id=empresa_id, reason=type(error).__name__)
        finally:
            if (left := self._waiting.get(empresa_id)) and left[0] is asyncio.current_task():
                del self._waiting[empresa_id]

    async def _needed(self, empresa: Empresa, older_than: float) -> bool:
        async with self._db.tenant(empresa.id) as session:
            if await session.scalar(
                select(Reserva.id)
                .where(Reserva.empresa_id == empresa.id, Reserva.planilha_estado == "pendente")
                .limit(1)
            ):
                return True
        return empresa.google_sheet_id is not None and await self._stale(empresa.google_sheet_id, older_than)

    # --- One pass ---

    async def _pass(self, empresa: Empresa, lease: Lease) -> None:
        sheet_id = empresa.google_sheet_id
        if sheet_id is None:
            async with self._db.tenant(empresa.id) as session:
                await let_go(session, empresa, now=self._clock.now())
            return
        try:
            credentials = self._credentials.google(empresa)
            if credentials is None:
                raise ProviderAuthFailed("google", "google_sem_credencial")
            await self._exchange(empresa, self._books.book(credentials, sheet_id, tab=empresa.google_sheet_aba), lease)
        except ProviderError as error:
            await self._failed(empresa, sheet_id, error)

    async def _exchange(self, empresa: Empresa, book: SharedBook, lease: Lease) -> None:
        assert empresa.google_sheet_id is not None
        began = await self._redis_now()
        with self._circuits.call(empresa.id, "google"):
            look = await book.look()
        await self._note_look(empresa.google_sheet_id, began)
        for round_ in range(_ROUNDS + 1):
            changes, additions = await self._absorb(empresa, look)
            if not (changes or additions):
                return
            if round_ == _ROUNDS or not lease.held:
                # Customers may book faster than rounds go: what came last is for the next pass.
                await self._unwritten(empresa, additions)
                if not lease.held:
                    log.warning("sheet lease lost", empresa_id=empresa.id)
                return
            with self._circuits.call(empresa.id, "google"):
                look = await self._write(empresa, book, changes, additions)

    async def _write(
        self, empresa: Empresa, book: SharedBook, changes: Sequence[RowChange], additions: Sequence[Reservation]
    ) -> BookLook:
        try:
            return await book.write(changes, additions)
        except (ProviderBusy, ProviderRefused):
            await self._unwritten(empresa, additions)
            raise

    async def _unwritten(self, empresa: Empresa, additions: Sequence[Reservation]) -> None:
        """Certainly nothing was appended: the next try need not wait for it to arrive."""
        async with self._db.tenant(empresa.id) as session:
            await postpone_all(session, empresa, reason=None, now=self._clock.now(), not_performed=additions)

    async def _absorb(self, empresa: Empresa, look: BookLook) -> tuple[Sequence[RowChange], Sequence[Reservation]]:
        """Take the look over into PostgreSQL, in one transaction."""
        assert empresa.google_sheet_id is not None
        key = sheet_key(empresa.google_sheet_id, "rows")
        digest = sha256(repr([(row.id, row.mark, row.unreadable) for row in look.rows]).encode()).hexdigest()
        known_marks = await self._known_marks(empresa.google_sheet_id)
        async with self._db.tenant(empresa.id) as session:
            if await self._redis.get(key) == digest and not await session.scalar(
                select(Reserva.id)
                .where(Reserva.empresa_id == empresa.id, Reserva.planilha_estado == "pendente")
                .limit(1)
            ):
                return (), ()  # as it was, and nothing waits
            changes, additions, unreadable = await absorb(
                session,
                empresa.id,
                look,
                now=self._clock.now(),
                settle=self._tuning.settle,
                reported=known_marks,
            )
        if not changes and not additions:
            await self._redis.set(key, digest, ex=_REMEMBERED)
        await self._remember_marks(empresa.google_sheet_id, unreadable)
        return changes, additions

    async def _failed(self, empresa: Empresa, sheet_id: str, error: ProviderError) -> None:
        async with self._db.tenant(empresa.id) as session:
            await postpone_all(session, empresa, reason=error.reason, now=self._clock.now(), at_least=error.retry_after)
        if not await self._redis.set(sheet_key(sheet_id, "failing"), error.reason, nx=True, ex=_REPEAT_FAILURE):
            return
        if isinstance(error, ProviderRefused):
            await self._activity.record(
                "ERROR",
                "planilha_recusada",
                "A planilha de reservas não pode ser usada: confira o compartilhamento e o cabeçalho.",
                empresa_id=empresa.id,
                dados={"motivo": error.reason},
            )
        else:
            await self._activity.record(
                "WARNING",
                "planilha_fora_do_ar",
                "A planilha de reservas não respondeu; o que falta escrever será tentado de novo.",
                empresa_id=empresa.id,
                dados={"motivo": error.reason},
            )

    # --- What all processes know of a sheet ---

    async def _stale(self, sheet_id: str, older_than: float) -> bool:
        try:
            looked = await self._redis.get(sheet_key(sheet_id, "looked"))
            return looked is None or await self._redis_now() - float(looked) >= older_than
        except RedisError:
            return True

    async def _note_look(self, sheet_id: str, began: float) -> None:
        await self._redis.set(sheet_key(sheet_id, "looked"), began, ex=_REMEMBERED)
        await self._redis.delete(sheet_key(sheet_id, "failing"))

    async def _redis_now(self) -> float:
        seconds, micros = await self._redis.time()
        return float(seconds) + float(micros) / 1_000_000

    async def _known_marks(self, sheet_id: str) -> frozenset[str]:
        return frozenset(str(mark) for mark in await self._redis.smembers(sheet_key(sheet_id, "unreadable")))

    async def _remember_marks(self, sheet_id: str, marks: frozenset[str]) -> None:
        key = sheet_key(sheet_id, "unreadable")
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(key)
            if marks:
                pipe.sadd(key, *marks)
                pipe.expire(key, 30 * _REMEMBERED)
            await pipe.execute()
