"""Finds what a reply claims to have been done: a booking, a change, a cancellation, an order.

Only reads text, sentence by sentence; what may be claimed is decided by the caller, who knows what tools did. It errs
on the side of finding a claim: a false alarm costs one more question to the model, a missed one a false promise. With
`wanted`, when the customer asks for such an act, also what merely sounds settled is a claim.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["reserva", "alteracao", "cancelamento", "pedido"]

_SENTENCES = re.compile(r"(?<=[.!?…])[\s\"”’)*_]+|\n+")
_DAYNAMES = r"segunda|terca|quarta|quinta|sexta|sabado|domingo|hoje|amanha"
_WORDS = {
    "BOOKED": (
        r"(?:confirmad|reservad|garantid|agendad|marcad|registrad|anotad|efetuad|efetivad|realizad|separad|guardad|"
        r"concluid|aprovad|assegurad|bloquead|incluid|inserid|lancad|encaixad|reservadissim|confirmadissim)[oa]s?"
    ),
    "STANDING": (
        r"feita|feito|ativa|valida|aceita|aceito|salva|certinha?|de pe|tudo ok|ok|no sistema|na agenda|na lista"
    ),
    "FIXED": r"(?:confirmad|reservad|agendad|marcad|garantid|assegurad|confirmadissim|reservadissim)[oa]s?",
    "I_BOOKED": (
        r"reservei|agendei|marquei|separei|garanti|bloqueei|segurei|encaixei|inclui|inseri|lancei|coloquei|botei|pus|"
        r"anotei|registrei|confirmei|fiz|efetuei|realizei|confirmo|confirmamos|guardei|providenciei|consegui|acertei|"
        r"arrumei|deixei|acabei de \w+r|adicionei|aumentei|acrescentei|segurou|reservou|guardou|garantiu"
    ),
    "CHANGED": (
        r"(?:alterad|mudad|remarcad|atualizad|modificad|trocad|transferid|reagendad|ajustad|adiad|antecipad)[oa]s?"
    ),
    "I_CHANGED": (
        r"alterei|mudei|remarquei|atualizei|troquei|transferi|reagendei|ajustei|adiei|antecipei|adiantei|passei|"
        r"remarcamos|alteramos|mudamos|aumentei|adicionei|acrescentei"
    ),
    "CANCELLED": r"(?:cancelad|desmarcad|anulad|desfeit|excluid|removid|apagad|liberad|encerrad|suspens)[oa]s?",
    "I_CANCELLED": (
        r"cancelei|desmarquei|cancelamos|desmarcamos|anulei|removi|apaguei|deletei|exclui|encerrei|suspendi|desfiz|"
        r"tirei|liberei|retirei"
    ),
    "ORDERED": (
        r"(?:confirmad|anotad|registrad|feit|aceit|enviad|realizad|recebid|encaminhad|efetuad|fechad|aprovad|finalizad|"
        r"concluid)[oa]s?"
    ),
    "I_ORDERED": (
        r"anotei|registrei|fiz|enviei|confirmei|mandei|passei|fechei|recebi|encaminhei|anotado|recebido|pedi|lancei"
    ),
    "ON_ITS_WAY": (
        r"a caminho|em preparo|sendo preparad[oa]s?|na cozinha|no forno|saiu|sai em|chega em|chega ja|preparando|"
        r"ja comecou"
    ),
    "BOOKING": (
        r"(?:reserva|mesa|agendamento|(?:seu|o seu|teu) (?:horario|lugar)|vaga|visita|"
        r"(?:suas|as duas|ambas as) reservas|lugares?)"
    ),
    "THING": (
        r"(?:reserva|mesa|agendamento|vaga|nome|voces?|pessoas?|lugar|lugares|lista|agenda|caderno|sistema|horario|"
        r"tudo|aqui)"
    ),
    "MEAL": r"(?:pedido|encomenda|pizzas?|comida|margheritas?|calabresas?)",
    "BOOKING_EN": r"(?:reservation|booking|table|spot)",
    "BE": r"(?:esta|ta|estao|estara|ficou|fica|foi|foram|vai estar|ja esta|segue|e|agora e|agora esta)",
    "DAY": rf"(?:\d|\b(?:{_DAYNAMES})\b)",
    "FAR": r"[^.!?\n]{0,70}?",
    "NEAR": r"[^.!?\n]{0,35}?",
}
# Kind, then the words in order; `<done:…>` is what says that it happened. English and Spanish at the end: a customer
# may be answered in their own language.
_RULES = r"""
cancelamento \b(?:<BOOKING>|pedido)\b<FAR>\b<done:CANCELLED>\b
cancelamento ^\W*<done:CANCELLED>\b
cancelamento \b<done:I_CANCELLED|acabei de (?:cancelar|desmarcar)>\b<NEAR>\b(?:<THING>|pedido)\b
cancelamento \b(?:cancelamento|estorno)\b<NEAR>\b<done:feito|confirmado|realizado|efetuado|concluido>\b
cancelamento \b(?:<BOOKING>|pedido)\b<NEAR>\b<done:nao existe mais|nao consta mais>\b
cancelamento ^\W*(?:\w+\W+){0,2}<BE> <done:CANCELLED>\W*$
alteracao \b<BOOKING>\b<FAR>\b<done:CHANGED>\b
alteracao ^\W*<done:CHANGED>\b
alteracao \b(?:alteracao|mudanca|troca)\b<NEAR>\b<done:feita|confirmada|realizada|efetuada|concluida>\b
alteracao \b<done:I_CHANGED|acabei de (?:alterar|mudar|remarcar|trocar)>\b<NEAR>(?:\b<THING>\b|<DAY>|\bas nove\b)
alteracao \b<BOOKING>\b<NEAR>\b<done:agora e|passa a ser|passou a ser|passou para>\b
alteracao ^\W*(?:\w+\W+){0,2}<BE> (?:tudo )?<done:CHANGED>\W*$
pedido \b(?:pedido|encomenda)\b<FAR>\b<done:ORDERED|ON_ITS_WAY>\b
pedido \b<done:I_ORDERED>\b<NEAR>\b(?:<MEAL>|cozinha)\b
pedido \b(?:cozinha|forno|pizzaiolo|motoboy|entregador)\b<NEAR>\b<done:recebeu|aceitou|ON_ITS_WAY>\b
pedido \b<MEAL>\b<NEAR>\b<done:ON_ITS_WAY>\b
reserva \b<BOOKING>\b<FAR>\b<done:BOOKED|STANDING>\b
reserva \b<done:BOOKED|feita>\b<FAR>\b<BOOKING>\b
reserva ^\W*<done:BOOKED>\b
reserva \b<done:I_BOOKED>\b<NEAR>\b(?:<THING>|separad[oa]|reservad[oa]|marcad[oa])\b
reserva \b<BE> (?:tudo |ja )?<done:FIXED>\b
reserva \btudo <done:certo|confirmado|combinado|pronto|ok>\b<NEAR>(?:\b(?:reserva|mesa)\b|<DAY>|\bate\b)
reserva \b<done:esperamos|aguardamos|espero|aguardo|espera|aguarda>\b<FAR><DAY>
reserva \b<done:nos vemos|ate (?:a |o )?(?:segunda|terca|quarta|quinta|sexta|sabado|domingo)>\b
reserva \breserva\w{0,8}<done:confirmada>\b
reserva \b<done:e so chegar|pode vir|podem vir|basta chegar>\b
reserva \b(?:mesa|lugar)\b<NEAR>\b<done:e (?:sua|seu|de voces|dela|dele)>\b
reserva \b<BOOKING>\b<NEAR>\b<done:liberou|conseguiu>\b
reserva \b(?:status|situacao|reserva)\W{1,4}<done:confirmad[oa]|ok|aprovad[oa]>\b
reserva \b(?:voces?|nome)\b<NEAR>\b<done:na lista|na agenda|no sistema>\b
pedido \b(?:solicitacao|pedido)\b<NEAR>\b<done:concluid[oa]|atendid[oa]>\b
cancelamento \b(?:<BOOKING_EN>|order)\b<NEAR>\b<done:cancell?ed>\b
alteracao \b<BOOKING_EN>\b<NEAR>\b<done:changed|moved|updated|rescheduled>\b
reserva \b<BOOKING_EN>\b<NEAR>\b<done:confirmed|booked|reserved|made|set>\b
reserva \b(?:i|we)(?:'ve| have)? <done:booked|reserved|confirmed>\b
reserva \byou(?:'re| are) <done:all set|booked>\b
pedido \border\b<NEAR>\b<done:confirmed|placed|received|accepted|on its way>\b
reserva \b<done:(?:he|hemos|ha sido|queda|quedo) (?:reservad|confirmad|agendad)[oa]>\b
cancelamento \b<done:(?:he|hemos|ha sido|queda|quedo) cancelad[oa]>\b
"""
_DENIED = re.compile(r"\b(?:nao|nunca|nem|nada|nenhuma?|not|never|no)\b(?! se preocupe)(?: (?!que\b)\w+){0,4} ?$")
_UNREAL = re.compile(
    r"\b(?:estiver|estiverem|for|forem|seja|sejam|ser|serem|sera|serao|estar|ficar|fique|deixar|deixe|ter|tiver|pode|"
    r"poderia|seria|will be|to be|can be|be|precisa|precisam|vou|vamos|a|ha|verificar)(?: \w+)? ?$"
)
"""What is not so yet: subjunctives, infinitives and futures right before the word of doing."""
_IF = re.compile(r"\b(?:assim que|quando|se|caso|apos|depois que|antes que|ate que|enquanto|if|once|when|cuando|si)\b")
_ASKED = re.compile(
    r"\b(?:posso|podemos|quer|querem|gostaria|deseja|devo|poderia|confirma|confirmam|qual|quais|quando|como|que dia|"
    r"quem|onde|tem|teria|pode|shall|should|would|can|may|do you)\b"
)
_HOUSE = re.compile(
    r"\b(?:por|durante|ate|depois de|com|mediante|tolerancia)\b.{0,12}\b\d+ ?(?:min|minutos)\b|"
    r"\b\d+ minutos depois\b|\bmesa de som\b|"
    r"\b(?:cardapio|rodizio|evento|musicos?|cadeirantes|feriado)\b|\ba casa (?:foi|esta|fica)\b|"
    r"\bquem tem\b|\bque abrimos\b|\bvoce recebe\b|"
    r"\b(?:de|das?) \w+ (?:a|as) \w+.{0,6}, das \d|\babrimos\b|\bso (?:e|fica|sao) "
)
"""How the house works, not something done for this customer."""
_POLICY = re.compile(r"\b(?:so e|e|sao|are) $")
_CODE = re.compile(
    r"\b(?:codigo|numero da reserva|protocolo|localizador)\W{0,3}(?:e |: ?)?(?=[a-z0-9-]*\d)[a-z0-9-]{4,}\b"
)
_SETTLED = re.compile(
    r"^\W*(?:pronto|prontinho|feito|fechado|combinado|resolvido|beleza|perfeito|anotado|tudo certo|deixa comigo|"
    r"ja resolvi|ok|certo|sim)\b"
)
_DETAIL = re.compile(
    rf"\b\d{{1,2}} ?h(?:\d\d|oras)?\b|\b\d{{1,2}}:\d\d\b|\b(?:{_DAYNAMES})\b|\b\d+ pessoas\b|\bem nome de\b"
)
_OFFER = re.compile(
    r"\b(?:temos|tenho|tem|ha|livres?|disponive\w+|opcoes|horarios?|prefere|preferem|abrimos|abre|abrem|fechamos|fecha|"
    r"funciona\w*|atendemos|posso|podemos|das|entre|seria|seriam|lotad\w+|chei[oa]|nao|vou|vamos|quantas|qual)\b"
)
_WANTED = re.compile(
    r"\b(?:reserv\w+|mesa|marcar|marca|agend\w+|cancel\w+|desmarc\w+|remarc\w+|mud\w+|alter\w+|troc\w+|adiar|"
    r"antecip\w+|pedido|pedir|quero (?:uma?|dois|duas|tres|\d)|vou querer|lugar|book|table|reservation|order)\b"
)
_LEET = str.maketrans("013457@$", "oieastas")


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence that says something was done. `sentence` is as it was written."""

    kind: Kind
    sentence: str


def sentences(text: str) -> list[str]:
    return [piece.strip() for piece in _SENTENCES.split(text) if piece and piece.strip()]


def wants_an_act(text: str) -> bool:
    """Whether the customer's words are about booking, changing, cancelling or ordering."""
    return _WANTED.search(_plain(text)) is not None


def claims_in(text: str, *, wanted: bool = False) -> list[Claim]:
    """Every claim of the text, at most one a sentence and kind, in order."""
    found: list[Claim] = []
    said = sentences(text)
    asks_back = any(one.rstrip('"”’) *_').endswith("?") for one in said)
    for sentence in said:
        kinds = _claimed(sentence)
        if not kinds and wanted and _sounds_settled(sentence, alone=len(said) == 1, asks_back=asks_back):
            kinds = ["reserva"]
        found.extend(Claim(kind, sentence) for kind in kinds)
    return found


def _claimed(sentence: str) -> list[Kind]:
    normal = _plain(sentence)
    kinds: list[Kind] = []
    for version in dict.fromkeys((normal, _undisguised(normal))):
        asked = version.rstrip('"”’) _').endswith("?")
        for kind, pattern in _PATTERNS:
            matches = pattern.finditer(version)
            if kind not in kinds and any(_asserted(version, match.start("done"), asked=asked) for match in matches):
                kinds.append(kind)
    if "reserva" in kinds and set(kinds) & {"cancelamento", "alteracao", "pedido"} and not _BOOKED.search(normal):
        kinds.remove("reserva")  # “Sua reserva foi cancelada” is no booking for naming one
    if not kinds and _CODE.search(normal):
        kinds.append("reserva")
    return kinds


def _asserted(normal: str, done: int, *, asked: bool) -> bool:
    before = normal[:done]
    clause = re.split(r"[,;:.!?]| pois | porque | e que ", before)[-1]
    if _DENIED.search(clause) or _UNREAL.search(clause) or _POLICY.search(before) or _HOUSE.search(normal):
        return False
    if _IF.search(clause) and len(clause.split()) <= 6:
        return False
    return not (asked and _ASKED.search(clause))


def _sounds_settled(sentence: str, *, alone: bool, asks_back: bool) -> bool:
    """An answer to a wish that is neither a question nor an offer, and has the tone or the details of a done thing."""
    normal = _plain(sentence)
    if normal.rstrip('"”’) _').endswith("?") or _OFFER.search(normal) or _HOUSE.search(normal):
        return False
    details = len(_DETAIL.findall(normal))
    if _SETTLED.search(normal):
        return details > 0 or (alone and len(normal.split()) <= 4)
    return details >= 2 and not asks_back


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(
        letter for letter in decomposed if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )
    return re.sub(r"[*_~`]+", "", re.sub(r"[ \t\u00a0]+", " ", bare.replace("’", "'")))


def _undisguised(normal: str) -> str:
    """Letters set apart are joined, digits inside words read as the letters they stand for."""
    joined = re.sub(r"\b(?:\w ){3,}\w\b", lambda spaced: spaced[0].replace(" ", ""), normal)
    return re.sub(r"\b(?=\w*[a-z])(?=\w*\d)[a-z]\w{4,}\b", lambda word: word[0].translate(_LEET), joined)


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
