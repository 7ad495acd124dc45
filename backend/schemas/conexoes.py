"""What a trial of one integration found, in words for the person who configures it."""

from typing import Literal

from schemas.common import Saida

Integracao = Literal["twilio", "openai", "google", "chatwoot"]


class DetalheConexao(Saida):
    rotulo: str
    valor: str


class ConexaoOut(Saida):
    ok: bool
    simulada: bool
    """Whether the simulator answered in the vendor's place."""
    mensagem: str
    o_que_fazer: str | None
    """Null when there is nothing to do; set also with `ok`, when something will need attention."""
    detalhes: list[DetalheConexao]
