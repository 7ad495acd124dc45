"""What Twilio's error numbers mean: a sentence for people and what to do about each. Pure tables, nothing acts here.

A number comes with a refused request or with a failed delivery status; both lead to the same sentence and action.
"""

from dataclasses import dataclass
from typing import Literal

Acao = Literal[
    "nao_repetir",  # asking again changes nothing
    "recuar",  # too fast: the message may go later
    "usar_modelo",  # the window is closed: only an approved template goes
    "marcar_saida",  # the customer blocked us or left: no more messages of ours
    "marcar_invalido",  # nobody is behind the address
    "alerta_configuracao",  # a person must correct the empresa's settings; Twilio is left alone meanwhile
    "alerta",  # a person must know; it ends by itself or by an upgrade
]


@dataclass(frozen=True, slots=True)
class TwilioCode:
    frase: str
    """What happened and, where there is one, the remedy: in Portuguese, without a full stop's context."""
    acao: Acao = "nao_repetir"


_CODES: dict[str, TwilioCode] = {
    "63016": TwilioCode(
        "Passaram mais de 24 horas desde a última mensagem do cliente: só um modelo aprovado pode ser enviado.",
        "usar_modelo",
    ),
    "63018": TwilioCode("O WhatsApp pediu para enviar mais devagar.", "recuar"),
    "20429": TwilioCode("A Twilio pediu para enviar mais devagar.", "recuar"),
    "63014": TwilioCode("O cliente bloqueou este número no WhatsApp.", "marcar_saida"),
    "21610": TwilioCode("O cliente pediu à Twilio para não receber mais mensagens.", "marcar_saida"),
    "63024": TwilioCode("Este contato não recebe mensagens no WhatsApp.", "marcar_invalido"),
    "21211": TwilioCode("O número do cliente não é válido.", "marcar_invalido"),
    "63007": TwilioCode(
        "O número da empresa não é um remetente de WhatsApp desta conta da Twilio: confira o número e a conta em "
        "Configuração.",
        "alerta_configuracao",
    ),
    "20003": TwilioCode(
        "A Twilio recusou a conta ou o token da empresa: confira as credenciais em Configuração.",
        "alerta_configuracao",
    ),
    "20005": TwilioCode("A conta da Twilio não está ativa: regularize a conta no painel dela.", "alerta_configuracao"),
    "21608": TwilioCode(
        "A conta da Twilio é de teste e só envia a números verificados: verifique o número ou ative a conta.",
        "alerta",
    ),
    "63015": TwilioCode(
        "O número é o de testes da Twilio e o cliente ainda não entrou no teste: peça que envie o código de entrada.",
        "alerta",
    ),
    "63038": TwilioCode("A conta chegou ao limite diário de mensagens: amanhã ela volta a enviar.", "alerta"),
    "63013": TwilioCode("O WhatsApp não aceitou o conteúdo: revise o texto ou as variáveis do modelo."),
    "63021": TwilioCode("O conteúdo é inválido ou longo demais para o modelo: revise o texto."),
    "63019": TwilioCode("O arquivo não pôde ser baixado pelo WhatsApp."),
    "63032": TwilioCode("O WhatsApp não entrega esta mensagem a este cliente neste momento."),
    "21655": TwilioCode("O modelo não existe nesta conta da Twilio: escolha outro."),
    "21656": TwilioCode("As variáveis do modelo estão incompletas ou inválidas: confira os valores."),
    "21617": TwilioCode("A mensagem passou do tamanho que o WhatsApp aceita."),
    "21658": TwilioCode("A mensagem passou do tamanho que o WhatsApp aceita."),
}

# Reasons of our own that parts carry in the place of a number.
_OURS: dict[str, str] = {
    "twilio_sem_credencial": "A empresa não tem credenciais da Twilio: preencha-as em Configuração.",
    "twilio_indisponivel": "A Twilio ficou indisponível; a mensagem pode ser tentada de novo.",
    "envio_incerto": "Não foi possível saber se a mensagem saiu; tente de novo para conferir antes de reenviar.",
    "parte_anterior": "Uma parte anterior da mesma mensagem não saiu.",
    "pessoa_assumiu": "Uma pessoa assumiu a conversa antes do envio.",
    "empresa_parada": "A empresa não estava atendendo.",
    "cliente_saiu": "O cliente pediu para não receber mais mensagens.",
    "contato_invalido": "Este contato não recebe mensagens no WhatsApp.",
    "aguarda_cliente": "Espera o cliente escrever: passaram mais de 24 horas desde a última mensagem dele.",
    "janela_expirou": "O cliente não voltou a escrever a tempo.",
}
_CREDENTIAL = "twilio_credencial_"


def code_of(erro: str | None) -> str | None:
    """Twilio's number inside what a part carries (`twilio_credencial_20003`), if it is one."""
    code = (erro or "").removeprefix(_CREDENTIAL)
    return code if code.isascii() and code.isdigit() else None


def explain(erro: str | None) -> TwilioCode | None:
    """The meaning of Twilio's number; None for one we do not know, and for reasons of our own."""
    if erro is not None and erro.startswith(_CREDENTIAL):
        return _CODES.get(code_of(erro) or "", _CODES["20003"])
    return _CODES.get(code_of(erro) or "")


def sentence(erro: str | None) -> str | None:
    """Why a part did not go, in words; the number alone is told when nobody knows more."""
    if erro is None:
        return None
    if (known := explain(erro)) is not None:
        return known.frase
    if erro in _OURS:
        return _OURS[erro]
    return f"O WhatsApp recusou a mensagem (código {erro})." if code_of(erro) else "A mensagem não pôde ser enviada."
