"""Every message in either direction, and the media that came or went with it."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from database import Base
from models.columns import BigId, CreatedAt, EmpresaId, Instant, Json, one_of

TIPOS = (
    "texto", "audio", "imagem", "video", "documento", "localizacao", "contato", "figurinha", "botao", "outro",
)  # fmt: skip
DESTINOS = ("responder", "em_turno", "nao_responder")


class Mensagem(Base):
    """What was said. An incoming one always says what becomes of it (`destino`, and `motivo` when not answered)."""

    __tablename__ = "mensagens"
    __table_args__ = (
        one_of("direcao", ("entrada", "saida")),
        one_of("autor", ("cliente", "bot", "pessoa")),
        one_of("tipo", TIPOS),
        one_of("destino", DESTINOS),
        one_of("transcricao_estado", ("pendente", "pronta", "falhou")),
        CheckConstraint("(direcao = 'entrada') = (destino IS NOT NULL)", name="entrada_has_destino"),
        CheckConstraint("(destino = 'em_turno') = (direcao = 'entrada' AND turno_id IS NOT NULL)", name="em_turno"),
        CheckConstraint("(destino = 'nao_responder') = (motivo IS NOT NULL)", name="nao_responder_has_motivo"),
        Index("uq_mensagens_empresa_id_message_sid", "empresa_id", "message_sid", unique=True),
        Index("ix_mensagens_conversa_id_id", "conversa_id", "id"),
        Index("ix_mensagens_turno_id", "turno_id"),
        Index("ix_mensagens_empresa_id_created_at", "empresa_id", text("created_at DESC")),
        Index("ix_mensagens_a_responder", "id", postgresql_where=text("destino = 'responder'")),
    )

    id: Mapped[BigId]
    empresa_id: Mapped[EmpresaId]
    conversa_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("conversas.id"))
    atendimento_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("atendimentos.id"))
    turno_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("turnos.id"))
    direcao: Mapped[str] = mapped_column(String(10))
    autor: Mapped[str] = mapped_column(String(10))
    usuario_id: Mapped[int | None] = mapped_column(ForeignKey("usuarios.id", ondelete="SET NULL"))
    tipo: Mapped[str] = mapped_column(String(20))
    texto: Mapped[str] = mapped_column(Text, server_default="")
    transcricao: Mapped[str | None] = mapped_column(Text)
    transcricao_estado: Mapped[str | None] = mapped_column(String(10))
    dados: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    """Location, button payload, ad referral, quoted message, and fields nobody knew when this was written.

    Of a voice note, `transcricao`: the model that heard it and its seconds (what it costs), and why it was not heard.
    """
    message_sid: Mapped[str | None] = mapped_column(String(64))
    destino: Mapped[str | None] = mapped_column(String(15))
    motivo: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[CreatedAt]


class Midia(Base):
    """A file, fetched once and kept here (16 MB at most)."""

    __tablename__ = "midias"
    __table_args__ = (
        one_of("estado", ("pendente", "pronta", "falhou")),
        Index("ix_midias_mensagem_id", "mensagem_id"),
        Index("ix_midias_pendentes", "created_at", postgresql_where=text("estado = 'pendente'")),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    empresa_id: Mapped[EmpresaId]
    mensagem_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("mensagens.id"))
    ordem: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    url_origem: Mapped[str | None] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(String(120))
    tamanho: Mapped[int | None] = mapped_column(Integer)
    nome: Mapped[str | None] = mapped_column(String(255))
    conteudo: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    texto: Mapped[str | None] = deferred(mapped_column(Text))
    """What the file says, read once: the words of a document, the names on a contact card."""
    estado: Mapped[str] = mapped_column(String(10), server_default="pendente")
    erro: Mapped[str | None] = mapped_column(String(60))
    tentativas: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    created_at: Mapped[CreatedAt]
    obtida_em: Mapped[Instant | None]
