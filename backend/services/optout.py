"""Whether a customer asks for no more messages, in Portuguese (and in WhatsApp's English keywords).

Pure. Cancelling a reservation is never leaving: any word of business in the text hands it to the attendant instead.
CANCELAR alone can mean either; `is_bare_cancel` finds it and the caller, who knows about reservations, decides.
"""

import re
import unicodedata
from collections.abc import Sequence

# The whole message, once courtesies are taken away.
_WORDS = frozenset(
    {
        "parar", "pare", "parem", "sair", "sai", "stop", "stopall", "stop all", "unsubscribe", "optout", "opt out",
        "revoke", "quit", "end", "descadastrar", "descadastre", "descadastra", "descadastro", "descadastramento",
        "me descadastre", "me descadastra", "me descadastrem", "quero sair", "quero parar", "quero me descadastrar",
        "remover", "remova", "me remova", "me remove", "me remover", "me tira", "me tire", "me tirem", "me exclua",
        "desinscrever", "cancelar inscricao", "cancelar assinatura", "cancelar recebimento", "cancelar cadastro",
        "nao quero mais receber", "nao quero receber mais", "nao quero receber", "nao desejo receber",
        "nao desejo mais receber", "nao me mande mais nada", "nao mande mais nada", "nao me mandem mais nada",
    }
)  # fmt: skip
_COURTESIES = re.compile(
    r"\b(?:por favor|por gentileza|pfv|pf|obrigad[oa]|obg|oi|ola|bom dia|boa tarde|boa noite|agora|ja|please|gente|"
    r"pessoal|ok)\b"
)

_MESSAGES = (
    r"(?:mensage\w*|mensaje\w*|msgs?|sms|propagandas?|promoco\w+|spam|ofertas?|avisos?|lembretes?|novidades|"
    r"divulgac\w+|anuncios?|notificac\w+)"
)
_GAP = r"(?:\W+\w+){0,4}?\W+"
_FROM = r"(?:da|do|de|dessa|desse|desta|deste|das|dos)\s+(?:sua\s+|seu\s+|suas\s+|seus\s+|vossa\s+)?"
_LIST = r"(?:lista|cadastro|grupo|base|mailing|contatos|transmissao|divulgacao)"
_MINE = r"(?:o\s+|os\s+)?meus?\s+(?:numero|nome|contato|telefone|celular|dados)"
_PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        # não quero (mais) receber (as suas) mensagens; não quero mais mensagens
        (
            r"\bnao\s+(?:quero|queremos|desejo|gostaria de|aceito|autorizo|pretendo)\b(?:\W+\w+){0,2}?\W+receber\b"
            rf"{_GAP}{_MESSAGES}"
        ),
        rf"\bnao\s+(?:quero|queremos|desejo)\s+mais{_GAP}{_MESSAGES}",
        r"\bnao\s+(?:quero|queremos|desejo)\s+(?:mais\s+)?receber\s+(?:mais\s+)?(?:nada|contato)\b",
        r"\bnao\s+(?:quero|desejo)\s+(?:mais\s+)?(?:nada|contato)\s+de\s+voces\b",
        # não me mande(m) mais mensagens; parem de mandar mensagem; chega de propaganda
        rf"\bnao\s+(?:me\s+)?(?:mand\w+|envi\w+)\s+mais\b(?:{_GAP}{_MESSAGES}|$|\s+nada\b)",
        (
            r"(?<!nao )\b(?:para|paro|pare|parem|parar|deixa|deixem?|deixar|chega)\s+de\s+(?:me\s+|ficar\s+)*"
            rf"(?:mand\w+|envi\w+|receber)\b{_GAP}{_MESSAGES}"
        ),
        (
            r"(?<!nao )\b(?:pare|parem|parar|chega)\s+(?:com|de)\s+(?:(?:as?|essas?|estas?|tantas?|suas)\s+)?"
            rf"{_MESSAGES}"
        ),
        # me tira da lista, tira meu número da lista, quero sair da lista, cancelar o recebimento
        rf"\bme\s+(?:tir\w+|remov\w+|exclu\w+|retir\w+|apag\w+)\s+{_FROM}(?:\w+\s+)?{_LIST}\b",
        rf"\b(?:tir\w+|remov\w+|exclu\w+|retir\w+|apag\w+)\s+{_MINE}\s+{_FROM}(?:\w+\s+)?{_LIST}\b",
        rf"\b(?:sair|saio|sai)\s+(?:fora\s+)?{_FROM}(?:\w+\s+)?{_LIST}\b",
        r"\b(?:des|dis)cadast\w+\b",
        r"\bdesinscrev\w+\b|\bunsubscribe\b",
        rf"\bcancel\w+\b{_GAP}(?:inscricao|assinatura|recebimento|{_MESSAGES})",
    )
)

# What people do with a business: with one of these the attendant reads the message, whatever else it says.
_BUSINESS = re.compile(
    r"\breserv\w*|\bmesas?\b|\bpedidos?\b|\blugar(?:es)?\b|\bcarros?\b|\bentregas?\b|\bjantar\b|\balmoco\b|"
    r"\bespera\b|\bconvidad\w*|\bpresentes?\b|\bhorarios?\b|\bcardapio\b|\bpizzas?\b|\baniversario\b|\bevento\b|\bconta\b|\bcompra\b"
)
_BARE_CANCEL = frozenset({"cancelar", "cancela", "cancele", "cancelem", "cancel", "cancelamento", "quero cancelar"})
_SECOND_THOUGHT = re.compile(
    r"\?|\b(?:brincadeira|engano|desconsider\w+|na verdade|queria|gostaria|reserv\w*|mesas?|pedidos?|cardapio|voltar)\b"
)
_MAX_LENGTH = 300
"""Whoever asks to be left alone is brief; a long text is for the attendant to read."""


def reads_as_optout(text: str) -> bool:
    """Whether this text, by itself, asks for no more messages."""
    said = _plain(text)
    if not said or len(said) > _MAX_LENGTH or _BUSINESS.search(said):
        return False
    if _bare(said) in _WORDS:
        return True
    return any(phrase.search(said) for phrase in _PHRASES)


def is_bare_cancel(text: str) -> bool:
    """Whether the text is CANCELAR and nothing else: of a reservation, or of our messages?"""
    return _bare(_plain(text)) in _BARE_CANCEL


def group_reads_as_optout(texts: Sequence[str]) -> bool:
    """The same of messages sent in a row: one that asks to leave counts unless a later one thinks again."""
    leaving = False
    for text in texts:
        if reads_as_optout(text):
            leaving = True
        elif leaving and _SECOND_THOUGHT.search(_plain(text, keep="?")):
            leaving = False
    return leaving or (len(texts) > 1 and reads_as_optout(" ".join(texts)))


def _bare(said: str) -> str:
    return " ".join(_COURTESIES.sub(" ", said).split())


def _plain(text: str, keep: str = "") -> str:
    """Lower case, without accents, punctuation as spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(rf"[^\w\s{re.escape(keep)}]", " ", letters).split())
