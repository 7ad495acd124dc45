"""Fixtures of the panel's tests: the app without its loops, the small world, and a header for each role in it."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from fastapi import FastAPI

from config import Settings
from container import Container
from main import create_app
from tests.panel_world import World, bearer, build_world

Headers = Mapping[str, str]


@pytest.fixture
def app(settings: Settings, container: Container) -> FastAPI:
    """The application over an open container; no background loop runs, so the buffer keeps what is put into it."""
    app = create_app(settings)
    app.state.container = container
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client on this very machine."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8001") as client:
        yield client


@pytest.fixture
async def world(container: Container) -> World:
    return await build_world(container)


@pytest.fixture
async def superuser(container: Container, world: World) -> Headers:
    return await bearer(container, world.superuser_id)


@pytest.fixture
async def gestor(container: Container, world: World) -> Headers:
    return await bearer(container, world.ours.gestor_id)


@pytest.fixture
async def atendente(container: Container, world: World) -> Headers:
    return await bearer(container, world.ours.atendente_id)
