"""What customers sent, as the webhook understood it, and how it becomes permanent.

Storing is one transaction for a whole batch: the people, the conversations, the service sessions, the messages with
what becomes of each, and the media still to be fetched. A repeated MessageSid changes nothing; no provider is called.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models import Empresa, Midia
from observability import get_logger
from services import inbound_sql as statements
from services.message_buffer import Kind

log = get_logger(__name__)

SESSION_SILENCE = timedelta(hours=24)

_RECEIVED = {
    None: "Mensagem recebida.",
    "empresa_inativa": "Mensagem guardada sem resposta: a empresa está inativa.",
    "empresa_pausada": "Mensagem entregue às pessoas: o atendente virtual está pausado.",
    "pessoa_atendendo": "Mensagem entregue a quem está atendendo.",
}


@dataclass(frozen=True, slots=True)
class InboundMedia:
    url: str = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One customer message, cleaned: no NUL, valid text, lengths within the columns."""

    message_sid: str
    endereco: str = field(repr=False)
    numero: str
    telefone: str | None = field(repr=False)
    nome: str | None = field(repr=False)
    tipo: str
    texto: str = field(repr=False)
    dados: Mapping[str, Any] = field(repr=False)
    midias: tuple[InboundMedia, ...]
    sent_at: datetime | None = None
    """When Twilio received it, if it reaches us late; null = now."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message at the door of an empresa, whose signature was verified."""

    empresa: Empresa
    message: InboundMessage
    request_id: str | None

    @property
    def key(self) -> tuple[int, str]:
        """The conversation it belongs to."""
        return (self.empresa.id, self.message.endereco)


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """What was stored. `kind` is None when nobody will answer it."""

    mensagem_id: int
    conversa_id: int
    empresa_id: int
    kind: Kind | None
    has_media: bool


def kind_of(empresa: Empresa, tipo: str) -> Kind:
    """Whether a message of this type joins the group before it or is a turn of its own."""
    if not empresa.usar_buffer or (tipo == "audio" and not empresa.audio_no_grupo):
        return Kind.SOLO
    return Kind.GROUPED


def tipo_of(media: Sequence[InboundMedia], text: str) -> str:
    """The type of a message known only by its files and text."""
    if media:
        main, _, sub = media[0].content_type.partition("/")
        if (main, sub) == ("image", "webp"):
            return "figurinha"
        if sub in ("vcard", "x-vcard"):
            return "contato"
        return {"audio": "audio", "image": "imagem", "video": "video"}.get(main, "documento")
    return "texto" if text.strip() else "outro"


async def store_inbound(
    session: AsyncSession, arrivals: Sequence[Arrival], *, now: datetime
) -> list[StoredMessage | None]:
    """Store a batch in arrival order; None for each message whose MessageSid is already known."""
    connection = await session.connection()
    known = await _known_sids(connection, arrivals)
    fresh: dict[tuple[int, str], Arrival] = {}
    for arrival in arrivals:
        sid = (arrival.empresa.id, arrival.message.message_sid)
        if sid not in known:
            fresh.setdefault(sid, arrival)
    stored: dict[tuple[int, str], StoredMessage] = {}
    if fresh:
        conversas = await _conversas(connection, list(fresh.values()), now)
        stored = await _mensagens(connection, list(fresh.values()), conversas, now)
    results: list[StoredMessage | None] = []
    for arrival in arrivals:
        # The first of equal SIDs inside one batch is the message; the others are repeats.
        sid = (arrival.empresa.id, arrival.message.message_sid)
        results.append(stored.pop(sid, None) if fresh.get(sid) is arrival else None)
    return results


