"""Files of a conversation as they are handed out: who may have them, under which type, and which bytes of them.

Only types a browser shows without running anything are shown in place; everything else is a download.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from auth.scope import CurrentUser, may_see
from errors import NotFound
from models import Empresa, Midia

INLINE = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp",
        "audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "audio/wav", "audio/x-wav",
        "audio/webm", "audio/3gpp",
    }
)  # fmt: skip
# What WhatsApp takes from us besides: Twilio needs the true type, and no browser session is behind a signed address.
SENDABLE = INLINE | {"application/pdf", "video/mp4", "video/3gpp", "text/vcard"}
_OPAQUE = "application/octet-stream"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class ServedFile:
    """Bytes with the headers under which they may leave."""

    status: int
    content: bytes = field(repr=False)
    content_type: str
    headers: dict[str, str]


async def read_midia(session: AsyncSession, user: CurrentUser | None, midia_id: UUID) -> Midia:
    """The stored file. `user` None means the caller holds a signed address. Raises NotFound."""
    query = (
        select(Midia)
        .join(Empresa, Empresa.id == Midia.empresa_id)
        .where(Midia.id == midia_id, Midia.estado == "pronta", Empresa.excluida_em.is_(None))
        .options(undefer(Midia.conteudo))
    )
    midia = (await session.execute(query)).scalar_one_or_none()
    if midia is None or midia.conteudo is None or (user is not None and not may_see(user, midia.empresa_id)):
        raise NotFound
    return midia


def serve(midia: Midia, *, range_header: str | None, to_vendor: bool = False) -> ServedFile:
    """The file, or the one range asked for, as a browser (or Twilio) may get it."""
    content = midia.conteudo or b""
    declared = midia.content_type.partition(";")[0].strip().lower()
    inline = declared in INLINE
    content_type = declared if inline or (to_vendor and declared in SENDABLE) else _OPAQUE
    headers = {
        "Content-Disposition": _disposition("inline" if inline else "attachment", midia.nome),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, max-age=300",
        "Accept-Ranges": "bytes",
    }
    total = len(content)
    match _asked_range(range_header, total):
        case None:
            return ServedFile(200, content, content_type, headers)
        case (first, last):
            headers["Content-Range"] = f"bytes {first}-{last}/{total}"
            return ServedFile(206, content[first : last + 1], content_type, headers)
        case _:
            headers["Content-Range"] = f"bytes */{total}"
            return ServedFile(416, b"", content_type, headers)


def _asked_range(header: str | None, total: int) -> tuple[int, int] | tuple[()] | None:
    """None: the whole file (no range, or one we do not understand). Empty: outside the file."""
    if header is None or not (found := _RANGE.fullmatch(header.strip())):
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        start, end = max(0, total - int(last)), total - 1
    else:
        start, end = int(first), min(int(last), total - 1) if last else total - 1
        if last and int(last) < start:
            return None
    return (start, end) if start <= end and start < total else ()


def _disposition(kind: str, name: str | None) -> str:
    if not name:
        return kind
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)[:100]
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name[:200], safe='')}"
