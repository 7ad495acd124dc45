"""The tenant: one business with its prompt, switches, rules and credentials (ciphertext; see auth/secrets_box.py)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Float, Integer, String, Text, false, func, text, true
from sqlalchemy.orm import Mapped, mapped_column

from database import Base
from models.columns import CreatedAt, Instant, Json, one_of

STATUS = ("ativo", "pausado", "inativo")
UNIDADES = ("lugares", "mesas")


class Empresa(Base):
    __tablename__ = "empresas"
    __table_args__ = (
        one_of("status", STATUS),
        one_of("capacidade_unidade", UNIDADES),
        CheckConstraint("capacidade > 0", name="capacidade_positive"),
        CheckConstraint("duracao_minutos > 0 AND intervalo_minutos > 0", name="minutos_positive"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="whole_position"),
    )

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

    # What the model knows and how it answers
    prompt_versao: Mapped[int] = mapped_column(server_default=text("0"))
    """Number of the version that `prompt` is; 0 = never set."""
    temperatura: Mapped[float | None] = mapped_column(Float)
    resposta_max_tokens: Mapped[int] = mapped_column(server_default=text("800"))
    contexto_max_tokens: Mapped[int] = mapped_column(server_default=text("6000"))
    endereco: Mapped[str | None] = mapped_column(String(300))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    horarios: Mapped[Json | None]
    """Weekday (`seg` … `dom`) → ranges `["18:00", "23:30"]`; a day left out is closed; null = not told."""

    # Reservations
    aceita_reservas: Mapped[bool] = mapped_column(server_default=true())
    capacidade: Mapped[int | None]
    """Seats or tables that can be taken at the same time; null = not limited."""
    capacidade_unidade: Mapped[str] = mapped_column(String(10), server_default="lugares")
    pessoas_por_mesa: Mapped[int] = mapped_column(server_default=text("4"))
    pessoas_maximo: Mapped[int] = mapped_column(server_default=text("20"))
    """Larger groups are for people to answer."""
    duracao_minutos: Mapped[int] = mapped_column(server_default=text("120"))
    """How long a reservation holds its place."""
    intervalo_minutos: Mapped[int] = mapped_column(server_default=text("30"))
    """Reservations start every so many minutes from opening."""
    antecedencia_minutos: Mapped[int] = mapped_column(server_default=text("60"))
    antecedencia_dias: Mapped[int] = mapped_column(server_default=text("60"))
    google_sheet_aba: Mapped[str | None] = mapped_column(String(100))
    lembrete_content_sid: Mapped[str | None] = mapped_column(String(34))
    """Approved template of the reminder; null = no reminders."""
    lembrete_horas: Mapped[int] = mapped_column(server_default=text("24"))

    # Orders
    aceita_pedidos: Mapped[bool] = mapped_column(server_default=false())
    faz_entrega: Mapped[bool] = mapped_column(server_default=false())
    taxa_entrega_centavos: Mapped[int] = mapped_column(server_default=text("0"))

    # WhatsApp
    janela_content_sid: Mapped[str | None] = mapped_column(String(34))
    """Approved template that goes out when the 24-hour window is closed; null = the text waits for the customer."""
    respostas_por_dia: Mapped[int] = mapped_column(server_default=text("100"))
    """Replies to one customer in a day before the bot goes quiet there."""
