"""Customers, conversations and messages as the panel reads them."""

from typing import Any, Literal
from uuid import UUID

from schemas.common import Instante, Pagina, Saida

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
    midias: list[MidiaOut]
    dados: dict[str, Any]


class ConversaDetalhe(Saida):
    """One page of messages: the newest page comes first, and inside a page the oldest message comes first."""

    id: int
    cliente: ClienteContato
    atendido_por: AtendidoPor
    janela_expira_em: Instante | None
    """Until when WhatsApp takes free text: 24 hours after the customer's last message."""
    mensagens: list[MensagemOut]
    next_cursor: str | None
    """Opens the page before this one (older messages)."""
