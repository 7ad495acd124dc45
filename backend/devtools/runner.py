"""Runs every check and every test with one command and closes with one honest summary.

Every step runs even when an earlier one failed. The last line is `N passed, N failed`: the counts of pytest and vitest,
where a step that failed without a failing test of its own counts as one failure. Tests get throw-away servers, or those
of TEST_DATABASE_URL and TEST_REDIS_URL, and never the developer's settings.
"""

import contextlib
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree as ET

import psycopg2
from psycopg2 import sql

from config import Settings, load_settings
from devtools.browser import find_chromium
from devtools.steps import Outcome, Plan, Step, fast_plan, full_plan
from embedded import start_embedded, temporary_data_dir
from guard import Guarded, GuardError
from stopping import Stopped, stop_on_signals, watch_make

_STEP_SECONDS = 1800.0
_QUIET_LINES = 3
_NO_TESTS = 5  # what pytest says by its exit status
_NO_SPECS = "vendor schemas NOT CHECKED (VENDOR_SPECS not set)"


def main(*, fast: bool) -> int:
    """Run the fast half or everything; returns the exit status."""
    with stop_on_signals(), contextlib.ExitStack() as cleanup:
        try:
            if fast:
                return _close(_Run(_hermetic_environment()).run(fast_plan()), fast=True)
            folder = cleanup.enter_context(temporary_data_dir())
            environment = _hermetic_environment() | {"DATA_DIR": str(folder / "data")}
            lifelines = _servers(folder, environment, cleanup)
            reports = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="atende-ai-reports-")))
            plan = full_plan(reports, _find_browser)
            return _close(_Run(environment, lifelines).run(plan), fast=False)
        except Stopped:
            _say("\nInterrompido.")
            return 130


class _Run:
    """One run of a plan. Threads only wait for processes; what they start ends with us."""

    def __init__(self, environment: dict[str, str], lifelines: list[int] | None = None) -> None:
        self.environment = environment
        self.lifelines = lifelines or []
        self.outcomes: dict[str, Outcome] = {}
        self._running: set[Guarded] = set()
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def run(self, plan: Plan) -> list[Outcome]:
        """The outcomes in the order of the plan."""
        for lanes in (plan.lanes, [plan.last]):
            threads = [threading.Thread(target=self._lane, args=(lane,)) for lane in lanes if lane]
            for thread in threads:
                thread.start()
            try:
                self._wait(threads)
            except Stopped:
                self._stopped.set()
                with self._lock:
                    for process in self._running:
                        process.request_stop()
                for thread in threads:
                    thread.join()
                raise
        return [self.outcomes[step.name] for step in plan.steps]

    def _wait(self, threads: list[threading.Thread]) -> None:
        owner_is_gone = watch_make()
        while any(thread.is_alive() for thread in threads):
            if owner_is_gone():
                raise Stopped
            time.sleep(0.1)

    def _lane(self, steps: list[Step]) -> None:
        for step in steps:
            if self._stopped.is_set():
                return
            _say(f"· {step.name}…")
            begin = time.monotonic()
            try:
                outcome = self._step(step)
            except Exception as error:  # noqa: BLE001  a broken step is a failed step, and the others still run
                outcome = Outcome(step, status=1, output=f"{type(error).__name__}: {error}")
            outcome.seconds = time.monotonic() - begin
            self.outcomes[step.name] = outcome
            with self._lock:
                _say(_shown(outcome))

    def _step(self, step: Step) -> Outcome:
        outcome = Outcome(step)
        environment = dict(self.environment)
        if step.prepare is not None:
            outcome.not_run = step.prepare(environment)
            if outcome.not_run:
                return outcome
        if step.database is not None:
            environment["DATABASE_URL"] = _fresh_database(environment["DATABASE_URL"], step.database)
        with tempfile.TemporaryFile() as output:
            for command in step.commands:
                outcome.status = self._process(step, command, environment, output.fileno())
                if outcome.status == _NO_TESTS and step.report is not None:
                    outcome.not_run = "nenhum teste foi encontrado"
                if outcome.status != 0:
                    break
            output.seek(0)
            outcome.output = output.read().decode(errors="replace").strip()
        _count(outcome)
        return outcome

    def _process(self, step: Step, command: list[str], environment: dict[str, str], output: int) -> int:
        try:
            process = Guarded(
                command, name=step.name, cwd=step.cwd, env=environment, output=output, held_fds=self.lifelines
            )
        except GuardError as error:
            os.write(output, f"{command[0]}: {error}\n".encode())
            return 127
        with self._lock:
            self._running.add(process)
        deadline = time.monotonic() + _STEP_SECONDS
        while (status := process.poll()) is None:
            if time.monotonic() > deadline:
                os.write(output, f"\nmais de {_STEP_SECONDS:.0f} s: interrompido\n".encode())
                process.request_stop()
                deadline = float("inf")
            time.sleep(0.05)
        with self._lock:
            self._running.discard(process)
        return status


