"""People who enter the panel and their sessions: a session is one login whose refresh token rotates."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Uuid, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import CreatedAt, Instant, one_of

PAPEIS = ("gestor", "atendente")


class Usuario(Base):
    __tablename__ = "usuarios"
    __table_args__ = (
        one_of("papel", PAPEIS),
        CheckConstraint("is_superuser OR empresa_id IS NOT NULL", name="empresa_or_superuser"),
        Index("uq_usuarios_email_lower", text("lower(email)"), unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    senha_hash: Mapped[str] = mapped_column(String(255))
    is_superuser: Mapped[bool] = mapped_column(server_default=false())
    empresa_id: Mapped[int | None] = mapped_column(ForeignKey("empresas.id"), index=True)
    created_at: Mapped[CreatedAt]

    papel: Mapped[str | None] = mapped_column(String(20))
    ativo: Mapped[bool] = mapped_column(server_default=true())
    trocar_senha: Mapped[bool] = mapped_column(server_default=false())
    """The password was set by someone else and must be changed at the next login."""


class Sessao(Base):
    __tablename__ = "sessoes"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    usuario_id: Mapped[int] = mapped_column(ForeignKey("usuarios.id", ondelete="CASCADE"), index=True)
    refresh_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the current refresh token; an older one presented again ends the session."""
    refresh_anterior: Mapped[str | None] = mapped_column(String(64), index=True)
    rotacionada_em: Mapped[Instant | None]
    created_at: Mapped[CreatedAt]
    expira_em: Mapped[Instant]
    revogada_em: Mapped[Instant | None]


class CodigoAcesso(Base):
    """A one-time code with which a person chooses a new password; made by who may manage the account."""

    __tablename__ = "codigos_acesso"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    usuario_id: Mapped[int] = mapped_column(ForeignKey("usuarios.id", ondelete="CASCADE"), index=True)
    codigo_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the code, which is random and long enough to need no slow hash."""
    criado_por: Mapped[int | None] = mapped_column(ForeignKey("usuarios.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    expira_em: Mapped[Instant]
    usado_em: Mapped[Instant | None]
