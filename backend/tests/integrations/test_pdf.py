"""PDFs read in a child process: words come out, and a hostile file costs its process and nothing else."""

import asyncio
import io
import time
import zlib

import pytest
from pypdf import PdfWriter

from errors import ProviderRefused
from integrations.pdf_service import PdfService
from tests.pdfs import make_pdf

MENU = ["Cardápio de almoço", "Moqueca de camarão   R$ 89,00", "Pão de queijo (6 unidades) R$ 18,00"]


async def test_words_come_out_line_by_line() -> None:
    found = await PdfService().read_pdf(make_pdf([MENU, ["Sobremesas", "Pudim R$ 15,00"]]))
    lines = found.text.splitlines()
    assert lines == ["Cardápio de almoço", "Moqueca de camarão R$ 89,00", "Pão de queijo (6 unidades) R$ 18,00",
                     "Sobremesas", "Pudim R$ 15,00"]  # fmt: skip
    assert (found.pages, found.truncated) == (2, False)


async def test_pages_and_characters_are_bounded() -> None:
    long = make_pdf([[f"linha {line} da página {page}" for line in range(30)] for page in range(12)])
    few = await PdfService(pages=3).read_pdf(long)
    assert (few.pages, few.truncated) == (12, True)
    assert "página 2" in few.text
    assert "página 3" not in few.text
    brief = await PdfService(characters=100).read_pdf(long)
    assert len(brief.text) == 100
    assert brief.truncated


async def test_scanned_pages_have_no_words() -> None:
    assert (await PdfService().read_pdf(make_pdf([[]]))).text == ""


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4\n", b"nada disso", b"%PDF-1.7\n" + bytes(range(256)) * 200])
async def test_what_is_no_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(ProviderRefused) as refused:
        await PdfService().read_pdf(content)
    assert refused.value.reason == "unreadable"


async def test_a_password_is_a_reason_of_its_own() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(make_pdf([MENU])))
    writer.encrypt("segredo", algorithm="AES-256")
    locked = io.BytesIO()
    writer.write(locked)
    with pytest.raises(ProviderRefused) as refused:
        await PdfService().read_pdf(locked.getvalue())
    assert refused.value.reason == "protected"


async def test_a_page_without_end_is_killed_and_the_loop_keeps_turning() -> None:
    heavy = make_pdf([MENU], padding=4_000_000)
    assert len(heavy) < 500_000
    turns = 0

    async def keep_turning() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.02)
            turns += 1

    turning = asyncio.ensure_future(keep_turning())
    began = time.monotonic()
    with pytest.raises(ProviderRefused) as refused:
        await PdfService(cpu_seconds=1, seconds=8).read_pdf(heavy)
    turning.cancel()
    assert refused.value.reason == "too_heavy"
    assert time.monotonic() - began < 8
    assert turns > 10


async def test_a_file_slower_than_the_clock_allows_is_killed() -> None:
    with pytest.raises(ProviderRefused) as refused:
        await PdfService(cpu_seconds=60, seconds=1.5).read_pdf(make_pdf([MENU], padding=4_000_000))
    assert refused.value.reason == "too_heavy"


async def test_a_bomb_that_unpacks_to_a_gigabyte_is_stopped() -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 14_000_000) for _ in range(64)) + packer.flush()
    whole = make_pdf([["x"]])
    begin, end = whole.index(b"stream\n") + 7, whole.index(b"\nendstream")
    bomb = whole[:begin] + packed + whole[end:]
    bomb = bomb.replace(f"/Length {end - begin} ".encode(), f"/Length {len(packed)} ".encode())
    [outcome] = await asyncio.gather(PdfService(megabytes=256).read_pdf(bomb), return_exceptions=True)
    if isinstance(outcome, BaseException):
        assert isinstance(outcome, ProviderRefused), outcome
    else:
        assert outcome.text == ""


async def test_many_at_once_take_turns() -> None:
    service = PdfService(at_once=2)
    pages = await asyncio.gather(*(service.read_pdf(make_pdf([[f"cardápio {number}"]])) for number in range(5)))
    assert [page.text for page in pages] == [f"cardápio {number}" for number in range(5)]
