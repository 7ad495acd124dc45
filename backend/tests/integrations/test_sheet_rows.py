"""Reading what restaurant owners write: dates, times, counts, states and titles as people type them."""

from datetime import date, time
from typing import Any

import pytest

from errors import ProviderRefused
from integrations.sheet_rows import (
    Unreadable,
    find_columns,
    parse_count,
    parse_date,
    parse_status,
    parse_time,
    read_row,
    row_id,
    same_id,
)

CHRISTMAS = date(2026, 12, 25)


@pytest.mark.parametrize(
    "cell",
    ["25/12/2026", "25/12/26", "25.12.2026", "25-12-2026", "2026-12-25", "2026-12-25T20:00", " 25/12/2026 ",
     "sex., 25/12/2026", "sexta 25/12/2026", 46381, 46381.0],
)  # fmt: skip
def test_dates(cell: Any) -> None:
    assert parse_date(cell) == CHRISTMAS


@pytest.mark.parametrize("cell", ["", "amanhã", "25/12", "32/01/2026", "30/02/2026", 4, -1, 1e300, True, "12/25/2026"])
def test_dates_that_cannot_be_known(cell: Any) -> None:
    with pytest.raises(Unreadable):
        parse_date(cell)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("20:00", time(20)), ("20h", time(20)), ("20h30", time(20, 30)), ("20H30", time(20, 30)),
        ("20:30:00", time(20, 30)),
        ("8h05", time(8, 5)), ("20.30", time(20, 30)), ("20 h", time(20)), ("20hs", time(20)), ("20 horas", time(20)),
        ("às 20h", time(20)), ("20h30min", time(20, 30)), (20.5 / 24, time(20, 30)), (0.0, time(0)), (20, time(20)),
        (46381.8541666667, time(20, 30)),
    ],
)  # fmt: skip
def test_times(cell: Any, found: time) -> None:
    assert parse_time(cell) == found


@pytest.mark.parametrize("cell", ["", "noite", "25h", "20:75", "20", "meio-dia", None])
def test_times_that_cannot_be_known(cell: Any) -> None:
    with pytest.raises(Unreadable):
        parse_time(cell)


@pytest.mark.parametrize(("cell", "count"), [(4, 4), (4.0, 4), ("4", 4), ("4 pessoas", 4), ("12 pax", 12)])
def test_counts(cell: Any, count: int) -> None:
    assert parse_count(cell) == count


@pytest.mark.parametrize("cell", ["", 0, -2, 2.5, "quatro", "4 ou 5", "2+1", True])
def test_counts_that_cannot_be_known(cell: Any) -> None:
    with pytest.raises(Unreadable):
        parse_count(cell)


@pytest.mark.parametrize(
    ("cell", "status"),
    [("", "confirmada"), ("OK", "confirmada"), ("Confirmado", "confirmada"), ("CANCELADA", "cancelada"),
     ("Não compareceu", "nao_compareceu"), ("pendente", "pendente")],
)  # fmt: skip
def test_states(cell: str, status: str) -> None:
    assert parse_status(cell) == status


def test_the_header_is_found_below_a_title_in_any_order_under_any_usual_name() -> None:
    columns = find_columns(
        [["Cantina — reservas"], [], ["", "Qtde. Pessoas", "Garçom", "HORA", "Cliente", "Dia", "Celular", "Obs."]]
    )
    assert columns is not None
    assert columns.row == 3
    assert columns.places == {
        "pessoas": 1, "horario": 3, "nome": 4, "data": 5, "telefone": 6, "observacoes": 7
    }  # fmt: skip
    assert (columns.first, columns.width) == (1, 8)
    assert columns.missing == ("id", "status")


def test_an_empty_sheet_has_no_header_and_a_foreign_one_is_refused() -> None:
    assert find_columns([]) is None
    assert find_columns([[], ["", ""]]) is None
    with pytest.raises(ProviderRefused) as caught:
        find_columns([["Produto", "Preço"], ["Pizza", 52]])
    assert caught.value.reason == "header_not_found"


def test_a_row_is_read_even_when_it_ends_early_and_numbers_were_typed_as_numbers() -> None:
    columns = find_columns([["Nome", "Telefone", "Data", "Hora", "Pessoas", "Status", "Obs", "Código"]])
    assert columns is not None
    found = read_row(columns, ["Ana", 5511988887777.0, 46381, 20.5 / 24, 4.0])
    assert (found.nome, found.telefone, found.data, found.horario, found.pessoas) == (
        "Ana", "5511988887777", CHRISTMAS, time(20, 30), 4
    )  # fmt: skip
    assert (found.status, found.observacoes) == ("confirmada", None)
    assert found.id == row_id(columns, ["Ana", "5511988887777", 46381, 20.5 / 24, 4])
    assert found.id.startswith("manual-")


def test_codes_are_the_same_in_other_capitals() -> None:
    assert same_id(" r-7k2m", "R-7K2M")
    assert not same_id("R-7K2M", "R-7K2N")
