"""What a customer is told about a reservation, written from the row as it is stored and never by the model."""

from datetime import date

from models import Reserva
from services.spoken import spoken_when

PENDING = "pendente"


def created_text(reserva: Reserva, *, today: date) -> str:
    if reserva.status == PENDING:
        return (
            f"Anotei o seu pedido de reserva e estou confirmando com a casa: {_what(reserva, today)}. "
            f"Aviso você por aqui assim que tiver a resposta. Número: {reserva.codigo}."
        )
    return f"Reserva confirmada: {_what(reserva, today)}. Número da reserva: {reserva.codigo}."


def changed_text(reserva: Reserva, *, today: date) -> str:
    return f"Reserva {reserva.codigo} alterada. Agora é: {_what(reserva, today)}."


def cancelled_text(reserva: Reserva, *, today: date) -> str:
    when = spoken_when(reserva.data, reserva.horario, today=today)
    return f"Reserva {reserva.codigo}, de {when}, cancelada. Quando quiser voltar, é só escrever."


def refused_text(reserva: Reserva, *, today: date) -> str:
    """The house could not take a request that was left pending."""
    when = spoken_when(reserva.data, reserva.horario, today=today)
    return (
        f"Não conseguimos confirmar o seu pedido de reserva {reserva.codigo} para {when}. Nada ficou marcado. "
        "Quer tentar outro dia ou horário?"
    )


def spoken_reservation(reserva: Reserva, *, today: date) -> str:
    """One reservation in a line: number, what, and where it stands."""
    state = {"confirmada": "confirmada", PENDING: "aguardando confirmação da casa"}.get(reserva.status, reserva.status)
    people = _people(reserva.pessoas)
    return f"{reserva.codigo}: {spoken_when(reserva.data, reserva.horario, today=today)}, {people} ({state})"


def _what(reserva: Reserva, today: date) -> str:
    when = spoken_when(reserva.data, reserva.horario, today=today)
    return f"mesa para {_people(reserva.pessoas)}, {when}, em nome de {reserva.nome}"


def _people(count: int) -> str:
    return "1 pessoa" if count == 1 else f"{count} pessoas"
