"""Customers, conversations and messages as the panel reads them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from schemas.common import Entrada, Instante, Pagina, Saida, Texto

AtendidoPor = Literal["bot", "pessoa"]
Direcao = Literal["entrada", "saida"]
Tipo = Literal[
    "texto", "audio", "imagem", "video", "documento", "localizacao", "contato", "figurinha", "botao", "outro"
]

EstadoEnvio = Literal[
    "prepared", "sending", "sent", "delivered", "read", "failed", "undelivered", "parked", "cancelled"
]


class ClienteOut(Saida):
    id: int
    nome: str | None
    telefone: str | None
    created_at: Instante
    ultima_atividade_em: Instante
    conversa_id: int | None
    """The conversation with the latest activity."""


class ClientesPagina(Pagina[ClienteOut]):
    pass


class ClienteContato(Saida):
    id: int
    nome: str | None
    telefone: str | None


class UltimaMensagem(Saida):
    texto: str
    tipo: Tipo
    direcao: Direcao
    created_at: Instante


class ConversaOut(Saida):
    id: int
    cliente: ClienteContato
    atendido_por: AtendidoPor
    silenciada_em: Instante | None
    """Since when the bot does not answer here because it noticed a loop or the day's limit; a person ends it."""
    silenciada_motivo: str | None
    """`eco`, `repeticao`, `rapido_demais` or `limite_diario`."""
    optout_em: Instante | None
    """Since when the customer wants no messages; writing again ends it."""
    ultima_mensagem: UltimaMensagem | None
    created_at: Instante
    ultima_atividade_em: Instante


class ConversasPagina(Pagina[ConversaOut]):
    pass


class MidiaOut(Saida):
    """The file itself is read at `/api/midias/{id}`."""

    id: UUID
    content_type: str
    tamanho: int | None
    nome: str | None
    estado: Literal["pendente", "pronta", "falhou"]


class MensagemOut(Saida):
    id: int
    direcao: Direcao
    autor: Literal["cliente", "bot", "pessoa"]
    tipo: Tipo
    texto: str
    transcricao: str | None
    transcricao_estado: Literal["pendente", "pronta", "falhou"] | None
    created_at: Instante
    turno_id: int | None
    destino: Literal["responder", "em_turno", "nao_responder"] | None
    """What becomes of a message that came in; null for ours."""
    motivo: str | None
    status: EstadoEnvio | None
    """Where a message of ours is on its way; null for theirs."""
    erro: str | None
    prompt_versao: int | None
    """Number of the prompt that made a reply; null for theirs and for what no model wrote."""
    erro_texto: str | None
    """Why it did not go, in words."""
    midias: list[MidiaOut]
    dados: dict[str, Any]


class ConversaBot(Saida):
    """How a conversation stands with the bot."""

    id: int
    atendido_por: AtendidoPor
    silenciada_em: Instante | None
    silenciada_motivo: str | None
    optout_em: Instante | None
    reativada_em: Instante | None


class ConversaDetalhe(Saida):
    """One page of messages: the newest page comes first, and inside a page the oldest message comes first."""

    id: int
    cliente: ClienteContato
    atendido_por: AtendidoPor
    silenciada_em: Instante | None
    silenciada_motivo: str | None
    janela_expira_em: Instante | None
    """Until when WhatsApp takes free text: 24 hours after the customer's last message."""
    responsavel_id: int | None
    """Who of the staff attends, when a person does."""
    assumida_em: Instante | None
    optout_em: Instante | None
    """The customer asked for no more messages: nothing may be sent."""
    mensagens: list[MensagemOut]
    next_cursor: str | None
    """Opens the page before this one (older messages)."""


Variavel = Annotated[Texto, Field(min_length=1, max_length=1000)]


class MensagemIn(Entrada):
    """What staff send: free text, or an approved template with its variables."""

    texto: Annotated[Texto, Field(min_length=1, max_length=8000)] | None = None
    content_sid: Annotated[str, StringConstraints(pattern=r"^HX[0-9a-fA-F]{32}$")] | None = None
    variaveis: dict[str, Annotated[Texto, Field(min_length=1, max_length=1000)]] = Field(
        default_factory=dict, max_length=30
    )
    chave: Annotated[Texto, Field(min_length=8, max_length=64)] | None = None
    """The same key again sends nothing more: for a request whose answer got lost."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "MensagemIn":
        if (self.texto is None) == (self.content_sid is None):
            raise ValueError("Envie um texto ou um modelo.")
        if self.variaveis and self.content_sid is None:
            raise ValueError("Variáveis só acompanham um modelo.")
        return self


class AtendimentoAtual(Saida):
    """Who attends the conversation now."""

    id: int
    atendido_por: AtendidoPor
    responsavel_id: int | None
    assumida_em: Instante | None
    em_envio: int
    """Messages of the bot already on their way when a person took over: they cannot be called back."""
