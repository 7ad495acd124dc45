"""The tables, split by noun. `mensagens`, `turnos` and `partes` are the permanent truth of the message path."""

from database import Base
from models.auditoria import Auditoria
from models.cliente import Atendimento, Cliente, Conversa
from models.conhecimento import DiaEspecial, Fato, ItemCardapio, PromptVersao
from models.empresa import Empresa
from models.log import Log, Semente
from models.mensagem import Mensagem, Midia
from models.pedido import Pedido
from models.reserva import Reserva
from models.turno import UNFINISHED, Parte, StatusRecebido, Turno, TurnoPasso
from models.usuario import CodigoAcesso, Sessao, Usuario

__all__ = [
    "UNFINISHED",
    "Atendimento",
    "Auditoria",
    "Base",
    "Cliente",
    "CodigoAcesso",
    "Conversa",
    "DiaEspecial",
    "Empresa",
    "Fato",
    "ItemCardapio",
    "Log",
    "Mensagem",
    "Midia",
    "Parte",
    "Pedido",
    "PromptVersao",
    "Reserva",
    "Semente",
    "Sessao",
    "StatusRecebido",
    "Turno",
    "TurnoPasso",
    "Usuario",
]
