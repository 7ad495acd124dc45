"""What waits in the buffer, is being answered, or is parked."""

from typing import Literal

from schemas.common import ClienteRef, Instante, Pagina, Saida
from schemas.conversas import Tipo


class MensagemNoBuffer(Saida):
    tipo: Tipo
    texto: str
    created_at: Instante


class BufferOut(Saida):
    """One conversation. `id` is the conversa's, `empresa` a slug."""

    id: int
    empresa: str
    empresa_nome: str
    cliente: ClienteRef
    mensagens: list[MensagemNoBuffer]
    estado: Literal["aguardando", "processando", "parado"]
    vence_em: Instante | None


class BufferPagina(Pagina[BufferOut]):
    """Everything at once: `next_cursor` is always null."""


class ProcessarOut(Saida):
    id: int
    estado: Literal["aguardando", "processando"]
