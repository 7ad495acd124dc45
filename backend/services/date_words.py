"""The words of Brazilian dates: typing as people type on a phone made uniform, and what is no date taken away.

Pure text to text. Numbers in words become digits, abbreviations and slips of the finger become the full word, and
greetings and numbers of people disappear, so that "boa noite, mesa pra 4 sab as oito" reads "sabado as 8".
"""

import re
from collections.abc import Callable

from services.plain_text import plain, squeeze

MAX_TEXT = 400
"""Longer texts are cut: a date is said in a few words."""

MONTH_NAMES = {
    "janeiro": 1, "fevereiro": 2, "marco": 3, "abril": 4, "maio": 5, "junho": 6,
    "julho": 7, "agosto": 8, "setembro": 9, "outubro": 10, "novembro": 11, "dezembro": 12,
}  # fmt: skip
MONTH_SHORT = {
    "jan": 1, "fev": 2, "mar": 3, "abr": 4, "mai": 5, "jun": 6,
    "jul": 7, "ago": 8, "set": 9, "out": 10, "nov": 11, "dez": 12,
}  # fmt: skip
MONTHS = {**MONTH_NAMES, **MONTH_SHORT}
MONTH = "|".join([*MONTH_NAMES, *MONTH_SHORT])

_UNITS = {
    "zero": 0, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8,
    "nove": 9, "dez": 10, "onze": 11, "doze": 12, "treze": 13, "catorze": 14, "quatorze": 14, "quinze": 15,
    "dezesseis": 16, "dezasseis": 16, "dezessete": 17, "dezassete": 17, "dezoito": 18, "dezenove": 19,
    "dezanove": 19, "deseseis": 16, "desesete": 17, "desoito": 18, "desenove": 19,
}  # fmt: skip
_TENS = {"vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50, "cincoenta": 50}

# Each of these is written by people for the word on the right.
_SAME = {
    "hj": "hoje", "hje": "hoje", "oje": "hoje", "hoj": "hoje", "hoge": "hoje",
    "amnha": "amanha", "amanh": "amanha", "amha": "amanha", "amanhan": "amanha", "amnaha": "amanha",
    "amnhaa": "amanha", "amanhaa": "amanha", "manana": "amanha",
    "manh": "manha", "mnha": "manha",
    "dps": "depois", "dpois": "depois", "depos": "depois", "apos": "depois",
    "pra": "para", "p": "para", "pro": "para", "pras": "para as", "pros": "para",
    "q": "que", "prox": "proxima", "proximo": "proxima", "prximo": "proxima", "prxima": "proxima",
    "noitinha": "noite", "noit": "noite", "noitee": "noite", "tardinha": "tarde", "manhazinha": "manha",
    "janta": "jantar", "jantinha": "jantar", "almocar": "almoco", "almosso": "almoco", "jantarzinho": "jantar",
    "sabadao": "sabado", "sabadinho": "sabado", "sabdo": "sabado", "sbado": "sabado", "sabados": "sabado",
    "domingao": "domingo", "domigo": "domingo", "dmingo": "domingo", "domimgo": "domingo",
    "sextou": "sexta", "sextinha": "sexta", "sesta": "sexta", "cexta": "sexta", "sexata": "sexta",
    "segnda": "segunda", "segubda": "segunda", "quita": "quinta", "qinta": "quinta", "kinta": "quinta",
    "kuarta": "quarta", "qarta": "quarta", "tersa": "terca", "terssa": "terca", "trca": "terca",
    "fds": "fim de semana", "findi": "fim de semana", "finde": "fim de semana", "fimde": "fim de semana",
    "meidia": "meio dia", "meiodia": "meio dia", "meianoite": "meia noite", "meionoite": "meia noite",
    "msm": "mesma", "mesmo": "mesma", "hora": "hora", "hrs": "horas", "hr": "horas", "hs": "horas",
    "min": "minutos", "mins": "minutos", "minuto": "minutos", "minutinhos": "minutos",
    "feriadao": "feriadao", "feira": "feira", "mez": "mes", "otubro": "outubro", "feveiro": "fevereiro",
    "dezenbro": "dezembro", "desembro": "dezembro", "novenbro": "novembro", "setenbro": "setembro",
    "vespra": "vespera", "vesperas": "vespera", "antevespera": "antevespera", "cm": "com", "c": "com",
}  # fmt: skip

_FUZZY = (
    "amanha", "segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo", "proxima", "depois", "semana",
    "noite", "tarde", "feriado", "almoco", "jantar", "janeiro", "fevereiro", "agosto", "setembro", "outubro",
    "novembro", "dezembro", "carnaval", "pascoa", "reveillon",
)  # fmt: skip
# Words of their own, however near they are to one of the above.
_NOT_A_SLIP = frozenset({
    "quintal", "jantares", "jantara", "jantamos", "semanal", "domingos", "sextas", "segundas", "tercas", "quartas",
    "quintas", "feriados", "noites", "tardes", "semanas", "amanhas", "tardei", "depoi", "noitada", "segundo", "jantei",
    "tardar", "tared", "sextos", "almocos",
})  # fmt: skip

_PEOPLE = (
    r"(?:pessoas?|pessoinhas?|pessoal|lugar(?:es)?|adultos?|criancas?|pax|convidad[oa]s?|cadeiras?|assentos?|gente|"
    r"anos|reais|pratos?|mesas?|amig[oa]s|casa(?:l|is)|pess)"
)
_TIME_FOLLOWS = (
    rf"(?! ?(?:h\b|h\d|:|/|\.\d|horas?\b|e (?:meia|\d)|(?:da|de|do) (?:manha|tarde|noite|madrugada|almoco|{MONTH})\b|"
    rf"(?:{MONTH})\b|am\b|pm\b|\d))"
)
_NOISE = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:bom dia|boa (?:tarde|noite))\b",
        rf"\b(?:\d{{1,3}} ?(?:a|ou|-) ?)?\d{{1,3}} ?{_PEOPLE}\b",
        rf"\b(?:uma?|um) {_PEOPLE}\b",
        rf"\b(?:somos|seremos|vamos ser|vamos em|estaremos em|total de)(?: em| umas| uns)? \d{{1,3}}\b{_TIME_FOLLOWS}",
        rf"\b(?:mesa|reserva|reservar|lugar)(?: \w+)? (?:para|de|com) \d{{1,3}}\b{_TIME_FOLLOWS}",
        # "15 para 9" is a time of day, "mesa pra 4" is not.
        rf"(?<!\b[125][05] )(?<!\b5 )\bpara \d{{1,3}}\b{_TIME_FOLLOWS}",
    )
)


