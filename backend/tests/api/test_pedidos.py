"""The orders in the panel: pages, filters, the steps of an order and the record of who took them."""

import httpx
import pytest
from sqlalchemy import select

from container import Container
from models import Auditoria, Pedido
from tests.panel_fixtures import Headers
from tests.panel_world import World

URL = "/api/empresas/nossa/pedidos"
STATUS = ("recebido", "aceito", "recusado", "pronto", "entregue", "cancelado")
STEPS = {
    ("recebido", "aceito"),
    ("recebido", "recusado"),
    ("recebido", "cancelado"),
    ("aceito", "pronto"),
    ("aceito", "cancelado"),
    ("pronto", "entregue"),
}


async def add_pedido(container: Container, world: World, codigo: str, status: str = "recebido") -> int:
    async with container.db.system_scope() as session:
        pedido = Pedido(
            empresa_id=world.ours.id,
            cliente_id=world.ours.cliente_id,
            conversa_id=world.ours.conversa_id,
            codigo=codigo,
            itens=[{"nome": "Calabresa", "quantidade": 2, "preco_centavos": 6200, "observacao": "sem cebola"}],
            modo="entrega",
            endereco="Rua das Flores, 10",
            taxa_centavos=800,
            total_centavos=13_200,
            status=status,
        )
        session.add(pedido)
        await session.flush()
        return pedido.id


async def test_order_is_shown_whole(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    pedido_id = await add_pedido(container, world, "P-2000")
    response = await client.get(URL, headers=dict(atendente))
    shown = response.json()["items"][0]
    assert shown.pop("created_at").endswith("Z")
    assert shown.pop("updated_at").endswith("Z")
    assert shown == {
        "id": pedido_id,
        "codigo": "P-2000",
        "cliente": {"id": world.ours.cliente_id, "nome": "Cliente nossa"},
        "conversa_id": world.ours.conversa_id,
        "nome": None,
        "itens": [{"nome": "Calabresa", "quantidade": 2, "preco_centavos": 6200, "observacao": "sem cebola"}],
        "modo": "entrega",
        "endereco": "Rua das Flores, 10",
        "taxa_centavos": 800,
        "total_centavos": 13_200,
        "observacoes": None,
        "status": "recebido",
    }


async def test_latest_order_comes_first_page_by_page(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    made = [await add_pedido(container, world, f"P-200{n}") for n in range(3)]
    first = (await client.get(URL, params={"limit": 2}, headers=dict(atendente))).json()
    rest = (await client.get(URL, params={"cursor": first["next_cursor"]}, headers=dict(atendente))).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [*reversed(made), world.ours.pedido_id]
    assert rest["next_cursor"] is None


async def test_orders_are_filtered_by_status(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    ready = await add_pedido(container, world, "P-2000", "pronto")
    found = (await client.get(URL, params={"status": "pronto"}, headers=dict(atendente))).json()["items"]
    assert [item["id"] for item in found] == [ready]
    assert (await client.get(URL, params={"status": "sumido"}, headers=dict(atendente))).status_code == 422


@pytest.mark.parametrize("before", STATUS)
async def test_only_the_steps_of_an_order_exist(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers, before: str
) -> None:
    for n, after in enumerate(STATUS):
        pedido_id = await add_pedido(container, world, f"P-30{n}", before)
        response = await client.patch(f"{URL}/{pedido_id}", json={"status": after}, headers=dict(atendente))
        if after == before or (before, after) in STEPS:
            assert (response.status_code, response.json()["status"]) == (200, after)
        else:
            assert (response.status_code, response.json()["code"]) == (409, "conflito")


async def test_step_is_recorded_once_with_who_took_it(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    pedido_id = await add_pedido(container, world, "P-2000")
    for _ in range(2):
        response = await client.patch(f"{URL}/{pedido_id}", json={"status": "aceito"}, headers=dict(atendente))
        assert response.status_code == 200
    async with container.db.system_scope() as session:
        records = (await session.execute(select(Auditoria))).scalars().all()
    assert [(row.acao, row.alvo_id, row.usuario_id, row.empresa_id, row.mudancas) for row in records] == [
        (
            "pedido_alterado",
            str(pedido_id),
            world.ours.atendente_id,
            world.ours.id,
            {"status": {"de": "recebido", "para": "aceito"}},
        )
    ]


@pytest.mark.parametrize(
    "body", [{}, {"status": "sumido"}, {"status": None}, {"status": "aceito", "total_centavos": 1}]
)
async def test_nothing_but_the_status_can_be_changed(
    client: httpx.AsyncClient, world: World, gestor: Headers, body: dict[str, object]
) -> None:
    response = await client.patch(f"{URL}/{world.ours.pedido_id}", json=body, headers=dict(gestor))
    assert (response.status_code, response.json()["code"]) == (422, "dados_invalidos")


async def test_order_of_another_empresa_does_not_exist_under_ones_own_slug(
    client: httpx.AsyncClient, world: World, gestor: Headers, superuser: Headers
) -> None:
    for headers in (gestor, superuser):
        foreign = await client.patch(
            f"{URL}/{world.theirs.pedido_id}", json={"status": "aceito"}, headers=dict(headers)
        )
        assert (foreign.status_code, foreign.json()["code"]) == (404, "nao_encontrado")
