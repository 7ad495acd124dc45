"""Orders as the panel lists them, and the one thing people change in them: the status."""

from typing import Literal

from schemas.common import ClienteRef, Entrada, Instante, Pagina, Saida

PedidoStatus = Literal["recebido", "aceito", "recusado", "pronto", "entregue", "cancelado"]


class ItemPedido(Saida):
    nome: str
    quantidade: int
    preco_centavos: int
    """Of one, when it was ordered."""
    observacao: str | None


class PedidoOut(Saida):
    id: int
    codigo: str
    cliente: ClienteRef
    conversa_id: int
    nome: str | None
    """Who picks it up or receives it, where it was said."""
    itens: list[ItemPedido]
    modo: Literal["retirada", "entrega"]
    endereco: str | None
    taxa_centavos: int
    total_centavos: int
    observacoes: str | None
    status: PedidoStatus
    created_at: Instante
    updated_at: Instante


class PedidoPatch(Entrada):
    status: PedidoStatus


class PedidosPagina(Pagina[PedidoOut]):
    pass
