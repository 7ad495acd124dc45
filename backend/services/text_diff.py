"""What changed between two texts, line by line, at a cost that has a ceiling.

Comparing line by line grows with the product of the two texts, and people choose both: what begins and ends alike is
set aside first, and a middle too long to compare is told whole. It never runs on the event loop.
"""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher

from schemas.prompts import DiferencaOut, LinhaDiferenca

MOST_LINES = 1_500
"""A differing middle longer than this, on either side, is told as one removed block and one added."""

_workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="text-diff")
"""Threads of their own, and few: a comparison takes the interpreter from everyone else."""


async def compare(de: int, before: str, para: int, after: str) -> DiferencaOut:
    """What changed from version `de` to version `para`."""
    lines = await asyncio.get_running_loop().run_in_executor(_workers, _told, before, after)
    return DiferencaOut(de=de, para=para, linhas=lines)


def diff_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`igual`, `removida` or `adicionada`, with each line."""
    head = _alike(old, new, len(old), len(new))
    tail = _alike(old[::-1], new[::-1], len(old) - head, len(new) - head)
    yield from (("igual", line) for line in old[:head])
    yield from _middle(old[head : len(old) - tail], new[head : len(new) - tail])
    yield from (("igual", line) for line in old[len(old) - tail :])


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    if max(len(old), len(new)) > MOST_LINES:
        opcodes = [("replace", 0, len(old), 0, len(new))]
    else:
        opcodes = list(SequenceMatcher(None, old, new).get_opcodes())
    for what, i1, i2, j1, j2 in opcodes:
        if what == "equal":
            yield from (("igual", line) for line in old[i1:i2])
            continue
        yield from (("removida", line) for line in old[i1:i2])
        yield from (("adicionada", line) for line in new[j1:j2])


def _alike(old: Sequence[str], new: Sequence[str], old_length: int, new_length: int) -> int:
    """How many of the first lines, within these lengths, are the same."""
    most = min(old_length, new_length)
    return next((at for at in range(most) if old[at] != new[at]), most)


def _told(before: str, after: str) -> list[LinhaDiferenca]:
    found = diff_lines(before.splitlines(), after.splitlines())
    return [LinhaDiferenca.model_validate({"tipo": what, "texto": line}) for what, line in found]
