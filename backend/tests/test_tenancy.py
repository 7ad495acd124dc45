"""The wall between empresas, proved path by path over the OpenAPI document, with real ids of another tenant.

A new route fails here until its access is written down in ACCESS: nothing is open by forgetting.
"""

# ruff: noqa: F401, F811 (pytest finds fixtures by the names imported here)

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api import panel
from auth.media_links import MediaLinks
from container import Container
from services.cursors import encode_cursor
from services.message_buffer import Kind
from tests.panel_fixtures import app, client, world
from tests.panel_world import OTHER_PLACES, PASSWORD, Tenant, World, bearer

BACKEND = Path(__file__).resolve().parent.parent
ROLES = ("anonymous", "foreign_atendente", "foreign_gestor", "atendente", "gestor", "superuser")
OK = "ok"


@dataclass(frozen=True)
class Access:
    """Who gets what from one operation on a thing of `ours`. `foreign` is what the other empresa's people get."""

    foreign: int | str = 404
    atendente: int | str = OK
    gestor: int | str = OK
    superuser: int | str = OK
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    anonymous: int | str = 401


NEW_USER = {"email": "nova@exemplo.com.br", "senha": "uma senha comprida", "papel": "atendente"}
NEW_EMPRESA = {"nome": "Nova", "slug": "nova"}
NEW_RESERVA = {"nome": "Nova", "data": "2026-12-24", "horario": "20:00", "pessoas": 2, "forcar": True}
# What a list without a slug gives to others: an answer with nothing of ours in it.
NOTHING_OF_OURS = OK

