"""Portuguese text functions of the rehearsal model: accents, sentences, topics asked about.

Pure functions; they know words, not restaurants.
"""

import re
import unicodedata

STOPWORDS = frozenset(
    [
        "a", "o", "as", "os", "um", "uma", "uns", "umas", "de", "da", "do", "das", "dos", "e", "ou", "que",
        "qual", "quais", "quanto", "quantos", "quanta", "quantas", "custa", "custam", "custam", "preco",
        "precos", "valor", "valores", "sai", "fica", "ta", "esta", "sao", "eh", "por", "para", "pra", "pro",
        "com", "sem", "no", "na", "nos", "nas", "em", "me", "te", "se", "ai", "la", "so", "tem", "tinha",
        "teria", "ter", "voce", "voces", "vc", "vcs", "seu", "sua", "meu", "minha", "isso", "esse", "essa",
        "este", "esta", "quero", "queria", "gostaria", "saber", "poderia", "pode", "podem", "dizer", "favor",
        "porfavor", "hoje", "amanha", "sobre", "ao", "aos", "mais", "menos", "muito", "bem", "tudo", "oi",
        "ola", "bom", "boa", "dia", "tarde", "noite", "aqui", "ali", "tambem", "entao", "como", "onde",
        "quando", "eu", "nao", "sim", "ja", "la", "ver", "tal", "vende", "vendem", "fazem", "faz", "servem",
    ]
)  # fmt: skip
GREETING = re.compile(
    r"(?:(?:oi+e?|ola|opa|alo|hey|hello|e ai|salve|bom dia|boa tarde|boa noite|tudo (?:bem|bom|certo))\b[\s,!.;:?]*)+"
)


def plain(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def stem(word: str) -> str:
    """A word without its plural, roughly."""
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def topic_words(text: str) -> list[str]:
    """The words that carry the topic, without plural and without filler."""
    words = re.findall(r"[a-z0-9]+", plain(text))
    return [stem(w) for w in words if w not in STOPWORDS and len(w) > 1]


def split_parts(text: str) -> list[str]:
    """The separate things a text says: its lines, and within them its sentences."""
    parts: list[str] = []
    for line in text.splitlines():
        line = re.sub(r"^\s*(?:[-*•]|\[\d{1,2}:\d{2}(?::\d{2})?\]|\d{1,2}[.)])\s+", "", line).strip()
        if not line:
            continue
        if line.startswith("[") and line.endswith("]"):
            parts.append(line)
            continue
        for piece in re.split(r"(?<=[?!;])\s+|(?<=[.])\s+(?=\S)", line):
            piece = piece.strip()
            if piece and re.search(r"\w", piece):
                parts.append(piece)
    return parts


def cut_greeting(part: str) -> tuple[str | None, str]:
    """The greeting a part opens with, if any, and the rest of the part."""
    normal = plain(part)
    match = GREETING.match(normal)
    if match is None or len(normal) != len(part):
        return None, part
    return part[: match.end()].strip(" ,!.;:?"), part[match.end() :].strip(" ,!.;:?-")


def shorten(text: str, length: int = 60) -> str:
    """The text for quoting, cut at a word."""
    text = " ".join(text.split()).strip(" ?!.,")
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0] + "…"


def sentence(text: str) -> str:
    """The text with a capital first letter and a final stop."""
    text = text.strip()
    if not text:
        return text
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…" else text + "."
