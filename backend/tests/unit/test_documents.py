"""What files tell: names of a card and never its numbers, plain text, true picture types, and reasons otherwise."""

import pytest

from errors import ProviderRefused
from ports import DocumentText
from services.documents import look_into, names_on_card

CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Souza;Maria;;;\r\nFN:Maria Souza\r\nORG:Casa;\r\n"
    "TEL;type=CELL;waid=5511999998888:+55 11 99999-8888\r\nEND:VCARD\r\n"
)


class Reader:
    """A document reader that says what it was told to say."""

    def __init__(self, answer: DocumentText | ProviderRefused) -> None:
        self.answer = answer

    async def read_pdf(self, content: bytes) -> DocumentText:
        if isinstance(self.answer, ProviderRefused):
            raise self.answer
        return self.answer


NOBODY = Reader(ProviderRefused("pdf", "unreadable"))


@pytest.mark.parametrize(
    ("card", "names"),
    [
        (CARD, ["Maria Souza"]),
        (CARD + CARD.replace("Maria Souza", "João Lima"), ["Maria Souza", "João Lima"]),
        ("BEGIN:VCARD\nN:Lima;João;;;\nTEL:+5511988887777\nEND:VCARD", ["João Lima"]),
        ("BEGIN:VCARD\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jo=C3=A3o\nEND:VCARD", ["João"]),
        ("BEGIN:VCARD\nitem1.FN:Ana Maria\n  da Silva\nEND:VCARD", ["Ana Maria da Silva"]),
        ("BEGIN:VCARD\nFN:+55 11 98888-7777\nTEL:+5511988887777\nEND:VCARD", []),
        ("BEGIN:VCARD\nFN:Zé [o chefe]\x07\nEND:VCARD", ["Zé [o chefe]"]),
        ("nada", []),
        ("", []),
    ],
)
def test_names_on_a_card(card: str, names: list[str]) -> None:
    assert names_on_card(card.encode()) == names


async def test_a_card_never_tells_numbers() -> None:
    found = await look_into(CARD.encode(), "text/vcard", reader=NOBODY)
    assert found.texto == "Maria Souza"


async def test_bytes_that_are_no_text_make_no_names() -> None:
    assert names_on_card(b"BEGIN:VCARD\nFN:\xff\xfe\x00\nEND:VCARD" + bytes(1000)) in ([], ["\ufffd\ufffd"])


async def test_a_pdf_is_known_by_its_bytes_and_its_failure_is_a_reason() -> None:
    reader = Reader(DocumentText("Moqueca R$ 89", 1, truncated=False))
    assert (await look_into(b"%PDF-1.7", "application/octet-stream", reader=reader)).texto == "Moqueca R$ 89"
    assert (await look_into(b"%PDF-1.7", "application/pdf", reader=NOBODY)).erro == "pdf_unreadable"
    scanned = await look_into(b"%PDF-1.7", "application/pdf", reader=Reader(DocumentText("", 3, truncated=False)))
    assert (scanned.texto, scanned.erro) == (None, "pdf_sem_texto")


async def test_plain_text_is_read_in_either_encoding() -> None:
    for encoding in ("utf-8", "cp1252"):
        found = await look_into("Lista: pão, maçã\r\n\r\n2 kg".encode(encoding), "text/plain", reader=NOBODY)
        assert found.texto == "Lista: pão, maçã\n2 kg"


@pytest.mark.parametrize(
    ("content", "declared", "content_type", "erro"),
    [
        (b"\xff\xd8\xff\xe0jpeg", "image/png", "image/jpeg", None),
        (b"\x89PNG\r\n\x1a\npng", "image/png", "image/png", None),
        (b"RIFF0000WEBPVP8 still", "image/webp", "image/webp", None),
        (b"RIFF0000WEBPVP8X\x00\x00\x00\x00\x02moves", "image/webp", "image/webp", "imagem_animada"),
        (b"no picture", "image/jpeg", None, "imagem_ilegivel"),
        (b"\xff\xd8\xff" + bytes(11 * 1024 * 1024), "image/jpeg", "image/jpeg", "imagem_grande"),
    ],
)
async def test_pictures_are_what_their_bytes_say(
    content: bytes, declared: str, content_type: str | None, erro: str | None
) -> None:
    found = await look_into(content, declared, reader=NOBODY)
    assert (found.content_type, found.erro) == (content_type, erro)


async def test_other_files_tell_nothing_but_their_name() -> None:
    found = await look_into(b"PK\x03\x04", "application/vnd.ms-excel", reader=NOBODY)
    assert (found.texto, found.erro, found.content_type) == (None, None, None)
