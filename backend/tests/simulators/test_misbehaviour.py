"""Faults on request, the recorder, and how the server starts and guards itself."""

import asyncio
import os
import subprocess
import sys
import time
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI

from tests import vendor_schemas
from tests.simulators.conftest import BACKEND, Control
from tests.vendor_schemas import needs_schemas

ACCOUNT = "AC" + "5" * 32
AUTH = (ACCOUNT, "simulador")
MESSAGES = f"/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
FORM = {"To": "whatsapp:+5511999990000", "From": "whatsapp:+551140000000", "Body": "oi"}


async def send(control: Control, **kwargs: Any) -> httpx.Response:
    return await control.client.post(MESSAGES, data=FORM, auth=AUTH, **kwargs)


async def test_a_status_fault_has_the_vendors_shape_and_is_spent(control: Control) -> None:
    await control.post("faults", vendor="twilio", kind="status", status=429, retry_after=7)
    answer = await send(control)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, 20429, "7")
    assert (await send(control)).status_code == 201
    assert (await control.get("faults"))[0]["taken"] == 1


@pytest.mark.parametrize(
    ("vendor", "path", "member"),
    [
        ("openai", "/openai/v1/models", "error"),
        ("google", "/google/v4/spreadsheets/x", "error"),
        ("chatwoot", "/chatwoot/api/v1/accounts/1/inboxes", "error"),
    ],
)
async def test_every_vendor_fails_in_its_own_shape(control: Control, vendor: str, path: str, member: str) -> None:
    await control.post("faults", vendor=vendor, kind="status", status=500)
    answer = await control.client.get(path)
    assert answer.status_code == 500
    assert member in answer.json()


async def test_the_real_sdk_sees_a_rate_limit(control: Control, simulators_url: str) -> None:
    await control.post("faults", vendor="openai", kind="status", status=429)
    async with AsyncOpenAI(api_key="sk-simulador", base_url=f"{simulators_url}/openai/v1", max_retries=0) as client:
        with pytest.raises(openai.RateLimitError):
            await client.responses.create(model="gpt-4o", input="oi")


async def test_a_reset_after_the_work_leaves_the_message_sent(control: Control) -> None:
    await control.post("faults", vendor="twilio", kind="reset", after_perform=True)
    with pytest.raises(httpx.TransportError):
        await send(control)
    chat = await control.get("twilio/messages", contact=FORM["To"])
    assert len(chat) == 1


async def test_a_reset_is_a_real_tcp_reset(control: Control, simulators_url: str) -> None:
    await control.post("faults", vendor="openai", kind="reset")
    port = int(simulators_url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /openai/v1/models HTTP/1.1\r\nHost: x\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(), 5)
    writer.close()


async def test_a_reset_before_the_work_leaves_nothing(control: Control) -> None:
    await control.post("faults", vendor="twilio", kind="reset")
    with pytest.raises(httpx.TransportError):
        await send(control)
    assert await control.get("twilio/messages", contact=FORM["To"]) == []


async def test_a_hang_hangs_until_the_client_gives_up(control: Control) -> None:
    await control.post("faults", vendor="twilio", kind="hang", seconds=30)
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        await send(control, timeout=0.3)
    assert time.monotonic() - started < 2
    assert (await send(control)).status_code == 201


async def test_malformed_empty_and_slow_answers(control: Control) -> None:
    await control.post("faults", vendor="twilio", kind="malformed")
    malformed = await send(control)
    assert malformed.status_code == 200
    with pytest.raises(ValueError, match="Expecting"):
        malformed.json()
    await control.post("faults", vendor="twilio", kind="empty")
    assert (await send(control)).content == b""
    await control.post("faults", vendor="twilio", kind="slow", seconds=0.3)
    started = time.monotonic()
    assert (await send(control)).status_code == 201
    assert time.monotonic() - started >= 0.3


async def test_a_fault_takes_only_what_it_names(control: Control) -> None:
    await control.post("faults", vendor="twilio", kind="status", method="GET", path_contains="/Messages", times=-1)
    assert (await send(control)).status_code == 201
    for _ in range(3):
        assert (await control.client.get(MESSAGES, auth=AUTH)).status_code == 500
    await control.client.delete("/control/faults")
    assert (await control.client.get(MESSAGES, auth=AUTH)).status_code == 200


async def test_a_fault_that_makes_no_sense_is_refused_in_portuguese(control: Control) -> None:
    answer = await control.client.post("/control/faults", json={"vendor": "x", "kind": "status"})
    assert answer.status_code == 400
    assert "vendor deve ser" in answer.json()["error"]


async def test_requests_are_recorded_without_credentials(control: Control) -> None:
    await send(control)
    recorded = (await control.get("requests", vendor="twilio", path_contains="Messages"))[0]
    assert recorded["form"] == {k: [v] for k, v in FORM.items()}
    assert (recorded["method"], recorded["status"]) == ("POST", 201)
    assert recorded["headers"]["authorization"] == "Basic ***"
    assert "simulador" not in str(recorded)


async def test_the_recorder_forgets_the_oldest(control: Control) -> None:
    await control.post("recorder", max_requests=3)
    for _ in range(5):
        await control.client.get(MESSAGES, auth=AUTH)
    assert [r["number"] for r in await control.get("requests")] == [3, 4, 5]


async def test_a_page_of_another_site_may_not_use_the_control(control: Control) -> None:
    answer = await control.client.post("/control/reset", headers={"origin": "https://mal.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("environment", "arguments", "words"),
    [({"ENVIRONMENT": "production"}, [], "production"), ({}, ["--host", "0.0.0.0"], "própria máquina")],
)
def test_it_refuses_production_and_foreign_addresses(
    environment: dict[str, str], arguments: list[str], words: str
) -> None:
    command = [sys.executable, "-m", "simulators", "--port", "1", *arguments]
    ended = subprocess.run(
        command,
        cwd=BACKEND,
        env=os.environ | {"ENVIRONMENT": ""} | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert words in ended.stderr


@needs_schemas
@pytest.mark.parametrize(
    ("vendor", "request_", "words"),
    [
        ("twilio", {"path": f"{MESSAGES}", "form": {"To": ["x"], "Texto": ["y"]}}, "Texto"),
        ("twilio", {"path": f"{MESSAGES}", "form": {"Body": ["y"]}}, "To"),
        ("twilio", {"path": "/twilio/2010-04-01/Nada.json", "form": {}}, "no such call"),
        ("openai", {"path": "/openai/v1/responses", "json": {"model": "x", "inputs": "y"}}, "inputs"),
        (
            "openai",
            {"path": "/openai/v1/responses", "json": {"model": "x", "max_output_tokens": "9"}},
            "max_output_tokens",
        ),
        ("chatwoot", {"path": "/chatwoot/api/v1/accounts/1/contacts", "json": {"name": "x"}}, "inbox_id"),
        ("google", {"path": "/google/v4/spreadsheets/x:batchUpdate", "json": {"requests": [{"somar": {}}]}}, "somar"),
        ("google", {"path": "/google/v4/spreadsheets/x/values/A1:append", "json": {"valores": []}}, "valores"),
    ],
)
def test_the_schema_check_finds_what_is_wrong(vendor: str, request_: dict[str, Any], words: str) -> None:
    is_json = "json" in request_
    recorded = {"method": "POST", "query": {}, "body": "x", "form": None, "json": None, "files": []} | request_
    recorded["content_type"] = "application/json" if is_json else "application/x-www-form-urlencoded"
    with pytest.raises(AssertionError, match=words):
        vendor_schemas.check_request(vendor, recorded)
