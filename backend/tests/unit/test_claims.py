"""What counts as a claim that something was done, in the words a model would use."""

import pytest

from services.claims import claims_in

CLAIMS = [
    ("Reserva confirmada!", "reserva"),
    ("*Reserva confirmada* ✅", "reserva"),
    ("Sua reserva está confirmada para sexta às 20h.", "reserva"),
    ("Prontinho! Sua mesa para 4 pessoas está reservada.", "reserva"),
    ("Não se preocupe, sua reserva já está confirmada.", "reserva"),
    ("Acabei de reservar uma mesa para vocês.", "reserva"),
    ("Reservei uma mesa para 4 no nome da Ana.", "reserva"),
    ("Fiz a sua reserva para amanhã às 19h30.", "reserva"),
    ("Confirmamos a sua reserva.", "reserva"),
    ("Está tudo confirmado.", "reserva"),
    ("Ficou agendado para sábado, às 21:00.", "reserva"),
    ("Tudo certo para sexta às 20h!", "reserva"),
    ("Esperamos vocês na sexta-feira às 20h!", "reserva"),
    ("Te aguardamos no sábado às 21h.", "reserva"),
    ("Sua reserva está confirmada, tudo bem?", "reserva"),
    ("RESERVA CONFIRMADA", "reserva"),
    ("Quando você chegar, sua mesa estará reservada.", "reserva"),
    ("Your reservation is confirmed for Friday.", "reserva"),
    ("I have booked a table for four.", "reserva"),
    ("You're all set for tonight!", "reserva"),
    ("Sua reserva foi cancelada.", "cancelamento"),
    ("Cancelei a sua reserva, sem custo.", "cancelamento"),
    ("Cancelamento realizado com sucesso.", "cancelamento"),
    ("Pronto, está cancelado.", "cancelamento"),
    ("Your booking has been cancelled.", "cancelamento"),
    ("Sua reserva foi alterada para sábado.", "alteracao"),
    ("Remarquei para as 21h.", "alteracao"),
    ("Mudei a sua reserva para 6 pessoas.", "alteracao"),
    ("Alteração feita!", "alteracao"),
    ("Pedido confirmado!", "pedido"),
    ("Anotei o seu pedido: duas margheritas.", "pedido"),
    ("Seu pedido já está em preparo.", "pedido"),
    ("Recebi o seu pedido.", "pedido"),
    ("Sua pizza já está no forno.", "pedido"),
    ("A cozinha já recebeu.", "pedido"),
]
HARMLESS = [
    "Posso confirmar a sua reserva?",
    "Quer que eu faça a reserva para sexta às 20h?",
    "Sua reserva ainda não está confirmada.",
    "A reserva não foi confirmada porque a casa está cheia.",
    "Assim que a reserva estiver confirmada, aviso por aqui.",
    "Vou registrar o seu pedido de reserva.",
    "A reserva só é confirmada depois que a equipe responder.",
    "A reserva é confirmada com um sinal de R$ 50,00.",
    "Fazemos reservas para até 20 pessoas.",
    "Reservas confirmadas têm tolerância de 15 minutos.",
    "Para quantas pessoas seria a mesa?",
    "Temos mesa livre às 19:30 e às 21:00. Qual prefere?",
    "Para cancelar a reserva, me diga o número dela.",
    "Você pode cancelar a reserva até 2 horas antes.",
    "Não consegui cancelar a reserva.",
    "Nada foi marcado nem alterado por enquanto.",
    "Quer fazer um pedido para retirada ou entrega?",
    "O pedido mínimo para entrega é R$ 40,00.",
    "Abrimos de terça a domingo, das 18h às 23h30.",
    "A margherita custa R$ 58,00.",
    "Vamos verificar se há mesa reservada em seu nome.",
    "Gostaria de confirmar o pedido?",
    "Se a reserva for cancelada com antecedência, não há custo.",
    "Shall I confirm your reservation?",
    "Esperamos sua mensagem.",
    "Olá! Como posso ajudar?",
]


@pytest.mark.parametrize(("text", "kind"), CLAIMS)
def test_a_claim_is_found_and_named(text: str, kind: str) -> None:
    assert kind in {claim.kind for claim in claims_in(text)}


@pytest.mark.parametrize("text", HARMLESS)
def test_questions_conditions_and_house_rules_claim_nothing(text: str) -> None:
    assert claims_in(text) == []


def test_the_sentence_is_given_back_as_written() -> None:
    [claim] = claims_in("Olá, Ana!\n\nSua reserva está *confirmada*. Precisa de mais alguma coisa?")
    assert claim.sentence == "Sua reserva está *confirmada*."
