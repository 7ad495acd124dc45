"""Managing people: nobody grants more than they have, and somebody always remains in charge."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from container import Container
from models import Usuario
from tests.panel_fixtures import Headers
from tests.panel_world import World, add_usuario, bearer

NEW = {"email": "Nova@Exemplo.com.br ", "senha": "uma senha comprida"}


async def post(client: httpx.AsyncClient, headers: Headers, **fields: Any) -> httpx.Response:
    return await client.post("/api/usuarios", json={**NEW, **fields}, headers=dict(headers))


async def patch(client: httpx.AsyncClient, headers: Headers, usuario_id: int, **fields: Any) -> httpx.Response:
    return await client.patch(f"/api/usuarios/{usuario_id}", json=fields, headers=dict(headers))


async def test_a_gestor_adds_people_to_their_own_empresa(
    client: httpx.AsyncClient, world: World, gestor: Headers
) -> None:
    created = await post(client, gestor)
    assert created.status_code == 201
    found = created.json()
    assert (found["email"], found["papel"], found["is_superuser"]) == ("nova@exemplo.com.br", "atendente", False)
    assert found["empresa"] == {"id": world.ours.id, "slug": "nossa", "nome": "Empresa nossa"}
    assert (found["empresa_id"], found["ativo"], found["trocar_senha"]) == (world.ours.id, True, True)
    entered = await client.post("/api/login", data={"username": found["email"], "password": NEW["senha"]})
    assert entered.status_code == 200
    assert "senha" not in {name for name in found if name != "trocar_senha"}


async def test_a_gestor_grants_no_more_than_they_have(client: httpx.AsyncClient, world: World, gestor: Headers) -> None:
    assert (await post(client, gestor, is_superuser=True)).status_code == 403
    assert (await post(client, gestor, empresa_id=world.theirs.id)).status_code == 404
    ours = world.ours.atendente_id
    assert (await patch(client, gestor, ours, is_superuser=True)).status_code == 403
    assert (await patch(client, gestor, ours, empresa_id=world.theirs.id)).status_code == 404
    assert (await patch(client, gestor, world.superuser_id, ativo=False)).status_code == 404
    assert (await patch(client, gestor, world.theirs.atendente_id, ativo=False)).status_code == 404
    assert (await patch(client, gestor, ours, papel="gestor")).json()["papel"] == "gestor"


async def test_a_gestor_sees_the_people_of_their_empresa_only(
    client: httpx.AsyncClient, world: World, gestor: Headers, superuser: Headers
) -> None:
    seen = (await client.get("/api/usuarios", headers=dict(gestor))).json()["items"]
    assert {item["id"] for item in seen} == {world.ours.gestor_id, world.ours.atendente_id}
    everyone = (await client.get("/api/usuarios", headers=dict(superuser))).json()["items"]
    assert len(everyone) == 5
    assert [item["id"] for item in everyone] == sorted((item["id"] for item in everyone), reverse=True)
    of_one = await client.get("/api/usuarios", params={"empresa": "alheia", "q": "GESTOR"}, headers=dict(superuser))
    assert [item["id"] for item in of_one.json()["items"]] == [world.theirs.gestor_id]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "sem-arroba"),
        ("email", "a@b"),
        ("email", "a b@c.com"),
        ("email", "x" * 250 + "@a.com"),
        ("senha", "curta"),
        ("senha", "admin123"),
        ("papel", "dono"),
        ("empresa_id", 0),
        ("empresa_id", 2**31),
        ("empresa_id", 999_999),
        ("ativo", True),
    ],
)
async def test_what_does_not_fit_is_refused_by_field(
    client: httpx.AsyncClient, world: World, superuser: Headers, field: str, value: object
) -> None:
    refused = await post(client, superuser, **{"empresa_id": world.ours.id, field: value})
    assert refused.status_code == 422
    assert [error["campo"] for error in refused.json()["errors"]] == [field]


async def test_a_superuser_has_no_empresa_and_everyone_else_has_one(
    client: httpx.AsyncClient, world: World, superuser: Headers
) -> None:
    assert (await post(client, superuser)).json()["errors"][0]["campo"] == "empresa_id"
    both = await post(client, superuser, is_superuser=True, empresa_id=world.ours.id)
    assert both.json()["errors"][0]["campo"] == "empresa_id"
    created = await post(client, superuser, is_superuser=True)
    assert (created.json()["papel"], created.json()["empresa"]) == (None, None)
    promoted = await patch(client, superuser, world.ours.atendente_id, is_superuser=True)
    assert (promoted.json()["is_superuser"], promoted.json()["empresa_id"]) == (True, None)
    demoted = await patch(
        client, superuser, world.ours.atendente_id, is_superuser=False, empresa_id=world.theirs.id, papel="gestor"
    )
    assert (demoted.json()["papel"], demoted.json()["empresa_id"]) == ("gestor", world.theirs.id)


async def test_an_email_is_used_once_whatever_its_case(
    client: httpx.AsyncClient, world: World, gestor: Headers, superuser: Headers
) -> None:
    assert (await post(client, gestor, email="GESTOR@alheia.com.br")).status_code == 409
    taken = await patch(client, superuser, world.ours.atendente_id, email="gestor@nossa.com.br")
    assert (taken.status_code, taken.json()["code"]) == (409, "conflito")
    at_once = await asyncio.gather(*(post(client, superuser, empresa_id=world.ours.id) for _ in range(3)))
    assert sorted(answer.status_code for answer in at_once) == [201, 409, 409]


async def test_nobody_changes_or_removes_their_own_access(
    client: httpx.AsyncClient, world: World, gestor: Headers, superuser: Headers
) -> None:
    me = world.ours.gestor_id
    mine = {"email": "outro@nossa.com.br"}
    for change in ({"ativo": False}, {"papel": "atendente"}, {"senha": "uma outra senha"}, mine):
        assert (await patch(client, gestor, me, **change)).status_code == 409
    assert (await client.delete(f"/api/usuarios/{me}", headers=dict(gestor))).status_code == 409
    own = await client.delete(f"/api/usuarios/{world.superuser_id}", headers=dict(superuser))
    assert own.status_code == 409
    assert (await patch(client, gestor, me, email="gestor@nossa.com.br")).status_code == 200


async def test_two_superusers_cannot_remove_each_other(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers
) -> None:
    async with container.db.system_scope() as session:
        second = (await add_usuario(session, "segunda@exemplo.com.br", is_superuser=True)).id
    other = await bearer(container, second)
    answers = await asyncio.gather(
        client.delete(f"/api/usuarios/{second}", headers=dict(superuser)),
        client.delete(f"/api/usuarios/{world.superuser_id}", headers=dict(other)),
    )
    assert sorted(answer.status_code for answer in answers) in ([204, 401], [204, 404], [204, 409])
    async with container.db.system_scope() as session:
        left = (await session.execute(select(Usuario.id).where(Usuario.is_superuser, Usuario.ativo))).scalars().all()
    assert len(left) == 1


async def test_deactivation_and_a_new_password_end_the_sessions_at_once(
    client: httpx.AsyncClient, world: World, gestor: Headers, atendente: Headers
) -> None:
    them = world.ours.atendente_id
    assert (await client.get("/api/me", headers=dict(atendente))).status_code == 200
    assert (await patch(client, gestor, them, ativo=False)).json()["ativo"] is False
    assert (await client.get("/api/me", headers=dict(atendente))).status_code == 401
    await patch(client, gestor, them, ativo=True)
    assert (await client.get("/api/me", headers=dict(atendente))).status_code == 401, "a session ended stays ended"
    reset = await patch(client, gestor, them, senha="uma senha nova")
    assert reset.json()["trocar_senha"] is True
    entered = await client.post("/api/login", data={"username": "atendente@nossa.com.br", "password": "uma senha nova"})
    assert entered.status_code == 200


async def test_a_change_of_papel_holds_from_the_next_request(
    client: httpx.AsyncClient, world: World, superuser: Headers, gestor: Headers
) -> None:
    assert (await client.get("/api/usuarios", headers=dict(gestor))).status_code == 200
    await patch(client, superuser, world.ours.gestor_id, papel="atendente")
    assert (await client.get("/api/usuarios", headers=dict(gestor))).status_code == 403


async def test_deleting_someone_ends_their_access(
    client: httpx.AsyncClient, world: World, gestor: Headers, atendente: Headers
) -> None:
    url = f"/api/usuarios/{world.ours.atendente_id}"
    assert (await client.delete(url, headers=dict(gestor))).status_code == 204
    assert (await client.get("/api/me", headers=dict(atendente))).status_code == 401
    assert (await client.delete(url, headers=dict(gestor))).status_code == 404
