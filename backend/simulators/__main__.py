"""Starts the simulators: `python -m simulators --host 127.0.0.1 --port 8090`.

Refuses to run in production and listens on loopback unless told otherwise on purpose.
"""

import argparse
import contextlib
import ipaddress
import os
import signal
import sys
from collections.abc import Iterator

import uvicorn

from simulators.app import create_app


class _Server(uvicorn.Server):
    """Ends with status 0 on SIGTERM and Ctrl-C, instead of dying of the signal once more after the shutdown."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the two signals ask for the shutdown, and nothing else."""
        previous = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, refuse what is unsafe, serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators", description="Simuladores de Twilio, OpenAI, Google Sheets e Chatwoot."
    )
    parser.add_argument("--host", default="127.0.0.1", help="endereço de escuta (padrão: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8090, help="porta (padrão: 8090)")
    parser.add_argument(
        "--allow-any-host", action="store_true", help="permite escutar fora da própria máquina (só em contêiner)"
    )
    options = parser.parse_args(arguments)
    if os.environ.get("ENVIRONMENT", "").strip().lower() == "production":
        sys.stderr.write("Os simuladores não rodam com ENVIRONMENT=production.\n")
        return 2
    if not options.allow_any_host and not _is_loopback(options.host):
        sys.stderr.write("Os simuladores só escutam na própria máquina (use --allow-any-host em contêiner).\n")
        return 2
    config = uvicorn.Config(
        create_app(),
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
        backlog=4096,
        ws="none",
    )
    _Server(config).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
