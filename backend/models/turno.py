"""The ledger of answering (turno, with its steps) and of sending (parte).

A turno moves claimed → thinking → acting → sending → done; it may end failed, parked or redone. Every change carries
the attempt number of the worker that makes it, so that one whose lease was lost changes nothing.
"""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import BigId, CreatedAt, EmpresaId, Instant, Json, one_of

UNFINISHED = ("claimed", "thinking", "acting", "sending")
FINISHED = ("done", "failed", "parked", "redone")
PARTE_ESTADOS = (
    "prepared", "sending", "sent", "delivered", "read", "failed", "undelivered", "parked", "cancelled",
)  # fmt: skip

_UNFINISHED_SQL = "estado IN ('claimed', 'thinking', 'acting', 'sending')"

_LOOSE_SQL = "turno_id IS NULL AND estado IN ('prepared', 'sending')"
_LOOSE_PARKED_SQL = "turno_id IS NULL AND estado = 'parked'"


class Turno(Base):
    __tablename__ = "turnos"
    __table_args__ = (
        one_of("estado", UNFINISHED + FINISHED),
        Index("uq_turnos_conversa_id_unfinished", "conversa_id", unique=True, postgresql_where=text(_UNFINISHED_SQL)),
        Index("ix_turnos_unfinished", "updated_at", postgresql_where=text(_UNFINISHED_SQL)),
        Index("ix_turnos_parked", "empresa_id", postgresql_where=text("estado = 'parked'")),
        Index("ix_turnos_conversa_id", "conversa_id"),
    )

    id: Mapped[BigId]
    empresa_id: Mapped[EmpresaId]
    conversa_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("conversas.id"))
    atendimento_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("atendimentos.id"))
    estado: Mapped[str] = mapped_column(String(10))
    tentativa: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    """The fencing number: each worker that takes the turn adds one."""
    avulso: Mapped[bool] = mapped_column(server_default=text("false"))
    """Of an audio or an unbuffered message: a newer text never sends it back to the buffer."""
    perdas: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Leases lost by workers that died or stalled."""
    prompt_versao: Mapped[int | None] = mapped_column(Integer)
    """Number of the empresa's prompt that made the reply."""
    modelo: Mapped[str | None] = mapped_column(String(100))
    uso: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    erro: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[Instant]
    respondido_em: Mapped[Instant | None]
    """The first part accepted by Twilio."""
    concluido_em: Mapped[Instant | None]


class TurnoPasso(Base):
    """One thing decided or done inside a turn: a model answer or a tool call with its result."""

    __tablename__ = "turno_passos"
    __table_args__ = (
        one_of("tipo", ("modelo", "ferramenta")),
        Index("uq_turno_passos_turno_id_ordem", "turno_id", "ordem", unique=True),
    )

    id: Mapped[BigId]
    empresa_id: Mapped[EmpresaId]
    turno_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("turnos.id"))
    ordem: Mapped[int] = mapped_column(Integer)
    tipo: Mapped[str] = mapped_column(String(12))
    dados: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[CreatedAt]


class Parte(Base):
    """One WhatsApp message of ours: prepared → sending → sent → delivered/read, or why it did not go."""

    __tablename__ = "partes"
    __table_args__ = (
        one_of("estado", PARTE_ESTADOS),
        Index("uq_partes_mensagem_id", "mensagem_id", unique=True),
        Index("uq_partes_empresa_id_message_sid", "empresa_id", "message_sid", unique=True),
        Index("ix_partes_turno_id_ordem", "turno_id", "ordem"),
        Index("ix_partes_uncertain", "prazo", postgresql_where=text("estado = 'sending'")),
        Index("ix_partes_avulsas", "conversa_id", "id", postgresql_where=text(_LOOSE_SQL)),
        Index("uq_partes_empresa_id_chave", "empresa_id", "chave", unique=True),
        Index("ix_partes_avulsas_paradas", "empresa_id", postgresql_where=text(_LOOSE_PARKED_SQL)),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    empresa_id: Mapped[EmpresaId]
    conversa_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("conversas.id"))
    turno_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("turnos.id"))
    mensagem_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("mensagens.id"))
    ordem: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    estado: Mapped[str] = mapped_column(String(12), server_default="prepared")
    remetente: Mapped[str] = mapped_column(String(255))
    destinatario: Mapped[str] = mapped_column(String(255))
    tentativa: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """The attempt that put it into `sending`: the turn's, or that of the part itself when it has no turn."""
    tentada_em: Mapped[Instant | None]
    reservada_ate: Mapped[Instant | None]
    """Of a part without a turn: until when its worker holds it; `tentativa` is the fence."""
    content_sid: Mapped[str | None] = mapped_column(String(34))
    """Approved template that is sent instead of the text."""
    content_variables: Mapped[Json | None]
    midia_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("midias.id"))
    """A file of ours that goes with the text."""
    chave: Mapped[str | None] = mapped_column(String(120))
    """Of a part without a turn: what makes it one however often it is asked for."""
    prazo: Mapped[Instant | None]
    """Nothing is written to Twilio after this instant for the attempt in course."""
    primeira_busca_em: Mapped[Instant | None]
    """When the sending was first looked for in Twilio's list and not found."""
    message_sid: Mapped[str | None] = mapped_column(String(64))
    enviada_em: Mapped[Instant | None]
    entregue_em: Mapped[Instant | None]
    lida_em: Mapped[Instant | None]
    erro: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[CreatedAt]


class StatusRecebido(Base):
    """A delivery status that matched no part when it came: kept until the part is known."""

    __tablename__ = "status_recebidos"
    __table_args__ = (Index("ix_status_recebidos_sid", "empresa_id", "message_sid"),)

    id: Mapped[BigId]
    empresa_id: Mapped[EmpresaId]
    parte_id: Mapped[UUID | None] = mapped_column(Uuid)
    message_sid: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(30))
    erro: Mapped[str | None] = mapped_column(String(60))
    dados: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[CreatedAt]
