"""Leaving is understood in the words people use, and cancelling a reservation is never taken for leaving."""

import pytest

from services.optout import group_reads_as_optout, is_bare_cancel, reads_as_optout


@pytest.mark.parametrize(
    "text",
    [
        "PARAR", "parar", "Pare", "Parem!", "SAIR", "sair.", "Sair, por favor", "STOP", "stop", "unsubscribe",
        "Descadastrar", "descadastre meu número", "me descadastra por favor", "quero me descadastrar",
        "não quero mais receber mensagens", "Nao quero mais receber msgs de vocês", "não quero receber mais nada",
        "não quero mais receber essas propagandas", "Não quero mais mensagens", "não desejo mais receber",
        "por favor não me mandem mais mensagens", "não me mande mais nada", "parem de me mandar mensagem",
        "Para de mandar mensagem!!!", "pode parar de me enviar mensagens", "chega de mensagem",
        "me tira da lista", "me tirem dessa lista por favor", "me remova da lista de transmissão",
        "quero sair da lista",
        "quero sair", "cancelar inscrição", "quero cancelar o recebimento de mensagens", "Bom dia, parar por favor",
        "PARAR 🛑", "tirem meu número da lista de contatos", "como paro de receber essas mensagens?",
        "deixem de me enviar promoções", "opt-out", "não quero mais nada de vocês",
    ],
)  # fmt: skip
def test_asking_to_leave(text: str) -> None:
    assert reads_as_optout(text)


@pytest.mark.parametrize(
    "text",
    [
        "cancelar a reserva", "cancelar", "Cancelar", "CANCELAR", "quero cancelar minha reserva de sexta",
        "cancela pra mim",
        "quero parar a reserva", "sair mais cedo", "posso sair mais cedo?", "pode parar o carro aí?",
        "onde posso parar o carro?", "não quero mais a reserva", "não quero mais", "não quero mais receber o pedido",
        "não quero receber a entrega hoje", "Para 4 pessoas", "para", "para amanhã às 20h", "mesa para sair da rotina",
        "a que horas vocês param de servir?", "vou sair de casa agora", "Não pare!", "não parem de mandar mensagem",
        "me manda o cardápio", "vocês mandam mensagem quando a mesa ficar pronta?", "tira a cebola da pizza",
        "tira o meu nome da reserva", "me tira uma dúvida", "recebi a mensagem de vocês", "quero receber as promoções",
        "vou parar aí na frente", "posso parar na porta?", "sai quanto a pizza?", "quando sai meu pedido?", "fim", "",
        "oi", "como faço pra sair do aplicativo e pagar?", "parar de comer glúten é difícil",
        "não recebi mensagem nenhuma",
        "me tira uma dúvida sobre a lista de preços", "tirei uma foto da lista", "me tira da lista de espera",
        "quero sair da lista de convidados", "para mandar mensagem para o dono, qual o número?", "não mande mais molho",
        "não quero mais falar, quero o link do whatsapp", "posso cancelar até quando?", "não preciso de lembrete",
        "quero cancelar a reserva e parar de receber mensagem", "👍",
        "Eu queria saber se dá para parar de mandar a confirmação da reserva por mensagem",
    ],
)  # fmt: skip
def test_business_is_not_leaving(text: str) -> None:
    assert not reads_as_optout(text)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("CANCELAR", True),
        ("cancela, por favor", True),
        ("Cancel", True),
        ("cancelar a reserva", False),
        ("cancelar inscrição", False),
        ("", False),
    ],
)
def test_a_bare_cancel_is_told_apart(text: str, bare: bool) -> None:
    assert is_bare_cancel(text) is bare


@pytest.mark.parametrize(
    ("texts", "leaving"),
    [
        (["PARAR"], True),
        (["PARAR", "obrigado"], True),
        (["PARAR", "essas mensagens estão chatas"], True),
        (["não quero mais receber", "mensagens de vocês"], True),
        (["PARAR", "brincadeira, quero uma mesa"], False),
        (["sair", "tem mesa pra 4?"], False),
        (["tem mesa?", "PARAR"], True),
        (["oi", "tudo bem?"], False),
        (["quero", "sair mais cedo"], False),
        ([], False),
    ],
)
def test_messages_in_a_row(texts: list[str], leaving: bool) -> None:
    assert group_reads_as_optout(texts) is leaving
