"""The reservation book as PostgreSQL keeps it, for empresas with or without a sheet."""

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Time,
    false,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import BigId, CreatedAt, EmpresaId, Instant, Json, one_of

_TO_WRITE = "planilha_estado = 'pendente'"


class Reserva(Base):
    __tablename__ = "reservas"
    __table_args__ = (
        one_of("status", ("pendente", "confirmada", "cancelada", "nao_compareceu")),
        one_of("origem", ("bot", "painel", "planilha")),
        one_of("planilha_estado", ("pendente", "sincronizada", "erro")),
        CheckConstraint("pessoas > 0", name="pessoas_positive"),
        Index("uq_reservas_empresa_id_codigo", "empresa_id", "codigo", unique=True),
        Index("ix_reservas_empresa_id_data", "empresa_id", "data", "horario"),
        Index("ix_reservas_planilha_pendente", "planilha_proxima_em", postgresql_where=text(_TO_WRITE)),
    )

    id: Mapped[BigId]
    empresa_id: Mapped[EmpresaId]
    cliente_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("clientes.id"), index=True)
    conversa_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("conversas.id"))
    turno_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("turnos.id"))
    codigo: Mapped[str] = mapped_column(String(20))
    """The number the customer hears and the sheet's id column."""
    nome: Mapped[str] = mapped_column(String(255))
    telefone: Mapped[str | None] = mapped_column(String(20))
    data: Mapped[dt.date] = mapped_column(Date)
    horario: Mapped[dt.time] = mapped_column(Time)
    pessoas: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20), server_default="confirmada")
    observacoes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )

    origem: Mapped[str] = mapped_column(String(10), server_default="bot")
    avisar_cliente: Mapped[bool] = mapped_column(server_default=false())
    """The customer was told to wait: what becomes of the writing is still owed to them as a message."""
    lembrete_em: Mapped[Instant | None]
    """When the reminder was handed to the sending ledger."""

    planilha_estado: Mapped[str | None] = mapped_column(String(12))
    """Null for a book in PostgreSQL; `pendente` = this row still has to be written to the sheet."""
    planilha_linha: Mapped[Json | None]
    """The row as it was last read from or written to the sheet: what differs there since was the owner."""
    planilha_em: Mapped[Instant | None]
    planilha_tentativas: Mapped[int] = mapped_column(server_default=text("0"))
    planilha_proxima_em: Mapped[Instant | None]
    planilha_erro: Mapped[str | None] = mapped_column(String(60))
