"""The tables, split by noun. `mensagens`, `turnos` and `partes` are the permanent truth of the message path."""

from database import Base
from models.cliente import Atendimento, Cliente, Conversa
from models.empresa import Empresa
from models.log import Log, Semente
from models.mensagem import Mensagem, Midia
from models.reserva import Reserva
from models.turno import UNFINISHED, Parte, StatusRecebido, Turno, TurnoPasso
from models.usuario import Sessao, Usuario

__all__ = [
    "UNFINISHED",
    "Atendimento",
    "Base",
    "Cliente",
    "Conversa",
    "Empresa",
    "Log",
    "Mensagem",
    "Midia",
    "Parte",
    "Reserva",
    "Semente",
    "Sessao",
    "StatusRecebido",
    "Turno",
    "TurnoPasso",
    "Usuario",
]
