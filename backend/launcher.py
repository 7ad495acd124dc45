"""What `make run`, `dev`, `test` and `bench` call: brings up what is missing, then the product, and takes it down.

It starts embedded servers and simulators only for what the environment does not give, passes their addresses to the
application by environment, migrates and seeds once, and supervises. Every process it starts ends with it. The
application itself knows nothing of this.
"""

import argparse
import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import banner
from config import ROOT, ConfigError, Settings, Vendor, load_settings
from embedded import EmbeddedServers, free_port, start_embedded, temporary_data_dir
from embedded_home import EmbeddedError
from guard import Guarded, GuardError, StopSignal
from preflight import Refusal, check_database, check_port, check_redis, connect_host
from stopping import Stopped, stop_on_signals, watch_make

BACKEND = Path(__file__).resolve().parent
PANEL_PORT = 5175
_READY_SECONDS = 90.0
_APP_DRAIN_SECONDS = 8
_APP_STOPS = (StopSignal(signal.SIGTERM, 30),)


def say(text: str) -> None:
    """One line for the person at the terminal, at once."""
    print(text, flush=True)


def serve(settings: Settings, *, dev: bool = False, app_target: str = "main:app", prepare: bool = True) -> int:
    """Run the product until it is stopped; returns the exit status. Raises Refusal before starting anything heavy."""
    check_port(settings.host, settings.port)
    if dev:
        check_port("127.0.0.1", PANEL_PORT)
    with stop_on_signals(), contextlib.ExitStack() as cleanup:
        children: list[Guarded] = []
        try:
            _start_all(settings, cleanup, children, dev=dev, app_target=app_target, prepare=prepare)
            return _supervise(children)
        except Stopped:
            say("\nEncerrando…")
            return 0


def _start_all(
    settings: Settings,
    cleanup: contextlib.ExitStack,
    children: list[Guarded],
    *,
    dev: bool,
    app_target: str,
    prepare: bool,
) -> None:
    servers = cleanup.enter_context(start_servers(settings))
    children.extend(servers.running)
    addresses = {
        "DATABASE_URL": servers.database_url or settings.database_url,
        "REDIS_URL": servers.redis_url or settings.redis_url,
    }
    environment = {**os.environ, **{name: value for name, value in addresses.items() if value}}
    settings = settings.model_copy(
        update={"database_url": environment["DATABASE_URL"], "redis_url": environment["REDIS_URL"]}
    )
    simulators = None
    if wants_simulators(settings):
        simulators, url = _start_simulators(cleanup, environment)
        children.append(simulators)
        environment["SIMULATORS_URL"] = url
        settings = settings.model_copy(update={"simulators_url": url})
    if prepare:
        say("Preparando o banco de dados…")
        _run_step("migrate", [sys.executable, "-m", "alembic", "upgrade", "head"], environment, settings)
        _run_step("seed", [sys.executable, "-m", "seeds"], environment, settings)
    if simulators is not None and settings.simulators_url:
        port = int(settings.simulators_url.rpartition(":")[2])
        _wait_ready(simulators, "127.0.0.1", port, "/control/health", "Os simuladores não subiram")
    say("Iniciando o Atende Ai…")
    app = Guarded(
        _uvicorn(settings, app_target, dev=dev),
        name="aplicativo",
        cwd=BACKEND,
        env=environment,
        stops=_APP_STOPS,
        held_fds=servers.lifelines,
    )
    cleanup.callback(app.stop)
    children.append(app)
    _wait_ready(app, connect_host(settings.host), settings.port, "/health", "O aplicativo não subiu")
    if dev:
        panel = Guarded(
            ["node", str(ROOT / "frontend/node_modules/vite/bin/vite.js"), "--clearScreen", "false"],
            name="painel (Vite)",
            cwd=ROOT / "frontend",
            env=environment,
        )
        cleanup.callback(panel.stop)
        children.append(panel)
        _wait_ready(panel, "localhost", PANEL_PORT, "/", "O painel (Vite) não subiu")
    say(banner.compose(settings, embedded=_embedded_names(servers), panel_port=PANEL_PORT if dev else None))


def start_servers(settings: Settings) -> EmbeddedServers:
    """Embed what was not given by address, after making sure that what was given answers."""
    if settings.database_url:
        check_database(settings)
    if settings.redis_url:
        check_redis(settings.redis_url)
    wanted = {"PostgreSQL": not settings.database_url, "Valkey": not settings.redis_url}
    if any(wanted.values()):
        say(f"Iniciando {' e '.join(name for name, want in wanted.items() if want)} em {settings.data_dir}…")
    return start_embedded(settings.data_dir, postgres=wanted["PostgreSQL"], redis=wanted["Valkey"], say=say)


def wants_simulators(settings: Settings) -> bool:
    """Whether this run has to start the simulators itself."""
    if settings.production or settings.simulators == "off" or settings.simulators_url:
        return False
    if settings.simulators == "on":
        return True
    started = settings.model_copy(update={"simulators_url": "http://127.0.0.1"})
    return any(started.simulated(vendor) for vendor in Vendor)


