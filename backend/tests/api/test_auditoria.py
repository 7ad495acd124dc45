"""Who changed what: every act on an account leaves one row in its own transaction, and no row can be changed."""

from typing import Any

import httpx
import psycopg2
import pytest
from psycopg2 import errors

from container import Container
from tests.panel_fixtures import Headers
from tests.panel_world import PASSWORD, World, bearer


async def records(client: httpx.AsyncClient, headers: Headers, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/auditoria", params=query, headers=dict(headers))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_life_of_an_account_is_told_act_by_act(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers
) -> None:
    new = {"email": "nova@nossa.com.br", "senha": "dada pela gestora"}
    them = (await client.post("/api/usuarios", json=new, headers=dict(gestor))).json()["id"]
    url = f"/api/usuarios/{them}"
    code = (await client.post(f"{url}/codigo", headers=dict(gestor))).json()["codigo"]
    await client.post("/api/senha/redefinir", json={"codigo": code, "senha_nova": "escolhida por ela"})
    theirs = dict(await bearer(container, them))
    await client.post(
        "/api/me/senha", json={"senha_atual": "escolhida por ela", "senha_nova": "outra que escolheu"}, headers=theirs
    )
    await client.patch(url, json={"papel": "gestor", "email": "nova2@nossa.com.br"}, headers=dict(gestor))
    await client.patch(url, json={"papel": "gestor"}, headers=dict(gestor))
    await client.patch(url, json={"ativo": False}, headers=dict(gestor))
    await client.patch(url, json={"ativo": True, "senha": "dada outra vez"}, headers=dict(gestor))
    await client.delete(url, headers=dict(gestor))

    told = [item for item in reversed(await records(client, gestor)) if item["alvo_id"] == str(them)]
    assert [(item["acao"], item["ator"]) for item in told] == [
        ("usuario_criado", "gestor@nossa.com.br"),
        ("codigo_criado", "gestor@nossa.com.br"),
        ("senha_redefinida", "nova@nossa.com.br"),
        ("senha_trocada", "nova@nossa.com.br"),
        ("usuario_alterado", "gestor@nossa.com.br"),
        ("usuario_desativado", "gestor@nossa.com.br"),
        ("sessoes_encerradas", "gestor@nossa.com.br"),
        ("usuario_reativado", "gestor@nossa.com.br"),
        ("senha_definida", "gestor@nossa.com.br"),
        ("usuario_excluido", "gestor@nossa.com.br"),
    ]
    assert {(item["alvo_tipo"], item["empresa"]) for item in told} == {("usuario", "nossa")}
    by_act = {item["acao"]: item["mudancas"] for item in told}
    assert by_act["usuario_criado"]["papel"] == {"de": None, "para": "atendente"}
    assert by_act["usuario_alterado"] == {
        "papel": {"de": "atendente", "para": "gestor"},
        "email": {"de": "nova@nossa.com.br", "para": "nova2@nossa.com.br"},
    }
    assert by_act["usuario_desativado"] == {"ativo": {"de": True, "para": False}}
    assert by_act["sessoes_encerradas"] == {"sessoes": {"de": 1, "para": 0}}
    assert by_act["senha_definida"] == {"senha": {"para": "definida"}}
    assert by_act["usuario_criado"]["email"] == {"de": None, "para": "nova@nossa.com.br"}
    assert by_act["usuario_excluido"] == {
        "email": {"de": "nova2@nossa.com.br"},
        "is_superuser": {"de": False},
        "papel": {"de": "gestor"},
        "empresa_id": {"de": world.ours.id},
        "ativo": {"de": True},
    }
    renamed = [item["acao"] for item in told].index("usuario_alterado") + 1
    assert {item["alvo_nome"] for item in told[:renamed]} == {"nova@nossa.com.br"}
    assert {item["alvo_nome"] for item in told[renamed:]} == {"nova2@nossa.com.br"}
    assert code not in str(told)


async def test_each_reads_what_they_may(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers, superuser: Headers
) -> None:
    foreign = await bearer(container, world.theirs.gestor_id)
    await client.patch(f"/api/usuarios/{world.theirs.atendente_id}", json={"papel": "gestor"}, headers=dict(foreign))
    await client.patch(f"/api/usuarios/{world.ours.atendente_id}", json={"papel": "gestor"}, headers=dict(gestor))
    await client.post(
        "/api/usuarios",
        json={"email": "outra@raiz.com.br", "senha": "uma comprida", "is_superuser": True},
        headers=dict(superuser),
    )
    assert [(item["empresa"], item["acao"]) for item in await records(client, superuser)] == [
        (None, "usuario_criado"),
        ("nossa", "usuario_alterado"),
        ("alheia", "usuario_alterado"),
    ]
    assert [item["empresa"] for item in await records(client, gestor)] == ["nossa"]
    assert [item["empresa"] for item in await records(client, superuser, empresa="alheia")] == ["alheia"]
    assert [item["empresa"] for item in await records(client, superuser, acao="usuario_criado")] == [None]
    assert await records(client, superuser, desde="2999-01-01") == []
    assert await records(client, superuser, ate="2020-01-01") == []


