"""Whatever is sent, the answer is never a server error and always has our shape."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.panel_fixtures import Headers
from tests.panel_world import OTHER_PLACES, World

NASTY = (
    "\x00",
    "a\x00b",
    "💥",
    "'; DROP TABLE empresas; --",
    "../../etc/passwd",
    "-1",
    "1e9",
    "9" * 30,
    "%",
    "x" * 5000,
)
NASTY_BODIES: tuple[Any, ...] = (
    None, [], "texto", 1, {}, {"\x00": 1}, {"nome": "\x00"}, {"email": "a@b.c\x00"}, {"prompt": "a\x00"},
    {"google_credentials": json.dumps({"client_email": "a", "private_key": "b", "token_uri": "http://["})},
    {"webhook_url": "http://["}, {"chatwoot_origem": "http://[/app/accounts/1/inbox/2"},
    {"chatwoot_origem": "http://a:99999999/app/accounts/1/inbox/2"}, {"twilio_number": "+" + "1" * 40},
    {"empresa_id": 2**63}, {"horas_para_responder": 2**70}, {"nome": {"a": 1}}, {"usar_buffer": "talvez"},
    {"fuso_horario": "../../etc/passwd"}, {"senha": "\x00" * 12}, {"openai_key": "é" * 20},
)  # fmt: skip


def operations(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def assert_decent(response: httpx.Response, what: str) -> None:
    assert response.status_code < 500, f"{what}: {response.status_code} {response.text}"
    if response.status_code >= 400:
        assert set(response.json()) <= {"detail", "code", "errors"}, what
        assert response.json()["code"], what


async def test_hostile_parameters_are_refused_not_crashed_on(
    app: FastAPI, client: httpx.AsyncClient, world: World, superuser: Headers
) -> None:
    for method, path, operation in operations(app):
        if method == "delete" or path in ("/api/logout", "/ready"):
            continue
        for parameter in operation.get("parameters", []):
            for value in NASTY:
                in_path = {"slug": "nossa", "id": str(world.ours.conversa_id), **OTHER_PLACES}
                query = {"exp": "1", "sig": "x"} if path.endswith("/publica") else {}
                if parameter["in"] == "path":
                    in_path[parameter["name"]] = httpx.URL("http://x", params={"v": value}).query.decode()[2:]
                else:
                    query[parameter["name"]] = value
                what = f"{method} {path} {parameter['name']}={value[:20]!r}"
                response = await client.request(
                    method, path.format(**in_path), params=query, headers=dict(superuser), json={}
                )
                assert_decent(response, what)


async def test_hostile_bodies_are_refused_not_crashed_on(
    app: FastAPI, client: httpx.AsyncClient, world: World, superuser: Headers
) -> None:
    for method, path, operation in operations(app):
        if "requestBody" not in operation or path == "/api/login":
            continue
        url = path.format(slug="nossa", id=world.ours.atendente_id, **OTHER_PLACES)
        for body in NASTY_BODIES:
            response = await client.request(method, url, json=body, headers=dict(superuser))
            assert_decent(response, f"{method} {path} {body!r}")
        for raw in (b"", b"{", b"\xff\xfe", b'{"nome": "\\ud800"}', b"[" * 10_000):
            headers = {**superuser, "Content-Type": "application/json"}
            assert_decent(
                await client.request(method, url, content=raw, headers=headers), f"{method} {path} {raw[:20]!r}"
            )


@pytest.mark.parametrize("headers", [{"Host": "["}, {"Host": "a:b:c"}, {"Origin": "http://["}, {"Origin": "null"}])
async def test_hostile_headers_at_the_door(client: httpx.AsyncClient, world: World, headers: dict[str, str]) -> None:
    form = {"username": "gestor@nossa.com.br", "password": "\x00 admin123"}
    assert_decent(await client.post("/api/login", data=form, headers=headers), "login")
    assert_decent(await client.post("/api/refresh", headers={**headers, "Cookie": "atende_refresh=x"}), "refresh")
    assert_decent(await client.post("/api/logout", headers=headers), "logout")


@pytest.mark.parametrize(
    "cursor",
    [
        "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxXQ",
        "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTE0OjAwIiwxXQ",
        "WzkyMjMzNzIwMzY4NTQ3NzU4MDhd",
    ],
)
async def test_cursors_at_the_end_of_time(client: httpx.AsyncClient, superuser: Headers, cursor: str) -> None:
    for path in ("empresas/nossa/clientes", "empresas/nossa/reservas", "logs", "empresas"):
        response = await client.get(f"/api/{path}", params={"cursor": cursor}, headers=dict(superuser))
        assert response.status_code == 422, path


@pytest.mark.parametrize("declared", [True, False])
async def test_a_huge_body_is_refused_in_our_shape(
    client: httpx.AsyncClient, superuser: Headers, declared: bool
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(21):
            yield b" " * 1024 * 1024

    content = b" " * 21 * 1024 * 1024 if declared else chunks()
    headers = {**superuser, "Content-Type": "application/json"}
    response = await client.post("/api/empresas", content=content, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "corpo_grande")
    assert "x-request-id" in response.headers
