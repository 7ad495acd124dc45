"""What customers sent, as the webhook understood it, and how it becomes permanent.

Storing is one transaction for a whole batch: the people, the conversations, the service sessions, the messages with
what becomes of each, and the media still to be fetched. A repeated MessageSid changes nothing; no provider is called.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, bindparam, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from models import Atendimento, Cliente, Conversa, Empresa, Log, Mensagem, Midia
from services.activity_log import log_row
from services.message_buffer import Kind

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
    known = await _known_sids(session, arrivals)
    fresh: dict[tuple[int, str], Arrival] = {}
    for arrival in arrivals:
        sid = (arrival.empresa.id, arrival.message.message_sid)
        if sid not in known:
            fresh.setdefault(sid, arrival)
    stored: dict[tuple[int, str], StoredMessage] = {}
    if fresh:
        conversas = await _conversas(session, list(fresh.values()), now)
        atendimentos = await _atendimentos(session, conversas.values(), now)
        stored = await _mensagens(session, list(fresh.values()), conversas, atendimentos, now)
    results: list[StoredMessage | None] = []
    for arrival in arrivals:
        # The first of equal SIDs inside one batch is the message; the others are repeats.
        sid = (arrival.empresa.id, arrival.message.message_sid)
        results.append(stored.pop(sid, None) if fresh.get(sid) is arrival else None)
    return results


async def _known_sids(session: AsyncSession, arrivals: Sequence[Arrival]) -> set[tuple[int, str]]:
    sids = {(arrival.empresa.id, arrival.message.message_sid) for arrival in arrivals}
    rows = await session.execute(
        select(Mensagem.empresa_id, Mensagem.message_sid).where(
            tuple_(Mensagem.empresa_id, Mensagem.message_sid).in_(sids)
        )
    )
    return {(row.empresa_id, row.message_sid or "") for row in rows}


async def _conversas(
    session: AsyncSession, arrivals: Sequence[Arrival], now: datetime
) -> dict[tuple[int, str], Row[Any]]:
    """The conversations, locked in id order until the transaction ends, so that arrival order is id order."""
    latest = {arrival.key: arrival.message for arrival in arrivals}
    find = (
        select(Conversa.id, Conversa.empresa_id, Conversa.endereco, Conversa.cliente_id, Conversa.atendido_por)
        .where(tuple_(Conversa.empresa_id, Conversa.endereco).in_(list(latest)))
        .order_by(Conversa.id)
        .with_for_update()
    )
    found = _by_key(await session.execute(find))
    missing = sorted(key for key in latest if key not in found)
    if missing:
        for empresa_id, endereco in missing:
            await _open_conversa(session, empresa_id, latest[(empresa_id, endereco)], now)
        found = _by_key(await session.execute(find))
    connection = await session.connection()
    await connection.execute(
        update(Conversa)
        .where(Conversa.id == bindparam("conversa"))
        .values(
            numero=bindparam("para"),
            ultima_entrada_em=func.greatest(Conversa.ultima_entrada_em, now),
            ultima_atividade_em=func.greatest(Conversa.ultima_atividade_em, now),
        ),
        [{"conversa": row.id, "para": latest[key].numero} for key, row in found.items()],
    )
    people = {row.cliente_id: latest[key].nome for key, row in found.items()}
    await connection.execute(
        update(Cliente)
        .where(Cliente.id == bindparam("cliente"))
        .values(
            nome=func.coalesce(bindparam("perfil"), Cliente.nome),
            ultima_atividade_em=func.greatest(Cliente.ultima_atividade_em, now),
        ),
        [{"cliente": cliente_id, "perfil": people[cliente_id]} for cliente_id in sorted(people)],
    )
    return found


def _by_key(rows: Iterable[Row[Any]]) -> dict[tuple[int, str], Row[Any]]:
    return {(row.empresa_id, row.endereco): row for row in rows}


async def _open_conversa(session: AsyncSession, empresa_id: int, message: InboundMessage, now: datetime) -> None:
    """A new address: the person behind its phone, or a new person, and the conversation."""
    person = postgresql.insert(Cliente).values(
        empresa_id=empresa_id, nome=message.nome, telefone=message.telefone, ultima_atividade_em=now
    )
    if message.telefone is not None:
        person = person.on_conflict_do_update(
            index_elements=["empresa_id", "telefone"],
            set_={"ultima_atividade_em": func.greatest(Cliente.ultima_atividade_em, now)},
        )
    cliente_id = (await session.execute(person.returning(Cliente.id))).scalar_one()
    await session.execute(
        postgresql.insert(Conversa)
        .values(
            empresa_id=empresa_id,
            cliente_id=cliente_id,
            endereco=message.endereco,
            numero=message.numero,
            ultima_atividade_em=now,
        )
        .on_conflict_do_nothing(index_elements=["empresa_id", "endereco"])
    )


async def _atendimentos(session: AsyncSession, conversas: Iterable[Row[Any]], now: datetime) -> dict[int, int]:
    """The open service session of each conversation, a new one after 24 h of silence. The row locks make this safe."""
    rows = {conversa.id: conversa for conversa in conversas}
    open_ones = await session.execute(
        select(Atendimento.id, Atendimento.conversa_id, Atendimento.ultima_atividade_em).where(
            Atendimento.conversa_id.in_(list(rows)), Atendimento.encerrado_em.is_(None)
        )
    )
    current: dict[int, int] = {}
    silent: list[int] = []
    for row in open_ones:
        if now - row.ultima_atividade_em < SESSION_SILENCE:
            current[row.conversa_id] = row.id
        else:
            silent.append(row.id)
    if current:
        await session.execute(
            update(Atendimento)
            .where(Atendimento.id.in_(list(current.values())))
            .values(ultima_atividade_em=func.greatest(Atendimento.ultima_atividade_em, now))
            .execution_options(synchronize_session=False)
        )
    if silent:
        await session.execute(
            update(Atendimento)
            .where(Atendimento.id.in_(silent))
            .values(encerrado_em=Atendimento.ultima_atividade_em + SESSION_SILENCE, motivo_encerramento="silencio")
            .execution_options(synchronize_session=False)
        )
    opened = [
        {
            "empresa_id": conversa.empresa_id,
            "conversa_id": conversa.id,
            "cliente_id": conversa.cliente_id,
            "aberto_em": now,
            "ultima_atividade_em": now,
        }
        for conversa in rows.values()
        if conversa.id not in current
    ]
    if opened:
        made = await session.execute(insert(Atendimento).returning(Atendimento.id, Atendimento.conversa_id), opened)
        current |= {row.conversa_id: row.id for row in made}
    return current


async def _mensagens(
    session: AsyncSession,
    arrivals: Sequence[Arrival],
    conversas: Mapping[tuple[int, str], Row[Any]],
    atendimentos: Mapping[int, int],
    now: datetime,
) -> dict[tuple[int, str], StoredMessage]:
    reasons = [_why_not_answered(arrival.empresa, conversas[arrival.key]) for arrival in arrivals]
    made = await session.execute(
        postgresql.insert(Mensagem)
        .values(
            [
                {
                    "empresa_id": arrival.empresa.id,
                    "conversa_id": conversas[arrival.key].id,
                    "atendimento_id": atendimentos[conversas[arrival.key].id],
                    "direcao": "entrada",
                    "autor": "cliente",
                    "tipo": arrival.message.tipo,
                    "texto": arrival.message.texto,
                    "transcricao_estado": "pendente" if arrival.message.tipo == "audio" else None,
                    "dados": dict(arrival.message.dados),
                    "message_sid": arrival.message.message_sid,
                    "destino": "nao_responder" if reason else "responder",
                    "motivo": reason,
                    "created_at": arrival.message.sent_at or now,
                }
                for arrival, reason in zip(arrivals, reasons, strict=True)
            ]
        )
        .on_conflict_do_nothing(index_elements=["empresa_id", "message_sid"])
        .returning(Mensagem.id, Mensagem.empresa_id, Mensagem.message_sid)
    )
    ids = {(row.empresa_id, row.message_sid): row.id for row in made}
    stored: dict[tuple[int, str], StoredMessage] = {}
    midias: list[dict[str, Any]] = []
    logs: list[dict[str, Any]] = []
    for arrival, reason in zip(arrivals, reasons, strict=True):
        empresa, message = arrival.empresa, arrival.message
        sid = (empresa.id, message.message_sid)
        if (mensagem_id := ids.get(sid)) is None:
            continue
        conversa_id = conversas[arrival.key].id
        stored[sid] = StoredMessage(
            mensagem_id=mensagem_id,
            conversa_id=conversa_id,
            empresa_id=empresa.id,
            kind=None if reason else kind_of(empresa, message.tipo),
            has_media=bool(message.midias),
        )
        midias += [
            {
                "id": uuid4(),
                "empresa_id": empresa.id,
                "mensagem_id": mensagem_id,
                "ordem": order,
                "url_origem": media.url,
                "content_type": media.content_type,
            }
            for order, media in enumerate(message.midias)
        ]
        logs.append(
            log_row(
                "INFO",
                f"mensagem_nao_respondida_{reason}" if reason else "mensagem_recebida",
                _RECEIVED[reason],
                empresa_id=empresa.id,
                request_id=arrival.request_id,
                dados={"conversa_id": conversa_id, "mensagem_id": mensagem_id, "tipo": message.tipo},
            )
        )
    if midias:
        await session.execute(insert(Midia), midias)
    if logs:
        await session.execute(insert(Log), logs)
    return stored


def _why_not_answered(empresa: Empresa, conversa: Row[Any]) -> str | None:
    if empresa.status == "inativo":
        return "empresa_inativa"
    if empresa.status == "pausado":
        return "empresa_pausada"
    if conversa.atendido_por == "pessoa":
        return "pessoa_atendendo"
    return None