async def test_the_list_is_read_page_by_page(client: httpx.AsyncClient, world: World, gestor: Headers) -> None:
    for papel in ("gestor", "atendente", "gestor"):
        await client.patch(f"/api/usuarios/{world.ours.atendente_id}", json={"papel": papel}, headers=dict(gestor))
    seen: list[int] = []
    cursor = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/auditoria", params=query, headers=dict(gestor))).json()
        seen += [item["id"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 3
    assert seen == sorted(seen, reverse=True)


async def test_a_move_between_empresas_is_told_to_both_and_neither_learns_of_the_other(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers, superuser: Headers
) -> None:
    url = f"/api/usuarios/{world.ours.atendente_id}"
    moved = await client.patch(url, json={"empresa_id": world.theirs.id}, headers=dict(superuser))
    assert moved.status_code == 200
    foreign = await bearer(container, world.theirs.gestor_id)
    [left], [arrived] = await records(client, gestor), await records(client, foreign)
    assert left["mudancas"] == {"empresa_id": {"de": world.ours.id, "para": "outra empresa"}}
    assert arrived["mudancas"] == {"empresa_id": {"de": "outra empresa", "para": world.theirs.id}}


async def test_a_gestor_knows_their_own_people_and_a_superuser_only_by_what_they_are(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers, superuser: Headers
) -> None:
    new = {"email": "outra@nossa.com.br", "senha": "dada pela gestora", "papel": "gestor"}
    them = (await client.post("/api/usuarios", json=new, headers=dict(gestor))).json()["id"]
    theirs = dict(await bearer(container, them))
    await client.post(
        "/api/me/senha", json={"senha_atual": new["senha"], "senha_nova": "outra escolhida"}, headers=theirs
    )
    await client.patch("/api/empresas/nossa", json={"nome": "Dois"}, headers=dict(superuser))
    await client.delete(f"/api/usuarios/{them}", headers=dict(superuser))
    actors = {item["acao"]: item["ator"] for item in await records(client, gestor)}
    assert actors["senha_trocada"] == "outra@nossa.com.br", "gone since, and still one of theirs"
    assert actors["usuario_criado"] == "gestor@nossa.com.br"
    assert actors["empresa_alterada"] == actors["usuario_excluido"] == "Administração"
    assert {item["ator"] for item in await records(client, superuser, acao="usuario_excluido")} == {
        "raiz@exemplo.com.br"
    }


async def test_what_is_refused_leaves_no_row(
    client: httpx.AsyncClient, world: World, gestor: Headers, superuser: Headers
) -> None:
    assert (
        await client.patch(
            f"/api/usuarios/{world.ours.atendente_id}", json={"email": "gestor@nossa.com.br"}, headers=dict(gestor)
        )
    ).status_code == 409
    assert (
        await client.post("/api/me/senha", json={"senha_atual": "errada", "senha_nova": PASSWORD}, headers=dict(gestor))
    ).status_code == 422
    assert await records(client, superuser) == []


@pytest.mark.parametrize("statement", ["UPDATE auditoria SET ator = 'ninguem'", "DELETE FROM auditoria"])
async def test_postgresql_refuses_to_change_or_remove_a_row_even_for_its_owner(
    client: httpx.AsyncClient, world: World, gestor: Headers, database_url: str, statement: str
) -> None:
    await client.patch(f"/api/usuarios/{world.ours.atendente_id}", json={"papel": "gestor"}, headers=dict(gestor))
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.empresas', '*', true)")
            cursor.execute("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'auditoria'")
            assert cursor.fetchone() == (True,)
            cursor.execute(statement)
            assert cursor.rowcount == 0  # the wall shows nothing to change
            cursor.execute("ALTER TABLE auditoria NO FORCE ROW LEVEL SECURITY")
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(statement)
    finally:
        connection.close()
    assert len(await records(client, gestor)) == 1


async def test_a_session_ended_because_its_cookie_was_copied_is_told(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers
) -> None:
    await client.post("/api/login", data={"username": "gestor@nossa.com.br", "password": PASSWORD})
    stolen = client.cookies["atende_refresh"]
    await client.post("/api/refresh")
    await client.post("/api/refresh")
    client.cookies.clear()
    copied = await client.post("/api/refresh", headers={"Cookie": f"atende_refresh={stolen}"})
    assert copied.status_code == 401
    [told] = await records(client, superuser)
    assert (told["acao"], told["ator"], told["alvo_id"]) == (
        "sessao_encerrada_por_reuso",
        "sistema",
        str(world.ours.gestor_id),
    )
