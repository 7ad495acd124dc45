"""The person on WhatsApp (cliente), the address they write from (conversa) and each service session (atendimento)."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import BigId, CreatedAt, EmpresaId, Instant, one_of

ATENDIDO_POR = ("bot", "pessoa")


class Cliente(Base):
    __tablename__ = "clientes"
    __table_args__ = (
        Index("uq_clientes_empresa_id_telefone", "empresa_id", "telefone", unique=True),
        Index("ix_clientes_empresa_id_ultima", "empresa_id", text("ultima_atividade_em DESC"), text("id DESC")),
    )

    id: Mapped[BigId]
    empresa_id: Mapped[EmpresaId]
    nome: Mapped[str | None] = mapped_column(String(255))
    telefone: Mapped[str | None] = mapped_column(String(20))
    """E.164 with its plus sign; null when the address is not a phone number."""
    created_at: Mapped[CreatedAt]
    ultima_atividade_em: Mapped[Instant]


class Conversa(Base):
    """One per empresa and contact address, exactly as Twilio gave it (`whatsapp:+55…` or an opaque id)."""

    __tablename__ = "conversas"
    __table_args__ = (
        one_of("atendido_por", ATENDIDO_POR),
        Index("uq_conversas_empresa_id_endereco", "empresa_id", "endereco", unique=True),
        Index("ix_conversas_empresa_id_ultima", "empresa_id", text("ultima_atividade_em DESC"), text("id DESC")),
    )

    id: Mapped[BigId]
    empresa_id: Mapped[EmpresaId]
    cliente_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("clientes.id"), index=True)
    endereco: Mapped[str] = mapped_column(String(255))
    numero: Mapped[str] = mapped_column(String(255))
    """Our own address the customer last wrote to: replies leave from it when the empresa has no number set."""
    atendido_por: Mapped[str] = mapped_column(String(10), server_default="bot")
    responsavel_id: Mapped[int | None] = mapped_column(ForeignKey("usuarios.id", ondelete="SET NULL"))
    assumida_em: Mapped[Instant | None]
    ultima_entrada_em: Mapped[Instant | None]
    """The last customer message: the 24-hour window is counted from it."""
    ultima_atividade_em: Mapped[Instant]
    memoria_desde_id: Mapped[int | None] = mapped_column(BigInteger)
    """Messages up to this id are no longer part of the bot's memory."""
    optout_em: Mapped[Instant | None]
    """The customer asked for no more messages; writing again, other than to leave, ends it."""
    contato_invalido_em: Mapped[Instant | None]
    """Twilio said that nobody is behind the address; a message from it proves the contrary."""
    silenciada_em: Mapped[Instant | None]
    """The loop breaker quieted the bot here; a person ends it."""
    silenciada_motivo: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[CreatedAt]


class Atendimento(Base):
    """Opened by the customer's message, closed when resolved or after 24 h of silence."""

    __tablename__ = "atendimentos"
    __table_args__ = (
        Index(
            "uq_atendimentos_conversa_id_aberto",
            "conversa_id",
            unique=True,
            postgresql_where=text("encerrado_em IS NULL"),
        ),
        Index("ix_atendimentos_empresa_id_aberto_em", "empresa_id", text("aberto_em DESC")),
    )

    id: Mapped[BigId]
    empresa_id: Mapped[EmpresaId]
    conversa_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("conversas.id"))
    cliente_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("clientes.id"))
    aberto_em: Mapped[Instant]
    ultima_atividade_em: Mapped[Instant]
    encerrado_em: Mapped[Instant | None]
    motivo_encerramento: Mapped[str | None] = mapped_column(String(20))
