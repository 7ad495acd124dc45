"""The rehearsal model: rules instead of a network, deterministic, brief, in Portuguese, honest about what it is.

It answers every text of the turn from the prompt it was given, calls the offered tools when they are clearly asked
for, and never claims that an action happened which no tool did.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from simulators.model_actions import asked_kind, describe, known_id, tool_kind, without_tool
from simulators.model_knowledge import day_asked, day_phrase, knowledge_of
from simulators.model_slots import QUESTIONS, Slots, read_date, read_name, read_people, read_time, today_of
from simulators.model_text import cut_greeting, plain, sentence, shorten, split_parts, topic_words

_IDENTITY = re.compile(
    r"(?:quem|o que) (?:e|eh|sao|sois) (?:voce|vc|tu)|inteligencia artificial|chatgpt|\bgpt|e (?:um )?robo\b|"
    r"(?:voce|vc) (?:e|eh) (?:um |uma |o |a )?(?:robo|bot|humano|humana|pessoa|ia|maquina|gente)|"
    r"qual (?:e )?(?:o )?(?:seu )?modelo|(?:estou falando|falo) com (?:quem|um|uma)"
)
_THANKS = re.compile(r"^(?:muito )?(?:obrigad|brigad|valeu|grat[oa]|agradec)")
_BYE = re.compile(r"^(?:tchau|ate (?:logo|mais|breve|amanha)|falou)\b")
_YES_NO = re.compile(
    r"^(?:sim|isso|isso mesmo|pode ser|ok|okay|certo|beleza|blz|perfeito|nao|fechado|combinado)[\s.!]*$"
)
_TOPICS: tuple[tuple[str, str], ...] = (
    (
        r"\bonde\b|endereco|localiza|como (?:chego|chegar)|\brua\b|\bbairro\b|ficam?\b",
        r"endereco|\brua\b|\bav\b|avenida|localiza|bairro|praca",
    ),
    (
        r"\bpix\b|cartao|pagamento|pagar|dinheiro|vale.refeicao",
        r"\bpix\b|cartao|cartoes|pagamento|dinheiro",
    ),
    (
        r"entrega|delivery|\btaxa\b|motoboy|frete|ifood|retirada",
        r"entrega|delivery|frete|retirada",
    ),
)
_HOURS = re.compile(
    r"horario|que horas|ate que hora|\babr(?:e|em|ir)\b|abert[oa]s?|\bfech(?:a|am|ado|ada)\b|(?<!como )funciona|atendem"
)
_PRICE = re.compile(r"\bquanto|\bpreco|\bvalor|\bcusta|r\$")
_MENU = re.compile(
    r"cardapio|\bmenu\b|sabores|o que (?:voces )?(?:tem|vendem|servem|fazem)|\bpratos\b|produtos|\bplanos\b|"
    r"servicos|\bopcoes\b|\bcursos\b"
)


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A call of the current turn and what the tool answered."""

    name: str
    output: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the model sees: the prompt, what was said before, and the turn it must answer."""

    instructions: str
    history: list[tuple[str, str]]
    question: list[str]
    uses: list[ToolUse] = field(default_factory=list)
    tools: list[dict[str, Any]] = field(default_factory=list)
    tool_choice: Any = "auto"
    parallel: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model gives back: a text, or calls as (name, JSON arguments)."""

    text: str
    calls: list[tuple[str, str]] = field(default_factory=list)


