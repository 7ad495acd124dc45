"""The stage of the backend's tests: a migrated database of their own, a real Redis-compatible server, the simulators.

Nothing is mocked here: the app runs under uvicorn on a free port, Twilio's simulator calls it back over HTTP, and the
SDKs are the real ones. What a run changes is only the waiting times.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg2
import pytest
import redis
from psycopg2 import sql

from config import Settings, load_settings
from container import Container
from embedded import free_port, start_embedded, temporary_data_dir
from services.tuning import Tuning
from tests.stage import Live, Simulators, empty_database, serve

BACKEND = Path(__file__).resolve().parent.parent

FAST = Tuning(
    lease=2.0,
    alarm_cap=0.1,
    sweep=0.5,
    stale_turn=1.0,
    retry_failed=0.2,
    media_wait=5.0,
    model_timeout=1.0,
    model_total=6.0,
    send_deadline=1.5,
    request_timeout=1.0,
    settle=1.0,
    look_every=0.1,
    circuit_open=1.0,
    backoff=0.02,
    pace=0.01,
    pair_seconds=0.0,
    outbox_every=0.1,
    loose_patience=3.0,
    sheet_lease=3.0,
    sheet_poll=0.1,
    sheet_calls=60_000,
    sheet_burst=10_000,
    drain=1.0,
)


@pytest.fixture(scope="session")
def server_urls() -> Iterator[tuple[str, str]]:
    """The administrator's PostgreSQL address and a Redis database nobody else uses."""
    with ExitStack() as cleanup:
        database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        if not database_url or not redis_url:
            folder = cleanup.enter_context(temporary_data_dir())
            servers = cleanup.enter_context(start_embedded(folder, durable=False))
            database_url, redis_url = servers.database_url, servers.redis_url
        assert database_url
        assert redis_url
        yield database_url, cleanup.enter_context(_redis_database(redis_url))


class _redis_database:  # noqa: N801 (used as a context manager function)
    """One numbered database of the server, claimed so that two runs on one server never share it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._admin = redis.Redis.from_url(url)
        self._number = 0

    def __enter__(self) -> str:
        for number in range(1, 16):
            if self._admin.set(f"atende-tests:{number}", os.getpid(), nx=True, ex=3600):
                self._number = number
                break
        else:
            raise RuntimeError("every database of the test Redis is taken")
        parts = urlsplit(self._url)
        return urlunsplit(parts._replace(path=f"/{self._number}"))

    def __exit__(self, *_: object) -> None:
        self._admin.delete(f"atende-tests:{self._number}")
        self._admin.close()


@pytest.fixture(scope="session")
def database_url(server_urls: tuple[str, str]) -> Iterator[str]:
    """A database built by the migrations, dropped at the end."""
    admin_url = server_urls[0]
    name = f"atende_test_{uuid4().hex[:10]}"
    admin = psycopg2.connect(admin_url)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/{name}"))
    migrated = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=BACKEND,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert migrated.returncode == 0, migrated.stderr
    yield url
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    admin.close()


@pytest.fixture(scope="session")
async def simulators() -> AsyncIterator[Simulators]:
    """The vendors, in a process of their own, answering without delay."""
    port = free_port()
    process = subprocess.Popen(  # noqa: ASYNC220 (once a run, before anything else)
        [sys.executable, "-m", "simulators", "--host", "127.0.0.1", "--port", str(port)],
        cwd=BACKEND,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    sim = Simulators(f"http://127.0.0.1:{port}")
    try:
        await sim.wait_until_ready()
        yield sim
    finally:
        await sim.close()
        process.terminate()
        process.wait(10)


@pytest.fixture
async def sim(simulators: Simulators) -> Simulators:
    """The vendors as they are at start: no message, no fault, no memory."""
    await simulators.reset()
    return simulators


@pytest.fixture
def settings(
    database_url: str, server_urls: tuple[str, str], simulators: Simulators, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """The product's configuration, from nothing but this: no .env, no variable of whoever runs the tests."""
    port = free_port()
    return load_settings(
        _env_file=None,
        database_url=database_url,
        redis_url=server_urls[1],
        simulators_url=simulators.url,
        port=port,
        public_base_url=f"http://localhost:{port}",
        data_dir=tmp_path_factory.getbasetemp() / "data",
        buffer_seconds=0.4,
        buffer_max_seconds=2,
        openai_fallback_models=["gpt-6-luna"],
    )


@pytest.fixture
def tuning() -> Tuning:
    return FAST


@pytest.fixture
def clean(settings: Settings) -> None:
    """Empty tables and an empty Redis database."""
    empty_database(settings.database_url or "")
    with redis.Redis.from_url(settings.redis_url or "") as client:
        client.flushdb()


@pytest.fixture
async def container(clean: None, settings: Settings, tuning: Tuning) -> AsyncIterator[Container]:
    """Everything opened, no loop running."""
    opened = await Container.open(settings, tuning=tuning)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def live(clean: None, settings: Settings, tuning: Tuning, sim: Simulators) -> AsyncIterator[Live]:
    """The whole application on its port, with two empresas, ready to be talked to."""
    async with serve(settings, tuning=tuning) as container:
        stage = Live(settings=settings, container=container, sim=sim)
        await stage.add_empresa("pizzaria", nome="Pizzaria da Vila", numero="+551140000001")
        await stage.add_empresa("mercado", nome="Mercado Central", numero="+551140000002")
        yield stage
        await asyncio.sleep(0)
