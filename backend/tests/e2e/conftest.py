"""The stage of the browser tests: the seeded product with its built panel, and people who open it in Chromium."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

import seeds
from config import Settings
from devtools.headless import DESKTOP, PHONE, Screen, chromium
from services.tuning import Tuning
from tests.e2e.panel import Panel
from tests.e2e.visit import PATIENCE_MS, Visit
from tests.stage import Simulators, serve

DIST = Path(__file__).resolve().parents[3] / "frontend" / "dist"

OpenVisit = Callable[..., Awaitable[Visit]]

# Real times wherever a person looks; only what nobody sees is shortened.
BROWSED = Tuning(alarm_cap=0.1, pace=0.2, pair_seconds=0.0, drain=2.0)


@pytest.fixture(scope="session")
def built_panel() -> None:
    if not (DIST / "index.html").is_file():
        pytest.fail(
            "the panel is not built: run `npm run build` in frontend/, or `make test`, which does", pytrace=False
        )


@pytest.fixture(scope="session")
async def browser(built_panel: None) -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with chromium() as browser:
        yield browser


@pytest.fixture(params=[PHONE, DESKTOP], ids=lambda screen: screen.name)
def screen(request: pytest.FixtureRequest) -> Screen:
    """Each of the two sizes the panel is for."""
    found: Screen = request.param
    return found


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A window long enough to be seen, short enough to be waited for."""
    return settings.model_copy(update={"buffer_seconds": 2.5, "buffer_max_seconds": 20})


@pytest.fixture
async def panel(built_panel: None, clean: None, settings: Settings, sim: Simulators) -> AsyncIterator[Panel]:
    """The product as `make run` leaves it: three empresas, the first superuser, a model that thinks for a moment."""
    await asyncio.to_thread(seeds.seed, settings)
    await sim.control("POST", "/openai/settings", latency_seconds=0.2)
    async with serve(settings, tuning=BROWSED) as container:
        stage = Panel(settings=settings, container=container, sim=sim)
        await stage.load_empresas()
        yield stage


@pytest.fixture
async def open_visit(
    panel: Panel, browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[OpenVisit]:
    """Opens the panel in a browser of one's own; at the end nothing may have gone wrong in any of them."""
    visits: list[Visit] = []

    async def open_visit(screen: Screen = DESKTOP, **options: object) -> Visit:
        context = await browser.new_context(**{**screen.context_options(), **options})
        context.set_default_timeout(PATIENCE_MS)
        visits.append(Visit(page=await context.new_page(), url=panel.url))
        return visits[-1]

    failed_before = request.session.testsfailed
    yield open_visit
    if request.session.testsfailed > failed_before:
        for number, visit in enumerate(visits, 1):
            await visit.page.screenshot(path=tmp_path / f"{number}.png")
            print(f"{visit.page.url} is shown in {tmp_path / f'{number}.png'}")
    for visit in visits:
        await visit.page.context.close()
    problems = [problem for visit in visits for problem in visit.verdict()]
    assert not problems, "\n".join(problems)