ACCESS: dict[tuple[str, str], Access | None] = {
    # None: public by design, with tests of its own.
    ("get", "/health"): None,
    ("get", "/ready"): None,
    ("post", "/api/login"): None,
    ("post", "/api/refresh"): None,
    ("post", "/api/logout"): None,
    ("post", "/api/senha/redefinir"): None,
    ("get", "/api/midias/{id}/publica"): None,
    ("get", "/api/me"): Access(foreign=NOTHING_OF_OURS),
    ("post", "/api/me/senha"): Access(
        foreign=NOTHING_OF_OURS, body={"senha_atual": PASSWORD, "senha_nova": "uma outra senha"}
    ),
    ("get", "/api/empresas"): Access(foreign=NOTHING_OF_OURS),
    ("post", "/api/empresas"): Access(foreign=403, atendente=403, gestor=403, body=NEW_EMPRESA),
    ("get", "/api/empresas/{slug}"): Access(),
    ("patch", "/api/empresas/{slug}"): Access(atendente=403, body={"prompt": "outro"}),
    ("delete", "/api/empresas/{slug}"): Access(atendente=403, gestor=403, query={"confirmar": "nossa"}),
    ("post", "/api/empresas/{slug}/restaurar"): Access(atendente=403, gestor=403),
    ("get", "/api/empresas/{slug}/prompts"): Access(atendente=403),
    ("post", "/api/empresas/{slug}/prompts"): Access(atendente=403, body={"texto": "mais um"}),
    ("post", "/api/empresas/{slug}/prompts/{numero}/restaurar"): Access(atendente=403),
    ("get", "/api/empresas/{slug}/prompts/{numero}/diferenca"): Access(atendente=403),
    ("get", "/api/empresas/{slug}/fatos"): Access(),
    ("post", "/api/empresas/{slug}/fatos"): Access(atendente=403, body={"titulo": "Cães", "texto": "Pode."}),
    ("patch", "/api/empresas/{slug}/fatos/{id}"): Access(atendente=403, body={"texto": "Outro."}),
    ("delete", "/api/empresas/{slug}/fatos/{id}"): Access(atendente=403),
    ("get", "/api/empresas/{slug}/cardapio"): Access(),
    ("post", "/api/empresas/{slug}/cardapio"): Access(atendente=403, body={"nome": "Suco", "preco_centavos": 900}),
    ("patch", "/api/empresas/{slug}/cardapio/{id}"): Access(atendente=403, body={"disponivel": False}),
    ("delete", "/api/empresas/{slug}/cardapio/{id}"): Access(atendente=403),
    ("get", "/api/empresas/{slug}/dias"): Access(),
    ("put", "/api/empresas/{slug}/dias/{data}"): Access(body={"lotado": True}),
    ("delete", "/api/empresas/{slug}/dias/{data}"): Access(),
    ("post", "/api/empresas/{slug}/testar/{integracao}"): Access(atendente=403),
    ("get", "/api/metricas"): Access(foreign=403, atendente=403, gestor=403),
    ("get", "/api/empresas/{slug}/metricas"): Access(),
    ("get", "/api/empresas/{slug}/clientes"): Access(),
    ("get", "/api/empresas/{slug}/conversas"): Access(),
    ("get", "/api/empresas/{slug}/conversas/{id}"): Access(),
    ("post", "/api/empresas/{slug}/conversas/{id}/reativar"): Access(),
    ("post", "/api/empresas/{slug}/conversas/{id}/limpar-memoria"): Access(),
    ("post", "/api/empresas/{slug}/conversas/{id}/mensagens"): Access(body={"texto": "Olá"}),
    ("post", "/api/empresas/{slug}/conversas/{id}/assumir"): Access(),
    ("post", "/api/empresas/{slug}/conversas/{id}/devolver"): Access(),
    ("get", "/api/empresas/{slug}/modelos"): Access(),
    ("get", "/api/empresas/{slug}/reservas"): Access(),
    ("post", "/api/empresas/{slug}/reservas"): Access(body=NEW_RESERVA),
    ("patch", "/api/empresas/{slug}/reservas/{id}"): Access(body={"observacoes": "perto da janela"}),
    ("get", "/api/empresas/{slug}/disponibilidade"): Access(query={"data": "2026-12-24"}),
    ("get", "/api/empresas/{slug}/pedidos"): Access(),
    ("patch", "/api/empresas/{slug}/pedidos/{id}"): Access(body={"status": "aceito"}),
    ("get", "/api/buffer"): Access(foreign=NOTHING_OF_OURS),
    ("post", "/api/buffer/{id}/processar"): Access(),
    ("get", "/api/logs"): Access(foreign=NOTHING_OF_OURS),
    ("get", "/api/usuarios"): Access(foreign=NOTHING_OF_OURS, atendente=403),
    ("post", "/api/usuarios"): Access(atendente=403, body=NEW_USER),
    ("patch", "/api/usuarios/{id}"): Access(atendente=403, body={"papel": "gestor"}),
    ("delete", "/api/usuarios/{id}"): Access(atendente=403),
    ("post", "/api/usuarios/{id}/codigo"): Access(atendente=403),
    ("get", "/api/auditoria"): Access(foreign=NOTHING_OF_OURS, atendente=403),
    ("get", "/api/midias/{id}"): Access(),
}
# Routes that the document does not show, and so the walk does not either: each has its own access test.
OUTSIDE_OPENAPI = {
    "/webhook/{slug}": "tests/path/test_webhook.py::test_signature_of_another_empresas_token_is_refused",
    "/webhook/{slug}/status": "tests/path/test_webhook.py::test_status_of_another_empresas_part_changes_nothing",
    "/simulador/{path:path}": "tests/test_tenancy.py::test_the_simulator_is_for_superusers_only",
    "/openapi.json": "tests/test_tenancy.py::test_what_needs_no_session_tells_nothing_of_anybody",
    "/docs": "tests/test_tenancy.py::test_what_needs_no_session_tells_nothing_of_anybody",
    "/docs/oauth2-redirect": "tests/test_tenancy.py::test_what_needs_no_session_tells_nothing_of_anybody",
    "/": "tests/test_tenancy.py::test_what_needs_no_session_tells_nothing_of_anybody",
    "/assets": "tests/test_tenancy.py::test_static_files_lead_nowhere_else",
    "/static": "tests/test_tenancy.py::test_static_files_lead_nowhere_else",
}
LAST = ("delete", "/api/empresas/{slug}")
# A foreign atendente is stopped by the role before anything is looked up.
ROLE_FIRST = {
    ("get", "/api/usuarios"),
    ("post", "/api/usuarios"),
    ("patch", "/api/usuarios/{id}"),
    ("delete", "/api/usuarios/{id}"),
    ("post", "/api/usuarios/{id}/codigo"),
    ("get", "/api/auditoria"),
}


def operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            yield method, path


def address(path: str, tenant: Tenant) -> str:
    """The path with real ids of this tenant in it."""
    ids = {
        "/api/empresas/{slug}/conversas/{id}": tenant.conversa_id,
        "/api/empresas/{slug}/conversas/{id}/reativar": tenant.conversa_id,
        "/api/empresas/{slug}/conversas/{id}/limpar-memoria": tenant.conversa_id,
        "/api/empresas/{slug}/reservas/{id}": tenant.reserva_id,
        "/api/empresas/{slug}/conversas/{id}/mensagens": tenant.conversa_id,
        "/api/empresas/{slug}/conversas/{id}/assumir": tenant.conversa_id,
        "/api/empresas/{slug}/conversas/{id}/devolver": tenant.conversa_id,
        "/api/empresas/{slug}/pedidos/{id}": tenant.pedido_id,
        "/api/buffer/{id}/processar": tenant.conversa_id,
        "/api/empresas/{slug}/fatos/{id}": tenant.fato_id,
        "/api/empresas/{slug}/cardapio/{id}": tenant.item_id,
        "/api/usuarios/{id}": tenant.atendente_id,
        "/api/usuarios/{id}/codigo": tenant.atendente_id,
        "/api/midias/{id}": tenant.midia_id,
        "/api/midias/{id}/publica": tenant.midia_id,
    }
    return path.format(slug=tenant.slug, id=ids.get(path, 1), **OTHER_PLACES)


