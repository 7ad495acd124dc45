"""Scripted conversations: machines are stopped within a few exchanges, people are not, however they write."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from services.loop_breaker import Exchange, near_same, why_quiet

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
AWAY = "Obrigado pela mensagem, responderemos em breve."


def talk(lines: Iterable[tuple[str, str]], *, after: float, thinking: float = 12.0) -> list[list[Exchange]]:
    """What we know at each new message: each comes `after` seconds after our last reply."""
    known: list[list[Exchange]] = []
    done: list[Exchange] = []
    now = START
    for said, reply in lines:
        known.append([*done, Exchange(said, now)])
        replied = now + timedelta(seconds=thinking)
        done.append(Exchange(said, now, reply, replied))
        now = replied + timedelta(seconds=after)
    return known


def stopped_at(lines: list[tuple[str, str]], *, after: float, thinking: float = 12.0) -> tuple[int, str] | None:
    """At which message (counted from 1) the bot goes quiet, and why."""
    for number, known in enumerate(talk(lines, after=after, thinking=thinking), start=1):
        if (reason := why_quiet(known)) is not None:
            return number, reason
    return None


def test_an_echo_is_stopped_at_the_second_return() -> None:
    ours = [f"Olá! Sou o atendente número {number} e posso ajudar com reservas." for number in range(6)]
    lines = [("oi", ours[0]), *[(ours[number - 1], ours[number]) for number in range(1, 6)]]
    assert stopped_at(lines, after=2) == (3, "eco")


def test_an_out_of_office_answer_is_stopped_at_the_fourth() -> None:
    lines = [(AWAY, f"Certo! Qualquer coisa, estou aqui. ({number})") for number in range(8)]
    assert stopped_at(lines, after=1.2) == (4, "repeticao")


def test_a_slow_out_of_office_answer_is_stopped_at_the_sixth() -> None:
    lines = [(AWAY, f"Certo! Qualquer coisa, estou aqui. ({number})") for number in range(8)]
    assert stopped_at(lines, after=90) == (6, "repeticao")


def test_an_out_of_office_answer_with_a_changing_ticket_number_is_still_the_same() -> None:
    lines = [
        (f"Recebemos sua mensagem! Seu protocolo é {number}. Em breve um de nossos atendentes falará com você.", "Ok!")
        for number in range(1000, 1008)
    ]
    found = stopped_at(lines, after=1.5)
    assert found is not None
    assert found[0] <= 4


def test_another_business_with_a_menu_is_stopped() -> None:
    menu = ["Digite 1 vendas ou 2 suporte.", "Opção inválida. Tente de novo."]
    lines = [(menu[number % 2], f"Como posso ajudar você hoje? Pergunta {number}") for number in range(12)]
    found = stopped_at(lines, after=1)
    assert found == (8, "repeticao")


def test_two_models_talking_are_stopped_by_their_speed() -> None:
    texts = [
        "Que ótimo saber disso! Poderia me contar um pouco mais sobre o cardápio da casa?",
        "Muito interessante, adorei. Vocês costumam ter música ao vivo nos fins de semana?",
        "Perfeito, agradeço a informação. Existe estacionamento próximo ou convênio com algum?",
        "Excelente! E quanto às sobremesas, qual delas você recomendaria para um casal?",
        "Entendi, faz todo o sentido. A área externa é coberta em caso de chuva?",
        "Maravilha! Gostaria de saber se a carta de vinhos tem opções nacionais.",
        "Obrigado pelo carinho no atendimento. Há espaço para crianças brincarem?",
        "Fico muito feliz em ouvir isso! Posso levar meu cachorro para a varanda?",
    ]
    lines = [(text, f"Claro! Sobre a pergunta {number}, sim.") for number, text in enumerate(texts)]
    found = stopped_at(lines, after=2.5)
    assert found == (7, "rapido_demais")


def test_a_fast_human_with_fifteen_short_texts_is_not_stopped() -> None:
    texts = ["oi", "tudo bem?", "tem mesa?", "pra hj", "às 20h", "4 pessoas", "ou 5", "tem wifi?", "e estacionamento?",
             "posso levar bolo?", "aceita pix?", "e cartão?", "qual o endereço?", "show", "obrigado"]  # fmt: skip
    assert stopped_at([(text, f"Resposta sobre {text}") for text in texts], after=0.4, thinking=1.0) is None


def test_an_excited_human_who_types_on_while_we_answer_is_not_stopped() -> None:
    long = "E me conta também uma coisa, vocês fazem aquele bolo de aniversário com vela {}?"
    moments = ("de manhã", "à tarde", "à noite", "no sábado", "no domingo", "no feriado", "em maio", "na Páscoa")
    assert stopped_at([(long.format(moment), "Sim!") for moment in moments], after=-0.5) is None


@pytest.mark.parametrize(("times", "after"), [(3, 0.5), (3, 2), (5, 6), (5, 20)])
def test_a_customer_who_repeats_a_question_is_not_stopped(times: int, after: float) -> None:
    lines = [("Cadê o meu pedido?? Faz uma hora!", f"Peço desculpas, vou verificar. ({each})") for each in range(times)]
    assert stopped_at(lines, after=after) is None


def test_answering_yes_to_six_questions_is_not_repetition() -> None:
    questions = [
        "É para hoje?",
        "Para o jantar?",
        "Quatro pessoas?",
        "Na varanda?",
        "Em nome de Ana?",
        "Posso confirmar?",
    ]
    assert stopped_at([("Sim", question) for question in [*questions, "Mais alguma coisa?"]], after=2) is None


def test_the_same_short_word_to_the_same_reply_is_a_loop() -> None:
    assert stopped_at([("Ok", "Por nada! Estou à disposição.")] * 8, after=30) == (6, "repeticao")


def test_a_customer_who_quotes_us_once_is_not_an_echo() -> None:
    ours = "Abrimos de terça a domingo, das 18h às 23h."
    assert stopped_at([("Que horas abrem?", ours), (ours, "Isso mesmo!"), ("Na segunda não?", "Não.")], after=5) is None


def test_a_first_message_is_never_a_loop() -> None:
    assert why_quiet([Exchange("Oi", START)]) is None
    assert why_quiet([]) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Obrigado pela mensagem!", "obrigado pela mensagem", True),
        ("Quero uma mesa para 4 pessoas", "Quero uma mesa para 6 pessoas", False),
        ("Responderemos em breve, obrigado.", "Responderemos em breve. Obrigada!", True),
        ("Tem mesa para hoje à noite?", "Tem mesa para amanhã à tarde?", False),
        ("", "", False),
        ("👍", "👍", False),
    ],
)
def test_near_same(one: str, other: str, same: bool) -> None:
    assert near_same(one, other) is same