def _start_simulators(cleanup: contextlib.ExitStack, environment: dict[str, str]) -> tuple[Guarded, str]:
    port = free_port()
    command = [sys.executable, "-m", "simulators", "--host", "127.0.0.1", "--port", str(port)]
    simulators = Guarded(command, name="simuladores", cwd=BACKEND, env=environment)
    cleanup.callback(simulators.stop)
    return simulators, f"http://127.0.0.1:{port}"


def _uvicorn(settings: Settings, app_target: str, *, dev: bool) -> list[str]:
    command = [
        *(sys.executable, "-m", "uvicorn", app_target),
        *("--host", settings.host, "--port", str(settings.port)),
        *("--forwarded-allow-ips", settings.forwarded_allow_ips),
        *("--timeout-graceful-shutdown", str(_APP_DRAIN_SECONDS), "--log-level", settings.log_level.lower()),
        "--no-server-header",
    ]
    if dev:
        return [*command, "--reload", "--reload-dir", str(BACKEND), "--reload-exclude", str(BACKEND / "venv")]
    return [*command, "--workers", str(settings.web_concurrency)]


def _run_step(name: str, command: list[str], environment: dict[str, str], settings: Settings) -> None:
    """A short program that has to succeed; its whole output stays in a log, the reason comes in the sentence."""
    result = subprocess.run(
        command, cwd=BACKEND, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if result.returncode == 0:
        return
    log = settings.data_dir / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(result.stdout + result.stderr)
    lines = [line.strip() for line in result.stderr.splitlines() if line.strip()]
    what = {"migrate": "A migração do banco falhou", "seed": "Os dados iniciais não puderam ser gravados"}[name]
    raise Refusal(f"{what} ({lines[-1] if lines else 'sem explicação'}); veja {log}.")


def _wait_ready(process: Guarded, host: str, port: int, path: str, failure: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if (status := process.poll()) is not None:
            raise Refusal(f"{failure} (código {status}); veja as mensagens acima.")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(host, port, timeout=2)
            try:
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    return
            finally:
                connection.close()
        time.sleep(0.05)
    raise Refusal(f"{failure} em {_READY_SECONDS:.0f} s.")


def _supervise(children: list[Guarded]) -> int:
    """Watch until something ends by itself, which ends everything."""
    owner_is_gone = watch_make()
    while True:
        for child in children:
            if (status := child.poll()) is not None:
                say(f"{child.name} terminou sozinho (código {status}); encerrando tudo.")
                return 1
        if owner_is_gone():
            raise Stopped
        time.sleep(0.25)


def _embedded_names(servers: EmbeddedServers) -> list[str]:
    return [name for name, url in (("PostgreSQL", servers.database_url), ("Valkey", servers.redis_url)) if url]


def execute(command: list[str]) -> int:
    """Run one command, from backend/, with throw-away servers in DATABASE_URL and REDIS_URL; returns its status."""
    if not command:
        raise Refusal("Diga o comando a rodar: launcher.py exec python -m pytest, por exemplo.")
    with stop_on_signals(), contextlib.ExitStack() as cleanup:
        try:
            folder = cleanup.enter_context(temporary_data_dir())
            servers = cleanup.enter_context(start_embedded(folder, say=say))
            environment = {
                **os.environ,
                "DATABASE_URL": servers.database_url or "",
                "REDIS_URL": servers.redis_url or "",
                "DATA_DIR": str(folder / "data"),
            }
            if command[0] == "python":
                command = [sys.executable, *command[1:]]
            program = Guarded(command, name=command[0], cwd=BACKEND, env=environment, held_fds=servers.lifelines)
            cleanup.callback(program.stop)
            owner_is_gone = watch_make()
            while (status := program.poll()) is None:
                if owner_is_gone():
                    raise Stopped
                time.sleep(0.1)
        except Stopped:
            return 130
        else:
            return status if status >= 0 else 128 - status


def main(arguments: list[str] | None = None) -> int:
    """The command line: `python launcher.py run|dev|test|check|exec …`."""
    parser = argparse.ArgumentParser(prog="launcher.py", description="Sobe e supervisiona o Atende Ai.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="serve a API e o painel")
    commands.add_parser("dev", help="o mesmo, recarregando o código, com o painel no Vite")
    commands.add_parser("test", help="roda todas as verificações e todos os testes")
    commands.add_parser("check", help="roda só as verificações rápidas")
    program = commands.add_parser("exec", help="roda um comando com servidores descartáveis")
    program.add_argument("program", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    try:
        if options.command in ("test", "check"):
            from devtools import runner  # only a development environment has what it needs

            return runner.main(fast=options.command == "check")
        if options.command == "exec":
            return execute(options.program)
        return serve(load_settings(), dev=options.command == "dev")
    except ConfigError as error:
        return _refuse(f"Configuração inválida. {error}")
    except (Refusal, EmbeddedError, GuardError) as error:
        return _refuse(str(error))


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
