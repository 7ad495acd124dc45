"""Finds what a reply claims to have been done: a booking, a change, a cancellation, an order.

Only reads text, sentence by sentence; what may be claimed is decided by the caller, who knows what tools did. It errs
on the side of finding a claim: a false alarm costs one more question to the model, a missed one a false promise.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["reserva", "alteracao", "cancelamento", "pedido"]

_SENTENCES = re.compile(r"(?<=[.!?…])[\s\"”’)*_]+|\n+")
_DAY = r"(?:\d|\b(?:segunda|terca|quarta|quinta|sexta|sabado|domingo|hoje|amanha)\b)"
_WORDS = {
    "BOOKED": r"(?:confirmad|reservad|garantid|agendad|marcad|registrad|anotad|efetuad|realizad|separad|guardad)[oa]s?",
    "FIXED": r"(?:confirmad|reservad|agendad|marcad|garantid)[oa]s?",
    "I_BOOKED": r"reservei|agendei|marquei|separei|garanti|acabei de (?:reservar|agendar|marcar|confirmar|registrar)",
    "I_MADE": r"confirmei|registrei|anotei|fiz|efetuei|realizei|confirmo|confirmamos|guardei",
    "CHANGED": r"(?:alterad|mudad|remarcad|atualizad|modificad|trocad|transferid|reagendad|ajustad|adiad)[oa]s?",
    "I_CHANGED": r"alterei|mudei|remarquei|atualizei|troquei|transferi|reagendei|ajustei|adiei|remarcamos|alteramos",
    "CANCELLED": r"(?:cancelad|desmarcad|anulad)[oa]s?",
    "I_CANCELLED": r"cancelei|desmarquei|cancelamos|desmarcamos",
    "ORDERED": r"(?:confirmad|anotad|registrad|feit|aceit|enviad|realizad|recebid|encaminhad|efetuad|fechad)[oa]s?",
    "I_ORDERED": r"anotei|registrei|fiz|enviei|confirmei|mandei|passei|fechei|recebi|encaminhei|anotado|recebido",
    "ON_ITS_WAY": r"a caminho|em preparo|sendo preparado|na cozinha|no forno|saiu|chega em|preparando|ja comecou",
    "BOOKING": r"(?:reserva|mesa|agendamento|horario|lugar|vaga|visita|(?:suas|as duas|ambas as) reservas)",
    "BOOKING_EN": r"(?:reservation|booking|table|spot)",
    "BE": r"(?:esta|ta|estao|estara|ficou|fica|foi|vai estar|ja esta|segue)",
    "DAY": _DAY,
    "FAR": r"[^.!?\n]{0,70}?",
    "NEAR": r"[^.!?\n]{0,35}?",
}
# Kind, then the words in order; `<done:…>` is what says that it happened. English and Spanish at the end: a customer
# may be answered in their own language.
_RULES = r"""
cancelamento \b(?:<BOOKING>|pedido)\b<FAR>\b<done:CANCELLED>\b
cancelamento \b<done:CANCELLED>\b<FAR>\b(?:<BOOKING>|pedido)\b
cancelamento \bcancelamento\b<NEAR>\b<done:feito|confirmado|realizado|efetuado|concluido>\b
cancelamento \b<done:I_CANCELLED|acabei de (?:cancelar|desmarcar)>\b
cancelamento \b<BE> <done:CANCELLED>\b
alteracao \b<BOOKING>\b<FAR>\b<done:CHANGED>\b
alteracao \b<done:CHANGED>\b<FAR>\b<BOOKING>\b
alteracao \b(?:alteracao|mudanca|troca)\b<NEAR>\b<done:feita|confirmada|realizada|efetuada>\b
alteracao \b<done:I_CHANGED|acabei de (?:alterar|mudar|remarcar|trocar|atualizar)>\b
alteracao \b<BE> (?:tudo )?<done:CHANGED>\b
pedido \b(?:pedido|encomenda)\b<FAR>\b<done:ORDERED|ON_ITS_WAY>\b
pedido \b<done:I_ORDERED>\b<NEAR>\b(?:pedido|encomenda)\b
pedido \b(?:cozinha|forno|pizzaiolo)\b<NEAR>\b<done:recebeu|aceitou|ON_ITS_WAY>\b
pedido \bsua (?:pizza|comida)\b<NEAR>\b<done:ON_ITS_WAY>\b
reserva \b<BOOKING>\b<FAR>\b<done:BOOKED|feita>\b
reserva \b<done:BOOKED|feita>\b<FAR>\b<BOOKING>\b
reserva \b<done:I_BOOKED>\b
reserva \b<done:I_MADE>\b<NEAR>\b<BOOKING>\b
reserva \b<BE> (?:tudo )?<done:FIXED>\b
reserva \btudo <done:certo|confirmado|combinado|pronto>\b<NEAR>\b(?:com|para|pra)\b<NEAR>(?:\b(?:reserva|mesa)\b|<DAY>)
reserva \b<done:esperamos|aguardamos|espero|aguardo>\b<NEAR>\b(?:voces?|sua visita|sua presenca)\b<FAR><DAY>
reserva \b(?:te|os?|as?) <done:esperamos|aguardamos>\b<FAR><DAY>
cancelamento \b(?:<BOOKING_EN>|order)\b<NEAR>\b<done:cancell?ed>\b
alteracao \b<BOOKING_EN>\b<NEAR>\b<done:changed|moved|updated|rescheduled>\b
reserva \b<BOOKING_EN>\b<NEAR>\b<done:confirmed|booked|reserved|made|set>\b
reserva \b(?:i|we)(?:'ve| have)? <done:booked|reserved|confirmed>\b
reserva \byou(?:'re| are) <done:all set|booked>\b
pedido \border\b<NEAR>\b<done:confirmed|placed|received|accepted|on its way>\b
reserva \b<done:(?:he|hemos|ha sido|queda|quedo) (?:reservad|confirmad|agendad)[oa]>\b
cancelamento \b<done:(?:he|hemos|ha sido|queda|quedo) cancelad[oa]>\b
"""
_DENIED = re.compile(r"\b(?:nao|nunca|nem|sem|nada|nenhuma?|not|never|no|yet to be)\b[^,;:.!?]{0,45}$")
_NOT_YET = re.compile(
    r"\b(?:assim que|quando|se|caso|apos|depois (?:que|de)|antes (?:que|de)|para que|ate que|enquanto|so|somente|"
    r"apenas|precis\w+|vou|vamos|irei|iremos|ira|sera|serao|podera|poderia|pode ser|seria|faltam?|posso|podemos|"
    r"quer|querem|gostaria|deseja|devo|tentar|tentando|verificar|verificando|para ser|pra ser|a ser|once|when|if|"
    r"after|will be|to be|can be|cuando|si)\b[^,;:.!?]{0,45}$"
)
_POLICY = re.compile(r"\b(?:e|sao|are) $")
"""“A reserva é confirmada com sinal”: how things work, not something done."""
_ASKING = re.compile(
    r"\b(?:posso|podemos|quer|querem|gostaria|deseja|devo|poderia|confirma|confirmam|qual|quais|quando|como|"
    r"quem|onde|tem|teria|shall|should|would|can|may|do you)\b"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence that says something was done. `sentence` is as it was written."""

    kind: Kind
    sentence: str


def sentences(text: str) -> list[str]:
    return [piece.strip() for piece in _SENTENCES.split(text) if piece and piece.strip()]


def claims_in(text: str) -> list[Claim]:
    """Every claim of the text, at most one a sentence and kind, in order."""
    found: list[Claim] = []
    for sentence in sentences(text):
        found.extend(Claim(kind, sentence) for kind in _claimed(sentence))
    return found


def _claimed(sentence: str) -> list[Kind]:
    normal = _plain(sentence)
    if normal.rstrip('"”’) _').endswith("?") and _ASKING.search(normal):
        return []
    kinds: list[Kind] = []
    for kind, pattern in _PATTERNS:
        if kind not in kinds and any(_asserted(normal, match.start("done")) for match in pattern.finditer(normal)):
            kinds.append(kind)
    if "reserva" in kinds and set(kinds) & {"cancelamento", "alteracao"} and not _BOOKED.search(normal):
        kinds.remove("reserva")  # “Sua reserva foi cancelada” is no booking for naming one
    return kinds


def _asserted(normal: str, done: int) -> bool:
    before = normal[:done]
    return not (_DENIED.search(before) or _NOT_YET.search(before) or _POLICY.search(before))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[*_~`]+", "", re.sub(r"[ \t\u00a0]+", " ", bare.replace("’", "'")))


def _compiled() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    found: list[tuple[Kind, re.Pattern[str]]] = []
    for line in _RULES.strip().splitlines():
        kind, pattern = line.split(" ", 1)
        pattern = re.sub(r"<done:([^>]*)>", r"(?P<done>\1)", pattern)
        for name, words in _WORDS.items():
            pattern = pattern.replace(f"<{name}>", words)
            pattern = re.sub(rf"(?<=[>|]){name}(?=[|)])", words.replace("\\", r"\\"), pattern)
        found.append((cast("Kind", kind), re.compile(pattern)))
    return tuple(found)


_PATTERNS = _compiled()
_BOOKED = re.compile(rf"\b{_WORDS['BOOKED']}\b")