class _Turn:
    """The work of answering one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.knowledge = knowledge_of(exchange.instructions)
        self.today = today_of(exchange.instructions)
        self.parts = [part for text in exchange.question for part in split_parts(text)]
        self.tools = {kind: t for t in reversed(exchange.tools) if (kind := tool_kind(t["name"])) is not None}
        self.used = {use.name for use in exchange.uses}
        self.pending = self._pending_kind()

    def _pending_kind(self) -> str | None:
        """The action an earlier question of ours was gathering details for, if the customer is answering it."""
        history = self.exchange.history
        if not history or history[-1][0] != "assistant" or not history[-1][1].rstrip().endswith("?"):
            return None
        if not any(question in history[-1][1] for question in QUESTIONS.values()):
            return None
        for role, text in reversed(history[-8:]):
            kind = asked_kind(text) if role == "user" else None
            if kind is not None:
                return kind
        return None

    def _slots(self) -> Slots:
        texts = list(self.exchange.question)
        if self.pending is not None:
            texts = [text for role, text in self.exchange.history[-8:] if role == "user"] + texts
        outputs = [use.output for use in self.exchange.uses]
        return Slots(texts, today=self.today, known_id=known_id(outputs))

    def _kind_of_part(self, part: str) -> str | None:
        kind = asked_kind(part)
        if kind is None and self.pending is not None and self._gives_detail(part):
            return self.pending
        return kind

    def _gives_detail(self, part: str) -> bool:
        readers = (read_time, read_people, read_name, lambda t: read_date(t, self.today))
        return not part.rstrip().endswith("?") and any(reader(part) is not None for reader in readers)

    def _next_calls(self) -> tuple[list[tuple[str, str]], dict[str, str]]:
        """Calls to make now, and for each action that cannot be called yet the question to ask."""
        calls: list[tuple[str, str]] = []
        questions: dict[str, str] = {}
        for kind in dict.fromkeys(k for p in self.parts if (k := self._kind_of_part(p)) is not None):
            tool = self.tools.get(kind)
            if tool is None or tool["name"] in self.used:
                continue
            arguments, missing = self._slots().fill(tool.get("parameters") or {})
            lister = self.tools.get("list")
            if "id" in missing and lister is not None:
                if lister["name"] in self.used:
                    questions[kind] = "Não encontrei nenhuma reserva sua. " + QUESTIONS["id"]
                    continue
                tool, missing = lister, []
                arguments, _ = self._slots().fill(lister.get("parameters") or {}, force=True)
            if missing:
                questions[kind] = QUESTIONS[missing[0]]
                continue
            call = (tool["name"], json.dumps(arguments, ensure_ascii=False))
            if call not in calls:
                calls.append(call)
        return calls, questions

    def answer(self) -> Answer:
        choice = self.exchange.tool_choice
        usable = choice != "none" and bool(self.exchange.tools)
        if usable and isinstance(choice, dict) and choice.get("type") == "function":
            return Answer("", [self._forced(next(t for t in self.exchange.tools if t["name"] == choice["name"]))])
        calls, questions = self._next_calls() if usable else ([], {})
        if not calls and choice == "required":
            calls = [self._forced(self.exchange.tools[0])]
        if calls:
            return Answer("", calls if self.exchange.parallel else calls[:1])
        return Answer(self._compose(questions, usable))

    def _forced(self, tool: dict[str, Any]) -> tuple[str, str]:
        arguments, _ = self._slots().fill(tool.get("parameters") or {}, force=True)
        return tool["name"], json.dumps(arguments, ensure_ascii=False)

    def _compose(self, questions: dict[str, str], usable: bool) -> str:
        lines: list[str] = []
        greeting = ""
        for part in self.parts:
            hello, rest = cut_greeting(part)
            if hello:
                greeting = greeting or self._greeting(hello)
                if not rest or plain(rest) in ("tudo bem", "tudo bom", "tudo certo"):
                    continue
            said = self._about_part(rest, questions, usable)
            if said and said not in lines:
                lines.append(said)
        asked = list(dict.fromkeys(questions.values()))[:1]
        if greeting and not self.used:
            lines.insert(0, greeting)
        if not lines and not asked:
            lines.append("OK" if self.used else "Recebi a sua mensagem.")
        if len(lines) == 1 and greeting and not asked:
            asked = ["Como posso ajudar?"]
        return "\n\n".join(lines + asked)

    def _greeting(self, hello: str) -> str:
        normal = plain(hello)
        word = next((w for w in ("bom dia", "boa tarde", "boa noite") if w in normal), "Olá")
        opening = f"{word.capitalize()}!"
        return f"{opening} Aqui é o atendimento de {self.knowledge.name}." if self.knowledge.name else opening

    def _about_part(self, part: str, questions: dict[str, str], usable: bool) -> str:
        if part.startswith("[respondendo a"):
            return ""
        if part.startswith("[") and part.endswith("]"):
            return f"Recebi o que você enviou: {shorten(part.strip('[]').removeprefix('o cliente enviou '))}."
        normal = plain(part)
        if _IDENTITY.search(normal):
            return (
                "Sou um modelo simulado, usado para ensaiar o atendimento: não sou uma pessoa nem um modelo de verdade."
            )
        kind = self._kind_of_part(part)
        if kind is not None:
            return self._about_action(kind, questions, usable)
        if _THANKS.search(normal):
            return "Por nada! Estou à disposição."
        if _BYE.search(normal):
            return "Até logo!"
        if _YES_NO.match(normal):
            return "Combinado."
        return self._about_topic(part, normal)

    def _about_action(self, kind: str, questions: dict[str, str], usable: bool) -> str:
        tool = self.tools.get(kind) if usable else None
        if tool is None:
            return without_tool(kind)
        outputs = [use.output for use in self.exchange.uses if use.name == tool["name"]]
        if outputs:
            return describe(kind, outputs[-1])
        return {"cancel": "Posso cuidar do cancelamento.", "change": "Posso cuidar da alteração."}.get(
            kind, "Claro, vamos lá." if kind in questions else ""
        )

    def _about_topic(self, part: str, normal: str) -> str:
        found: list[str] = []
        if _PRICE.search(normal) and not re.search(r"taxa|entrega|frete", normal):
            words = topic_words(part)
            found = self.knowledge.find(words, limit=3, priced=True) if words else self.knowledge.menu()[:4]
            found = found or self.knowledge.about(r"tabela (?:publica )?de precos|orcamento|proposta", limit=1)
            return " ".join(sentence(f) for f in found) if found else self._unknown(part)
        if _HOURS.search(normal):
            return self._about_hours(part)
        if _MENU.search(normal):
            menu = self.knowledge.menu()
            if len(menu) == 1:
                return sentence(menu[0])
            return f"Temos: {'; '.join(m.rstrip('.') for m in menu)}." if menu else self._unknown(part)
        for asked, wanted in _TOPICS:
            if re.search(asked, normal):
                found = self.knowledge.about(wanted)
                return " ".join(sentence(f) for f in found) if found else self._unknown(part)
        found = self.knowledge.find(topic_words(part), limit=1)
        return sentence(found[0]) if found else self._unknown(part)

    def _about_hours(self, part: str) -> str:
        lines = self.knowledge.hours()
        if not lines:
            return self._unknown(part)
        quoted = " ".join(sentence(line) for line in lines)
        day = day_asked(part, self.today.weekday())
        opens = self.knowledge.opens_on(day) if day is not None else None
        if day is None or opens is None:
            return quoted
        verdict = f"Sim, {day_phrase(day)} abrimos." if opens else f"Não, {day_phrase(day)} não abrimos."
        return f"{verdict} {quoted}"

    @staticmethod
    def _unknown(part: str) -> str:
        return f"Sobre “{shorten(part)}”: não tenho essa informação aqui, vou verificar com a equipe e já te respondo."


def respond(exchange: Exchange) -> Answer:
    """The rehearsal model's answer to an exchange."""
    return _Turn(exchange).answer()
