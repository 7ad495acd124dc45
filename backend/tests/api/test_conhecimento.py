"""Facts, the menu, days out of the ordinary and the rules of an empresa: what fits, who may, and what is remembered."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select, text

from container import Container
from models import Auditoria, DiaEspecial, Empresa
from services import conhecimento, dias
from tests.panel_fixtures import Headers
from tests.panel_world import DIA, World

URL = "/api/empresas/nossa"
WEEK = {
    "seg": [],
    "ter": [["11:30", "15:00"], ["18:00", "23:30"]],
    "qua": [["18:00", "23:30"]],
    "qui": [["18:00", "23:30"]],
    "sex": [["18:00", "02:00"]],
    "sab": [["18:00", "00:00"]],
    "dom": [["11:30", "16:00"]],
}


async def acts(container: Container, world: World, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    async with container.db.system_scope() as session:
        found = await session.execute(
            select(Auditoria.acao, Auditoria.ator, Auditoria.mudancas)
            .where(Auditoria.empresa_id == world.ours.id, Auditoria.alvo_tipo == kind)
            .order_by(Auditoria.id)
        )
        return [(row.acao, row.ator, row.mudancas) for row in found]


def today(container: Container) -> date:
    return container.clock.now().astimezone(ZoneInfo("America/Sao_Paulo")).date()


# --- Rules of the empresa ---


async def test_the_rules_of_an_empresa_come_back_as_they_were_written(
    client: httpx.AsyncClient, container: Container, gestor: Headers
) -> None:
    rules = {
        "temperatura": 0.3,
        "resposta_max_tokens": 500,
        "contexto_max_tokens": 8000,
        "endereco": "Rua das Flores, 10",
        "latitude": -23.55,
        "longitude": -46.63,
        "horarios": WEEK,
        "aceita_reservas": False,
        "capacidade": 40,
        "capacidade_unidade": "mesas",
        "pessoas_por_mesa": 6,
        "pessoas_maximo": 12,
        "duracao_minutos": 90,
        "intervalo_minutos": 15,
        "antecedencia_minutos": 0,
        "antecedencia_dias": 30,
        "google_sheet_aba": "Agenda",
        "lembrete_content_sid": "HX" + "a" * 32,
        "lembrete_horas": 3,
        "aceita_pedidos": True,
        "faz_entrega": True,
        "taxa_entrega_centavos": 700,
        "janela_content_sid": "HX" + "0" * 32,
        "respostas_por_dia": 50,
    }
    changed = await client.patch(URL, json=rules, headers=dict(gestor))
    assert changed.status_code == 200, changed.text
    assert {name: changed.json()[name] for name in rules} == rules
    cleared = await client.patch(URL, json={"horarios": None, "capacidade": None}, headers=dict(gestor))
    assert (cleared.json()["horarios"], cleared.json()["capacidade"]) == (None, None)
    async with container.db.system_scope() as session:
        told = await session.scalar(text("SELECT horarios IS NULL FROM empresas WHERE slug = 'nossa'"))
    assert told is True, "not told is NULL and not the JSON null"


@pytest.mark.parametrize(
    ("fields", "campo"),
    [
        ({"temperatura": 2.1}, "temperatura"),
        ({"temperatura": "muito"}, "temperatura"),
        ({"resposta_max_tokens": 99}, "resposta_max_tokens"),
        ({"contexto_max_tokens": 60_001}, "contexto_max_tokens"),
        ({"latitude": -23.5}, "longitude"),
        ({"longitude": -46.6}, "latitude"),
        ({"latitude": 91, "longitude": 0}, "latitude"),
        ({"capacidade": 0}, "capacidade"),
        ({"capacidade_unidade": "cadeiras"}, "capacidade_unidade"),
        ({"duracao_minutos": None}, "duracao_minutos"),
        ({"lembrete_content_sid": "HX123"}, "lembrete_content_sid"),
        ({"janela_content_sid": "MG" + "0" * 32}, "janela_content_sid"),
        ({"prompt_versao": 3}, "prompt_versao"),
        ({"horarios": {"seg": [["18:00"]]}}, "horarios.seg"),
        ({"horarios": {"seg": [["18h", "23h"]]}}, "horarios.seg"),
        ({"horarios": {"seg": [["18:00", "24:00"]]}}, "horarios.seg"),
        ({"horarios": {"seg": [["18:00", "23:00"], ["11:00", "15:00"]]}}, "horarios.seg"),
        ({"horarios": {"seg": [["11:00", "15:00"], ["14:30", "20:00"]]}}, "horarios.seg"),
        ({"horarios": {"seg": [["18:00", "02:00"], ["19:00", "20:00"]]}}, "horarios.seg"),
        ({"horarios": {"seg": [["18:00", "02:00"], ["03:00", "04:00"]]}}, "horarios.seg"),
        ({"horarios": {"seg": "fechado"}}, "horarios.seg"),
        ({"horarios": {"seg": None}}, "horarios.seg"),
        ({"horarios": {"segunda": []}}, "horarios.segunda"),
        ({"horarios": {"seg": [["18:00", "12:00"]], "ter": [["11:30", "15:00"]]}}, "horarios"),
        ({"horarios": {"dom": [["18:00", "12:00"]], "seg": [["11:30", "15:00"]]}}, "horarios"),
        ({"horarios": []}, "horarios"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_by_field_in_portuguese(
    client: httpx.AsyncClient, gestor: Headers, fields: dict[str, Any], campo: str
) -> None:
    before = (await client.get(URL, headers=dict(gestor))).json()
    refused = await client.patch(URL, json=fields, headers=dict(gestor))
    assert refused.status_code == 422, refused.text
    [error] = refused.json()["errors"]
    assert error["campo"] == campo
    assert not any(word in error["mensagem"] for word in ("Input", "should", "valid ", "Value error"))
    assert (await client.get(URL, headers=dict(gestor))).json() == before


async def test_a_change_of_the_empresa_is_in_the_record_without_its_secrets(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers
) -> None:
    await client.patch(URL, json={"capacidade": 40, "openai_key": "sk-um-segredo-comprido"}, headers=dict(gestor))
    await client.patch(URL, json={"openai_key": None, "capacidade": 40}, headers=dict(gestor))
    first, second = await acts(container, world, "empresa")
    assert first == (
        "empresa_alterada",
        "gestor@nossa.com.br",
        {"capacidade": {"de": None, "para": 40}, "openai_key": {"para": "definida"}},
    )
    assert second[2] == {"openai_key": {"para": "removida"}}


# --- Facts and the menu ---


async def test_facts_are_kept_in_the_order_of_the_owner(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers, atendente: Headers
) -> None:
    for title in ("Cães", "Estacionamento"):
        made = await client.post(f"{URL}/fatos", json={"titulo": title, "texto": "Sim."}, headers=dict(gestor))
        assert made.status_code == 201, made.text
    moved = await client.patch(f"{URL}/fatos/{made.json()['id']}", json={"ordem": 0}, headers=dict(gestor))
    assert moved.json()["ordem"] == 0
    await client.patch(f"{URL}/fatos/{world.ours.fato_id}", json={"ordem": 5}, headers=dict(gestor))
    seen = (await client.get(f"{URL}/fatos", headers=dict(atendente))).json()
    assert [fato["titulo"] for fato in seen["items"]] == ["Estacionamento", "Cães", "Wi-Fi"]
    gone = await client.delete(f"{URL}/fatos/{world.ours.fato_id}", headers=dict(gestor))
    assert gone.status_code == 204
    assert (await client.delete(f"{URL}/fatos/{world.ours.fato_id}", headers=dict(gestor))).status_code == 404
    assert [act[0] for act in await acts(container, world, "fato")] == [
        "fato_criado", "fato_criado", "fato_alterado", "fato_alterado", "fato_excluido",
    ]  # fmt: skip


async def test_a_menu_item_is_changed_field_by_field_and_its_name_is_its_own(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers
) -> None:
    body = {"nome": "Suco", "preco_centavos": 900, "categoria": "Bebidas", "descricao": "De uva."}
    made = await client.post(f"{URL}/cardapio", json=body, headers=dict(gestor))
    assert made.status_code == 201
    item = f"{URL}/cardapio/{made.json()['id']}"
    out = await client.patch(item, json={"disponivel": False, "categoria": None}, headers=dict(gestor))
    assert out.json() == {**made.json(), "disponivel": False, "categoria": None}
    for refused in (
        await client.post(f"{URL}/cardapio", json={"nome": " SUCO ", "preco_centavos": 1}, headers=dict(gestor)),
        await client.patch(item, json={"nome": "prato de nossa"}, headers=dict(gestor)),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "conflito")
    assert (await client.patch(item, json={"nome": "suco"}, headers=dict(gestor))).status_code == 200, "its own name"
    for wrong in ({"preco_centavos": -1}, {"preco_centavos": 9.5}, {"preco_centavos": None}, {"nome": " "}):
        assert (await client.patch(item, json=wrong, headers=dict(gestor))).status_code == 422, wrong
    assert (await acts(container, world, "item_cardapio"))[1][2] == {
        "disponivel": {"de": True, "para": False},
        "categoria": {"de": "Bebidas", "para": None},
    }


async def test_there_is_a_bound_to_what_an_empresa_writes(
    client: httpx.AsyncClient, gestor: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conhecimento, "MAX_FATOS", 2)
    monkeypatch.setattr(conhecimento, "MAX_ITENS", 2)
    for path, body in (
        ("fatos", {"titulo": "T", "texto": "t"}),
        ("cardapio", {"nome": "N", "preco_centavos": 1}),
    ):
        assert (await client.post(f"{URL}/{path}", json=body, headers=dict(gestor))).status_code == 201
        full = await client.post(f"{URL}/{path}", json={**body, next(iter(body)): "Outro"}, headers=dict(gestor))
        assert (full.status_code, full.json()["code"]) == (409, "conflito")
        assert "limite" in full.json()["detail"]


async def test_a_row_of_another_empresa_does_not_exist(
    client: httpx.AsyncClient, world: World, gestor: Headers
) -> None:
    for path, body in (
        (f"fatos/{world.theirs.fato_id}", {"texto": "x"}),
        (f"cardapio/{world.theirs.item_id}", {"disponivel": False}),
    ):
        assert (await client.patch(f"{URL}/{path}", json=body, headers=dict(gestor))).status_code == 404
        assert (await client.delete(f"{URL}/{path}", headers=dict(gestor))).status_code == 404


# --- Days out of the ordinary ---


async def test_one_call_closes_tonight_and_one_call_undoes_it(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers
) -> None:
    tonight = today(container)
    path = f"{URL}/dias/{tonight}"
    closed = await client.put(path, json={"fechado": True, "motivo": "Falta de luz"}, headers=dict(gestor))
    assert closed.status_code == 200
    assert closed.json() == {
        "data": tonight.isoformat(), "fechado": True, "lotado": False, "horarios": None, "motivo": "Falta de luz",
    }  # fmt: skip
    again = await client.put(path, json={"fechado": True, "motivo": "Falta de luz"}, headers=dict(gestor))
    assert again.status_code == 200
    assert (await client.delete(path, headers=dict(gestor))).status_code == 204
    assert (await client.delete(path, headers=dict(gestor))).status_code == 404
    assert [act[0] for act in await acts(container, world, "dia")] == ["dia_definido", "dia_removido"]
    async with container.db.system_scope() as session:
        assert await session.scalar(select(DiaEspecial.id).where(DiaEspecial.data == tonight)) is None


async def test_who_stands_on_the_floor_says_that_the_house_is_full_and_no_more(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers, atendente: Headers
) -> None:
    path = f"{URL}/dias/{today(container)}"
    full = await client.put(path, json={"lotado": True}, headers=dict(atendente))
    assert (full.status_code, full.json()["lotado"]) == (200, True)
    assert (await acts(container, world, "dia"))[-1][:2] == ("dia_definido", "atendente@nossa.com.br")
    for beyond in ({"fechado": True}, {"lotado": True, "horarios": [["12:00", "15:00"]]}):
        assert (await client.put(path, json=beyond, headers=dict(atendente))).status_code == 403
    assert (await client.delete(path, headers=dict(atendente))).status_code == 204
    special = {"horarios": [["12:00", "15:00"]]}
    assert (await client.put(path, json=special, headers=dict(gestor))).status_code == 200
    kept = await client.put(path, json={**special, "lotado": True}, headers=dict(atendente))
    assert (kept.status_code, kept.json()["horarios"]) == (200, [["12:00", "15:00"]])
    assert (await client.delete(path, headers=dict(atendente))).status_code == 403


@pytest.mark.parametrize(
    ("days", "body", "campo"),
    [
        (-2, {"fechado": True}, "data"),
        (800, {"fechado": True}, "data"),
        (1, {}, "fechado"),
        (1, {"motivo": "à toa"}, "fechado"),
        (1, {"fechado": True, "horarios": [["12:00", "15:00"]]}, "horarios"),
        (1, {"horarios": []}, "horarios"),
        (1, {"horarios": [["15:00", "12:00"], ["18:00", "20:00"]]}, "horarios"),
        (1, {"lotado": "talvez"}, "lotado"),
    ],
)
async def test_a_day_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, container: Container, gestor: Headers, days: int, body: dict[str, Any], campo: str
) -> None:
    path = f"{URL}/dias/{today(container) + timedelta(days=days)}"
    refused = await client.put(path, json=body, headers=dict(gestor))
    assert refused.status_code == 422
    assert [error["campo"] for error in refused.json()["errors"]] == [campo]


async def test_days_are_listed_by_period(client: httpx.AsyncClient, container: Container, gestor: Headers) -> None:
    first = today(container)
    await client.put(f"{URL}/dias/{first}", json={"lotado": True}, headers=dict(gestor))
    listed = (await client.get(f"{URL}/dias", headers=dict(gestor))).json()["items"]
    assert [dia["data"] for dia in listed] == [first.isoformat(), DIA.isoformat()]
    only = await client.get(f"{URL}/dias", params={"ate": str(first)}, headers=dict(gestor))
    assert [dia["data"] for dia in only.json()["items"]] == [first.isoformat()]
    later = await client.get(f"{URL}/dias", params={"desde": str(DIA)}, headers=dict(gestor))
    assert [dia["data"] for dia in later.json()["items"]] == [DIA.isoformat()]
    assert (await client.get(f"{URL}/dias", params={"desde": "ontem"}, headers=dict(gestor))).status_code == 422
    assert (await client.put(f"{URL}/dias/hoje", json={"lotado": True}, headers=dict(gestor))).status_code == 422


async def test_there_is_a_bound_to_the_days_to_come(
    client: httpx.AsyncClient, container: Container, gestor: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dias, "MAX_DIAS", 1)
    full = await client.put(f"{URL}/dias/{today(container)}", json={"lotado": True}, headers=dict(gestor))
    assert full.status_code == 409
    known = await client.put(f"{URL}/dias/{DIA}", json={"fechado": True}, headers=dict(gestor))
    assert known.status_code == 200, "a day already there is no new one"


async def test_the_day_is_counted_in_the_zone_of_the_empresa(
    client: httpx.AsyncClient, container: Container, gestor: Headers
) -> None:
    async with container.db.system_scope() as session:
        empresa = (await session.scalars(select(Empresa).where(Empresa.slug == "nossa"))).one()
        empresa.fuso_horario = "Pacific/Kiritimati"
    ahead = container.clock.now().astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    before = await client.put(f"{URL}/dias/{ahead - timedelta(days=2)}", json={"lotado": True}, headers=dict(gestor))
    assert before.status_code == 422
    tonight = await client.put(f"{URL}/dias/{ahead - timedelta(days=1)}", json={"lotado": True}, headers=dict(gestor))
    assert tonight.status_code == 200, "after midnight last night is still being served"
