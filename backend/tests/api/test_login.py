"""Entering, staying and leaving."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from jose import jwt
from passlib.context import CryptContext
from sqlalchemy import select, update

from auth.tokens import RefreshToken
from config import DEFAULT_ADMIN_EMAIL, DEFAULT_ADMIN_PASSWORD
from container import Container
from models import Sessao, Usuario
from services.sessions import REUSE_GRACE
from tests.panel_world import PASSWORD, World, add_usuario

EMAIL = "gestor@nossa.com.br"
COOKIE = "atende_refresh"


async def log_in(
    client: httpx.AsyncClient, email: str = EMAIL, password: str = PASSWORD, headers: dict[str, str] | None = None
) -> httpx.Response:
    return await client.post("/api/login", data={"username": email, "password": password}, headers=headers)


def authorization(response: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


async def test_a_good_login_gives_a_token_for_half_an_hour_and_a_strict_cookie(
    client: httpx.AsyncClient, world: World
) -> None:
    response = await log_in(client, email="  Gestor@Nossa.com.br ")
    assert response.status_code == 200
    assert response.json()["token_type"] == "bearer"
    assert response.json()["expires_in"] == 1800
    cookie = response.headers["set-cookie"]
    for attribute in ("HttpOnly", "SameSite=strict", "Path=/api"):
        assert attribute in cookie
    assert "Secure" not in cookie
    assert response.headers["cache-control"] == "no-store"
    me = (await client.get("/api/me", headers=authorization(response))).json()
    assert me == {
        "id": world.ours.gestor_id,
        "email": EMAIL,
        "is_superuser": False,
        "papel": "gestor",
        "empresa": {"slug": "nossa", "nome": "Empresa nossa"},
        "trocar_senha": False,
    }


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "errada"), ("ninguem@nossa.com.br", PASSWORD), ("nem\x00isso", "x"), ("x" * 250, "y")],
)
async def test_a_bad_login_says_nothing_about_which_half_was_wrong(
    client: httpx.AsyncClient, world: World, email: str, password: str
) -> None:
    response = await log_in(client, email=email, password=password)
    assert response.status_code == 401
    assert response.json() == {"detail": "E-mail ou senha incorretos.", "code": "credenciais_invalidas"}
    assert "set-cookie" not in response.headers


async def test_someone_deactivated_cannot_enter_nor_go_on(
    client: httpx.AsyncClient, container: Container, world: World
) -> None:
    entered = await log_in(client)
    async with container.db.system_scope() as session:
        await session.execute(update(Usuario).where(Usuario.email == EMAIL).values(ativo=False))
    assert (await client.get("/api/me", headers=authorization(entered))).status_code == 401
    refused = await client.post("/api/refresh")
    assert (refused.status_code, refused.json()["code"]) == (401, "acesso_desativado")
    again = await log_in(client)
    assert (again.status_code, again.json()["code"]) == (401, "credenciais_invalidas")


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "é" * 10])
async def test_a_token_that_is_not_ours_is_not_taken(client: httpx.AsyncClient, world: World, token: str) -> None:
    response = await client.get("/api/me", headers={b"Authorization": f"Bearer {token}".encode()})
    assert (response.status_code, response.json()["code"]) == (401, "nao_autenticado")


async def test_a_forged_or_unsigned_token_is_not_taken(
    client: httpx.AsyncClient, container: Container, world: World
) -> None:
    genuine = (await log_in(client)).json()["access_token"]
    claims = jwt.get_unverified_claims(genuine)
    forged = jwt.encode(claims, "outra chave", algorithm="HS256")
    other_algorithm = jwt.encode(claims, container.settings.secret_key.get_secret_value(), algorithm="HS512")
    for token in (forged, other_algorithm, genuine[:-2], genuine.rsplit(".", 1)[0] + "."):
        assert (await client.get("/api/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_the_default_password_works_only_straight_from_this_machine(
    app: FastAPI, client: httpx.AsyncClient, container: Container
) -> None:
    async with container.db.system_scope() as session:
        usuario = await add_usuario(session, DEFAULT_ADMIN_EMAIL, is_superuser=True)
        usuario.senha_hash = await container.passwords.hash(DEFAULT_ADMIN_PASSWORD)

    async def enter(with_client: httpx.AsyncClient, headers: dict[str, str] | None = None) -> int:
        response = await log_in(with_client, DEFAULT_ADMIN_EMAIL, DEFAULT_ADMIN_PASSWORD, headers=headers)
        return response.status_code

    assert await enter(client) == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert await enter(client, {header: "127.0.0.1"}) == 401
    assert await enter(client, {"Host": "atacante.exemplo.com"}) == 401
    outside = httpx.ASGITransport(app, client=("203.0.113.7", 1234))
    async with httpx.AsyncClient(transport=outside, base_url="http://localhost:8001") as stranger:
        assert await enter(stranger) == 401


async def test_refreshing_rotates_the_cookie(client: httpx.AsyncClient, world: World) -> None:
    first = await log_in(client)
    before = client.cookies[COOKIE]
    refreshed = await client.post("/api/refresh")
    assert refreshed.status_code == 200
    assert client.cookies[COOKIE] != before
    assert refreshed.json()["access_token"] != first.json()["access_token"]
    assert (await client.get("/api/me", headers=authorization(refreshed))).status_code == 200


async def test_two_tabs_that_refresh_at_once_stay_in(client: httpx.AsyncClient, world: World) -> None:
    await log_in(client)
    old = client.cookies[COOKIE]
    client.cookies.clear()
    headers = {"Cookie": f"{COOKIE}={old}"}
    answers = await asyncio.gather(*(client.post("/api/refresh", headers=headers) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.cookies[COOKIE] for answer in answers}) == 1
    client.cookies.clear()
    latest = {"Cookie": f"{COOKIE}={answers[0].cookies[COOKIE]}"}
    assert (await client.post("/api/refresh", headers=latest)).status_code == 200


async def test_an_old_refresh_token_used_again_ends_the_session(
    client: httpx.AsyncClient, container: Container, world: World
) -> None:
    await log_in(client)
    stolen = client.cookies[COOKIE]
    kept = await client.post("/api/refresh")
    async with container.db.system_scope() as session:
        late = container.clock.now() - REUSE_GRACE - timedelta(seconds=1)
        await session.execute(update(Sessao).values(rotacionada_em=late))
    current = client.cookies[COOKIE]
    client.cookies.clear()
    assert (await client.post("/api/refresh", headers={"Cookie": f"{COOKIE}={stolen}"})).status_code == 401
    assert (await client.post("/api/refresh", headers={"Cookie": f"{COOKIE}={current}"})).status_code == 401
    assert (await client.get("/api/me", headers=authorization(kept))).status_code == 401


async def test_a_token_two_generations_old_ends_the_session_even_within_the_grace(
    client: httpx.AsyncClient, world: World
) -> None:
    await log_in(client)
    first = client.cookies[COOKIE]
    await client.post("/api/refresh")
    await client.post("/api/refresh")
    client.cookies.clear()
    assert (await client.post("/api/refresh", headers={"Cookie": f"{COOKIE}={first}"})).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "a.b", "g" * 32 + "." + "a" * 43, "0" * 32 + "." + "a" * 43])
async def test_a_cookie_that_is_not_ours_is_a_401(client: httpx.AsyncClient, world: World, cookie: str) -> None:
    response = await client.post("/api/refresh", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert (response.status_code, response.json()["code"]) == (401, "nao_autenticado")


async def test_the_database_keeps_no_refresh_token(
    client: httpx.AsyncClient, container: Container, world: World
) -> None:
    await log_in(client)
    token = RefreshToken.parse(client.cookies[COOKIE])
    async with container.db.system_scope() as session:
        sessao = (await session.execute(select(Sessao).where(Sessao.id == token.session_id))).scalar_one()
    assert sessao.refresh_hash == token.digest
    assert token.secret not in f"{sessao.refresh_hash}{sessao.refresh_anterior}"
    assert isinstance(sessao.id, UUID)


async def test_logout_ends_the_session_at_once(client: httpx.AsyncClient, world: World) -> None:
    entered = await log_in(client)
    cookie = client.cookies[COOKIE]
    gone = await client.post("/api/logout")
    assert gone.status_code == 204
    assert 'atende_refresh=""' in gone.headers["set-cookie"]
    assert (await client.get("/api/me", headers=authorization(entered))).status_code == 401
    assert (await client.post("/api/refresh", headers={"Cookie": f"{COOKIE}={cookie}"})).status_code == 401
    assert (await client.post("/api/logout")).status_code == 204


async def test_logout_works_with_the_access_token_alone(client: httpx.AsyncClient, world: World) -> None:
    entered = await log_in(client)
    client.cookies.clear()
    assert (await client.post("/api/logout", headers=authorization(entered))).status_code == 204
    assert (await client.get("/api/me", headers=authorization(entered))).status_code == 401


@pytest.mark.parametrize("path", ["/api/refresh", "/api/logout"])
@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://localhost:9999"}]
)
async def test_another_page_cannot_ride_on_the_cookie(
    client: httpx.AsyncClient, world: World, path: str, headers: dict[str, str]
) -> None:
    await log_in(client)
    assert (await client.post(path, headers=headers)).status_code == 403
    assert (await client.post("/api/refresh", headers={"Sec-Fetch-Site": "same-origin"})).status_code == 200


async def test_guessing_is_slowed_down_for_one_account_from_one_address_only(
    app: FastAPI, client: httpx.AsyncClient, world: World
) -> None:
    answers = [await log_in(client, password=f"errada {n}") for n in range(5)]
    assert {answer.status_code for answer in answers} == {401}
    blocked = await log_in(client)
    assert (blocked.status_code, blocked.json()["code"]) == (429, "muitas_tentativas")
    assert 1 <= int(blocked.headers["retry-after"]) <= 60
    assert (await log_in(client, email="atendente@nossa.com.br")).status_code == 200
    elsewhere = httpx.ASGITransport(app, client=("198.51.100.2", 1234))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://localhost:8001") as owner:
        assert (await log_in(owner)).status_code == 200


async def test_the_wait_ends_and_a_good_login_forgets_the_failures(
    client: httpx.AsyncClient, container: Container, world: World
) -> None:
    for n in range(5):
        await log_in(client, password=f"errada {n}")
    [key] = [key async for key in container.redis.scan_iter("login:par:*")]
    await container.redis.hset(key, "until", "1")
    assert (await log_in(client)).status_code == 200
    assert await container.redis.exists(key) == 0


async def test_login_works_while_redis_is_down(
    app: FastAPI, client: httpx.AsyncClient, container: Container, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(container.redis.connection_pool, "get_connection", refuse)
    assert (await log_in(client)).status_code == 200


async def test_changing_the_password_needs_the_current_one_and_ends_other_sessions(
    client: httpx.AsyncClient, world: World
) -> None:
    elsewhere, here = await log_in(client), await log_in(client)
    mine = authorization(here)
    wrong = {"senha_atual": "errada", "senha_nova": "outra senha boa"}
    refused = await client.post("/api/me/senha", json=wrong, headers=mine)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["campo"] == "senha_atual"
    good = {"senha_atual": PASSWORD, "senha_nova": "outra senha boa"}
    assert (await client.post("/api/me/senha", json=good, headers=mine)).status_code == 204
    assert (await client.get("/api/me", headers=mine)).status_code == 200
    assert (await client.get("/api/me", headers=authorization(elsewhere))).status_code == 401
    assert (await log_in(client)).status_code == 401
    assert (await log_in(client, password="outra senha boa")).status_code == 200


@pytest.mark.parametrize("new", ["curta", DEFAULT_ADMIN_PASSWORD, EMAIL, "aaaaaaaaaa", PASSWORD])
async def test_a_weak_password_is_refused(client: httpx.AsyncClient, world: World, new: str) -> None:
    mine = authorization(await log_in(client))
    body = {"senha_atual": PASSWORD, "senha_nova": new}
    refused = await client.post("/api/me/senha", json=body, headers=mine)
    assert (refused.status_code, refused.json()["errors"][0]["campo"]) == (422, "senha_nova")


async def test_an_old_hash_is_upgraded_by_a_good_login(
    client: httpx.AsyncClient, container: Container, world: World
) -> None:
    weak = CryptContext(schemes=["argon2"], argon2__memory_cost=1024, argon2__rounds=1).hash(PASSWORD)
    async with container.db.system_scope() as session:
        await session.execute(update(Usuario).where(Usuario.email == EMAIL).values(senha_hash=weak))
    assert (await log_in(client)).status_code == 200
    async with container.db.system_scope() as session:
        stored = (await session.execute(select(Usuario.senha_hash).where(Usuario.email == EMAIL))).scalar_one()
    assert stored != weak
    assert "m=65536,t=3" in stored


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, PASSWORD), (EMAIL, "errada"), ("ninguem@nossa.com.br", PASSWORD), ("\x00", "x")]
)
async def test_every_login_costs_exactly_one_hash(
    client: httpx.AsyncClient,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    email: str,
    password: str,
) -> None:
    """Counted where the hashing is done, with the parameters it is done with."""
    hashed: list[str] = []
    genuine = CryptContext.verify

    def counted(context: CryptContext, secret: str, senha_hash: str, **options: Any) -> bool:
        hashed.append(senha_hash)
        return bool(genuine(context, secret, senha_hash, **options))

    monkeypatch.setattr(CryptContext, "verify", counted)
    monkeypatch.setattr(CryptContext, "hash", lambda *_: pytest.fail("a second hash"))
    await log_in(client, email, password)
    assert len(hashed) == 1
    assert "m=65536,t=3,p=1" in hashed[0]
