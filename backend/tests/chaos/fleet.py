"""The fleet: several processes of the product on one PostgreSQL and one Redis, both behind cables, and a balancer.

Processes are real and die for real. The fork server is started once a run and has imported the product, so that one
more process costs a fraction of a second.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Self

from redis.asyncio import Redis
from sqlalchemy import func, select

from config import Settings
from database import Database
from embedded import free_port
from models import UNFINISHED, Conversa, Empresa, Mensagem, Turno
from services.checkpoints import ActPoint, Point
from services.tuning import Tuning
from tests.cable import Cable
from tests.chaos.balancer import Balancer, CommitCable
from tests.chaos.customers import Customer
from tests.chaos.judge import Verdict, judge
from tests.chaos.worker import work
from tests.stage import PROMPT, Simulators, empty_database, until

_fork_server = multiprocessing.get_context("forkserver")
_fork_server.set_forkserver_preload(["tests.chaos.worker"])
BUBBLES = [f"Parte {number} de uma resposta sempre igual, com o tamanho de uma bolha de verdade." for number in (1, 2)]


@dataclass
class Worker:
    """One process of the product."""

    process: ForkServerProcess
    pipe: "Connection[tuple[str, str], tuple[str, str]]"
    port: int
    said: "asyncio.Queue[tuple[str, str]]" = field(default_factory=asyncio.Queue)

    def listen(self) -> None:
        asyncio.get_running_loop().add_reader(self.pipe.fileno(), self._heard)

    def _heard(self) -> None:
        try:
            while self.pipe.poll():
                self.said.put_nowait(self.pipe.recv())
        except (EOFError, OSError):
            self.deaf()
            self.said.put_nowait(("dead", ""))

    def deaf(self) -> None:
        asyncio.get_running_loop().remove_reader(self.pipe.fileno())

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    async def hears(self, *wanted: str, seconds: float = 30) -> tuple[str, str]:
        """The next thing said that is one of these."""
        async with asyncio.timeout(seconds):
            while True:
                what, where = await self.said.get()
                if what in wanted:
                    return what, where
                assert what != "dead", f"the process ended while waiting for {wanted}"

    def order(self, what: str, point: str = "") -> None:
        with suppress(OSError):
            self.pipe.send((what, point))


class Fleet:
    """Start with `async with`; everything started here is killed at the end."""

    def __init__(
        self, settings: Settings, tuning: Tuning, sim: Simulators, *, processes: int, logs: Path, direct: Settings
    ) -> None:
        self._settings = settings
        self._tuning = tuning
        self._processes = processes
        self._logs = logs
        self._exit = AsyncExitStack()
        self._started = 0
        self.sim = sim
        self.workers: list[Worker] = []
        self.balancer = Balancer()
        self._direct = direct
        self.db = Database.open(direct)
        self.redis = Redis.from_url(direct.redis_url or "", decode_responses=True)
        self.postgres_cable = CommitCable(direct.database_url or "", 5432)
        self.redis_cable = Cable(direct.redis_url or "", 6379)
        self.empresas: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        try:
            self._exit.push_async_callback(self.db.close)
            self._exit.push_async_callback(self.redis.aclose)
            await self._empty()
            await self._exit.enter_async_context(self.balancer)
            await self._exit.enter_async_context(self.postgres_cable)
            await self._exit.enter_async_context(self.redis_cable)
            self._exit.callback(self._kill_all)
            await self._add_empresa("pizzaria", "Pizzaria da Vila", "+551140000001", broken=False)
            await self._add_empresa("mercado", "Mercado Central", "+551140000002", broken=True)
            # Equal text in consecutive turns, in two bubbles: the list alone cannot tell one reply from the next.
            await self.sim.control(
                "POST", "/openai/script", match_instructions="Mercado Central", reply="\n\n".join(BUBBLES), times=-1
            )
            await self.sim.control("POST", "/openai/settings", latency_seconds=0.25)
            await asyncio.gather(*(self.start_one() for _ in range(self._processes)))
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exit.aclose()

    async def _empty(self) -> None:
        await asyncio.to_thread(empty_database, self._direct.database_url or "")
        await self.redis.flushdb()

    async def _add_empresa(self, slug: str, nome: str, numero: str, *, broken: bool) -> None:
        async with self.db.system_scope() as session:
            prompt = f"{nome}. {PROMPT}"
            session.add(Empresa(slug=slug, nome=nome, prompt=prompt, twilio_number=numero, mensagem_quebrada=broken))
        self.empresas[slug] = f"whatsapp:{numero}"

    # --- Processes ---

    async def start_one(self) -> Worker:
        """One more process, once it serves."""
        port = free_port()
        self._started += 1
        settings = self._settings.model_copy(
            update={
                "port": port,
                "public_base_url": self.balancer.url,
                "database_url": self.postgres_cable.url,
                "redis_url": self.redis_cable.url,
            }
        )
        ours, theirs = _fork_server.Pipe()
        log = self._logs / f"process-{self._started}.log"
        process = _fork_server.Process(target=work, args=(settings, self._tuning, theirs, str(log)))
        process.start()
        theirs.close()
        worker = Worker(process, ours, port)
        worker.listen()
        self.workers.append(worker)
        await worker.hears("ready", seconds=60)
        self.balancer.ports.append(port)
        return worker

    def kill(self, worker: Worker) -> None:
        """kill -9."""
        worker.process.kill()
        self._forget(worker)

    async def replace(self, worker: Worker) -> Worker:
        self.kill(worker)
        return await self.start_one()

    def freeze(self, worker: Worker) -> None:
        os.kill(worker.pid, signal.SIGSTOP)

    def thaw(self, worker: Worker) -> None:
        os.kill(worker.pid, signal.SIGCONT)

    def _forget(self, worker: Worker) -> None:
        worker.deaf()
        worker.process.join(10)
        worker.pipe.close()
        worker.process.close()
        self.workers.remove(worker)
        if worker.port in self.balancer.ports:
            self.balancer.ports.remove(worker.port)

    def _kill_all(self) -> None:
        for worker in list(self.workers):
            self.kill(worker)

    async def frozen_at(
        self, point: Point | ActPoint, workers: Sequence[Worker], *, seconds: float = 30
    ) -> list[Worker]:
        """Wait until one of these processes stops itself at the point; the others are told to pass it by.

        Returns every process that stopped: two may arrive before the second one hears.
        """
        waits = {asyncio.ensure_future(worker.hears("at", seconds=seconds)): worker for worker in workers}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            stopped = []
            for task, worker in waits.items():
                if task in done:
                    assert task.result() == ("at", point)
                    stopped.append(worker)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        for worker in workers:
            if worker not in stopped:
                worker.order("pass")
                what, _ = await worker.hears("at", "passed", seconds=seconds)
                if what == "at":
                    stopped.append(worker)
        return stopped

    # --- Conversations ---

    def customer(self, slug: str = "pizzaria") -> Customer:
        return Customer(slug, self.empresas[slug], f"{self.balancer.url}/webhook/{slug}#rc=5&rp=all")

    def customers(self, count: int) -> list[Customer]:
        """So many new customers, by turns of one empresa and of the other."""
        return [self.customer(("pizzaria", "mercado")[number % 2]) for number in range(count)]

    async def verdict(self, scenario: str, customers: Sequence[Customer], *, seconds: float = 90) -> Verdict:
        """Wait until these conversations are at rest, and judge them."""
        addresses = [customer.contact for customer in customers]

        async def at_rest() -> bool:
            async with self.db.system_scope() as session:
                theirs = select(Conversa.id).where(Conversa.endereco.in_(addresses))
                waiting = select(func.count()).where(Mensagem.conversa_id.in_(theirs), Mensagem.destino == "responder")
                running = select(func.count()).where(Turno.conversa_id.in_(theirs), Turno.estado.in_(UNFINISHED))
                return not (await session.scalar(waiting) or await session.scalar(running))

        restless: list[str] = []
        try:
            await until(at_rest, "the conversations to come to rest", seconds=seconds, every=0.1)
        except AssertionError:  # The judge counts it as lost; what Redis holds then says why.
            restless = [f"in Redis: {line}" for line in await self._in_redis()]
        verdict = await judge(scenario, customers, self.db, self.sim)
        verdict.notes += restless
        return verdict

    async def _in_redis(self) -> list[str]:
        found = []
        async for key in self.redis.scan_iter("atende:*"):
            if ":due" in key or ":lease" in key:
                found.append(f"{key} {await self.redis.zrange(key, 0, -1, withscores=True)}")
            elif ":buf:" in key or ":work:" in key:
                found.append(f"{key} {await self.redis.hgetall(key)}")
        return sorted(found)


def shortened(tuning: Tuning, **changes: Any) -> Tuning:
    return Tuning(**{**{name: getattr(tuning, name) for name in Tuning.__slots__}, **changes})
