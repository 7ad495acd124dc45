"""How a reply becomes WhatsApp messages: one, or up to four bubbles cut where a person would pause.

Twilio accepts 1,600 characters a message and counts UTF-16 units; four spaces in a row are refused (63013).
"""

import re

LIMIT = 1600
MAX_BUBBLES = 4
_SHORT = 60
"""Bubbles shorter than this are joined to their neighbour."""

_SPACES = re.compile(r"[ \t\u00a0]{3,}")
_BLANK_LINES = re.compile(r"\n{3,}")
_PARAGRAPHS = re.compile(r"\n{2,}")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÁÂÃÀÉÊÍÓÔÕÚÇ0-9\"“¿¡*_-])")


def split_reply(text: str, *, broken: bool) -> list[str]:
    """The messages to send, in order. Nothing of the text is lost; an empty text gives none.

    `broken` is the empresa's `mensagem_quebrada`: up to four bubbles at paragraphs or sentences; otherwise one
    message, cut only beyond the limit.
    """
    tidy = _tidy(text)
    if not tidy:
        return []
    if not broken:
        return _within_limit(tidy)
    pieces = [piece for piece in _PARAGRAPHS.split(tidy) if piece.strip()]
    if len(pieces) == 1 and len(tidy) > 2 * _SHORT:
        pieces = _SENTENCE_END.split(tidy)
        separator = " "
    else:
        separator = "\n\n"
    bubbles = _join_to_at_most(pieces, MAX_BUBBLES, separator)
    return [part for bubble in bubbles for part in _within_limit(bubble)]


def length(text: str) -> int:
    """Characters as WhatsApp counts them."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _tidy(text: str) -> str:
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return _BLANK_LINES.sub("\n\n", _SPACES.sub("  ", text)).strip()


def _join_to_at_most(pieces: list[str], count: int, separator: str) -> list[str]:
    """Neighbours are joined, the shortest pair first, until few enough remain and none is a fragment."""
    pieces = list(pieces)
    while len(pieces) > 1:
        pairs = [len(pieces[i]) + len(pieces[i + 1]) for i in range(len(pieces) - 1)]
        fragment = next((i for i, piece in enumerate(pieces) if len(piece) < _SHORT), None)
        if len(pieces) > count:
            at = pairs.index(min(pairs))
        elif fragment is not None:
            at = fragment if fragment < len(pieces) - 1 else fragment - 1
        else:
            break
        pieces[at : at + 2] = [pieces[at] + separator + pieces[at + 1]]
    return pieces


def _within_limit(text: str) -> list[str]:
    """Cut at a paragraph, else a line, a sentence, a space, and only then inside a word."""
    parts = []
    rest = text
    while length(rest) > LIMIT:
        window = _first_units(rest, LIMIT)
        cut = _best_cut(window)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        parts.append(rest)
    return parts


def _first_units(text: str, units: int) -> str:
    cut = min(len(text), units)
    while length(text[:cut]) > units:
        cut -= max(1, (length(text[:cut]) - units) // 2)
    return text[:cut]


def _best_cut(window: str) -> int:
    floor = len(window) // 3
    for mark in ("\n\n", "\n"):
        if (at := window.rfind(mark)) > floor:
            return at + len(mark)
    sentence = [match.end() for match in re.finditer(r"[.!?…]\s", window)]
    if sentence and sentence[-1] > floor:
        return sentence[-1]
    if (at := window.rfind(" ")) > floor:
        return at + 1
    return len(window)
