"""Orders priced from the menu and stored, on a real PostgreSQL with the walls between empresas up."""

# ruff: noqa: F401, F811 (pytest finds fixtures by the names imported here)

import asyncio
import re
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from container import Container
from models import Empresa, ItemCardapio, Pedido
from services.orders import (
    MAX_LINES,
    OrderRefused,
    PricedOrder,
    WantedItem,
    order_review,
    order_summary,
    place_order,
    price_order,
    reais,
)
from tests.panel_fixtures import world
from tests.panel_world import World

NOW = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)


@pytest.fixture
async def menu(container: Container, world: World) -> World:
    """Our empresa takes orders and delivers; the other one has a menu of its own."""
    async with container.db.system_scope() as session:
        ours = await session.get_one(Empresa, world.ours.id)
        ours.aceita_pedidos, ours.faz_entrega, ours.taxa_entrega_centavos = True, True, 800
        theirs = await session.get_one(Empresa, world.theirs.id)
        theirs.aceita_pedidos = True
        rows = (
            ("Pizzas", "Margherita", 5800, True),
            ("Pizzas", "Calabresa", 6200, True),
            ("Pizzas", "Funghi", 7400, False),
            ("Bebidas", "Refrigerante em lata", 700, True),
            ("Bebidas", "Refrigerante de 2 litros", 1500, True),
        )
        session.add_all(
            ItemCardapio(
                empresa_id=world.ours.id, categoria=kind, nome=name, preco_centavos=price, disponivel=available, ordem=n
            )
            for n, (kind, name, price, available) in enumerate(rows)
        )
        session.add(ItemCardapio(empresa_id=world.theirs.id, nome="Ostra", preco_centavos=900))
    return world


async def price(container: Container, empresa_id: int, *items: WantedItem, **how: Any) -> PricedOrder:
    async with container.db.tenant(empresa_id) as session:
        return await price_order(session, await session.get_one(Empresa, empresa_id), items, **how)


async def place(session: AsyncSession, world: World, *items: WantedItem, **how: Any) -> Pedido:
    given = {"modo": "retirada", "endereco": None, "nome": "Ana", "observacoes": None, "turno_id": None, **how}
    return await place_order(
        session,
        await session.get_one(Empresa, world.ours.id),
        conversa=world.ours.conversa_id,
        cliente_id=world.ours.cliente_id,
        itens=items,
        now=NOW,
        **given,
    )


async def test_total_is_added_up_from_the_menu(container: Container, menu: World) -> None:
    order = await price(
        container,
        menu.ours.id,
        WantedItem("pizzas de margherita", 2, "sem manjericão"),
        WantedItem("refrigerante 2l", 3),
    )
    assert [(item.nome, item.preco_centavos) for item in order.itens] == [
        ("Margherita", 5800),
        ("Refrigerante de 2 litros", 1500),
    ]
    assert (order.taxa_centavos, order.total_centavos) == (0, 2 * 5800 + 3 * 1500)


async def test_delivery_adds_its_fee_and_keeps_the_address(container: Container, menu: World) -> None:
    order = await price(
        container, menu.ours.id, WantedItem("margherita"), modo="entrega", endereco="  Rua das Flores,\n 10 "
    )
    assert (order.endereco, order.taxa_centavos, order.total_centavos) == ("Rua das Flores, 10", 800, 6600)


async def test_half_and_half_costs_what_the_dearer_half_costs(container: Container, menu: World) -> None:
    order = await price(container, menu.ours.id, WantedItem("pizza meia margherita meia calabresa", 2))
    assert order.itens[0].nome == "Meia Margherita, meia Calabresa"
    assert order.total_centavos == 2 * 6200


@pytest.mark.parametrize(
    ("item", "reason", "candidates"),
    [
        (WantedItem("refrigerante"), "item_ambiguo", ("Refrigerante em lata", "Refrigerante de 2 litros")),
        (WantedItem("sushi"), "item_desconhecido", ()),
        (WantedItem("calabresa vegana"), "item_desconhecido", ("Calabresa",)),
        (WantedItem("funghi"), "item_indisponivel", ()),
        (WantedItem("meia margherita meia funghi"), "item_indisponivel", ()),
        (WantedItem("meia margherita meia refrigerante em lata"), "metades", ()),
        (WantedItem("meia margherita meia sushi"), "item_desconhecido", ()),
        (WantedItem("ostra"), "item_desconhecido", ()),
        (WantedItem(""), "item_desconhecido", ()),
        (WantedItem("margherita", 0), "quantidade", ()),
        (WantedItem("margherita", 51), "quantidade", ()),
        (WantedItem("margherita", -1), "quantidade", ()),
        (WantedItem("margherita", True), "quantidade", ()),
    ],
)
async def test_line_that_cannot_be_taken_is_refused_with_what_to_ask(
    container: Container, menu: World, item: WantedItem, reason: str, candidates: tuple[str, ...]
) -> None:
    with pytest.raises(OrderRefused) as refused:
        await price(container, menu.ours.id, item)
    assert (refused.value.reason, refused.value.candidates) == (reason, candidates)
    assert refused.value.sentence
    if reason == "item_indisponivel":
        assert "Funghi" in refused.value.sentence


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"modo": "entrega"}, "sem_endereco"),
        ({"modo": "entrega", "endereco": " \n"}, "sem_endereco"),
        ({"modo": "drone"}, "modo"),
    ],
)
async def test_delivery_needs_an_address(container: Container, menu: World, how: dict[str, Any], reason: str) -> None:
    with pytest.raises(OrderRefused) as refused:
        await price(container, menu.ours.id, WantedItem("margherita"), **how)
    assert refused.value.reason == reason


