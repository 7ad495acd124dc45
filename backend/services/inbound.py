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

_NOT_ANSWERING = {"inativo": "empresa_inativa", "pausado": "empresa_pausada"}
_SENTENCES = json.dumps(
    {
        "": "Mensagem recebida.",
        "empresa_inativa": "Mensagem guardada sem resposta: a empresa está inativa.",
        "empresa_pausada": "Mensagem entregue às pessoas: o atendente virtual está pausado.",
        "pessoa_atendendo": "Mensagem entregue a quem está atendendo.",
        "silenciada": "Mensagem guardada sem resposta: o atendente virtual foi silenciado nesta conversa.",
    }
)
"""By the reason why nobody answers, as the panel's log shows it."""


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

    @property
    def sid(self) -> tuple[int, str]:
        """What makes it one message, however often it arrives."""
        return (self.empresa.id, self.message.message_sid)


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
    first: dict[tuple[int, str], Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.sid, arrival)
    stored = await _store(connection, list(first.values()), now)
    if len(stored) < len(first):
        known = await _known(connection, [sid for sid in first if sid not in stored])
        left = [arrival for sid, arrival in first.items() if sid not in stored and sid not in known]
        if left:
            await _prepare(connection, left, now)
            stored |= await _store(connection, left, now)
    if midias := [row for sid, each in stored.items() for row in _midias_of(first[sid], each.mensagem_id)]:
        await connection.execute(insert(Midia), midias)
    # The first of equal SIDs inside one batch is the message; the others are repeats.
    return [stored.get(arrival.sid) if first[arrival.sid] is arrival else None for arrival in arrivals]


async def _store(
    connection: AsyncConnection, arrivals: Sequence[Arrival], now: datetime
) -> dict[tuple[int, str], StoredMessage]:
    """What could be stored at once: new messages of conversations that exist and have an open service session."""
    messages = [arrival.message for arrival in arrivals]
    rows = await connection.execute(
        statements.STORE,
        {
            "empresas": [arrival.empresa.id for arrival in arrivals],
            "enderecos": [message.endereco for message in messages],
            "numeros": [message.numero for message in messages],
            "nomes": [message.nome for message in messages],
            "sids": [message.message_sid for message in messages],
            "tipos": [message.tipo for message in messages],
            "textos": [message.texto for message in messages],
            "dados": [json.dumps(dict(message.dados)) if message.dados else "{}" for message in messages],
            "motivos": [_NOT_ANSWERING.get(arrival.empresa.status) for arrival in arrivals],
            "instantes": [message.sent_at or now for message in messages],
            "requests": [arrival.request_id for arrival in arrivals],
            "frases": _SENTENCES,
            "now": now,
            "silent_since": now - SESSION_SILENCE,
        },
    )
    made = {(row.empresa_id, row.message_sid): row for row in rows}
    stored: dict[tuple[int, str], StoredMessage] = {}
    for arrival in arrivals:
        if (row := made.get(arrival.sid)) is None:
            continue
        empresa, message = arrival.empresa, arrival.message
        stored[arrival.sid] = StoredMessage(
            mensagem_id=row.id,
            conversa_id=row.conversa_id,
            empresa_id=empresa.id,
            kind=None if row.motivo else kind_of(empresa, message.tipo),
            has_media=bool(message.midias),
        )
        log.info(
            f"mensagem_nao_respondida_{row.motivo}" if row.motivo else "mensagem_recebida",
            request_id=arrival.request_id,
            empresa=empresa.slug,  # the context is that of whoever began the batch
            empresa_id=empresa.id,
            conversa_id=row.conversa_id,
            mensagem_id=row.id,
            tipo=message.tipo,
        )
    return stored


async def _known(connection: AsyncConnection, sids: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    rows = await connection.execute(
        statements.KNOWN, {"empresas": [empresa_id for empresa_id, _ in sids], "sids": [sid for _, sid in sids]}
    )
    return {(row.empresa_id, row.message_sid) for row in rows}


async def _prepare(connection: AsyncConnection, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Open what these messages lack: the conversation, or a service session that is not over."""
    latest = {arrival.key: arrival.message for arrival in arrivals}
    found = await _lock(connection, list(latest))
    if missing := sorted(key for key in latest if key not in found):
        await _open_conversas(connection, [(key[0], latest[key]) for key in missing], now)
        found = await _lock(connection, list(latest))
    rows = list(found.values())
    open_ones = await connection.execute(
        statements.IN_SESSION, {"conversas": [row.id for row in rows], "silent_since": now - SESSION_SILENCE}
    )
    attended = {row.conversa_id for row in open_ones}
    if unattended := [row for row in rows if row.id not in attended]:
        await _open_atendimentos(connection, unattended, now)


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


async def _open_atendimentos(connection: AsyncConnection, conversas: Sequence[Row[Any]], now: datetime) -> None:
    """A new service session for each conversation without one, or silent for 24 h. The row locks make this safe."""
    ids = [row.id for row in conversas]
    await connection.execute(statements.CLOSE_SILENT, {"conversas": ids, "silence": SESSION_SILENCE})
    await connection.execute(
        statements.OPEN_ATENDIMENTOS,
        {
            "empresas": [row.empresa_id for row in conversas],
            "conversas": ids,
            "clientes": [row.cliente_id for row in conversas],
            "now": now,
        },
    )


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
