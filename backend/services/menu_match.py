"""Finds in a menu what a customer named: plurals, accents, word order and slips of the finger aside. Pure.

It never chooses between two things that fit equally well, and a word the menu does not have ("margherita sem massa
grande") is not passed over: what comes back then are candidates to ask about.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.plain_text import plain

MAX_SHOWN = 6

_SMALL_WORDS = frozenset(
    ["a", "o", "as", "os", "um", "uma", "de", "da", "do", "das", "dos", "e", "com", "ao", "na", "no", "em", "por"]
)
_ENDINGS = (
    ("oes", "ao"),
    ("aes", "ao"),
    ("ais", "al"),
    ("eis", "el"),
    ("ois", "ol"),
    ("ns", "m"),
    ("res", "r"),
    ("s", ""),
)
_HALF = r"(?:meia|meio|metade|1/2)"
_HALVES = (
    re.compile(r"^(?P<whole>.*?)\bmeio a meio(?: de)? (?P<first>.+?) e (?P<second>.+)$"),
    re.compile(r"^(?P<whole>.*?)\bmeio a meio(?: de)? (?P<first>.+?)(?: com|,) (?P<second>.+)$"),
    re.compile(rf"^(?P<whole>.*?)\b{_HALF}(?: de)? (?P<first>.+?)(?: e|,)? {_HALF}(?: de)? (?P<second>.+)$"),
)


class MenuItem(Protocol):
    """What is read of an `ItemCardapio`."""

    @property
    def id(self) -> int: ...

    @property
    def nome(self) -> str: ...

    @property
    def categoria(self) -> str | None: ...

    @property
    def preco_centavos(self) -> int: ...

    @property
    def disponivel(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Found:
    """`items` is one when it is certain, several to ask about, none when nothing resembles it."""

    items: tuple[MenuItem, ...]
    exact: bool
    """False: nothing fits the whole name; the items are only near it."""


def find(name: str, menu: Sequence[MenuItem]) -> Found:
    """The items this name may mean."""
    wanted = words(name)
    if not wanted:
        return Found((), exact=False)
    named = [(item, frozenset(words(item.nome)), frozenset(words(item.categoria or ""))) for item in menu]
    tiers = (
        [item for item, own, _ in named if own == frozenset(wanted)],
        [item for item, own, kind in named if own <= frozenset(wanted) <= own | kind],
        [item for item, own, kind in named if frozenset(wanted) <= own | kind and own & frozenset(wanted)],
        [item for item, own, kind in named if _all_near(wanted, own, kind)],
    )
    for tier in tiers:
        if tier:
            return Found(tuple(tier), exact=True)
    near = [item for item, own, _ in named if any(_near(word, other) for word in wanted for other in own)]
    of_kind = [item for item, _, kind in named if frozenset(wanted) & kind]
    return Found(tuple(near or of_kind), exact=False)


def split_halves(name: str) -> tuple[str, str] | None:
    """The two flavours of "meia margherita meia calabresa", each with the words that stand before both."""
    text = re.sub(r"[^a-z0-9/ ,]", " ", plain(name).replace("⁄", "/"))
    text = re.sub(r"\s*,\s*", ", ", re.sub(r"\s+", " ", text)).strip()
    for pattern in _HALVES:
        if found := pattern.match(text):
            whole = found["whole"].strip(" ,")
            return f"{whole} {found['first']}".strip(" ,"), f"{whole} {found['second']}".strip(" ,")
    return None


def pair_halves(first: Sequence[MenuItem], second: Sequence[MenuItem]) -> list[tuple[MenuItem, MenuItem]]:
    """The pairs that can share one pizza: of one category, which or whose names say pizza."""
    return [
        (one, other)
        for one in first
        for other in second
        if one.categoria == other.categoria and one.id != other.id and _is_pizza(one) and _is_pizza(other)
    ]


def label(item: MenuItem, menu: Sequence[MenuItem]) -> str:
    """The name, with its category where the menu has the same name twice."""
    twice = sum(plain(other.nome) == plain(item.nome) for other in menu) > 1
    return f"{item.nome} ({item.categoria})" if twice and item.categoria else item.nome


def words(text: str) -> tuple[str, ...]:
    """The words that carry the name, in the singular, without small ones."""
    text = re.sub(r"\bc/", "com ", plain(text))
    text = re.sub(r"(\d+)[.,]?(\d*) ?(?:litros?|lts?|l)\b", r"\1\2l", text)
    text = re.sub(r"(\d+) ?(?:mls?|mililitros?)\b", r"\1ml", text)
    return tuple(_singular(word) for word in re.findall(r"[a-z0-9]+", text) if word not in _SMALL_WORDS)


def _singular(word: str) -> str:
    if len(word) > 3:
        for ending, singular in _ENDINGS:
            if word.endswith(ending):
                return word[: -len(ending)] + singular
    return word


def _all_near(wanted: Sequence[str], own: frozenset[str], kind: frozenset[str]) -> bool:
    return all(any(_near(word, other) for other in own | kind) for word in wanted) and any(
        _near(word, other) for word in wanted for other in own
    )


def _near(word: str, other: str) -> bool:
    """One slip in a word of five letters, two in one of eight."""
    if word == other:
        return True
    allowed = 2 if min(len(word), len(other)) >= 8 else 1 if min(len(word), len(other)) >= 5 else 0
    return allowed > 0 and abs(len(word) - len(other)) <= allowed and _distance(word, other) <= allowed


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for n, char in enumerate(one, 1):
        before, row[0] = row[0], n
        for m, against in enumerate(other, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (char != against))
    return row[-1]


def _is_pizza(item: MenuItem) -> bool:
    return "pizza" in words(f"{item.categoria or ''} {item.nome}")