def normalise(text: str) -> str:
    """Uniform words and digits, with `,` where the text had a break."""
    text = plain(text[:MAX_TEXT])
    text = re.sub(r"\bp/", "para ", text)
    text = re.sub(r"\bc/", "com ", text)
    text = re.sub(r"[!?;\n()|]", " , ", text)
    text = re.sub(r"[–—]", "-", text)
    text = re.sub(r"[^a-z0-9:/.,-]", " ", text)
    text = re.sub(r"(?<=\dh)-(?=\d)", " a ", text)
    text = re.sub(r"(?<!\d)[-/.:]|[-/.:](?!\d)", " ", text)
    text = re.sub(r"(?<=\d),(?=\d)", " , ", text)
    text = re.sub(r"[a-z]+", lambda found: _word(found[0]), text)
    text = squeeze(_digits(text))
    # "uma" is a number only where nothing else makes sense: "à uma da tarde", "uma e meia".
    text = re.sub(r"\buma(?= (?:hora )?(?:da|de) (?:manha|tarde|madrugada)\b| e (?:meia|\d{2})\b)", "1", text)
    text = re.sub(r"(?<=\ba )uma(?: hora)?(?= ?(?:,|$))|(?<=\bas )uma(?: hora)?(?= ?(?:,|$))", "1h", text)
    text = re.sub(r"(?<=\d) ?horas?\b", "h", text)
    text = re.sub(r"(?<=\d) ?minutos\b", "min", text)
    text = re.sub(r"(?<=dia )primeiro\b|\bprimeiro(?= de (?:" + MONTH + r")\b)|\b1o\b", "1", text)
    return remove_people(text)


def remove_people(text: str) -> str:
    for pattern in _NOISE:
        text = pattern.sub(" , ", text)
    return squeeze(text)


def _word(word: str) -> str:
    if word in _SAME:
        return _SAME[word]
    if len(word) < 5 or word in _FUZZY or word in _NOT_A_SLIP:
        return word
    return next((known for known in _FUZZY if word[0] == known[0] and _one_slip(word, known)), word)


def _one_slip(typed: str, known: str) -> bool:
    """Whether one letter was left out, doubled or added, or two neighbours were swapped. A wrong letter is not a slip:
    "quarto" is a room and "quanta" a question."""
    if len(typed) == len(known):
        differing = [n for n in range(len(known)) if typed[n] != known[n]]
        if len(differing) != 2 or differing[1] != differing[0] + 1:
            return False
        first, second = differing
        return typed[first] == known[second] and typed[second] == known[first]
    longer, shorter = (typed, known) if len(typed) > len(known) else (known, typed)
    return len(longer) == len(shorter) + 1 and any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))


_TENS_AND_UNIT = re.compile(
    rf"\b({'|'.join(_TENS)})(?: e (um|uma|{'|'.join(w for w, n in _UNITS.items() if 0 < n < 10)}))?\b"
)
_UNIT = re.compile(rf"\b(?:{'|'.join(_UNITS)})\b")


def _digits(text: str) -> str:
    def tens(found: re.Match[str]) -> str:
        return str(_TENS[found[1]] + ({"um": 1, "uma": 1, **_UNITS}[found[2]] if found[2] else 0))

    # "dez" is a number and, after a day, a month.
    text = re.sub(r"(?<=\d) de dez\b|(?<=\d)/dez\b|(?<=\d) dez\b", " de dezembro", text)
    text = _TENS_AND_UNIT.sub(tens, text)
    return _UNIT.sub(lambda found: str(_UNITS[found[0]]), text)


class Reader:
    """A text from which expressions are taken one by one, so that no number is read twice."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(
        self, pattern: re.Pattern[str], *, when: Callable[[re.Match[str]], bool] | None = None
    ) -> list[re.Match[str]]:
        """Every match, in order, each blanked out of the text; positions stay as they were."""
        found: list[re.Match[str]] = []
        start = 0
        while match := pattern.search(self.text, start):
            start = max(match.end(), match.start() + 1)
            if match.end() == match.start() or (when is not None and not when(match)):
                continue
            found.append(match)
            self.text = self.text[: match.start()] + "·" * (match.end() - match.start()) + self.text[match.end() :]
        return found

    def has(self, pattern: re.Pattern[str]) -> bool:
        return bool(self.take(pattern))
