"""Requests made up from the OpenAPI document itself: whatever fits it, or almost does, is never a server error.

The requests are drawn once, always the same ones, and sent by every role with real ids in half of them.
"""

import json
from collections import Counter
from contextlib import suppress
from functools import cache
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from container import Container
from tests.panel_world import World
from tests.test_tenancy import address, headers_of

ROLES = ("anonymous", "atendente", "gestor", "superuser")
EXAMPLES = 5
"""Of each operation, of those that fit and of those that do not."""


@cache
def _drawn(document: str) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """For each operation: method, path and requests that fit the document, then requests that break it."""
    found = []
    for result in schemathesis.openapi.from_dict(json.loads(document)).get_all_operations():
        operation = result.ok()
        cases: list[dict[str, Any]] = []
        for mode in GenerationMode:
            _draw(operation.as_strategy(generation_mode=mode), cases)
        found.append((operation.method.upper(), operation.path, cases))
    return found


def _draw(strategy: Any, into: list[dict[str, Any]]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(case: Any) -> None:
        asked = case.as_transport_kwargs(base_url="http://localhost:8001")
        kind = {name: value for name, value in asked["headers"].items() if name == "Content-Type"}
        sent = {name: asked[name] for name in ("url", "params", "json", "data") if name in asked}
        if isinstance(sent.get("data"), bytes | str):
            sent["content"] = sent.pop("data")
        into.append({"headers": kind} | sent)

    with suppress(Unsatisfiable):  # nothing can be wrong with an operation that takes nothing
        collect()


@pytest.mark.parametrize("role", ROLES)
async def test_no_request_is_a_server_error(
    app: FastAPI, client: httpx.AsyncClient, container: Container, world: World, role: str
) -> None:
    operations = _drawn(json.dumps(app.openapi()))
    seen: Counter[int] = Counter()
    surprises: list[str] = []
    # What ends the sender's session, or removes what others need, comes last.
    for method, path, cases in sorted(operations, key=lambda entry: (entry[0] == "DELETE", entry[1] == "/api/logout")):
        headers = dict(await headers_of(container, world, role))
        for number, case in enumerate(cases):
            asked = {**case, "headers": {**case["headers"], **headers}}
            if number % 2:
                asked["url"] = address(path, world.ours)
            response = await client.request(method, **asked)
            seen[response.status_code] += 1
            if not _decent(response):
                surprises.append(f"{method} {path} {response.status_code} {response.text[:200]} {case}")
    assert surprises == []
    assert seen.total() > 200
    assert role == "anonymous" or seen[200] > 15, seen


def _decent(response: httpx.Response) -> bool:
    """An answer of the product, not of something that broke."""
    if response.status_code < 400:
        return True
    return response.status_code < 500 and bool(response.json()["code"])
