"""Who changed what and when. Append-only: PostgreSQL refuses to change or remove a row."""

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import BigId, CreatedAt, Json


class Auditoria(Base):
    __tablename__ = "auditoria"
    __table_args__ = (
        Index("ix_auditoria_empresa_id_id", "empresa_id", text("id DESC")),
        Index("ix_auditoria_id", text("id DESC")),
    )

    id: Mapped[BigId]
    created_at: Mapped[CreatedAt]
    empresa_id: Mapped[int | None]
    """Null for what concerns no single empresa: only superusers read it. No foreign key: the record outlives it."""
    usuario_id: Mapped[int | None]
    """No foreign key either, for the same reason."""
    ator: Mapped[str] = mapped_column(String(255))
    """E-mail of who did it at the time, or `sistema`."""
    acao: Mapped[str] = mapped_column(String(60))
    alvo_tipo: Mapped[str] = mapped_column(String(30))
    alvo_id: Mapped[str | None] = mapped_column(String(64))
    mudancas: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    """Field → `{"de": …, "para": …}`; of a secret only that it was set or removed."""
    request_id: Mapped[str | None] = mapped_column(String(64))
