"""What can be told about a file that a customer sent, once: the words of a document, the names on a contact card.

Called where a file is fetched; what it finds is kept beside the file. Files are hostile: everything is bounded, and
what cannot be read is told by a reason. Of a contact card only names leave, never numbers.
"""

import quopri
import re
from dataclasses import dataclass, field

from errors import ProviderError
from ports import DocumentReader

MAX_CHARACTERS = 20_000
MAX_IMAGE_BYTES = 10 * 1024 * 1024
"""Larger pictures are not shown to the model."""
PLAIN_TYPES = ("text/plain", "text/csv", "text/markdown")
CARD_TYPES = ("text/vcard", "text/x-vcard", "text/directory")

_MAX_NAMES = 5
_FOLDED = re.compile(r"\r?\n[ \t]")
_SOFT_BREAK = re.compile(r"=\r?\n")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_NUMBER_LIKE = re.compile(r"[+(]?\d(?:[\s().-]*\d){7,}")


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says, or why that is not known. `content_type` is the true one of a picture."""

    texto: str | None = field(default=None, repr=False)
    erro: str | None = None
    content_type: str | None = None


async def look_into(content: bytes, content_type: str, *, reader: DocumentReader) -> Found:
    """Whatever this kind of file can tell. Never raises for what the file is."""
    declared = content_type.partition(";")[0].strip().lower()
    if content.startswith(b"%PDF-") or declared == "application/pdf":
        try:
            document = await reader.read_pdf(content)
        except ProviderError as error:
            return Found(erro=f"pdf_{error.reason}"[:60])
        return Found(document.text[:MAX_CHARACTERS] or None, None if document.text else "pdf_sem_texto")
    if declared in CARD_TYPES:
        return Found(", ".join(names_on_card(content)) or None)
    if declared in PLAIN_TYPES:
        return Found(_plain_text(content))
    if declared.startswith("image/"):
        return _look_at_picture(content)
    return Found()


def names_on_card(content: bytes) -> list[str]:
    """The people of a vCard, by name only: at most five, nothing that looks like a phone number."""
    text = _FOLDED.sub("", _SOFT_BREAK.sub("", content[:200_000].decode("utf-8", "replace")))
    names: list[str] = []
    for card in re.split(r"(?i)^BEGIN:VCARD\s*$", text, flags=re.MULTILINE)[1:]:
        found = ""
        for line in card.splitlines():
            head, _, value = line.partition(":")
            field_name, *parameters = head.upper().split(";")
            kind = field_name.rpartition(".")[2]
            if kind not in ("FN", "N") or (kind == "N" and found):
                continue
            if any("QUOTED-PRINTABLE" in each for each in parameters):
                value = quopri.decodestring(value.encode("ascii", "ignore")).decode("utf-8", "replace")
            if kind == "N":  # family;given;additional;prefixes;suffixes
                family, given = (*value.split(";"), "")[:2]
                value = f"{given} {family}"
            name = _tidy(value.replace("\\,", ",").replace("\\;", ";"))[:80]
            if name and not _NUMBER_LIKE.search(name):
                found = name
        if found and found not in names:
            names.append(found)
    return names[:_MAX_NAMES]


def _plain_text(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    lines = (_tidy(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:MAX_CHARACTERS] or None


def _look_at_picture(content: bytes) -> Found:
    """Whether the model can be shown these bytes: a wrong type would be refused together with the whole question."""
    content_type = None
    if content.startswith(b"\xff\xd8\xff"):
        content_type = "image/jpeg"
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        content_type = "image/png"
    elif content.startswith((b"GIF87a", b"GIF89a")):
        content_type = "image/gif"
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        if content[12:16] == b"VP8X" and len(content) > 20 and content[20] & 0x02:
            return Found(erro="imagem_animada", content_type="image/webp")
        content_type = "image/webp"
    if content_type is None:
        return Found(erro="imagem_ilegivel")
    return Found(erro="imagem_grande" if len(content) > MAX_IMAGE_BYTES else None, content_type=content_type)


def _tidy(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())
