"""Every kind of message as text for the model: what was written or said, and in brackets what came with it.

What a customer sends always becomes a text, never silence. Bracketed notes are ours; what stands in them of files and
quoted messages is still the customer's, and all of it stays in the `user` role. Nothing here calls a provider.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Empresa, Mensagem, Midia, Parte
from services.documents import CARD_TYPES
from services.geo import Position, distance_km, read_position, say_distance
from services.inbound import InboundMedia, tipo_of

WITH_FILES = ("audio", "imagem", "video", "documento", "contato", "figurinha")
_QUOTE = 160
_PLURALS = {
    "uma imagem": "imagens",
    "uma figurinha": "figurinhas",
    "um vídeo, que não pode ser visto aqui": "vídeos, que não podem ser vistos aqui",
}
_UNHEARD = {
    "audio_longo": "[áudio longo demais para ser ouvido aqui]",
    "audio_sem_fala": "[áudio em que não se ouve ninguém falar]",
}
_UNREAD = {
    "pdf_protected": "protegido por senha",
    "pdf_sem_texto": "feito de imagens, sem texto que se possa ler aqui",
    "pdf_too_heavy": "pesado demais para ser lido aqui",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Characters that one message may take, of its text and of each document."""

    text: int
    document: int


QUESTION = Limits(text=6_000, document=8_000)
HISTORY = Limits(text=2_000, document=1_500)
_WHOLE_QUESTION = 30_000


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a message, without its bytes."""

    content_type: str
    estado: str = "pronta"
    nome: str | None = field(default=None, repr=False)
    texto: str | None = field(default=None, repr=False)
    erro: str | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What a message needs, besides its own row, to be told."""

    files: tuple[Attached, ...] = ()
    quoted: str | None = field(default=None, repr=False)
    """The message it replies to."""
    home: Position | None = None
    """Where the empresa is."""


def spoken(mensagem: Mensagem, around: Around = Around(), limits: Limits = QUESTION) -> str:
    """One message as text."""
    data: dict[str, Any] = mensagem.dados or {}
    texto = shorten(mensagem.texto.strip(), limits.text)
    notes: list[str] = []
    if data.get("responde_a"):
        notes.append(
            f"[respondendo a: “{around.quoted}”]" if around.quoted else "[respondendo a uma mensagem anterior]"
        )
    if data.get("tipo_whatsapp") == "reaction":
        texto = f"[o cliente reagiu com {texto}]" if texto else "[o cliente retirou uma reação]"
    after: list[str] = []
    match mensagem.tipo:
        case "audio":
            after.append(_said(mensagem, limits))
        case "localizacao":
            after.append(_place(data, around.home))
        case "botao":
            choice = str(data.get("botao_texto") or data.get("lista_titulo") or data.get("botao_valor") or "").strip()
            if choice != texto:
                after.append(choice)
            if not choice and not texto:
                after.append("[o cliente escolheu uma opção sem nome]")
        case "outro" if not texto:
            kind = str(data.get("tipo_whatsapp") or "")[:30]
            after.append(f"[o cliente enviou algo que não pode ser lido aqui{f' (tipo {kind})' if kind else ''}]")
    if mensagem.tipo in WITH_FILES:
        files = around.files or (() if mensagem.tipo == "audio" else (_unseen(mensagem.tipo),))
        # The voice note itself has been told above.
        after += _tell_files(files[1:] if mensagem.tipo == "audio" else files, texto, limits)
    if ad := data.get("anuncio"):
        after.append(f"[veio do anúncio: {_in_line(str(ad.get('Headline') or ad.get('Body') or 'sem título'))}]")
    return "\n".join(part for part in (*notes, texto, *after) if part)


def shorten(text: str, limit: int) -> str:
    """The text, or its beginning with a note of how much there was."""
    if len(text) <= limit:
        return text
    total = f"{len(text):,}".replace(",", ".")
    return f"{text[:limit].rstrip()}…\n[texto cortado aqui: o cliente enviou {total} caracteres]"


def _said(mensagem: Mensagem, limits: Limits) -> str:
    if mensagem.transcricao:
        return shorten(mensagem.transcricao, limits.text)
    return _UNHEARD.get(unheard_reason(mensagem), "[áudio que não pôde ser ouvido]")


def unheard_reason(mensagem: Mensagem) -> str:
    """Why a voice note has no transcript, as an id; empty when nobody knows."""
    about = (mensagem.dados or {}).get("transcricao")
    return str(about.get("motivo") or "") if isinstance(about, dict) else ""


def _place(data: dict[str, Any], home: Position | None) -> str:
    named = ", ".join(_in_line(str(data[key])) for key in ("rotulo", "endereco") if data.get(key))
    position = read_position(data.get("latitude"), data.get("longitude"))
    if position is None:
        return f"[o cliente enviou uma localização: {named or 'sem coordenadas que se entendam'}]"
    where = named or f"{position[0]:.5f}, {position[1]:.5f}"
    if home is None:
        return f"[o cliente enviou uma localização: {where}]"
    away = say_distance(distance_km(home, position))
    return f"[o cliente enviou uma localização: {where} (a {away} daqui, em linha reta)]"


def _unseen(tipo: str) -> Attached:
    """A file of which only the type of its message is known."""
    types = {"imagem": "image/jpeg", "figurinha": "image/webp", "video": "video/mp4", "contato": "text/vcard"}
    return Attached(types.get(tipo, "application/octet-stream"), "pronta")


