"""Replies become WhatsApp messages without losing a word, within the limit and the four bubbles."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reply import LIMIT, MAX_BUBBLES, length, split_reply

LONG = "Primeiro parágrafo com o horário de funcionamento da casa, todos os dias da semana.\n\n"


def _words(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("\x00", ""))


@given(st.text(max_size=6000), st.booleans())
def test_no_word_is_lost_and_no_message_is_too_long(text: str, broken: bool) -> None:
    parts = split_reply(text, broken=broken)
    assert _words("".join(parts)) == _words(text)
    assert all(0 < length(part) <= LIMIT and part.strip() for part in parts)


def test_unbroken_reply_is_one_message_up_to_the_limit() -> None:
    assert len(split_reply(LONG * 10, broken=False)) == 1
    assert len(split_reply("a" * LIMIT, broken=False)) == 1
    assert len(split_reply("a" * (LIMIT + 1), broken=False)) == 2


def test_limit_counts_emoji_as_whatsapp_does() -> None:
    assert [length(part) for part in split_reply("😀" * 801, broken=False)] == [1600, 2]


@given(
    st.lists(st.text(st.characters(categories=("Ll", "Lu", "Nd")), min_size=1, max_size=200), min_size=1, max_size=12)
)
def test_broken_reply_has_at_most_four_bubbles_when_they_fit(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    if len(text) <= LIMIT:
        assert 1 <= len(split_reply(text, broken=True)) <= MAX_BUBBLES


def test_broken_reply_is_cut_at_paragraphs_then_sentences() -> None:
    assert split_reply(LONG + LONG.strip(), broken=True) == [LONG.strip(), LONG.strip()]
    sentences = (
        "Sim, abrimos no domingo das 18h às 23h, com rodízio de massas. "
        "A pizza margherita grande custa R$ 52,00 e serve duas pessoas com fome."
    )
    assert split_reply(sentences, broken=True) == re.split(r"(?<=massas\.) ", sentences)


def test_short_greeting_is_not_a_bubble_of_its_own() -> None:
    assert len(split_reply("Olá!\n\n" + LONG, broken=True)) == 1


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\x00"])
def test_nothing_to_say_is_no_message(text: str) -> None:
    assert split_reply(text, broken=True) == []


def test_runs_of_spaces_that_whatsapp_refuses_are_closed() -> None:
    assert "    " not in split_reply("preço:          R$ 10", broken=False)[0]
