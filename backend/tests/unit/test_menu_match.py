"""Names of dishes as customers write them, against a menu."""

from dataclasses import dataclass

import pytest

from services.menu_match import find, label, pair_halves, split_halves


@dataclass(frozen=True)
class Item:
    id: int
    nome: str
    categoria: str | None
    preco_centavos: int = 1000
    disponivel: bool = True


MENU = [
    Item(1, "Margherita", "Pizzas grandes"),
    Item(2, "Calabresa", "Pizzas grandes"),
    Item(3, "Frango com catupiry", "Pizzas grandes"),
    Item(4, "Quatro queijos", "Pizzas grandes"),
    Item(5, "Margherita", "Pizzas médias"),
    Item(6, "Portuguesa", "Pizzas médias"),
    Item(7, "Borda recheada de catupiry", None),
    Item(8, "Refrigerante de 2 litros", "Bebidas"),
    Item(9, "Refrigerante em lata", "Bebidas"),
    Item(10, "Pão de alho", "Entradas"),
    Item(11, "Meia porção de fritas", "Porções"),
    Item(12, "Água mineral", "Bebidas"),
]


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("calabresa", [2]),
        ("CALABRESAS", [2]),
        ("pizza de calabresa", [2]),
        ("pizza grande calabresa", [2]),
        ("calabreza", [2]),
        ("quatro queijo", [4]),
        ("frango c/ catupiry", [3]),
        ("frango", [3]),
        ("margherita", [1, 5]),
        ("marguerita média", [5]),
        ("pizza margherita grande", [1]),
        ("catupiry", [3, 7]),
        ("refri", []),
        ("refrigerante", [8, 9]),
        ("refrigerante 2l", [8]),
        ("refrigerante 2 litros", [8]),
        ("paes de alho", [10]),
        ("agua", [12]),
        ("meia porcao de fritas", [11]),
        ("meia porção de fritas", [11]),
    ],
)
def test_name_as_written_finds_the_item(name: str, ids: list[int]) -> None:
    found = find(name, MENU)
    assert [item.id for item in found.items if found.exact] == ids


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("calabresa vegana", [2]),
        ("margherita e calabresa", [1, 2, 5]),
        ("pizza", [1, 2, 3, 4, 5, 6]),
        ("sushi", []),
        ("", []),
        ("de com", []),
        ("💥", []),
    ],
)
def test_word_the_menu_does_not_have_is_not_passed_over(name: str, near: list[int]) -> None:
    found = find(name, MENU)
    assert not found.exact
    assert [item.id for item in found.items] == near


@pytest.mark.parametrize(
    ("name", "halves"),
    [
        ("meia margherita meia calabresa", ("margherita", "calabresa")),
        ("Meia Margherita e meia Calabresa", ("margherita", "calabresa")),
        ("pizza grande meia margherita, meia calabresa", ("pizza grande margherita", "pizza grande calabresa")),
        ("½ margherita ½ calabresa", ("margherita", "calabresa")),
        ("1/2 margherita e 1/2 frango com catupiry", ("margherita", "frango com catupiry")),
        ("metade de margherita metade de calabresa", ("margherita", "calabresa")),
        ("pizza meio a meio margherita e calabresa", ("pizza margherita", "pizza calabresa")),
        ("meio a meio frango com catupiry e calabresa", ("frango com catupiry", "calabresa")),
        ("meia margherita", None),
        ("calabresa", None),
    ],
)
def test_halves_are_taken_apart(name: str, halves: tuple[str, str] | None) -> None:
    assert split_halves(name) == halves


def test_only_pizzas_of_one_size_share_a_pizza() -> None:
    by_id = {item.id: item for item in MENU}
    assert pair_halves([by_id[1], by_id[5]], [by_id[2]]) == [(by_id[1], by_id[2])]
    assert pair_halves([by_id[8]], [by_id[9]]) == []
    assert pair_halves([by_id[1]], [by_id[1]]) == []


def test_category_is_said_only_where_a_name_is_there_twice() -> None:
    assert label(MENU[0], MENU) == "Margherita (Pizzas grandes)"
    assert label(MENU[1], MENU) == "Calabresa"
