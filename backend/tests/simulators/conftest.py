"""One simulator server for the whole session, put back to the beginning before every test."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import vendor_schemas
from tests.simulators.receiver import Receiver

BACKEND = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def simulators_url() -> Iterator[str]:
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k != "ENVIRONMENT"}
    command = [sys.executable, "-m", "simulators", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, cwd=BACKEND, env=environment)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 20
    while True:
        try:
            if httpx.get(f"{url}/control/health", timeout=1).json() == {"ok": True}:
                break
        except httpx.HTTPError:
            assert process.poll() is None, "the simulators did not start"
            assert time.monotonic() < deadline, "the simulators did not answer in time"
            time.sleep(0.05)
    yield url
    process.terminate()
    assert process.wait(timeout=10) == 0, "the simulators must exit cleanly on SIGTERM"


class Control:
    """The control addresses, in short."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def post(self, path: str, **body: Any) -> Any:
        response = await self.client.post(f"/control/{path}", json=body)
        assert response.status_code < 300, response.text
        return response.json()

    async def get(self, path: str, **params: Any) -> Any:
        response = await self.client.get(f"/control/{path}", params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def requests(self, vendor: str) -> list[dict[str, Any]]:
        """What was asked of a vendor; each request is checked against its schema when schemas are there."""
        found: list[dict[str, Any]] = await self.get("requests", vendor=vendor)
        return found


@pytest.fixture
async def control(simulators_url: str) -> AsyncIterator[Control]:
    async with httpx.AsyncClient(base_url=simulators_url, timeout=20, trust_env=False) as client:
        made = Control(client)
        await made.post("reset")
        await made.post("openai/settings", latency_seconds=0, transcription_latency_seconds=0)
        await made.post("twilio/settings", sent_after=0.02, delivered_after=0.02)
        yield made


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as made:
        yield made


async def check_recorded(control: Control, vendor: str) -> list[dict[str, Any]]:
    """The recorded requests of a vendor that it accepted, each checked against the vendor's schema."""
    recorded = [r for r in await control.requests(vendor) if r["status"] is not None and r["status"] < 400]
    assert recorded
    for request in recorded:
        vendor_schemas.check_request(vendor, request)
    return recorded
