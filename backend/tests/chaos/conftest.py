"""What the chaos tests share: the sizes of the short and the long form, the fleet, and the table printed at the end.

`make test` runs the short form; `CHAOS=long` (what `make chaos` sets) runs at least 500 conversations on 1, 2 and 4
processes.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from config import Settings
from services.tuning import Tuning
from tests.chaos.fleet import Fleet, shortened
from tests.chaos.judge import Verdict
from tests.stage import Simulators

LONG = os.environ.get("CHAOS") == "long"
BACKEND = Path(__file__).resolve().parents[2]

_verdicts = pytest.StashKey[list[str]]()

TUNING = Tuning(
    lease=2.0,
    alarm_cap=0.1,
    sweep=0.5,
    stale_turn=1.0,
    retry_failed=0.2,
    media_wait=5.0,
    model_timeout=3.0,
    model_total=6.0,
    send_deadline=1.5,
    request_timeout=1.0,
    settle=2.0,
    look_every=0.1,
    circuit_open=0.5,
    backoff=0.02,
    pace=0.01,
    pair_seconds=0.0,
    outbox_every=0.1,
    loose_patience=3.0,
    drain=1.0,
)

Open = Callable[..., Awaitable[Fleet]]
Keep = Callable[[Verdict], Verdict]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.chaos)
            item.add_marker(pytest.mark.timeout(1800 if LONG else 300))  # Slow machines are not what fails here.


@pytest.fixture(params=[1, 2, 4] if LONG else [2], ids=lambda count: f"{count} processes")
def processes(request: pytest.FixtureRequest) -> int:
    count: int = request.param
    return count


@pytest.fixture
async def open_fleet(
    settings: Settings, sim: Simulators, processes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Open]:
    """Opens the fleet of one test, with the times of the message path changed as it asks."""
    monkeypatch.setenv("PYTHONPATH", str(BACKEND))  # The fork server imports the product before its first child.
    async with AsyncExitStack() as cleanup:

        async def open_one(**tuning: float) -> Fleet:
            quick = settings.model_copy(update={"buffer_seconds": 0.3})
            fleet = Fleet(
                quick,
                shortened(TUNING, **tuning),
                sim,
                processes=processes,
                logs=tmp_path,
                direct=settings,
            )
            return await cleanup.enter_async_context(fleet)

        yield open_one


@pytest.fixture
def keep(request: pytest.FixtureRequest, processes: int) -> Keep:
    """Put a verdict into the table that closes the run, and give it back."""

    def kept(verdict: Verdict) -> Verdict:
        lines = request.config.stash.setdefault(_verdicts, [])
        lines.append(f"[{processes} processes] {verdict}")
        lines.extend(f"    {note}" for note in verdict.notes[:60])
        return verdict

    return kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(_verdicts, []):
        terminalreporter.write_line(line)
