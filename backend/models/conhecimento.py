"""What the owner tells the attendant: versions of the prompt, facts, days out of the ordinary, and the menu."""

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import BigId, CreatedAt, OwnedBy


class PromptVersao(Base):
    """Every prompt ever published; the current one is repeated in `empresas.prompt`. Never changed, never deleted."""

    __tablename__ = "prompt_versoes"
    __table_args__ = (Index("uq_prompt_versoes_empresa_id_numero", "empresa_id", "numero", unique=True),)

    id: Mapped[BigId]
    empresa_id: Mapped[OwnedBy]
    numero: Mapped[int] = mapped_column(Integer)
    """Counted from 1 within the empresa."""
    texto: Mapped[str] = mapped_column(Text)
    nota: Mapped[str | None] = mapped_column(String(200))
    usuario_id: Mapped[int | None] = mapped_column(ForeignKey("usuarios.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]


class Fato(Base):
    """One thing worth knowing: parking, pets, how to pay."""

    __tablename__ = "fatos"
    __table_args__ = (Index("ix_fatos_empresa_id_ordem", "empresa_id", "ordem", "id"),)

    id: Mapped[BigId]
    empresa_id: Mapped[OwnedBy]
    titulo: Mapped[str] = mapped_column(String(120))
    texto: Mapped[str] = mapped_column(Text)
    ordem: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    updated_at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )


class DiaEspecial(Base):
    """A day that differs from the week: closed, with other hours, or open but full."""

    __tablename__ = "dias_especiais"
    __table_args__ = (Index("uq_dias_especiais_empresa_id_data", "empresa_id", "data", unique=True),)

    id: Mapped[BigId]
    empresa_id: Mapped[OwnedBy]
    data: Mapped[dt.date] = mapped_column(Date)
    fechado: Mapped[bool] = mapped_column(server_default=false())
    lotado: Mapped[bool] = mapped_column(server_default=false())
    """Open, but takes no more reservations."""
    horarios: Mapped[list[list[str]] | None] = mapped_column(JSONB(none_as_null=True))
    """Ranges `["18:00", "23:30"]` in place of the weekday's; null = the usual ones."""
    motivo: Mapped[str | None] = mapped_column(String(120))
    usuario_id: Mapped[int | None] = mapped_column(ForeignKey("usuarios.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]


class ItemCardapio(Base):
    """Something that can be ordered. Prices in centavos."""

    __tablename__ = "itens_cardapio"
    __table_args__ = (
        CheckConstraint("preco_centavos >= 0", name="preco_not_negative"),
        Index("ix_itens_cardapio_empresa_id_ordem", "empresa_id", "ordem", "id"),
    )

    id: Mapped[BigId]
    empresa_id: Mapped[OwnedBy]
    categoria: Mapped[str | None] = mapped_column(String(80))
    nome: Mapped[str] = mapped_column(String(120))
    descricao: Mapped[str | None] = mapped_column(String(500))
    preco_centavos: Mapped[int] = mapped_column(Integer)
    disponivel: Mapped[bool] = mapped_column(server_default=true())
    ordem: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    updated_at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )
