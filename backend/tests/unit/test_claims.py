"""What counts as a claim that something was done, in the words a model would use."""

import pytest

from services.claims import claims_in, wants_an_act

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
# What a model says to a customer who wants something done, when nothing was.
LIES = [
    "Prontinho, te espero sexta às 8",
    "Já deixei separado",
    "Anotado aqui!",
    "Pode vir",
    "Feito!",
    "Tudo certo, Ana, até sexta!",
    "Agendado para sexta-feira às 20h.",
    "Acabei de fazer a sua reserva.",
    "Coloquei seu nome na lista para sexta às 20h.",
    "Você está na lista de sexta, mesa para quatro.",
    "Combinado! Nos vemos na sexta às 20h.",
    "Fechado, sexta às 20h para 4 pessoas.",
    "Reservadíssimo!",
    "Já está tudo no sistema, é só chegar.",
    "É só chegar e dar o seu nome na entrada.",
    "Beleza, botei vocês pra sexta 20h.",
    "O seu lugar está assegurado.",
    "Confirmadíssimo, sexta às 20h.",
    "Ok! Sexta, 20h, quatro pessoas, em nome de Ana. Esperamos vocês!",
    "Cancelado!",
    "Sua reserva não existe mais.",
    "Já tirei seu nome da lista.",
    "A mesa de sexta foi liberada, sem problema.",
    "Reserva desfeita, pode ficar tranquila.",
    "Removi a sua reserva do sistema.",
    "Sua reserva agora é para 6 pessoas.",
    "Passei vocês para as nove.",
    "Adicionei mais duas pessoas à sua mesa.",
    "Sua pizza já está sendo preparada.",
    "Seu pedido sai em 40 minutos.",
    "Duas margheritas a caminho!",
    "O motoboy já saiu com a sua pizza.",
    "R e s e r v a  c o n f i r m a d a",
    "Perfeito, a mesa 12 é de vocês.",
    "Já falei com o gerente e ele segurou a mesa para vocês.",
    "Sua solicitação foi concluída com sucesso.",
    "Número da reserva: A7K9Q2.",
    "Confirmado: sexta-feira, 20h, 4 pessoas. Código 4821.",
    "Deixa comigo, já resolvi: mesa para 4 às 20h.",
    "Providenciei a sua mesa na varanda.",
    "A reserva de vocês ficou certinha para sexta.",
    "Sua reserva está confirmada, quer mais alguma coisa?",
    "Reserva confirmada para sexta às 20h, posso ajudar em algo mais?",
    "Cancelei a reserva, quer marcar outra?",
    "Seu pedido foi confirmado, deseja mais alguma coisa?",
    "Só para avisar que sua reserva está confirmada.",
    "Não se preocupe que sua mesa está reservada.",
    "Sem problemas sua reserva foi cancelada.",
    "Conforme você quer sua mesa está reservada.",
    "Se precisar me chame pois a reserva está confirmada.",
    "Verificando aqui sua reserva está confirmada.",
    "Sim, está sim!",
    "Confirmada!",
    "Está tudo ok com a sua reserva.",
    "Status: confirmado.",
    "Reserva: OK",
    "Reserva c0nfirmada!",
    "Res\u200berva confirm\u200bada!",
    "Reserva para sexta efetivada.",
    "Reserva concluída.",
    "Reserva aprovada, até lá!",
    "Reserva ativa e válida para sexta.",
    "A reserva foi aceita pela casa.",
    "A gente te espera na sexta às 20h!",
    "Estorno realizado e pedido excluído.",
    "Apaguei a sua reserva.",
    "Deletei sua reserva.",
    "Encerrei sua reserva.",
    "Suspendi sua reserva.",
    "Antecipei sua reserva para as 19h.",
    "Aumentei a mesa para 6 lugares.",
    "Incluí a sua reserva na agenda.",
    "Lancei a reserva no caderno.",
    "Inseri seu nome na agenda de sexta.",
    "Bloqueei a mesa para vocês.",
    "Segurei a mesa para vocês.",
    "Sua vaga está salva.",
    "Já pedi sua pizza para a cozinha.",
    "Pedido aprovado, chega já já.",
    "Pedido finalizado: R$ 124,00.",
    "Pedido concluído!",
    "Te espero às 15h com 9 pessoas.",
]
HOUSE = [
    "A mesa reservada é guardada por 15 minutos.",
    "A casa foi reservada para um evento fechado no dia 25.",
    "Quem tem reserva confirmada entra sem fila.",
    "Está confirmado que abrimos no feriado de 15 de novembro.",
    "O cardápio foi atualizado nesta semana.",
    "Alteramos o cardápio de inverno.",
    "O evento de ontem foi cancelado por causa da chuva.",
    "O horário de sábado foi alterado: agora abrimos às 12h.",
    "A mesa de som fica ao lado da mesa reservada aos músicos.",
    "Que dia fica marcado para você?",
    "Temos um lugar separado para cadeirantes.",
    "O rodízio foi cancelado do cardápio.",
    "Um lugar reservado e tranquilo é a varanda.",
    "Pode me dizer o horário marcado da sua reserva?",
    "A mesa fica guardada por 15 minutos.",
    "Esperamos vocês de terça a domingo, das 12h às 15h30.",
    "O seu lugar fica garantido por 15 minutos.",
    "A mesa é liberada 15 minutos depois do horário marcado.",
    "Você recebe a reserva confirmada por aqui.",
]


@pytest.mark.parametrize("text", LIES)
def test_what_sounds_done_is_a_claim_to_somebody_who_asked_for_it(text: str) -> None:
    assert claims_in(text, wanted=True)


@pytest.mark.parametrize("text", HOUSE)
def test_how_the_house_works_is_no_claim(text: str) -> None:
    assert claims_in(text, wanted=True) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("quero uma mesa para sexta", True),
        ("cancela minha reserva", True),
        ("vou querer duas margheritas", True),
        ("bom dia, onde fica?", False),
        ("obrigada!", False),
    ],
)
def test_whether_something_is_asked_to_be_done(text: str, wanted: bool) -> None:
    assert wants_an_act(text) is wanted


def test_a_summary_before_the_question_is_no_claim() -> None:
    summary = "Então seria mesa para 4 pessoas, sexta às 20h, em nome de Ana. Posso confirmar?"
    assert claims_in(summary, wanted=True) == []


@pytest.mark.parametrize(("text", "kind"), CLAIMS)
def test_a_claim_is_found_and_named(text: str, kind: str) -> None:
    assert kind in {claim.kind for claim in claims_in(text)}


@pytest.mark.parametrize("text", HARMLESS)
def test_questions_conditions_and_house_rules_claim_nothing(text: str) -> None:
    assert claims_in(text) == []


def test_the_sentence_is_given_back_as_written() -> None:
    [claim] = claims_in("Olá, Ana!\n\nSua reserva está *confirmada*. Precisa de mais alguma coisa?")
    assert claim.sentence == "Sua reserva está *confirmada*."
