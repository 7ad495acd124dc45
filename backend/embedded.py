"""The default servers of a machine that has none: real PostgreSQL and a real Redis-compatible server (Valkey).

The programs come from PyPI wheels and are started directly, on free loopback ports, with random passwords; data and
passwords live under DATA_DIR and survive every kind of stop. Both servers end with the process that started them.
The application never starts this by itself: the launcher does, and only for what was not given by address.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg2
import redis
from psycopg2 import sql
from redis.backoff import NoBackoff
from redis.retry import Retry

import embedded_home
from embedded_home import EmbeddedError, Home
from guard import Guarded, GuardError, StopSignal, is_running

DATABASE = "atende"
APP_ROLE = "atendeai_app"  # our role may not create it, so the migrations find it made
_LOOPBACK = "127.0.0.1"
_START_SECONDS = 120.0  # recovery after a crash may have a lot to replay
_LOCK_SECONDS = 30.0
_IMPOSSIBLE_PID = 2**31 - 1
_POSTGRES_STOPS = (StopSignal(signal.SIGINT, 20), StopSignal(signal.SIGQUIT, 5))
_VALKEY_STOPS = (StopSignal(signal.SIGTERM, 15),)


@dataclass
class EmbeddedServers:
    """The running servers: None where one was not asked for. Also a context manager that stops them."""

    database_url: str | None = None
    redis_url: str | None = None
    running: list[Guarded] = field(default_factory=list)
    _lock: int | None = None

    @property
    def lifelines(self) -> list[int]:
        """Passed to the guard of a process that uses the servers, they make the servers outlive it."""
        return [server.lifeline for server in self.running]

    def stop(self) -> None:
        """Stop everything and wait; may be called twice."""
        for server in self.running:
            server.request_stop()
        for server in self.running:
            server.wait()
        self.running.clear()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_embedded(
    data_dir: Path,
    *,
    postgres: bool = True,
    redis: bool = True,
    durable: bool = True,
    say: Callable[[str], None] = lambda _: None,
) -> EmbeddedServers:
    """Start what is asked for with its data under `data_dir`, ready to take connections.

    `durable=False` gives up safety against crashes for speed (tests). `say` receives sentences for the operator.
    Raises EmbeddedError with one sentence: servers in use by another process, unsupported platform, failed start.
    """
    servers = EmbeddedServers()
    if not postgres and not redis:
        return servers
    embedded_home.check_programs(postgres=postgres, redis=redis)
    data_dir.mkdir(parents=True, exist_ok=True)
    servers._lock = _take_lock(data_dir)
    try:
        home = embedded_home.settle(data_dir, say=say)
        if postgres:
            servers.database_url = _start_postgres(home, servers, durable=durable)
        if redis:
            servers.redis_url = _start_valkey(home, servers, durable=durable)
    except (OSError, subprocess.SubprocessError, GuardError) as error:
        servers.stop()
        raise EmbeddedError(f"Os servidores embutidos não puderam ser iniciados em {data_dir}: {error}.") from error
    except BaseException:
        servers.stop()
        raise
    return servers


@contextlib.contextmanager
def temporary_data_dir() -> Iterator[Path]:
    """A folder for throw-away servers, reachable by the account they run as and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="atende-ai-")).resolve()
    folder.chmod(0o711)  # the servers' own folders inside are closed
    try:
        yield folder
    finally:
        embedded_home.forget(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _take_lock(data_dir: Path) -> int:
    """Only one owner per folder. The guards hold the lock too, until the servers have really stopped."""
    try:
        lock = os.open(data_dir / "servers.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError:
        raise EmbeddedError(
            f"Os dados em {data_dir} são de outro usuário: rode com o mesmo usuário da primeira vez."
        ) from None
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = int(os.pread(lock, 32, 0) or b"0")
            if (owner and is_running(owner)) or time.monotonic() > deadline:
                os.close(lock)
                raise EmbeddedError(
                    f"Já há um Atende Ai em execução com os dados de {data_dir} (processo {owner}): "
                    "encerre-o ou use outra pasta em DATA_DIR."
                ) from None
            time.sleep(0.1)  # the owner is gone and its servers are still stopping
        else:
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            return lock


# PostgreSQL


def _start_postgres(home: Home, servers: EmbeddedServers, *, durable: bool) -> str:
    data = home.path / "pg"
    password = home.secret("postgres")
    if (data / "PG_VERSION").exists():
        _settle_postmaster_pid(data)
    else:
        _initdb(home, data, password, durable=durable)
    options = {
        "listen_addresses": _LOOPBACK,
        "unix_socket_directories": "",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # The log names errors, never rows or the text of statements.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

    def command(port: int) -> list[str]:
        flags = [f"--{name}={value}" for name, value in options.items()]
        return [str(home.postgres("postgres")), "-D", str(data), "-p", str(port), *flags]

    def ready(port: int) -> bool:
        try:
            psycopg2.connect(_dsn(port, "postgres", password, "postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError as error:
            if "authentication failed" in str(error):
                raise EmbeddedError(
                    f"As senhas guardadas em {home.secrets_file} não abrem o banco de {data}: "
                    "restaure esse arquivo ou use outra pasta em DATA_DIR."
                ) from None
            return False
        return True

    port = _start(home, servers, "postgres", "PostgreSQL", command, ready, _POSTGRES_STOPS)
    _ensure_database(port, password)
    return _dsn(port, DATABASE, password, DATABASE)


def _initdb(home: Home, data: Path, password: str, *, durable: bool) -> None:
    """Build the cluster beside its place and move it in when complete: an interruption leaves nothing half made."""
    draft = data.with_name("pg.new")
    shutil.rmtree(draft, ignore_errors=True)
    home.make_folder(draft)
    password_file = home.write_private(draft.with_name("pg.password"), password)
    command = [
        *(str(home.postgres("initdb")), "-D", str(draft), "-U", "postgres", "-E", "UTF8"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions"),
        *(() if durable else ("--no-sync",)),
    ]
    try:
        result = home.run(command)
    finally:
        password_file.unlink()
    if result.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise EmbeddedError(f"O banco embutido não pôde ser criado: {_last_line(result.stderr)}")
    draft.rename(data)


def _settle_postmaster_pid(data: Path) -> None:
    """After a kill -9, stop a server left running, and let no other process with the same number block the start."""
    path = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(path.read_text().split()[0])
        if embedded_home.is_ours(pid, "postgres", str(data)):
            for stop in _POSTGRES_STOPS:
                _signal_and_wait(pid, stop)
        # The number may now be a stranger's, or that of a corpse nobody collects: PostgreSQL would refuse both. The
        # file is not removed, because PostgreSQL still has to check that the old shared memory is unused.
        lines = path.read_text().splitlines()
        path.write_text("\n".join([str(_IMPOSSIBLE_PID), *lines[1:], ""]))


def _ensure_database(port: int, password: str) -> None:
    """The product's role and database. The role is not a superuser: row-level security has to bind it."""
    connection = psycopg2.connect(_dsn(port, "postgres", password, "postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            role = sql.Identifier(DATABASE)
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                statement = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
                cursor.execute(statement.format(role, sql.Literal(password)))
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,))
            if cursor.fetchone() is None:
                app_role = sql.Identifier(APP_ROLE)
                cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(app_role))
                cursor.execute(sql.SQL("GRANT {} TO {}").format(app_role, role))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
    finally:
        connection.close()


def _dsn(port: int, user: str, password: str, database: str) -> str:
    return f"postgresql://{user}:{password}@{_LOOPBACK}:{port}/{database}"


# Valkey


def _start_valkey(home: Home, servers: EmbeddedServers, *, durable: bool) -> str:
    data = home.path / "valkey"
    home.make_folder(data)
    password = home.secret("valkey")
    configuration, pid_file = data / "valkey.conf", data / "valkey.pid"
    with contextlib.suppress(FileNotFoundError, ValueError):
        pid = int(pid_file.read_text())
        if embedded_home.is_ours(pid, "valkey-server", str(configuration)):
            _signal_and_wait(pid, _VALKEY_STOPS[0])

    def command(port: int) -> list[str]:
        lines = [
            f"bind {_LOOPBACK}",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{data}"',
            f'pidfile "{pid_file}"',
            "daemonize no",
            "set-proc-title no",  # the next start recognizes it by its command line
            f"appendonly {'yes' if durable else 'no'}",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
        ]
        home.write_private(configuration, "\n".join([*lines, ""]))
        return [str(home.valkey), str(configuration)]

    def ready(port: int) -> bool:
        with redis.Redis(_LOOPBACK, port, password=password, socket_timeout=2, retry=Retry(NoBackoff(), 0)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    port = _start(home, servers, "valkey", "Valkey", command, ready, _VALKEY_STOPS)
    return f"redis://:{password}@{_LOOPBACK}:{port}/0"


# Both


def _start(
    home: Home,
    servers: EmbeddedServers,
    name: str,
    title: str,
    command: Callable[[int], list[str]],
    ready: Callable[[int], bool],
    stops: tuple[StopSignal, ...],
) -> int:
    """Start a server on a free port and wait until it answers; returns the port. A port lost to others is replaced."""
    log = home.log(name)
    deadline = time.monotonic() + _START_SECONDS
    for attempt in range(20):
        port = free_port()
        with log.open("ab") as output:
            begin = output.tell()
            server = Guarded(
                command(port),
                name=title,
                cwd=home.path,
                env=home.environment,
                output=output,
                account=home.account,
                stops=stops,
                held_fds=() if servers._lock is None else (servers._lock,),
            )
        servers.running.append(server)
        while server.poll() is None:
            if ready(port):
                return port
            if time.monotonic() > deadline:
                raise EmbeddedError(f"O {title} embutido não respondeu em {_START_SECONDS:.0f} s; veja {log}.")
            time.sleep(0.02)
        servers.running.remove(server)
        told = log.read_bytes()[begin:].decode(errors="replace")
        retriable = ("Address already in use", "pre-existing shared memory")
        if not any(reason in told for reason in retriable) or time.monotonic() > deadline:
            raise EmbeddedError(f"O {title} embutido não subiu ({_last_line(told)}); veja {log}.")
        time.sleep(0.1 * attempt)
    raise EmbeddedError(f"O {title} embutido não achou uma porta livre; veja {log}.")


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _signal_and_wait(pid: int, stop: StopSignal) -> None:
    deadline = time.monotonic() + stop.grace
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, stop.number)
        while is_running(pid) and time.monotonic() < deadline:
            time.sleep(0.02)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "sem explicação"
