"""The approved message templates of an empresa, as the panel offers them."""

from schemas.common import Saida


class ModeloOut(Saida):
    content_sid: str
    nome: str
    idioma: str
    categoria: str | None
    situacao: str
    """Of WhatsApp's approval: only `approved` may be sent."""
    variaveis: list[str]
    texto: str


class ModelosPagina(Saida):
    items: list[ModeloOut]
    next_cursor: None
    """Always null: an account has few templates."""
