"""Two processes of the product, as the launcher starts them: what one ends or counts, the other knows at once."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from config import Settings
from container import Container
from embedded import free_port
from launcher import _uvicorn
from tests.panel_world import PASSWORD, World, bearer
from tests.stage import until

BACKEND = Path(__file__).resolve().parents[2]
GESTOR = "gestor@nossa.com.br"

Person = dict[str, str]


@dataclass
class Pair:
    """`near` believes the forwarding headers of this machine, as behind a proxy; `far` those of another one only."""

    near: httpx.AsyncClient
    far: httpx.AsyncClient


@pytest.fixture
async def pair(settings: Settings, world: World, tmp_path: Path) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as cleanup:
        near, far = await asyncio.gather(
            _start(cleanup, settings, tmp_path / "near.log", allowed="127.0.0.1"),
            _start(cleanup, settings, tmp_path / "far.log", allowed="203.0.113.9"),
        )
        yield Pair(near, far)


async def _start(cleanup: AsyncExitStack, settings: Settings, log: Path, *, allowed: str) -> httpx.AsyncClient:
    """One process, serving. Nothing of the environment of whoever runs the tests reaches it."""
    settings = settings.model_copy(update={"port": free_port(), "forwarded_allow_ips": allowed, "log_level": "INFO"})
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": settings.database_url or "",
        "REDIS_URL": settings.redis_url or "",
        "DATA_DIR": str(settings.data_dir),
        "PORT": str(settings.port),
        "SIMULATORS": "off",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 (once a test)
            _uvicorn(settings, "main:app", dev=False), cwd=BACKEND, env=environment, stdout=output, stderr=output
        )
    cleanup.callback(process.wait, 20)
    cleanup.callback(process.terminate)
    client = await cleanup.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.port}"))

    async def serves() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return (await client.get("/ready")).is_success
        except httpx.TransportError:
            return False

    await until(serves, "the process to serve", seconds=40, every=0.1)
    return client


async def test_what_ends_in_one_process_is_over_in_the_other(pair: Pair, container: Container, world: World) -> None:
    boss = dict(await bearer(container, world.superuser_id))
    them = f"/api/usuarios/{world.ours.gestor_id}"

    async def entered(password: str = PASSWORD) -> Person:
        form = {"username": GESTOR, "password": password}
        answer = await pair.near.post("/api/login", data=form)
        assert answer.status_code == 200, answer.text
        person = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await pair.far.get("/api/me", headers=person)).status_code == 200
        return person

    async def change(**fields: object) -> None:
        assert (await pair.near.patch(them, json=fields, headers=boss)).status_code == 200

    async def far(person: Person, path: str = "/api/me") -> int:
        return (await pair.far.get(path, headers=person)).status_code

    person = await entered()
    await pair.near.post("/api/logout", headers=person)
    assert await far(person) == 401, "logout"

    person = await entered()
    await change(ativo=False)
    assert await far(person) == 401, "deactivation"
    await change(ativo=True)

    person = await entered()
    assert await far(person, "/api/usuarios") == 200
    await change(papel="atendente")
    assert await far(person, "/api/usuarios") == 403, "papel"
    assert await far(person, "/api/empresas/nossa") == 200
    await change(empresa_id=world.theirs.id)
    assert [await far(person, "/api/empresas/nossa"), await far(person, "/api/empresas/alheia")] == [404, 200], (
        "empresa"
    )
    assert await far(person, "/api/metricas") == 403
    await change(is_superuser=True)
    assert await far(person, "/api/metricas") == 200, "promotion"
    await change(is_superuser=False, empresa_id=world.ours.id)
    assert await far(person, "/api/metricas") == 403, "demotion"

    here = await entered()
    own = {"senha_atual": PASSWORD, "senha_nova": "trocada por mim"}
    assert (await pair.near.post("/api/me/senha", json=own, headers=here)).status_code == 204
    assert [await far(here), await far(person)] == [200, 401], "own password: only the other sessions"

    code = (await pair.near.post(f"{them}/codigo", headers=boss)).json()["codigo"]
    reset = {"codigo": code, "senha_nova": "escolhida com o código"}
    assert (await pair.far.post("/api/senha/redefinir", json=reset)).status_code == 204
    assert await far(here) == 401, "a code"

    person = await entered("escolhida com o código")
    await change(senha="definida por outra")
    assert await far(person) == 401, "a password set by someone else"
    assert (await pair.near.delete(them, headers=boss)).status_code == 204


async def test_guesses_are_counted_together_and_the_owner_still_gets_in(pair: Pair, world: World) -> None:
    async def enter(client: httpx.AsyncClient, password: str, claimed: str | None = None) -> int:
        headers = {"X-Forwarded-For": claimed, "X-Forwarded-Proto": "https"} if claimed else {}
        form = {"username": GESTOR, "password": password}
        return (await client.post("/api/login", data=form, headers=headers)).status_code

    guesses: list[Callable[[], Awaitable[int]]] = [
        lambda: enter(pair.far, "palpite 1", "198.51.100.1"),
        lambda: enter(pair.near, "palpite 2"),
        lambda: enter(pair.far, "palpite 3", "198.51.100.3"),
        lambda: enter(pair.near, "palpite 4"),
        lambda: enter(pair.far, "palpite 5", "198.51.100.5"),
    ]
    assert [await guess() for guess in guesses] == [401] * 5
    assert await enter(pair.far, PASSWORD, "198.51.100.6") == 429, "an address that is only claimed changes nothing"
    assert await enter(pair.near, PASSWORD) == 429, "and the other process counted along"
    assert await enter(pair.near, PASSWORD, "198.51.100.7") == 200, "the owner comes from elsewhere, through the proxy"


async def test_two_requests_in_two_processes_cannot_leave_nobody_in_charge(
    pair: Pair, container: Container, world: World
) -> None:
    boss = dict(await bearer(container, world.superuser_id))
    new = {"email": "segunda@exemplo.com.br", "senha": "uma comprida", "is_superuser": True}
    second = (await pair.near.post("/api/usuarios", json=new, headers=boss)).json()["id"]
    code = (await pair.near.post(f"/api/usuarios/{second}/codigo", headers=boss)).json()["codigo"]
    await pair.near.post("/api/senha/redefinir", json={"codigo": code, "senha_nova": "escolhida por ela"})
    other = dict(await bearer(container, second))
    answers = await asyncio.gather(
        pair.near.patch(f"/api/usuarios/{second}", json={"ativo": False}, headers=boss),
        pair.far.delete(f"/api/usuarios/{world.superuser_id}", headers=other),
    )
    assert sum(answer.is_success for answer in answers) == 1, [answer.text for answer in answers]
    left = [dict(await bearer(container, world.superuser_id))] if answers[0].is_success else [other]
    seen = (await pair.near.get("/api/usuarios", headers=left[0])).json()["items"]
    assert len([item for item in seen if item["is_superuser"] and item["ativo"]]) == 1