def _servers(folder: Path, environment: dict[str, str], cleanup: contextlib.ExitStack) -> list[int]:
    """Complete the environment with servers for the tests; returns the lifelines of those started here."""
    given = {name: os.environ.get(f"TEST_{name}") for name in ("DATABASE_URL", "REDIS_URL")}
    servers = cleanup.enter_context(
        start_embedded(
            folder, postgres=not given["DATABASE_URL"], redis=not given["REDIS_URL"], durable=False, say=_say
        )
    )
    environment["DATABASE_URL"] = given["DATABASE_URL"] or servers.database_url or ""
    environment["REDIS_URL"] = given["REDIS_URL"] or servers.redis_url or ""
    return servers.lifelines


def _hermetic_environment() -> dict[str, str]:
    """The environment without the product's variables, so that nobody's keys reach a test."""
    ours = {name.upper() for name in Settings.model_fields}
    plain = {} if sys.stdout.isatty() else {"NO_COLOR": "1", "FORCE_COLOR": "0"}
    return {name: value for name, value in os.environ.items() if name not in ours} | plain


def _find_browser(environment: dict[str, str]) -> str | None:
    path = find_chromium(load_settings().chromium_path, say=_say)
    if path is None:
        return "não há Chromium nesta máquina nem como instalar um"
    environment["CHROMIUM_PATH"] = path
    return None


def _fresh_database(admin_url: str, name: str) -> str:
    connection = psycopg2.connect(admin_url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    finally:
        connection.close()
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/{name}"))


def _count(outcome: Outcome) -> None:
    """Add the counts of the report, and one failure for a step that failed in any other way."""
    if outcome.step.report is not None and outcome.step.report.exists():
        for suite in ET.parse(outcome.step.report).getroot().iter("testsuite"):  # noqa: S314  written by us
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            outcome.failed += failed
            outcome.skipped += skipped
            outcome.passed += int(suite.get("tests", 0)) - failed - skipped
    if outcome.status != 0 and outcome.failed == 0 and outcome.not_run is None:
        outcome.failed = 1


def _shown(outcome: Outcome) -> str:
    """What is printed when a step ends: everything if it failed, else its last words where they are counts."""
    title = f"── {outcome.step.name}: {_verdict(outcome)} ({outcome.seconds:.1f} s)"
    silent = outcome.step.report is None and not outcome.step.spoken
    if outcome.not_run is not None or (outcome.ok and silent):
        return title
    lines = outcome.output.splitlines()
    return "\n".join([title, *(f"   {line}" for line in (lines[-_QUIET_LINES:] if outcome.ok else lines))])


def _verdict(outcome: Outcome) -> str:
    if outcome.not_run is not None:
        return f"NÃO RODOU: {outcome.not_run}"
    return "ok" if outcome.ok else f"FALHOU (código {outcome.status})"


def _close(outcomes: list[Outcome], *, fast: bool) -> int:
    _say("\nResumo")
    for outcome in outcomes:
        mark = "—" if outcome.not_run is not None else "ok" if outcome.ok else "FALHOU"
        counts = f"{outcome.passed} passaram, {outcome.failed} falharam" if outcome.step.report else ""
        _say(f"  {mark:<7} {outcome.step.name:<22} {outcome.seconds:6.1f} s  {counts}".rstrip())
    if any(outcome.not_run is not None and outcome.step.prepare is not None for outcome in outcomes):
        _say("browser tests NOT RUN")
    if not fast and not os.environ.get("VENDOR_SPECS"):
        _say(_NO_SPECS)
    good = all(outcome.ok for outcome in outcomes)
    if fast:
        _say("Tudo certo." if good else "Há o que corrigir: veja acima.")
    else:
        passed, failed, skipped = (
            sum(getattr(outcome, name) for outcome in outcomes) for name in ("passed", "failed", "skipped")
        )
        _say(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if good else 1


_printing = threading.Lock()


def _say(text: str) -> None:
    with _printing:
        print(text, flush=True)
