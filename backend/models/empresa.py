"""The tenant: one business with its prompt, switches and credentials (ciphertext; see auth/secrets_box.py)."""

from datetime import datetime

from sqlalchemy import DateTime, Integer, String, Text, false, func, text, true
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import CreatedAt, Instant, one_of

STATUS = ("ativo", "pausado", "inativo")


class Empresa(Base):
    __tablename__ = "empresas"
    __table_args__ = (one_of("status", STATUS),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    nome: Mapped[str] = mapped_column(String(255))
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    status: Mapped[str] = mapped_column(String(20), server_default="ativo")
    openai_key: Mapped[str | None] = mapped_column(Text)
    twilio_sid: Mapped[str | None] = mapped_column(String(255))
    twilio_token: Mapped[str | None] = mapped_column(Text)
    twilio_number: Mapped[str | None] = mapped_column(String(50))
    chatwoot_origem: Mapped[str | None] = mapped_column(String(500))
    chatwoot_token: Mapped[str | None] = mapped_column(Text)
    prompt: Mapped[str | None] = mapped_column(Text)
    webhook_url: Mapped[str | None] = mapped_column(String(500))
    usar_buffer: Mapped[bool] = mapped_column(server_default=true())
    mensagem_quebrada: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[CreatedAt]

    google_sheet_id: Mapped[str | None] = mapped_column(String(255))
    google_credentials: Mapped[str | None] = mapped_column(Text)
    chatwoot_webhook_secret: Mapped[str | None] = mapped_column(Text)
    openai_model: Mapped[str | None] = mapped_column(String(100))
    openai_transcription_model: Mapped[str | None] = mapped_column(String(100))
    fuso_horario: Mapped[str] = mapped_column(String(64), server_default="America/Sao_Paulo")
    audio_no_grupo: Mapped[bool] = mapped_column(server_default=false())
    mensagem_falha: Mapped[str | None] = mapped_column(Text)
    """What the customer hears when no answer could be made; null = the product's sentence."""
    horas_para_responder: Mapped[int] = mapped_column(server_default=text("2"))
    """Older messages go to people instead of being answered late."""
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )
    excluida_em: Mapped[Instant | None]