async def test_empresa_decides_what_it_takes(container: Container, menu: World) -> None:
    with pytest.raises(OrderRefused) as refused:
        await price(container, menu.theirs.id, WantedItem("ostra"), modo="entrega", endereco="Rua A, 1")
    assert refused.value.reason == "sem_entrega"
    async with container.db.system_scope() as session:
        (await session.get_one(Empresa, menu.theirs.id)).aceita_pedidos = False
    with pytest.raises(OrderRefused) as refused:
        await price(container, menu.theirs.id, WantedItem("ostra"))
    assert refused.value.reason == "nao_aceita_pedidos"


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([], "sem_itens"),
        ([WantedItem("margherita")] * (MAX_LINES + 1), "itens_demais"),
        ([WantedItem("calabresa", 50)] * 5, "total_alto"),
    ],
)
async def test_order_of_no_size_or_of_any_size_is_refused(
    container: Container, menu: World, items: list[WantedItem], reason: str
) -> None:
    with pytest.raises(OrderRefused) as refused:
        await price(container, menu.ours.id, *items)
    assert refused.value.reason == reason


async def test_stored_order_is_received_and_says_so(container: Container, menu: World) -> None:
    async with container.db.tenant(menu.ours.id) as session:
        placed = await place(
            session,
            menu,
            WantedItem("margherita", 2, "sem\x00 manjericão\ud800"),
            modo="entrega",
            endereco="Rua das Flores, 10",
            observacoes="tocar a campainha",
            turno_id=menu.ours.turno_id,
        )
        codigo = placed.codigo
    async with container.db.tenant(menu.ours.id) as session:
        stored = (await session.execute(select(Pedido).where(Pedido.codigo == codigo))).scalar_one()
        assert (stored.status, stored.total_centavos, stored.taxa_centavos) == ("recebido", 12_400, 800)
        assert stored.itens == [
            {"nome": "Margherita", "quantidade": 2, "preco_centavos": 5800, "observacao": "sem manjericão"}
        ]
        assert (stored.created_at, stored.turno_id) == (NOW, menu.ours.turno_id)
        assert order_summary(stored) == (
            f"Pedido recebido: {codigo}\n"
            "2 × Margherita: R$ 116,00\n"
            "   (sem manjericão)\n"
            "Taxa de entrega: R$ 8,00\n"
            "Total: R$ 124,00\n"
            "Entrega em: Rua das Flores, 10\n"
            "Em nome de: Ana\n"
            "Observações: tocar a campainha\n"
            "A equipe ainda vai confirmar o seu pedido."
        )
    assert re.fullmatch(r"P-[1-9]\d{3}", codigo)


async def test_review_reads_the_order_back_before_it_is_stored(container: Container, menu: World) -> None:
    order = await price(container, menu.ours.id, WantedItem("calabresa"))
    assert order_review(order) == (
        "Confira o seu pedido:\n1 × Calabresa: R$ 62,00\nTotal: R$ 62,00\nRetirada no local\nPosso anotar?"
    )


async def test_price_changed_later_does_not_change_the_order(container: Container, menu: World) -> None:
    async with container.db.tenant(menu.ours.id) as session:
        pedido_id = (await place(session, menu, WantedItem("margherita"))).id
    async with container.db.system_scope() as session:
        for item in (await session.execute(select(ItemCardapio))).scalars():
            item.preco_centavos = 1
    async with container.db.tenant(menu.ours.id) as session:
        assert (await session.get_one(Pedido, pedido_id)).total_centavos == 5800


async def test_same_order_in_a_redone_turn_is_stored_once(container: Container, menu: World) -> None:
    async def again(*items: WantedItem) -> int:
        async with container.db.tenant(menu.ours.id) as session:
            return (await place(session, menu, *items, turno_id=menu.ours.turno_id)).id

    first = await again(WantedItem("margherita"))
    assert await again(WantedItem("pizza margherita")) == first
    assert await again(WantedItem("calabresa")) != first


async def test_code_already_taken_is_not_given_again(
    container: Container, menu: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The world holds P-1001 of both empresas: the first try collides with ours."""
    tries = iter([1, 1, 2])
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(tries))
    async with container.db.tenant(menu.ours.id) as session:
        assert (await place(session, menu, WantedItem("margherita"))).codigo == "P-1002"


async def test_orders_at_once_get_different_codes(container: Container, menu: World) -> None:
    async def one() -> str:
        async with container.db.tenant(menu.ours.id) as session:
            return (await place(session, menu, WantedItem("margherita"))).codigo

    codes = await asyncio.gather(*(one() for _ in range(8)))
    assert len(set(codes)) == 8


async def test_refused_order_leaves_nothing_behind(container: Container, menu: World) -> None:
    async with container.db.tenant(menu.ours.id) as session:
        before = await session.scalar(select(func.count(Pedido.id)))
        with pytest.raises(OrderRefused):
            await place(session, menu, WantedItem("margherita"), WantedItem("sushi"))
    async with container.db.tenant(menu.ours.id) as session:
        assert await session.scalar(select(func.count(Pedido.id))) == before


@pytest.mark.parametrize(
    ("centavos", "written"), [(0, "R$ 0,00"), (5, "R$ 0,05"), (5800, "R$ 58,00"), (123_456, "R$ 1.234,56")]
)
def test_money_is_written_the_brazilian_way(centavos: int, written: str) -> None:
    assert reais(centavos) == written
