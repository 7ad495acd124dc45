"""What a customer sent, as the webhook understood it, and how it becomes permanent.

Storing is one transaction: the person, the conversation, the service session, the message with what becomes of it, and
the media still to be fetched. A repeated MessageSid changes nothing. No provider is called here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models import Atendimento, Cliente, Conversa, Empresa, Mensagem, Midia
from services.activity_log import add_log
from services.message_buffer import Kind

SESSION_SILENCE = timedelta(hours=24)


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


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """What was stored. `kind` is None when nobody will answer it."""

    mensagem_id: int
    conversa_id: int
    kind: Kind | None
    has_media: bool


async def store_inbound(
    session: AsyncSession, empresa: Empresa, message: InboundMessage, *, now: datetime
) -> StoredMessage | None:
    """Store one message; None when its MessageSid is already known."""
    known = await session.scalar(
        select(Mensagem.id).where(Mensagem.empresa_id == empresa.id, Mensagem.message_sid == message.message_sid)
    )
    if known is not None:
        return None
    conversa = await _conversa(session, empresa.id, message, now)
    atendimento_id = await _atendimento(session, conversa, now)
    reason = _why_not_answered(empresa, conversa)
    has_audio = message.tipo == "audio"
    mensagem_id = await session.scalar(
        insert(Mensagem)
        .values(
            empresa_id=empresa.id,
            conversa_id=conversa.id,
            atendimento_id=atendimento_id,
            direcao="entrada",
            autor="cliente",
            tipo=message.tipo,
            texto=message.texto,
            transcricao_estado="pendente" if has_audio else None,
            dados=dict(message.dados),
            message_sid=message.message_sid,
            destino="nao_responder" if reason else "responder",
            motivo=reason,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["empresa_id", "message_sid"])
        .returning(Mensagem.id)
    )
    if mensagem_id is None:
        return None
    for order, media in enumerate(message.midias):
        session.add(
            Midia(
                id=uuid4(),
                empresa_id=empresa.id,
                mensagem_id=mensagem_id,
                ordem=order,
                url_origem=media.url,
                content_type=media.content_type,
            )
        )
    add_log(
        session,
        "INFO",
        "mensagem_recebida" if reason is None else f"mensagem_nao_respondida_{reason}",
        _RECEIVED[reason],
        empresa_id=empresa.id,
        dados={"conversa_id": conversa.id, "mensagem_id": mensagem_id, "tipo": message.tipo},
    )
    return StoredMessage(
        mensagem_id=mensagem_id,
        conversa_id=conversa.id,
        kind=None if reason else kind_of(empresa, message.tipo),
        has_media=bool(message.midias),
    )


def kind_of(empresa: Empresa, tipo: str) -> Kind:
    """Whether a message of this type joins the group before it or is a turn of its own."""
    if not empresa.usar_buffer or (tipo == "audio" and not empresa.audio_no_grupo):
        return Kind.SOLO
    return Kind.GROUPED


_RECEIVED = {
    None: "Mensagem recebida.",
    "empresa_inativa": "Mensagem guardada sem resposta: a empresa está inativa.",
    "empresa_pausada": "Mensagem entregue às pessoas: o atendente virtual está pausado.",
    "pessoa_atendendo": "Mensagem entregue a quem está atendendo.",
}


def _why_not_answered(empresa: Empresa, conversa: Conversa) -> str | None:
    if empresa.status == "inativo":
        return "empresa_inativa"
    if empresa.status == "pausado":
        return "empresa_pausada"
    if conversa.atendido_por == "pessoa":
        return "pessoa_atendendo"
    return None


async def _conversa(session: AsyncSession, empresa_id: int, message: InboundMessage, now: datetime) -> Conversa:
    """The conversation of this address, locked until the transaction ends so that arrival order is id order."""
    touch = (
        update(Conversa)
        .where(Conversa.empresa_id == empresa_id, Conversa.endereco == message.endereco)
        .values(
            numero=message.numero,
            ultima_entrada_em=func.greatest(Conversa.ultima_entrada_em, now),
            ultima_atividade_em=func.greatest(Conversa.ultima_atividade_em, now),
        )
        .returning(Conversa)
    )
    conversa = await session.scalar(touch)
    if conversa is None:
        cliente_id = await _new_cliente(session, empresa_id, message, now)
        await session.execute(
            insert(Conversa)
            .values(
                empresa_id=empresa_id,
                cliente_id=cliente_id,
                endereco=message.endereco,
                numero=message.numero,
                ultima_atividade_em=now,
            )
            .on_conflict_do_nothing(index_elements=["empresa_id", "endereco"])
        )
        conversa = (await session.scalars(touch)).one()
    await session.execute(
        update(Cliente)
        .where(Cliente.id == conversa.cliente_id)
        .values(
            nome=message.nome or Cliente.nome,
            ultima_atividade_em=func.greatest(Cliente.ultima_atividade_em, now),
        )
    )
    return conversa


async def _new_cliente(session: AsyncSession, empresa_id: int, message: InboundMessage, now: datetime) -> int:
    new = insert(Cliente).values(
        empresa_id=empresa_id, nome=message.nome, telefone=message.telefone, ultima_atividade_em=now
    )
    if message.telefone is not None:
        new = new.on_conflict_do_update(
            index_elements=["empresa_id", "telefone"], set_={"ultima_atividade_em": new.excluded.ultima_atividade_em}
        )
    return (await session.execute(new.returning(Cliente.id))).scalar_one()


async def _atendimento(session: AsyncSession, conversa: Conversa, now: datetime) -> int:
    """The open service session, a new one after 24 h of silence. The conversation's row lock makes this safe."""
    current = await session.scalar(
        select(Atendimento).where(Atendimento.conversa_id == conversa.id, Atendimento.encerrado_em.is_(None))
    )
    if current is not None and now - current.ultima_atividade_em < SESSION_SILENCE:
        current.ultima_atividade_em = max(now, current.ultima_atividade_em)
        return current.id
    if current is not None:
        current.encerrado_em = current.ultima_atividade_em + SESSION_SILENCE
        current.motivo_encerramento = "silencio"
        await session.flush()
    opened = Atendimento(
        empresa_id=conversa.empresa_id,
        conversa_id=conversa.id,
        cliente_id=conversa.cliente_id,
        aberto_em=now,
        ultima_atividade_em=now,
    )
    session.add(opened)
    await session.flush()
    return opened.id
