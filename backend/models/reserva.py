"""The reservation book as PostgreSQL keeps it, for empresas with or without a sheet."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Index, Integer, String, Text, Time, func
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import BigId, CreatedAt, EmpresaId, one_of


class Reserva(Base):
    __tablename__ = "reservas"
    __table_args__ = (
        one_of("status", ("pendente", "confirmada", "cancelada", "nao_compareceu")),
        CheckConstraint("pessoas > 0", name="pessoas_positive"),
        Index("uq_reservas_empresa_id_codigo", "empresa_id", "codigo", unique=True),
        Index("ix_reservas_empresa_id_data", "empresa_id", "data", "horario"),
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
