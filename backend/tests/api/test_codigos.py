"""A one-time code for a new password, and the change that is asked for before anything else."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from container import Container
from models import CodigoAcesso, Usuario
from services.access_codes import CODE_LIFE
from tests.panel_fixtures import Headers
from tests.panel_world import OTHER_PLACES, PASSWORD, World, bearer

NEW = "uma senha toda nova"
THEM = "atendente@nossa.com.br"


async def make_code(client: httpx.AsyncClient, headers: Headers, usuario_id: int) -> str:
    made = await client.post(f"/api/usuarios/{usuario_id}/codigo", headers=dict(headers))
    assert made.status_code == 201, made.text
    code: str = made.json()["codigo"]
    return code


async def redeem(client: httpx.AsyncClient, code: str, password: str = NEW) -> httpx.Response:
    return await client.post("/api/senha/redefinir", json={"codigo": code, "senha_nova": password})


async def enter(client: httpx.AsyncClient, password: str, email: str = THEM) -> int:
    return (await client.post("/api/login", data={"username": email, "password": password})).status_code


async def test_a_code_sets_the_password_ends_the_sessions_and_asks_for_no_other_change(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers, atendente: Headers
) -> None:
    them = world.ours.atendente_id
    async with container.db.system_scope() as session:
        await session.execute(update(Usuario).where(Usuario.id == them).values(trocar_senha=True))
    code = await make_code(client, gestor, them)
    assert re.fullmatch(r"[2-9A-Z]{5}(-[2-9A-Z]{5}){3}", code)
    assert (await client.get("/api/me", headers=dict(atendente))).status_code == 200, "making a code changes nothing"
    assert (await redeem(client, f" {code.replace('-', ' ').lower()} ")).status_code == 204
    assert (await client.get("/api/me", headers=dict(atendente))).status_code == 401
    assert [await enter(client, PASSWORD), await enter(client, NEW)] == [401, 200]
    assert (await client.get("/api/me", headers=dict(await bearer(container, them)))).json()["trocar_senha"] is False


async def test_a_code_used_replaced_expired_or_invented_gets_one_same_answer(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers
) -> None:
    used = await make_code(client, gestor, world.ours.atendente_id)
    await redeem(client, used)
    replaced = await make_code(client, gestor, world.ours.atendente_id)
    expired = await make_code(client, gestor, world.ours.atendente_id)
    async with container.db.system_scope() as session:
        late = container.clock.now() - timedelta(seconds=1)
        await session.execute(update(CodigoAcesso).values(expira_em=late))
    answers = [await redeem(client, code) for code in (used, replaced, expired, "AAAAA-AAAAA-AAAAA-AAAAA")]
    assert {answer.status_code for answer in answers} == {422}
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].json()["code"] == "codigo_invalido"


async def test_a_code_lives_an_hour_and_only_its_digest_is_kept(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers
) -> None:
    made = await client.post(f"/api/usuarios/{world.ours.atendente_id}/codigo", headers=dict(gestor))
    async with container.db.system_scope() as session:
        kept = (await session.execute(select(CodigoAcesso))).scalar_one()
    assert kept.expira_em - kept.created_at == CODE_LIFE == timedelta(hours=1)
    assert made.json()["expira_em"] == kept.expira_em.isoformat().replace("+00:00", "Z")
    plain = made.json()["codigo"].replace("-", "")
    assert plain.lower() not in kept.codigo_hash.lower()
    assert kept.criado_por == world.ours.gestor_id


async def test_a_code_used_twice_at_once_works_once(client: httpx.AsyncClient, world: World, gestor: Headers) -> None:
    code = await make_code(client, gestor, world.ours.atendente_id)
    answers = await asyncio.gather(*(redeem(client, code, f"senha comprida {n}") for n in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422]


async def test_a_weak_password_is_refused_and_the_code_still_works(
    client: httpx.AsyncClient, world: World, gestor: Headers
) -> None:
    code = await make_code(client, gestor, world.ours.atendente_id)
    for weak in ("curta", THEM, "admin123"):
        refused = await redeem(client, code, weak)
        assert (refused.status_code, refused.json()["errors"][0]["campo"]) == (422, "senha_nova")
    assert (await redeem(client, code)).status_code == 204


async def test_nobody_makes_a_code_for_oneself_nor_for_an_account_beyond_their_reach(
    client: httpx.AsyncClient, world: World, gestor: Headers, atendente: Headers, superuser: Headers
) -> None:
    async def attempt(headers: Headers, usuario_id: int) -> int:
        return (await client.post(f"/api/usuarios/{usuario_id}/codigo", headers=dict(headers))).status_code

    assert await attempt(gestor, world.ours.gestor_id) == 409
    assert await attempt(superuser, world.superuser_id) == 409
    assert await attempt(gestor, world.theirs.atendente_id) == 404
    assert await attempt(gestor, world.superuser_id) == 404
    assert await attempt(atendente, world.ours.gestor_id) == 403
    assert await attempt(superuser, world.theirs.gestor_id) == 201


@pytest.mark.parametrize(
    "change",
    [
        {"is_superuser": True},
        {"papel": "gestor"},
        {"email": "outra@nossa.com.br"},
        {"ativo": False},
        {"senha": "definida por outra"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_change_of_the_account_ends_the_codes_made_before_it(
    client: httpx.AsyncClient, world: World, gestor: Headers, superuser: Headers, change: dict[str, object]
) -> None:
    """Else a gestor could make a code for an atendente and use it once they are a superuser."""
    them = world.ours.atendente_id
    code = await make_code(client, gestor, them)
    assert (await client.patch(f"/api/usuarios/{them}", json=change, headers=dict(superuser))).status_code == 200
    if change == {"ativo": False}:
        assert (await client.post(f"/api/usuarios/{them}/codigo", headers=dict(gestor))).status_code == 409, (
            "no code for a closed account"
        )
        await client.patch(f"/api/usuarios/{them}", json={"ativo": True}, headers=dict(superuser))
    assert (await redeem(client, code)).status_code == 422


async def test_a_change_of_the_own_password_ends_the_codes_too(
    client: httpx.AsyncClient, world: World, gestor: Headers, atendente: Headers
) -> None:
    code = await make_code(client, gestor, world.ours.atendente_id)
    body = {"senha_atual": PASSWORD, "senha_nova": "escolhida por mim"}
    assert (await client.post("/api/me/senha", json=body, headers=dict(atendente))).status_code == 204
    assert (await redeem(client, code)).status_code == 422


async def test_guessing_codes_is_slowed_down_by_address(
    app: FastAPI, client: httpx.AsyncClient, world: World, gestor: Headers
) -> None:
    code = await make_code(client, gestor, world.ours.atendente_id)
    for n in range(5):
        assert (await redeem(client, f"BBBBB-BBBBB-BBBBB-BBBB{n + 2}")).status_code == 422
    slowed = await redeem(client, code)
    assert (slowed.status_code, slowed.json()["code"]) == (429, "muitas_tentativas")
    assert 1 <= int(slowed.headers["retry-after"]) <= 60
    elsewhere = httpx.ASGITransport(app, client=("198.51.100.2", 1234))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://localhost:8001") as owner:
        assert (await redeem(owner, code)).status_code == 204


async def test_a_password_set_by_someone_else_opens_nothing_but_its_change(
    app: FastAPI, client: httpx.AsyncClient, container: Container, world: World, superuser: Headers, gestor: Headers
) -> None:
    me = world.ours.gestor_id
    reset = await client.patch(f"/api/usuarios/{me}", json={"senha": "definida por outra"}, headers=dict(superuser))
    assert reset.json()["trocar_senha"] is True
    entered = await client.post(
        "/api/login", data={"username": "gestor@nossa.com.br", "password": "definida por outra"}
    )
    mine = {"Authorization": f"Bearer {entered.json()['access_token']}"}
    assert (await client.get("/api/me", headers=mine)).json()["trocar_senha"] is True
    open_paths = {"/health", "/ready", "/api/login", "/api/refresh", "/api/logout", "/api/senha/redefinir"}
    open_paths |= {"/api/me", "/api/me/senha", "/api/midias/{id}/publica"}
    walked = 0
    for path, methods in app.openapi()["paths"].items():
        for method in set(methods) if path not in open_paths else ():
            url = path.format(slug="nossa", id=world.ours.conversa_id, **OTHER_PLACES)
            refused = await client.request(method, url, headers=mine, json={})
            assert (refused.status_code, refused.json().get("code")) == (403, "trocar_senha"), (method, path)
            walked += 1
    assert walked > 15
    assert (await client.get("/api/simulador/health", headers=mine)).json()["code"] == "trocar_senha"
    change = {"senha_atual": "definida por outra", "senha_nova": NEW}
    assert (await client.post("/api/me/senha", json=change, headers=mine)).status_code == 204
    assert (await client.get("/api/empresas", headers=mine)).status_code == 200


async def test_a_new_person_is_asked_to_change_the_password(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers
) -> None:
    new = {"email": "nova@nossa.com.br", "senha": "dada pela gestora"}
    created = (await client.post("/api/usuarios", json=new, headers=dict(gestor))).json()
    theirs = dict(await bearer(container, created["id"]))
    assert (await client.get("/api/logs", headers=theirs)).json()["code"] == "trocar_senha"
    assert (await client.post("/api/logout", headers=theirs)).status_code == 204
    assert (await client.get("/api/me", headers=theirs)).status_code == 401


async def test_codes_of_a_deleted_empresas_people_do_not_work(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers
) -> None:
    code = await make_code(client, superuser, world.theirs.gestor_id)
    closed = await client.delete("/api/empresas/alheia", params={"confirmar": "alheia"}, headers=dict(superuser))
    assert closed.is_success
    assert (await redeem(client, code)).status_code == 422
