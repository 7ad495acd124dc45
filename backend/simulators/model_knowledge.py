"""What the rehearsal model can find in the instructions it was given: name, hours, prices, address and the rest.

It reads the prompt as a person would skim it: headings, list items and sentences, leaving out the orders about
how to behave. It never invents: what is not in the prompt is not found.
"""

import functools
import re
from dataclasses import dataclass

from simulators.model_text import plain, stem, topic_words

_DAYS = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")
_DAY_NAMES = ("na segunda", "na terça", "na quarta", "na quinta", "na sexta", "no sábado", "no domingo")
_ORDER = re.compile(
    r"^(?:voce (?:e|deve|pode|nao|atende|esta|fala)|nunca|jamais|sempre|responda|seja|use|utilize|"
    r"se (?:o|a|um|uma|alguem|nao|houver|perguntarem)\b|quando|caso|pergunte|ofereca|cumprimente|fale|informe|confirme|"
    r"evite|trate|aja|mantenha|escreva|peca|diga|"
    r"apresente|encaminhe|transfira|chame|lembre|seu (?:papel|objetivo|nome|tom)|objetivo|tom |estilo|regra|atue|"
    r"converse|explique|ajude|conduza|colete|anote|antes de|depois de|faca|envie|so (?:confirme|diga)|prefira|limite|"
    r"para (?:montar|anotar|preparar|fazer) |repita|texto escrito|varias mensagens|agora:|hoje e |fora desse|"
    r"nao (?:peca|use|diga|invente|responda|fale|faca|ofereca|prometa|confirme|informe|revele|cite|escreva|seja))"
)
_BEHAVIOUR = re.compile(
    r"como (?:voce )?(?:conversa|atende|fala|responde)|^limites|^regras|"
    r"instruco|\btom\b|estilo|seguranca"
)
_CLAUSES = re.compile(rf"[;.]|(?:,| e|\()\s*(?=fechad\w+ (?:as? |aos? |n[ao]s? )?(?:{'|'.join(_DAYS)}))")
_TIMED = re.compile(r"\d\s*h|\d:\d\d|24 horas|fechad")
_PRICE = re.compile(r"r\$\s*\d+(?:[.,]\d+)*|\d+,\d{2}|\d+ reais")
_NAME = re.compile(
    r"(?:atendente|assistente|recepcionista|atendimento|equipe|restaurante|empresa|nome)\b[^.\n:]{0,40}?"
    r"(?:\bd[aoe]s?\b|:|\bse chama\b|\bé\b)\s+(?:(?:a|o|restaurante|pizzaria|empresa|loja|escola)\s+)*"
    r"[\"“*]*((?:[A-ZÁÉÍÓÚÂÊÔÃÕÇ][\w'’&-]*)(?:\s+(?:(?:e|de|da|do|das|dos|&)\s+)?[A-ZÁÉÍÓÚÂÊÔÃÕÇ][\w'’&-]*)*)"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line or item of the prompt that can be quoted, with the heading it stood under."""

    text: str
    heading: str
    words: frozenset[str]

    @property
    def priced(self) -> bool:
        return _PRICE.search(plain(self.text)) is not None


def _clean(line: str) -> str:
    line = re.sub(r"^[\s>#*•\-–—]+|^\s*\d{1,2}[.)]\s+", "", line)
    return line.replace("**", "").replace("__", "").strip()


class Knowledge:
    """The quotable facts of one prompt."""

    def __init__(self, instructions: str) -> None:
        self.instructions = instructions
        self.facts = list(_facts(instructions))
        match = _NAME.search(instructions.replace("**", ""))
        self.name = match.group(1).strip() if match else None

    def find(self, words: list[str], *, limit: int = 2, priced: bool = False) -> list[str]:
        """The facts that share most words with the question, best first; with `priced`, only those with a price."""
        wanted = set(words)
        scored: list[tuple[int, int, str]] = []
        for index, fact in enumerate(self.facts):
            if priced and not fact.priced:
                continue
            own = set(topic_words(fact.text))
            score = 2 * len(wanted & own) + len(wanted & fact.words - own)
            if score:
                scored.append((-score, index, fact.text))
        scored.sort()
        best = [text for score, _, text in scored if score == scored[0][0]] if scored else []
        return best[:limit]

    def about(self, pattern: str, *, limit: int = 2) -> list[str]:
        """Facts whose text or heading matches the pattern (without accents); the text itself comes first."""
        regex = re.compile(pattern)
        direct = [f.text for f in self.facts if regex.search(plain(f.text))]
        headed = [f.text for f in self.facts if regex.search(plain(f.heading)) and f.text not in direct]
        if headed and not direct:
            return headed[:limit]
        return (direct + headed)[:limit]

    def hours(self) -> list[str]:
        """The lines about opening hours."""
        headed = [f.text for f in self.facts if re.search(r"horario|funcionamento", plain(f.heading))]
        timed = [t for t in headed if _TIMED.search(plain(t)) and _mentions_day(t)]
        if timed:
            return timed[:4]
        named = self.about(r"\bhorario|funcionamento|abert[oa]s?\b|\babrimos|\babre\b|\bfechad|\batendemos\b", limit=4)
        timed = [t for t in named if _TIMED.search(plain(t))]
        if timed:
            return timed[:3]
        loose = [f.text for f in self.facts if _mentions_day(f.text) and re.search(r"\d\s*h|\d:\d\d", plain(f.text))]
        return (loose or named)[:3]

    def menu(self) -> list[str]:
        """The items with a price, or what stands under a menu heading."""
        priced = [f.text for f in self.facts if f.priced and not re.search(r"taxa|entrega|frete", plain(f.text))]
        return priced[:10] or self.about(r"cardapio|menu|sabores|pratos|produtos|planos|servicos|cursos", limit=8)

    def opens_on(self, day: int) -> bool | None:
        """Whether it opens on a weekday (0 is Monday), as far as the hours say it; None when they say both."""
        verdicts: set[bool] = set()
        for line in self.hours():
            for clause in _CLAUSES.split(plain(line)):
                if day in _days_of(clause):
                    verdicts.add("fechad" not in clause and "nao abr" not in clause)
        if not verdicts and any(_mentions_day(line) for line in self.hours()):
            return False
        return verdicts.pop() if len(verdicts) == 1 else None


@functools.lru_cache(maxsize=256)
def knowledge_of(instructions: str) -> Knowledge:
    """The facts of a prompt, read once for the turns that share it."""
    return Knowledge(instructions)


def _facts(instructions: str) -> list[Fact]:
    heading = ""
    facts: list[Fact] = []
    for raw in instructions.splitlines():
        line = _clean(raw)
        if not line:
            continue
        is_heading = raw.lstrip().startswith("#") or (line.endswith(":") and len(line) < 70)
        if is_heading:
            heading = line.rstrip(":")
            continue
        if _BEHAVIOUR.search(plain(heading)) and raw.strip()[:1] in ("-", "*", "•", "–"):
            continue
        is_item = raw.lstrip().startswith(("-", "*", "•", "–")) or re.match(r"\s*\d{1,2}[.)]\s", raw) is not None
        if not is_item and not raw.startswith((" ", "\t")) and ":" in line[:40] and not _PRICE.search(plain(line)):
            heading = line.split(":", 1)[0]
        facts += _facts_of_line(line, heading)
    return facts


def _facts_of_line(line: str, heading: str) -> list[Fact]:
    pieces: list[str] = []
    for piece in re.split(r"(?<=[.!])\s+(?!R\$)(?=[A-ZÁÉÍÓÚÂÊÔÃÕÇ])", line):
        if len(_PRICE.findall(plain(piece))) > 1:
            label, colon, rest = piece.partition(":")
            labelled = bool(colon) and len(label) < 40
            items = re.split(r"[;|]\s*|,\s+(?=\D)|\s+e\s+(?!R\$)(?=[A-ZÁ-Ú])", rest if labelled else piece)
            items = [item.strip(" .") for item in items if item.strip(" .")]
            if len(items) == 1:
                pieces.append(piece.strip())
                continue
            pieces += items
            heading = label if labelled else heading
        else:
            pieces.append(piece.strip())
    head = frozenset(topic_words(heading))
    return [Fact(p, heading, head | frozenset(topic_words(p))) for p in pieces if p and not _ORDER.match(plain(p))]


def _mentions_day(text: str) -> bool:
    normal = plain(text)
    return any(day in normal for day in _DAYS) or "todos os dias" in normal or "diariamente" in normal


def _days_of(clause: str) -> set[int]:
    if "todos os dias" in clause or "diariamente" in clause or "todo dia" in clause:
        return set(range(7))
    days: set[int] = set()
    names = "|".join(_DAYS)
    for first, last in re.findall(rf"({names})(?:-feira)?s?\s*(?:a|ate|-|–)\s*({names})", clause):
        start, end = _DAYS.index(first), _DAYS.index(last)
        days |= {(start + i) % 7 for i in range((end - start) % 7 + 1)}
    days |= {i for i, name in enumerate(_DAYS) if name in clause}
    return days


def day_asked(text: str, today: int) -> int | None:
    """The weekday a question is about (0 is Monday), also through "hoje" and "amanhã"."""
    normal = plain(text)
    for index, name in enumerate(_DAYS):
        if re.search(rf"\b{stem(name)}", normal):
            return index
    if re.search(r"\bhoje|\bagora", normal):
        return today
    if "amanha" in normal:
        return (today + 1) % 7
    return None


def day_phrase(day: int) -> str:
    """The weekday with its preposition: "no domingo"."""
    return _DAY_NAMES[day]
