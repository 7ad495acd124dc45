"""Orders as taken by the attendant: received, never promised by the bot; staff decide what becomes of them."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Integer, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import BigId, CreatedAt, EmpresaId, one_of

PEDIDO_STATUS = ("recebido", "aceito", "recusado", "pronto", "entregue", "cancelado")


class Pedido(Base):
    __tablename__ = "pedidos"
    __table_args__ = (
        one_of("status", PEDIDO_STATUS),
        one_of("modo", ("retirada", "entrega")),
        CheckConstraint("total_centavos >= 0", name="total_not_negative"),
        CheckConstraint("modo = 'retirada' OR endereco IS NOT NULL", name="entrega_has_endereco"),
        Index("uq_pedidos_empresa_id_codigo", "empresa_id", "codigo", unique=True),
        Index("ix_pedidos_empresa_id_id", "empresa_id", text("id DESC")),
        Index("ix_pedidos_conversa_id", "conversa_id"),
    )

    id: Mapped[BigId]
    empresa_id: Mapped[EmpresaId]
    cliente_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("clientes.id"))
    conversa_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("conversas.id"))
    turno_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("turnos.id"))
    codigo: Mapped[str] = mapped_column(String(20))
    nome: Mapped[str | None] = mapped_column(String(255))
    itens: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    """`{nome, quantidade, preco_centavos, observacao}`; prices as they were when ordered."""
    modo: Mapped[str] = mapped_column(String(10))
    endereco: Mapped[str | None] = mapped_column(String(300))
    taxa_centavos: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    total_centavos: Mapped[int] = mapped_column(Integer)
    observacoes: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12), server_default="recebido")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )
