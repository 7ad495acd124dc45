"""Whose messages a catch-up may fetch: only numbers that belong to exactly one empresa."""

from services.catch_up import own_numbers

SHARED = "whatsapp:+14155238886"
MINE = "whatsapp:+551140000001"


def test_number_customers_of_one_empresa_wrote_to_is_its_own() -> None:
    assert own_numbers([(1, MINE)], []) == {1: {MINE}}


def test_number_of_two_empresas_is_nobodys() -> None:
    assert own_numbers([(1, SHARED), (2, SHARED), (2, MINE)], []) == {2: {MINE}}


def test_number_set_by_an_empresa_is_not_taken_by_another_that_once_used_it() -> None:
    assert own_numbers([(1, MINE)], [(2, "+551140000001")]) == {}
    assert own_numbers([(1, SHARED)], [(2, "+551140000001")]) == {1: {SHARED}, 2: {MINE}}


def test_empresa_with_a_number_set_looks_at_no_other() -> None:
    assert own_numbers([(1, SHARED)], [(1, MINE)]) == {1: {MINE}}


def test_missing_or_odd_address_is_never_listed() -> None:
    assert own_numbers([(1, ""), (1, "whatsapp:"), (1, "BR.123"), (1, "*")], []) == {}