async def _known_sids(connection: AsyncConnection, arrivals: Sequence[Arrival]) -> set[tuple[int, str]]:
    rows = await connection.execute(
        statements.KNOWN,
        {
            "empresas": [arrival.empresa.id for arrival in arrivals],
            "sids": [arrival.message.message_sid for arrival in arrivals],
        },
    )
    return {(row.empresa_id, row.message_sid) for row in rows}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a message belongs: its conversation, locked by this transaction, and the open service session."""

    conversa_id: int
    atendimento_id: int
    atendido_por: str


async def _conversas(
    connection: AsyncConnection, arrivals: Sequence[Arrival], now: datetime
) -> dict[tuple[int, str], _Place]:
    """The conversations, locked in id order until the transaction ends, so that arrival order is id order."""
    latest = {arrival.key: arrival.message for arrival in arrivals}
    found = await _lock(connection, list(latest))
    missing = sorted(key for key in latest if key not in found)
    if missing:
        await _open_conversas(connection, [(empresa_id, latest[(empresa_id, at)]) for empresa_id, at in missing], now)
        found = await _lock(connection, list(latest))
    names = {row.cliente_id: latest[key].nome for key, row in found.items()}
    touched = await connection.execute(
        statements.TOUCH,
        {
            "conversas": [row.id for row in found.values()],
            "numeros": [latest[key].numero for key in found],
            "clientes": list(names),
            "nomes": list(names.values()),
            "now": now,
            "silent_since": now - SESSION_SILENCE,
        },
    )
    atendimentos = {row.conversa_id: row.id for row in touched}
    unattended = [row for row in found.values() if row.id not in atendimentos]
    if unattended:
        atendimentos |= await _open_atendimentos(connection, unattended, now)
    return {key: _Place(row.id, atendimentos[row.id], row.atendido_por) for key, row in found.items()}


async def _lock(connection: AsyncConnection, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Row[Any]]:
    rows = await connection.execute(
        statements.LOCK_CONVERSAS, {"empresas": [key[0] for key in keys], "enderecos": [key[1] for key in keys]}
    )
    return {(row.empresa_id, row.endereco): row for row in rows}


async def _open_conversas(
    connection: AsyncConnection, strangers: Sequence[tuple[int, InboundMessage]], now: datetime
) -> None:
    """For each new address: the person behind its phone, or a new person, and the conversation."""
    by_phone = {(empresa_id, message.telefone): message.nome for empresa_id, message in strangers if message.telefone}
    people: dict[tuple[int, str | None], int] = {}
    if by_phone:
        made = await connection.execute(
            statements.OPEN_CLIENTES,
            {
                "empresas": [empresa_id for empresa_id, _ in by_phone],
                "telefones": [telefone for _, telefone in by_phone],
                "nomes": list(by_phone.values()),
                "now": now,
            },
        )
        people = {(row.empresa_id, row.telefone): row.id for row in made}
    clientes: list[int] = []
    for empresa_id, message in strangers:
        if message.telefone:
            clientes.append(people[(empresa_id, message.telefone)])
            continue
        # An address that is no phone number: rare, and nothing tells two of them apart in one statement.
        alone = await connection.execute(
            statements.OPEN_CLIENTES,
            {"empresas": [empresa_id], "telefones": [None], "nomes": [message.nome], "now": now},
        )
        clientes.append(alone.one().id)
    await connection.execute(
        statements.OPEN_CONVERSAS,
        {
            "empresas": [empresa_id for empresa_id, _ in strangers],
            "clientes": clientes,
            "enderecos": [message.endereco for _, message in strangers],
            "numeros": [message.numero for _, message in strangers],
            "now": now,
        },
    )


async def _open_atendimentos(
    connection: AsyncConnection, conversas: Sequence[Row[Any]], now: datetime
) -> dict[int, int]:
    """A new service session for each conversation without one, or silent for 24 h. The row locks make this safe."""
    ids = [row.id for row in conversas]
    await connection.execute(statements.CLOSE_SILENT, {"conversas": ids, "silence": SESSION_SILENCE})
    made = await connection.execute(
        statements.OPEN_ATENDIMENTOS,
        {
            "empresas": [row.empresa_id for row in conversas],
            "conversas": ids,
            "clientes": [row.cliente_id for row in conversas],
            "now": now,
        },
    )
    return {row.conversa_id: row.id for row in made}


async def _mensagens(
    connection: AsyncConnection,
    arrivals: Sequence[Arrival],
    conversas: Mapping[tuple[int, str], _Place],
    now: datetime,
) -> dict[tuple[int, str], StoredMessage]:
    places = [conversas[arrival.key] for arrival in arrivals]
    reasons = [_why_not_answered(arrival.empresa, place) for arrival, place in zip(arrivals, places, strict=True)]
    codes = [f"mensagem_nao_respondida_{reason}" if reason else "mensagem_recebida" for reason in reasons]
    messages = [arrival.message for arrival in arrivals]
    made = await connection.execute(
        statements.STORE,
        {
            "empresas": [arrival.empresa.id for arrival in arrivals],
            "conversas": [place.conversa_id for place in places],
            "atendimentos": [place.atendimento_id for place in places],
            "sids": [message.message_sid for message in messages],
            "tipos": [message.tipo for message in messages],
            "textos": [message.texto for message in messages],
            "dados": [json.dumps(dict(message.dados)) if message.dados else "{}" for message in messages],
            "motivos": reasons,
            "instantes": [message.sent_at or now for message in messages],
            "requests": [arrival.request_id for arrival in arrivals],
            "codes": codes,
            "frases": [_RECEIVED[reason] for reason in reasons],
        },
    )
    ids = {(row.empresa_id, row.message_sid): row.id for row in made}
    stored: dict[tuple[int, str], StoredMessage] = {}
    midias: list[dict[str, Any]] = []
    for arrival, place, reason, code in zip(arrivals, places, reasons, codes, strict=True):
        empresa, message = arrival.empresa, arrival.message
        sid = (empresa.id, message.message_sid)
        if (mensagem_id := ids.get(sid)) is None:
            continue
        stored[sid] = StoredMessage(
            mensagem_id=mensagem_id,
            conversa_id=place.conversa_id,
            empresa_id=empresa.id,
            kind=None if reason else kind_of(empresa, message.tipo),
            has_media=bool(message.midias),
        )
        midias += _midias_of(arrival, mensagem_id)
        log.info(
            code,
            request_id=arrival.request_id,
            empresa=empresa.slug,  # the context is that of whoever began the batch
            empresa_id=empresa.id,
            conversa_id=place.conversa_id,
            mensagem_id=mensagem_id,
            tipo=message.tipo,
        )
    if midias:
        await connection.execute(insert(Midia), midias)
    return stored


def _midias_of(arrival: Arrival, mensagem_id: int) -> list[dict[str, Any]]:
    return [
        {
            "id": uuid4(),
            "empresa_id": arrival.empresa.id,
            "mensagem_id": mensagem_id,
            "ordem": order,
            "url_origem": media.url,
            "content_type": media.content_type,
        }
        for order, media in enumerate(arrival.message.midias)
    ]


def _why_not_answered(empresa: Empresa, place: _Place) -> str | None:
    if empresa.status == "inativo":
        return "empresa_inativa"
    if empresa.status == "pausado":
        return "empresa_pausada"
    if place.atendido_por == "pessoa":
        return "pessoa_atendendo"
    return None
