"""What every answer tells the browser, what production closes, and who may ask from another page."""

import httpx
import pytest
from fastapi import FastAPI

from config import Settings
from container import Container
from main import create_app
from tests.panel_fixtures import Headers
from tests.panel_world import World

PRODUCTION = {
    "environment": "production",
    "public_base_url": "https://painel.exemplo.com.br",
    "simulators_url": None,
    "cors_origins": ["https://outro.exemplo.com.br"],
}


@pytest.fixture
def production(settings: Settings, container: Container) -> FastAPI:
    app = create_app(settings.model_copy(update=PRODUCTION))
    app.state.container = container
    return app


def browser(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://painel.exemplo.com.br")


def policy(response: httpx.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize("path", ["/", "/health", "/api/me", "/nada", "/openapi.json"])
async def test_every_answer_distrusts_everything_but_us(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "microphone=(self)" in answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers, "development has no https"
    found = policy(answer)
    assert found["default-src"] == found["frame-ancestors"] == found["base-uri"] == "'none'"
    assert ("script-src" in found) == (path == "/")


async def test_the_panel_runs_no_script_but_its_own_files(client: httpx.AsyncClient) -> None:
    found = policy(await client.get("/"))
    assert found["script-src"] == found["connect-src"] == "'self'"
    assert "unsafe-eval" not in str(found)


async def test_production_insists_on_https_and_shows_no_docs(production: FastAPI) -> None:
    async with browser(production) as client:
        answer = await client.get("/docs")
        assert answer.status_code == 404
        assert policy(answer)["default-src"] == "'none'"
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert (await client.get("/redoc")).status_code == 404


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("https://outro.exemplo.com.br", True), ("https://atacante.exemplo", False), ("null", False)],
)
async def test_another_page_may_ask_only_from_a_listed_origin(production: FastAPI, origin: str, allowed: bool) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    async with browser(production) as client:
        for answer in (await client.options("/api/me", headers=headers), await client.get("/api/me", headers=headers)):
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed


async def test_without_listed_origins_no_other_page_may_ask(
    client: httpx.AsyncClient, world: World, gestor: Headers
) -> None:
    answer = await client.get("/api/me", headers={**gestor, "Origin": "https://atacante.exemplo"})
    assert "access-control-allow-origin" not in answer.headers
