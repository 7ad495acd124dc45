"""`make run` refuses in one sentence what cannot work, shows what it started, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import banner
import launcher
import preflight
from config import Settings, load_settings
from devtools import runner
from embedded import free_port, temporary_data_dir
from guard import is_running
from preflight import Refusal, check_database, check_port, check_redis
from tests.processes import BACKEND, descendants, eventually, kill_all, python, read_until, running_with

# The launcher as `make run` calls it, but for the developer's own .env and, on demand, the application.
RUN = """
import sys
import launcher
from config import load_settings
try:
    sys.exit(launcher.serve(load_settings(_env_file=None), app_target=sys.argv[1], prepare=sys.argv[2] == "yes"))
except launcher.Refusal as refusal:
    sys.exit(str(refusal))
"""
READY = "Para encerrar"


def settings_for(**values: object) -> Settings:
    return load_settings(_env_file=None, **values)


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with temporary_data_dir() as folder:
        monkeypatch.setenv("DATA_DIR", str(folder))
        yield folder


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def assert_gone(family: list[int]) -> None:
    """Every process is over; there were at least a server, its guard, the application and its guard."""
    assert len(family) >= 4
    assert eventually(lambda: not any(is_running(pid) for pid in family))


def environment(data_dir: Path, port: int, **more: str) -> dict[str, str]:
    return {"DATA_DIR": str(data_dir), "PORT": str(port), "SIMULATORS": "off", **more}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "status", "workers"), [(signal.SIGINT, 0, 1), (signal.SIGTERM, 0, 2), (signal.SIGKILL, -9, 2)]
)
def test_however_the_launcher_ends_nothing_of_it_stays(
    data_dir: Path, number: signal.Signals, status: int, workers: int
) -> None:
    port = free_port()
    env = environment(data_dir, port, WEB_CONCURRENCY=str(workers))
    process = python(RUN, "tests.standin_app:app", "no", env=env)
    read_until(process, READY)
    family = descendants(process.pid)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == status
    assert_gone(family)
    check_port("127.0.0.1", port)


@pytest.mark.slow
def test_the_product_itself_comes_up_after_a_kill_9_and_shows_where_everything_is(data_dir: Path) -> None:
    port = free_port()
    env = environment(data_dir, port, SIMULATORS="auto")
    for number, status in ((signal.SIGKILL, -9), (signal.SIGTERM, 0)):
        process = python(RUN, "main:app", "yes", env=env)
        shown = "\n".join(read_until(process, READY))
        assert shown.count("#rc=5&rp=all") == 3
        assert f"http://localhost:{port}/webhook/" in shown
        assert "Twilio (WhatsApp), OpenAI, Google Sheets e Chatwoot" in shown
        family = descendants(process.pid)
        process.send_signal(number)
        process.communicate(timeout=40)
        assert process.returncode == status
        assert_gone(family)
        check_port("127.0.0.1", port)


@pytest.mark.slow
def test_when_the_application_dies_everything_ends_with_a_sentence(data_dir: Path) -> None:
    process = python(RUN, "tests.standin_app:app", "no", env=environment(data_dir, free_port()))
    read_until(process, READY)
    family = descendants(process.pid)
    kill_all([pid for pid in family if pid in running_with("-m\0uvicorn\0tests.standin_app:app")])
    rest, _ = process.communicate(timeout=20)
    assert "aplicativo terminou sozinho" in rest
    assert process.returncode == 1
    assert_gone(family)


@pytest.mark.slow
def test_under_make_the_death_of_make_ends_everything(data_dir: Path) -> None:
    env = {**os.environ, **environment(data_dir, free_port()), "MAKELEVEL": "1"}
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {RUN!r}, 'tests.standin_app:app', 'no'])"
    make = python(code, env=env)
    read_until(make, READY)
    family = descendants(make.pid)
    make.kill()
    make.wait()
    assert_gone(family)
    make.communicate()


def test_a_busy_port_is_one_sentence_before_anything_heavy(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        process = python(RUN, "tests.standin_app:app", "no", env=environment(data_dir, port))
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said.splitlines() == [
        f"A porta {port} já está em uso: encerre o outro programa ou escolha outra com PORT={port + 1}."
    ]
    assert not (data_dir / "pg").exists()


def test_unreachable_servers_are_one_sentence_without_the_password(
    data_dir: Path, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert preflight.PATIENCE_SECONDS <= 5
    monkeypatch.setattr(preflight, "PATIENCE_SECONDS", 2)
    closed = free_port()
    attempts: list[tuple[Callable[[], None], str]] = []
    for port, reason in ((closed, "conexão recusada"), (silent_port, "sem resposta a tempo")):
        settings = settings_for(database_url=f"postgresql://ana:segredo@127.0.0.1:{port}/atende")
        attempts.append((lambda settings=settings: check_database(settings), reason))  # type: ignore[misc]
        attempts.append((lambda port=port: check_redis(f"redis://:segredo@127.0.0.1:{port}/0"), reason))  # type: ignore[misc]
    for attempt, reason in attempts:
        begin = time.monotonic()
        with pytest.raises(Refusal) as refused:
            attempt()
        assert time.monotonic() - begin < 4
        sentence = str(refused.value)
        assert reason in sentence
        assert "127.0.0.1:" in sentence
        assert "segredo" not in sentence
        assert "\n" not in sentence


def test_simulators_run_only_for_vendors_that_nothing_else_answers(data_dir: Path) -> None:
    every_vendor = {
        "openai_base_url": "http://127.0.0.1:1/v1",
        "twilio_base_url": "http://127.0.0.1:1",
        "google_sheets_base_url": "http://127.0.0.1:1",
        "chatwoot_base_url": "http://127.0.0.1:1",
    }
    assert launcher.wants_simulators(settings_for())
    assert launcher.wants_simulators(settings_for(**{**every_vendor, "openai_base_url": None}))
    assert not launcher.wants_simulators(settings_for(**every_vendor))
    assert not launcher.wants_simulators(settings_for(simulators="off"))
    assert not launcher.wants_simulators(settings_for(simulators_url="http://127.0.0.1:1"))


def test_the_block_shows_each_webhook_with_its_retry_fragment(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empresas = [("sol", "Hotel Sol", None), ("mar", "Hotel Mar", "https://exemplo.com.br/webhook/mar")]
    monkeypatch.setattr(banner, "read_empresas", lambda _: empresas)
    settings = settings_for(port=8123, simulators_url="http://127.0.0.1:1", openai_api_key="sk-1")
    block = banner.compose(settings, embedded=["PostgreSQL"])
    assert "http://localhost:8123/webhook/sol#rc=5&rp=all" in block
    assert "https://exemplo.com.br/webhook/mar#rc=5&rp=all" in block
    assert "Twilio (WhatsApp), Google Sheets e Chatwoot" in block
    assert "OpenAI" not in block
    own = banner.compose(settings_for(admin_email="a@b.co", admin_password="uma senha só minha"), embedded=[])
    assert "a@b.co" in own
    assert "uma senha só minha" not in own


def test_a_lone_command_gets_servers_of_its_own_and_its_status_comes_back(data_dir: Path) -> None:
    code = "import os, sys; sys.exit(7 if os.environ['DATABASE_URL'] and os.environ['REDIS_URL'] else 1)"
    assert launcher.execute(["python", "-c", code]) == 7


def test_tests_never_see_the_settings_of_the_developer(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
    assert "OPENAI_API_KEY" not in runner._hermetic_environment()


class TestBootstrap:
    """What the machine's own Python says before anything is installed, in a checkout with nothing in it."""

    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        (tmp_path / "backend").mkdir()
        shutil.copy(BACKEND / "bootstrap.py", tmp_path / "backend")
        (tmp_path / "bin").mkdir()
        return tmp_path

    def program(self, checkout: Path, name: str, prints: str) -> None:
        path = checkout / "bin" / name
        path.write_text(f"#!/bin/sh\necho '{prints}'\n")
        path.chmod(0o755)

    def run(self, checkout: Path, before: str = "", **env: str) -> "subprocess.CompletedProcess[str]":
        code = f"import sys, runpy; sys.argv = ['bootstrap.py', 'run']; {before}\n"
        code += f"runpy.run_path({str(checkout / 'backend/bootstrap.py')!r}, run_name='__main__')"
        return subprocess.run(
            [sys.executable, "-c", code],
            env={"PATH": str(checkout / "bin"), **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def refused(self, result: "subprocess.CompletedProcess[str]", *, checkout: Path) -> str:
        assert result.returncode == 1
        assert not (checkout / "backend/venv").exists()
        lines = (result.stdout + result.stderr).splitlines()
        assert len(lines) == 1, lines
        return lines[0]

    def test_an_old_python_is_one_sentence(self, checkout: Path) -> None:
        for name in ("old", "python3.12"):
            self.program(checkout, name, "3.10.4")
        old = f"sys.executable = {str(checkout / 'bin/old')!r}; sys.version_info = (3, 10, 4)"
        sentence = self.refused(self.run(checkout, old), checkout=checkout)
        assert "precisa do Python 3.11 ou mais novo" in sentence
        assert "3.10.4" in sentence

    def test_a_python_without_venv_names_the_package(self, checkout: Path) -> None:
        fake = checkout / "bin/half"
        fake.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\necho 3.11.2\n')
        fake.chmod(0o755)
        sentence = self.refused(self.run(checkout, f"sys.executable = {str(fake)!r}"), checkout=checkout)
        assert "apt install python3.11-venv" in sentence

    @pytest.mark.parametrize("version", ["v18.20.4", "v20.18.3", "v21.7.1", "v22.11.0"])
    def test_an_old_node_is_one_sentence(self, checkout: Path, version: str) -> None:
        self.program(checkout, "node", version)
        self.program(checkout, "npm", "10.0.0")
        sentence = self.refused(self.run(checkout), checkout=checkout)
        assert "Node.js 20.19" in sentence
        assert version.lstrip("v") in sentence

    def test_a_machine_without_node_is_one_sentence(self, checkout: Path) -> None:
        assert "precisa do Node.js 20.19" in self.refused(self.run(checkout), checkout=checkout)

    def test_a_busy_port_is_told_before_the_installation(self, checkout: Path) -> None:
        self.program(checkout, "node", "v24.1.0")
        self.program(checkout, "npm", "11.0.0")
        with socket.create_server(("127.0.0.1", 0)) as busy:
            port = busy.getsockname()[1]
            (checkout / ".env").write_text(f'PORT="{port}" # a minha\n')
            sentence = self.refused(self.run(checkout), checkout=checkout)
        assert f"A porta {port} já está em uso" in sentence