async def headers_of(container: Container, world: World, role: str) -> Mapping[str, str]:
    people = {
        "foreign_atendente": world.theirs.atendente_id,
        "foreign_gestor": world.theirs.gestor_id,
        "atendente": world.ours.atendente_id,
        "gestor": world.ours.gestor_id,
        "superuser": world.superuser_id,
    }
    return {} if role == "anonymous" else await bearer(container, people[role])


def expected(key: tuple[str, str], access: Access, role: str) -> int | str:
    if role == "foreign_atendente":
        return 403 if key in ROLE_FIRST else access.foreign
    if role == "foreign_gestor":
        return access.foreign
    return {
        "anonymous": access.anonymous,
        "atendente": access.atendente,
        "gestor": access.gestor,
        "superuser": access.superuser,
    }[role]


def body_of(key: tuple[str, str], access: Access, world: World) -> Mapping[str, Any] | None:
    if key == ("post", "/api/usuarios"):
        return {**NEW_USER, "empresa_id": world.ours.id}
    return access.body


def test_every_operation_says_who_may_use_it(app: FastAPI) -> None:
    assert set(operations(app)) == set(ACCESS)


def routes(found: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route, those of included routers too."""
    for route in found:
        if (included := getattr(route, "original_router", None)) is not None:
            yield from routes(included.routes)
        else:
            yield route


def test_every_route_outside_the_document_is_listed_with_its_access_test(app: FastAPI) -> None:
    hidden = {
        getattr(route, "path", str(route))
        for route in routes(app.routes)
        if not (isinstance(route, APIRoute) and route.include_in_schema)
    }
    built = {f"/{file.name}" for file in panel._DIST.glob("*") if file.is_file()}  # the panel's own files, by name
    assert hidden - built <= set(OUTSIDE_OPENAPI)
    assert set(OUTSIDE_OPENAPI) - hidden <= {"/assets"}, "listed, but no such route"
    for test in OUTSIDE_OPENAPI.values():
        file, _, name = test.partition("::")
        assert f"async def {name}(" in (BACKEND / file).read_text()


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_what_is_written_down_and_nothing_else(
    client: httpx.AsyncClient,
    container: Container,
    world: World,
    role: str,
) -> None:
    await container.buffer.ingest(
        conversa_id=world.ours.conversa_id,
        empresa_id=world.ours.id,
        mensagem_id=world.ours.mensagem_id,
        kind=Kind.GROUPED,
    )
    headers = dict(await headers_of(container, world, role))
    surprises: dict[str, str] = {}
    # Deletions come last, the empresa's after all: what they remove is needed by the others.
    for key, access in sorted(ACCESS.items(), key=lambda item: (item[0][0] == "delete", item[0] == LAST)):
        if access is None:
            continue
        response = await client.request(
            key[0],
            address(key[1], world.ours),
            params=dict(access.query),
            json=body_of(key, access, world),
            headers=headers,
        )
        wanted = expected(key, access, role)
        if not (response.is_success if wanted == OK else response.status_code == wanted):
            surprises[" ".join(key)] = f"{response.status_code} instead of {wanted}: {response.text}"
        if role.startswith("foreign") or role == "anonymous":
            assert_nothing_of_ours(response, world)
    assert surprises == {}


@pytest.mark.parametrize("role", ["foreign_atendente", "foreign_gestor"])
@pytest.mark.parametrize("path", ["/api/buffer", "/api/logs", "/api/usuarios", "/api/auditoria"])
async def test_a_foreign_slug_in_the_query_does_not_exist(
    client: httpx.AsyncClient,
    container: Container,
    world: World,
    path: str,
    role: str,
) -> None:
    headers = dict(await headers_of(container, world, role))
    foreign = await client.get(path, params={"empresa": world.ours.slug}, headers=headers)
    unknown = await client.get(path, params={"empresa": "nao-existe"}, headers=headers)
    assert (foreign.status_code, foreign.json()) == (404, unknown.json())
    assert_nothing_of_ours(foreign, world)


async def test_a_foreign_slug_and_an_unknown_one_look_the_same_on_every_path(
    client: httpx.AsyncClient,
    container: Container,
    world: World,
    app: FastAPI,
) -> None:
    headers = dict(await headers_of(container, world, "foreign_gestor"))
    for method, path in operations(app):
        if "{slug}" not in path:
            continue
        bodies = {"patch": {"prompt": "x"}} | ({"post": {"texto": "x"}} if path.endswith("/mensagens") else {})
        body = bodies.get(method)
        real = await client.request(method, address(path, world.ours), headers=headers, json=body)
        fake = await client.request(
            method,
            path.format(slug="nao-existe", id=world.ours.conversa_id, **OTHER_PLACES),
            headers=headers,
            json=body,
        )
        assert (real.status_code, real.json()) == (fake.status_code, fake.json()), path
        assert real.json()["code"] == "nao_encontrado"


async def test_foreign_ids_under_ones_own_slug_do_not_exist(
    client: httpx.AsyncClient,
    container: Container,
    world: World,
) -> None:
    headers = dict(await headers_of(container, world, "foreign_gestor"))
    own = f"/api/empresas/{world.theirs.slug}"
    detail = await client.get(f"{own}/conversas/{world.ours.conversa_id}", headers=headers)
    assert detail.status_code == 404
    listed = await client.get(f"{own}/conversas", params={"cliente": world.ours.cliente_id}, headers=headers)
    assert listed.json()["items"] == []


async def test_foreign_ids_in_a_body_do_not_exist(
    client: httpx.AsyncClient,
    container: Container,
    world: World,
) -> None:
    headers = dict(await headers_of(container, world, "foreign_gestor"))
    planted = await client.post("/api/usuarios", json={**NEW_USER, "empresa_id": world.ours.id}, headers=headers)
    assert planted.status_code == 404
    own_atendente = f"/api/usuarios/{world.theirs.atendente_id}"
    moved = await client.patch(own_atendente, json={"empresa_id": world.ours.id}, headers=headers)
    assert moved.status_code == 404
    unknown = await client.patch(own_atendente, json={"empresa_id": 999_999}, headers=headers)
    assert unknown.json() == moved.json()


async def test_a_cursor_of_another_empresa_opens_nothing(
    client: httpx.AsyncClient,
    container: Container,
    world: World,
) -> None:
    theirs = dict(await headers_of(container, world, "foreign_gestor"))
    cursor = encode_cursor(datetime(2999, 1, 1, tzinfo=UTC), 2**60)
    for path in ("clientes", "conversas"):
        page = await client.get(f"/api/empresas/{world.theirs.slug}/{path}", params={"cursor": cursor}, headers=theirs)
        assert len(page.json()["items"]) == 1
        assert_nothing_of_ours(page, world)


async def test_the_simulator_is_for_superusers_only(
    client: httpx.AsyncClient,
    container: Container,
    world: World,
) -> None:
    """Outside OpenAPI, so walked here."""
    for role, status in {"anonymous": 401, "gestor": 403, "atendente": 403, "superuser": 200}.items():
        headers = dict(await headers_of(container, world, role))
        assert (await client.get("/api/simulador/health", headers=headers)).status_code == status


async def test_what_needs_no_session_tells_nothing_of_anybody(client: httpx.AsyncClient, world: World) -> None:
    for path in ("/", "/openapi.json", "/docs", "/docs/oauth2-redirect"):
        answer = await client.get(path)
        assert answer.status_code in (200, 503), path
        for trace in ("segredo de", "Cliente nossa", "Empresa nossa", "@nossa.com.br", '"nossa"'):
            assert trace not in answer.text


@pytest.mark.parametrize("folder", ["static", "assets"])
async def test_static_files_lead_nowhere_else(client: httpx.AsyncClient, folder: str) -> None:
    steps = ("../.env", "..%2f.env", "%2e%2e/.env", "..%2f..%2fbackend%2fconfig.py", "%2fetc%2fpasswd", "")
    for step in steps:
        assert (await client.get(f"/{folder}/{step}")).status_code in (404, 405), step


async def test_a_signed_address_opens_one_file_for_a_few_minutes(
    client: httpx.AsyncClient,
    container: Container,
    world: World,
) -> None:
    secret = container.settings.secret_key.get_secret_value()
    links = MediaLinks(secret, public_url="http://localhost:8001", clock=container.clock)
    good = links.address(world.ours.midia_id)
    assert (await client.get(good)).status_code == 200
    for bad in (
        good.replace(str(world.ours.midia_id), str(world.theirs.midia_id)),
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        good.replace("exp=", "exp=9"),
    ):
        refused = await client.get(bad)
        assert (refused.status_code, refused.json()["code"]) == (404, "nao_encontrado")


def assert_nothing_of_ours(response: httpx.Response, world: World) -> None:
    """No text, name, slug or e-mail of our empresa in an answer to someone else."""
    shown = json.dumps(response.json(), ensure_ascii=False) if response.content else ""
    for trace in ("segredo de nossa", "Cliente nossa", "Empresa nossa", "@nossa.com.br", "Falha de nossa", '"nossa"'):
        assert trace not in shown
    assert str(world.ours.midia_id) not in shown
