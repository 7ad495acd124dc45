"""The steps of `make test` and `make check`: what each runs, where, and which can run side by side.

A lane is a list of steps that run one after the other; two lanes suit the two cores of a small machine.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

BACKEND = Path(__file__).resolve().parent.parent
ROOT = BACKEND.parent
FRONTEND = ROOT / "frontend"


@dataclass
class Step:
    """Commands run in order until one fails. `prepare` may complete the environment or say why it cannot run."""

    name: str
    commands: list[list[str]]
    cwd: Path = BACKEND
    report: Path | None = None
    prepare: Callable[[dict[str, str]], str | None] | None = None
    database: str | None = None
    spoken: bool = False
    """Its words are shown also when it went well."""


@dataclass
class Outcome:
    """What became of a step. `not_run` is the reason, when it could not even begin."""

    step: Step
    seconds: float = 0.0
    status: int = 0
    output: str = ""
    not_run: str | None = None
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def ok(self) -> bool:
        return self.status == 0 and self.not_run is None and self.failed == 0


@dataclass(frozen=True)
class Plan:
    """First the lanes side by side, then the last steps alone on the machine."""

    lanes: list[list[Step]]
    last: list[Step] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        return [step for lane in self.lanes for step in lane] + self.last


_ON_THEIR_OWN = ("path", "unit", "book", "outgoing", "chaos", "e2e")
"""Folders of tests that have a step of their own."""


def fast_plan() -> Plan:
    """What needs no server."""
    return Plan([_python_checks(), _panel_checks()])


def full_plan(reports: Path, find_browser: Callable[[dict[str, str]], str | None]) -> Plan:
    """Everything. `reports` is where the test programs leave their counts."""
    alembic = _python("-m", "alembic")
    pytest = _python("-m", "pytest", "-q", "-p", "no:cacheprovider")

    def tests(name: str, *arguments: str) -> Step:
        report = reports / f"{name.replace(' ', '-')}.xml"
        return Step(name, [[*pytest, *arguments, f"--junitxml={report}"]], report=report)

    panel, browser = (reports / f"{name}.xml" for name in ("panel", "browser"))
    return Plan(
        lanes=[
            [
                Step("alembic check", [[*alembic, "upgrade", "head"], [*alembic, "check"]], database="alembic_check"),
                tests("testes do caminho da mensagem", "tests/path", "tests/unit"),
                tests("testes das reservas e dos envios", "tests/book", "tests/outgoing"),
                tests("testes do caos", "tests/chaos"),
            ],
            [
                *_python_checks(),
                *_panel_checks(),
                Step(
                    "testes do painel",
                    [["npm", "run", "test", "--", *_vitest_reports(panel)]],
                    cwd=FRONTEND,
                    report=panel,
                ),
                Step("construção do painel", [_python("bootstrap.py", "panel")]),
                tests("testes do restante do backend", *(f"--ignore=tests/{name}" for name in _ON_THEIR_OWN)),
            ],
        ],
        last=[
            Step(
                "testes no navegador",
                [[*pytest, "tests/e2e", f"--junitxml={browser}"]],
                report=browser,
                prepare=find_browser,
            )
        ],
    )


def _python_checks() -> list[Step]:
    bench = ["../bench"] if (ROOT / "bench").exists() else []
    return [
        Step("travas", [_python("-m", "devtools.locks", "check")]),
        Step("ruff check", [_python("-m", "ruff", "check", "--config", "pyproject.toml", ".", *bench)]),
        Step("ruff format", [_python("-m", "ruff", "format", "--check", "--config", "pyproject.toml", ".", *bench)]),
        Step("mypy --strict", [_python("-m", "mypy")]),
        Step("avisos de segurança", [_python("-m", "devtools.audit")], spoken=True),
    ]


def _panel_checks() -> list[Step]:
    return [
        Step("esquema da API", [_python("-m", "devtools.apischema", "check")]),
        Step("tsc", [["npm", "run", "--silent", "typecheck"]], cwd=FRONTEND),
        Step("eslint", [["npm", "run", "--silent", "lint"]], cwd=FRONTEND),
    ]


def _vitest_reports(path: Path) -> list[str]:
    return ["--reporter=default", "--reporter=junit", f"--outputFile.junit={path}"]


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
