"""What customers are told about a reservation, always from the row as it stands and never from what somebody asked.

Sentences only: who gets them, and whether, is decided elsewhere.
"""

from collections.abc import Sequence
from datetime import datetime

from models import Reserva
from services.booking_rules import count_people, say_day, say_time


def describe(reserva: Reserva) -> str:
    """`sexta, 27/11, às 20h, para 4 pessoas, em nome de Ana`."""
    when = f"{say_day(reserva.data)}, às {say_time(reserva.horario)}"
    return f"{when}, para {count_people(reserva.pessoas)}, em nome de {reserva.nome}"


def line(reserva: Reserva) -> str:
    """`R-7KQ4: sexta, 27/11, às 20h, 4 pessoas (confirmada)`: nothing a customer wrote is in it."""
    state = {"pendente": "aguardando a casa", "nao_compareceu": "não compareceu"}.get(reserva.status, reserva.status)
    when = f"{say_day(reserva.data)}, às {say_time(reserva.horario)}"
    return f"{reserva.codigo}: {when}, {count_people(reserva.pessoas)} ({state})"


def created(reserva: Reserva) -> str:
    """What is said at once: confirmed, or still being confirmed with the house."""
    if reserva.status != "pendente":
        return confirmed(reserva)
    return (
        f"Anotei o seu pedido de reserva e estou confirmando com a casa: {describe(reserva)}. "
        f"Aviso por aqui assim que tiver a resposta. O código é {reserva.codigo}."
    )


def expected(reserva: Reserva) -> str:
    """The answer to a tapped “confirmo”."""
    return f"Presença confirmada na reserva {reserva.codigo}: {describe(reserva)}. Até lá!"


def confirmed(reserva: Reserva) -> str:
    notes = f" Observação: {reserva.observacoes}." if reserva.observacoes else ""
    return f"Reserva confirmada: {describe(reserva)}. O código é {reserva.codigo}.{notes}"


def changed(reserva: Reserva) -> str:
    return f"Reserva {reserva.codigo} alterada. Agora ficou assim: {describe(reserva)}."


def cancelled(reserva: Reserva) -> str:
    return f"A reserva {reserva.codigo} ({say_day(reserva.data)}, às {say_time(reserva.horario)}) foi cancelada."


def refused(reserva: Reserva, alternatives: Sequence[datetime] = ()) -> str:
    when = f"{say_day(reserva.data)}, às {say_time(reserva.horario)}"
    text = f"Infelizmente não conseguimos confirmar a sua reserva para {when}."
    if alternatives:
        text += f" Ainda temos lugar em {say_times(alternatives)}. Quer que eu reserve?"
    return text


def kept_by_house(reserva: Reserva) -> str:
    if reserva.status == "cancelada":
        return f"A reserva {reserva.codigo} não está mais ativa: a casa a cancelou. Se quiser, chamo alguém da equipe."
    return (
        f"Não consegui mudar a reserva {reserva.codigo}, porque a casa mexeu nela ao mesmo tempo. "
        f"Ela está assim: {describe(reserva)}."
    )


def say_times(times: Sequence[datetime]) -> str:
    """`sexta, 27/11, às 22h ou sábado, 28/11, às 20h`."""
    said = [f"{say_day(each.date())}, às {say_time(each.time())}" for each in times]
    return said[0] if len(said) == 1 else "; ".join(said[:-1]) + f" ou {said[-1]}"