def _tell_files(files: Sequence[Attached], texto: str, limits: Limits) -> list[str]:
    """A note for each file; equal ones are counted."""
    notes = Counter(_tell_file(file, texto, limits) for file in files)
    return [f"[o cliente enviou {_counted(note, times)}]" for note, times in notes.items()]


def _counted(note: str, times: int) -> str:
    if times == 1:
        return note
    return f"{times} {_PLURALS[note]}" if note in _PLURALS else f"{note} ({times} vezes)"


def _tell_file(file: Attached, texto: str, limits: Limits) -> str:
    kind = "contato" if file.content_type in CARD_TYPES else tipo_of([InboundMedia("", file.content_type)], "")
    gone = (
        ""
        if file.estado == "pronta"
        else ", que não pôde ser abert" + ("a" if kind in ("imagem", "figurinha") else "o")
    )
    match kind:
        case "imagem":
            return "uma imagem" + (gone or (", que não pode ser vista aqui" if file.erro else ""))
        case "figurinha":
            return "uma figurinha" + gone
        case "video":
            return "um vídeo" + (gone or ", que não pode ser visto aqui")
        case "audio":
            return "um áudio, que não foi ouvido"
        case "contato":
            return f"o cartão de contato de {_in_line(file.texto)}" if file.texto else "um cartão de contato" + gone
    named = f" chamado {_in_line(file.nome)}" if file.nome and file.nome != texto else ""
    if file.texto:
        # On one line, so that nothing in it passes for the end of the note.
        words = " | ".join(file.texto.replace("[", "(").replace("]", ")").splitlines())
        cut = "" if len(words) <= limits.document else " … (o documento continua)"
        return f"um documento{named}, que diz: {words[: limits.document]}{cut}"
    return f"um documento{named}" + (gone or f", {_UNREAD.get(file.erro or '', 'cujo texto não pode ser lido aqui')}")


def _in_line(text: str) -> str:
    """On one line, at most as long as a quotation, without our brackets and quotation marks."""
    line = " ".join(text.replace("[", "(").replace("]", ")").replace("“", '"').replace("”", '"').split())
    return line if len(line) <= _QUOTE else f"{line[:_QUOTE].rstrip()}…"


# --- What is around a message, read from PostgreSQL ---


async def tell(session: AsyncSession, empresa: Empresa, mensagens: Sequence[Mensagem], *, limits: Limits) -> list[str]:
    """Each message as text, in the given order. All of one conversation."""
    files = await _files_of(session, [each.id for each in mensagens if each.tipo in WITH_FILES], limits)
    quoted = await _quoted(session, mensagens)
    home = read_position(empresa.latitude, empresa.longitude) if empresa.latitude is not None else None
    return [
        spoken(each, Around(tuple(files[each.id]), quoted.get(str((each.dados or {}).get("responde_a"))), home), limits)
        for each in mensagens
    ]


async def read_question(session: AsyncSession, empresa: Empresa, mensagens: Sequence[Mensagem]) -> str:
    """The grouped messages as one question, in arrival order, within what a question may take in all."""
    share = _WHOLE_QUESTION // max(1, len(mensagens))
    limits = Limits(min(QUESTION.text, max(500, share)), min(QUESTION.document, max(500, share)))
    return "\n".join(await tell(session, empresa, mensagens, limits=limits))


async def _files_of(session: AsyncSession, ids: Sequence[int], limits: Limits) -> dict[int, list[Attached]]:
    found: dict[int, list[Attached]] = defaultdict(list)
    if ids:
        rows = await session.execute(
            select(
                Midia.mensagem_id, Midia.content_type, Midia.estado, Midia.nome, Midia.erro,
                func.left(Midia.texto, limits.document + 1).label("texto"),
            )
            .where(Midia.mensagem_id.in_(ids))
            .order_by(Midia.mensagem_id, Midia.ordem)
        )  # fmt: skip
        for row in rows:
            content_type = row.content_type.partition(";")[0].strip().lower()
            found[row.mensagem_id].append(Attached(content_type, row.estado, row.nome, row.texto, row.erro))
    return found


async def _quoted(session: AsyncSession, mensagens: Iterable[Mensagem]) -> dict[str, str]:
    """By MessageSid, the messages that these reply to: the customer's own or ours, of the same conversation only."""
    asked = {str(each.dados["responde_a"]): each for each in mensagens if (each.dados or {}).get("responde_a")}
    if not asked:
        return {}
    one = next(iter(asked.values()))
    theirs = select(Mensagem, Mensagem.message_sid.label("sid")).where(Mensagem.message_sid.in_(asked))
    ours = (
        select(Mensagem, Parte.message_sid.label("sid"))
        .join(Parte, Parte.mensagem_id == Mensagem.id)
        .where(Parte.message_sid.in_(asked), Parte.empresa_id == one.empresa_id)
    )
    found: dict[str, str] = {}
    for query in (theirs, ours):
        rows = await session.execute(
            query.where(Mensagem.empresa_id == one.empresa_id, Mensagem.conversa_id == one.conversa_id)
        )
        for mensagem, sid in rows:
            found[str(sid)] = _in_line(
                mensagem.texto.strip() or mensagem.transcricao or spoken(mensagem, limits=HISTORY)
            )
    return found
