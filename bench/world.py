"""What the benchmarks run on: a migrated database, three empresas, the application as `make run` starts it.

The servers' addresses come from DATABASE_URL and REDIS_URL, throw-away ones given by `make bench`: tables and keys are
emptied. Every process started here is stopped here.
"""

import contextlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import redis
from cryptography.fernet import Fernet

from auth.secrets_box import SecretsBox
from bench import machine
from bench.load import Order, Report
from config import SIMULATOR_OPENAI_KEY, SIMULATOR_TWILIO_SID, SIMULATOR_TWILIO_TOKEN
from embedded import free_port

ROOT = Path(__file__).resolve().parent.parent
BACKEND = ROOT / "backend"
SLUGS = ("casa-um", "casa-dois", "casa-tres")
PUBLIC_URL = "https://bench.invalid"
_PROMPT = (
    "Você atende a casa com cordialidade. Abrimos de terça a domingo, das 18h às 23h. "
    "A pizza margherita custa R$ 52,00. Ficamos na Rua das Flores, 10."
)


@dataclass
class World:
    """The stores, and how to start what is measured."""

    database_url: str
    redis_url: str
    folder: Path
    token: str = SIMULATOR_TWILIO_TOKEN
    encryption_key: str = field(default_factory=lambda: Fernet.generate_key().decode())
    store_pids: dict[str, int] = field(default_factory=dict)
    pinned: bool = False

    def prepare(self) -> None:
        """Migrate, add the empresas and keep the stores off the core of the server under test."""
        migrated = subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=BACKEND,
            capture_output=True,
            text=True,
            check=False,
        )
        if migrated.returncode != 0:
            raise SystemExit(migrated.stderr)
        self.store_pids = self._find_stores()
        _, rest = machine.cores()
        self.pinned = machine.pin(self.store_pids.values(), rest)
        self.empty()

    def empty(self) -> None:
        """No message, no conversation, no key; the three empresas are new."""
        box = SecretsBox([self.encryption_key])
        with self.sql() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            names = [name for (name,) in cursor.fetchall() if name != "alembic_version"]
            cursor.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
            for number, slug in enumerate(SLUGS, start=1):
                cursor.execute(
                    "INSERT INTO empresas (slug, nome, prompt, twilio_sid, twilio_token, twilio_number)"
                    " VALUES (%s, %s, %s, %s, %s, %s)",
                    (slug, slug, _PROMPT, SIMULATOR_TWILIO_SID, box.encrypt(self.token), f"+55114000000{number}"),
                )
        with redis.Redis.from_url(self.redis_url) as client:
            client.flushdb()

    def populate(self, conversations: int) -> None:
        """Known customers of the three empresas, with the addresses the load generator uses, each in a session."""
        with self.sql() as cursor:
            cursor.execute(
                "INSERT INTO clientes (empresa_id, nome, telefone, ultima_atividade_em)"
                " SELECT n %% 3 + 1, 'Cliente ' || n, '+55119' || lpad(n::text, 8, '0'), now()"
                " FROM generate_series(0, %s - 1) n",
                (conversations,),
            )
            cursor.execute(
                "INSERT INTO conversas (empresa_id, cliente_id, endereco, numero, ultima_atividade_em)"
                " SELECT empresa_id, id, 'whatsapp:' || telefone, 'whatsapp:+551140000001', now() FROM clientes"
            )
            cursor.execute(
                "INSERT INTO atendimentos (empresa_id, conversa_id, cliente_id, aberto_em, ultima_atividade_em)"
                " SELECT empresa_id, id, cliente_id, now(), now() FROM conversas"
            )
            cursor.execute("ANALYZE")

    def analyze(self) -> None:
        """Give the planner the statistics that a database in use has."""
        with self.sql() as cursor:
            cursor.execute("ANALYZE")

    @contextlib.contextmanager
    def sql(self) -> Iterator[Any]:
        """A cursor over every empresa, committed at the end."""
        connection = psycopg2.connect(self.database_url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.empresas', '*', true)")
                yield cursor
        finally:
            connection.close()

    def _find_stores(self) -> dict[str, int]:
        """The processes of PostgreSQL and Redis, when they run on this machine."""
        found = {}
        with contextlib.suppress(OSError, IndexError, ValueError, psycopg2.Error):
            with self.sql() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend = cursor.fetchone()[0]
                stat = Path(f"/proc/{backend}/stat").read_text()
            if "postgres" in stat.partition(")")[0]:
                found["postgres"] = int(stat.rpartition(")")[2].split()[1])
        with contextlib.suppress(OSError, redis.RedisError):
            with redis.Redis.from_url(self.redis_url) as client:
                pid = int(client.info("server")["process_id"])
            if Path(f"/proc/{pid}/comm").read_text().strip() in ("valkey-server", "redis-server"):
                found["redis"] = pid
        return found

    def environment(self, port: int, **extra: str) -> dict[str, str]:
        """Nothing of whoever runs this but the path; production settings. `{port}` in a value is the server's."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": f"{BACKEND}{os.pathsep}{ROOT}",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "DATA_DIR": str(self.folder),
            "ENVIRONMENT": "production",
            "PORT": str(port),
            "PUBLIC_BASE_URL": PUBLIC_URL,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": self.encryption_key,
            **{name: value.replace("{port}", str(port)) for name, value in extra.items()},
        }

    @contextlib.contextmanager
    def serve(self, target: str, **extra: str) -> Iterator["Server"]:
        """An ASGI application under uvicorn, with the options of `make run`, alone on its core."""
        port = free_port()
        command = [
            *(sys.executable, "-m", "uvicorn", target, "--host", "127.0.0.1", "--port", str(port)),
            *("--forwarded-allow-ips", "127.0.0.1", "--timeout-graceful-shutdown", "8", "--log-level", "info"),
            *("--no-server-header", "--workers", "1"),
        ]
        if target == "bench.bare:app":
            command.append("--no-access-log")
        log = self.folder / f"{target.replace(':', '-')}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, cwd=BACKEND, env=self.environment(port, **extra), stdout=output, stderr=output
            )
        try:
            _wait_until_answers(port, process, log)
            self.pinned &= machine.pin([process.pid], machine.cores()[0])
            yield Server(port, process.pid, log)
        finally:
            stop(process)

    @contextlib.contextmanager
    def serve_turns(self, simulators: str, window: float) -> Iterator["Server"]:
        """The application with a stopwatch, answering through the simulators; its samples are read after it stops."""
        with self.serve(
            "bench.staged:app",
            ENVIRONMENT="development",
            PUBLIC_BASE_URL="http://127.0.0.1:{port}",
            BUFFER_SECONDS=str(window),
            SIMULATORS="off",
            TWILIO_BASE_URL=f"{simulators}/twilio",
            OPENAI_BASE_URL=f"{simulators}/openai/v1",
            OPENAI_API_KEY=SIMULATOR_OPENAI_KEY,
            BENCH_SAMPLES=str(self.samples_file),
        ) as server:
            yield server

    @property
    def samples_file(self) -> Path:
        """Where the stopwatch leaves what it noted: (address, wall clock, own seconds) of each request to Twilio."""
        return self.folder / "samples.json"

    def samples(self) -> list[tuple[str, float, float]]:
        """Read them, once the server has stopped."""
        found: list[tuple[str, float, float]] = json.loads(self.samples_file.read_text())
        return found

    def targets(self, public_url: str = PUBLIC_URL) -> list[tuple[str, str, str]]:
        """What the load generator signs for each empresa."""
        return [(f"/webhook/{slug}", f"{public_url}/webhook/{slug}", self.token) for slug in SLUGS]

    @contextlib.contextmanager
    def simulators(self, *, model_seconds: float) -> Iterator[str]:
        """The vendors' simulators, answering at once but for the model; yields their address."""
        port = free_port()
        command = [sys.executable, "-m", "simulators", "--host", "127.0.0.1", "--port", str(port)]
        log = self.folder / "simulators.log"
        with log.open("ab") as output:
            process = subprocess.Popen(command, cwd=BACKEND, stdout=output, stderr=output)
        try:
            _wait_until_answers(port, process, log, path="/control/health")
            machine.pin([process.pid], machine.cores()[1])
            control = f"http://127.0.0.1:{port}/control"
            httpx.post(f"{control}/openai/settings", json={"latency_seconds": model_seconds}).raise_for_status()
            httpx.post(f"{control}/twilio/settings", json={"enforce_window": False}).raise_for_status()
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)

    def load(self, order: Order) -> Report:
        """Run the load generator on the other cores and read its report."""
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "bench" / "load.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": f"{BACKEND}{os.pathsep}{ROOT}"},
        )
        try:
            machine.pin([process.pid], machine.cores()[1])
            out, _ = process.communicate(json.dumps(asdict(order)) + "\n", timeout=order.seconds + 120)
        finally:
            stop(process)
        if process.returncode != 0:
            raise SystemExit("the load generator failed")
        return Report(**json.loads(out))


@dataclass(frozen=True)
class Server:
    """A running server under test."""

    port: int
    pid: int
    log: Path


@contextlib.contextmanager
def open_world() -> Iterator[World]:
    """The world of this run; its files disappear at the end."""
    database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not database_url or not redis_url:
        raise SystemExit("Run `make bench`: it gives throw-away servers in DATABASE_URL and REDIS_URL.")
    with tempfile.TemporaryDirectory(prefix="atende-bench-") as folder:
        world = World(database_url, redis_url, Path(folder))
        world.prepare()
        yield world


def stop(process: "subprocess.Popen[Any]") -> None:
    """SIGTERM, then SIGKILL after a while, to this process alone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_answers(port: int, process: "subprocess.Popen[Any]", log: Path, path: str = "/health") -> None:
    deadline = time.monotonic() + 40
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        connection.close()
        time.sleep(0.05)
    raise SystemExit(f"the server under test did not start:\n{log.read_text()[-2000:]}")
