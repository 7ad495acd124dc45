"""What the panel shows of the product's life (activity and failures, never personal data), and what was seeded."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import BigId, CreatedAt, Json, one_of

NIVEIS = ("INFO", "WARNING", "ERROR", "CRITICAL")


class Log(Base):
    __tablename__ = "logs"
    __table_args__ = (
        one_of("nivel", NIVEIS),
        Index("ix_logs_created_at", text("created_at DESC"), text("id DESC")),
        Index("ix_logs_empresa_id_created_at", "empresa_id", text("created_at DESC"), text("id DESC")),
        Index(
            "ix_logs_falhas",
            text("created_at DESC"),
            "empresa_id",
            postgresql_where=text("nivel IN ('ERROR', 'CRITICAL')"),
        ),
    )

    id: Mapped[BigId]
    created_at: Mapped[CreatedAt]
    nivel: Mapped[str] = mapped_column(String(10))
    empresa_id: Mapped[int | None] = mapped_column(ForeignKey("empresas.id"))
    code: Mapped[str] = mapped_column(String(60))
    mensagem: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(64))
    turno_id: Mapped[int | None] = mapped_column(BigInteger)
    dados: Mapped[Json] = mapped_column(server_default=text("'{}'"))


class Semente(Base):
    """A key for each thing ever seeded, so that a start never revives what was deleted or overwrites an edit."""

    __tablename__ = "sementes"

    chave: Mapped[str] = mapped_column(String(100), primary_key=True)
    created_at: Mapped[CreatedAt]
