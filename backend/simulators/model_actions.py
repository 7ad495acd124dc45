"""Decides which offered tool a text asks for, and puts a tool's answer into words.

Tools are recognised by their names, so the product may call them what it likes within reason. A tool that was not
offered is never pretended.
"""

import json
import re
from typing import Any

from simulators.model_text import plain, sentence

_TOOL_NAMES: tuple[tuple[str, str], ...] = (
    ("cancel", r"cancel|desmarc"),
    ("change", r"alter|mudar|remarc|edit|atualiz|reagend"),
    ("availability", r"disponib|livres|vagas"),
    ("list", r"(?:list|consult|busc|ver|minhas).*reserv|reservas$"),
    ("human", r"atendente|human|transfer|pessoa|escal|encaminh"),
    ("order", r"pedido|comanda"),
    ("create", r"reserv|agend|marcar"),
)
_ASKS: tuple[tuple[str, str], ...] = (
    ("cancel", r"\b(?:cancel|desmarc)\w*"),
    (
        "change",
        (
            r"\b(?:alter|mud|troc|remarc|adi|antecip|reagend)\w+\b.*\b(?:reserv|mesa|horario|agend)|"
            r"\b(?:remarc|reagend)\w+"
        ),
    ),
    (
        "list",
        (
            r"\b(?:minhas? reservas?|tenho (?:alguma )?reserva|ver (?:a |as )?(?:minha )?reservas?|"
            r"qual (?:e )?(?:a )?minha reserva)"
        ),
    ),
    (
        "availability",
        (
            r"\b(?:tem|ha|teria|teriam|existe|sobrou|disponi\w+)\b.*"
            r"\b(?:mesas?|vagas?|lugar(?:es)?|disponi\w+|horario livre)|"
            r"\bdisponibilidade\b|quais horarios (?:livres|disponiveis)"
        ),
    ),
    (
        "human",
        (
            r"\b(?:falar|conversar|atendid[oa])\b.*"
            r"\b(?:atendente|pessoa|humano|humana|alguem|gerente|responsavel|gente de verdade)|"
            r"\batendente (?:humano|de verdade)|\bquero (?:um |uma )?(?:atendente|humano|pessoa)"
        ),
    ),
    (
        "create",
        (
            r"\b(?:reserv(?:ar|a|e|em|arem|ei)|marcar|agendar|"
            r"(?:quero|queria|preciso de|gostaria de) (?:uma )?mesa)\b"
        ),
    ),
    (
        "order",
        (
            r"\b(?:quero pedir|vou querer|quero fazer um pedido|fazer (?:um )?pedido|gostaria de pedir|me ve|"
            r"anota (?:ai )?|pode anotar|quero (?:um|uma|dois|duas|tres|\d+) )"
        ),
    ),
)


def tool_kind(name: str) -> str | None:
    """What an offered tool is for, by its name."""
    normal = plain(name)
    return next((kind for kind, pattern in _TOOL_NAMES if re.search(pattern, normal)), None)


def asked_kind(text: str) -> str | None:
    """What action a text asks for, if any."""
    normal = plain(text)
    return next((kind for kind, pattern in _ASKS if re.search(pattern, normal)), None)


def without_tool(kind: str) -> str:
    """What to say when the customer asks for an action nobody offered a tool for. Claims nothing."""
    if kind == "human":
        return "Vou avisar a equipe de que você prefere falar com uma pessoa."
    if kind == "order":
        return "Recebi o seu pedido por escrito; a equipe precisa conferir antes de preparar."
    if kind in ("list", "availability"):
        return "Não tenho acesso à agenda por aqui; vou verificar com a equipe e já te respondo."
    return "Vou passar esse pedido para a equipe, que te responde por aqui. Por enquanto nada foi marcado nem alterado."


def parse_output(output: str) -> Any:
    """A tool's output as JSON when it is JSON, otherwise as it came."""
    try:
        return json.loads(output)
    except ValueError:
        return output


def describe(kind: str | None, output: str) -> str:
    """A tool's answer in a sentence for the customer."""
    value = parse_output(output)
    if isinstance(value, dict):
        if value.get("dito_pelo_sistema") is True:
            return ""
        error = value.get("erro") or value.get("error")
        for name in (
            "diga_ao_cliente",
            "mensagem",
            "message",
            "resumo",
            "texto",
            "detalhe",
            "instrucao",
        ):
            text = value.get(name)
            if isinstance(text, str) and text.strip():
                return sentence(text)
        if error or value.get("ok") is False or value.get("sucesso") is False:
            reason = sentence(str(error).replace("_", " ")) if isinstance(error, str) else ""
            return f"Não consegui fazer isso agora. {reason}".strip()
        listed = _lists(value)
        if listed:
            return listed
    if isinstance(value, list):
        return _list_sentence("Encontrei", value)
    if isinstance(value, str) and value.strip() and kind not in ("create", "change", "cancel"):
        return sentence(value)
    return {
        "create": "Certo, registrei o seu pedido de reserva.",
        "change": "Certo, registrei a alteração.",
        "cancel": "Certo, registrei o cancelamento.",
        "human": "Pronto, avisei a equipe: uma pessoa continua o atendimento por aqui.",
        "order": "Anotei o seu pedido.",
        "availability": "Verifiquei a agenda.",
        "list": "Verifiquei as suas reservas.",
    }.get(kind or "", "Pronto.")


def _lists(value: dict[str, Any]) -> str:
    for name, item in value.items():
        if isinstance(item, list):
            return _list_sentence(name.replace("_", " ").capitalize(), item)
        if name in ("disponivel", "available") and isinstance(item, bool):
            return "Tem lugar nesse horário, sim." if item else "Nesse horário não há lugar."
    return ""


def _list_sentence(title: str, items: list[Any]) -> str:
    if not items:
        return "Não encontrei nada para esse pedido."
    shown = [_item_text(i) for i in items[:6]]
    return f"{title}: {'; '.join(s for s in shown if s)}."


def _item_text(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    shown = [str(v) for k, v in item.items() if isinstance(v, (str, int)) and not isinstance(v, bool) and "id" not in k]
    return ", ".join(shown[:5])


def known_id(outputs: list[str]) -> str | None:
    """The identifier of the first booking that a tool's answer of this turn speaks of."""
    for output in reversed(outputs):
        found = _find_id(parse_output(output))
        if found is not None:
            return found
    return None


def _find_id(value: Any) -> str | None:
    if isinstance(value, dict):
        for name in ("reserva_id", "id", "codigo"):
            if isinstance(value.get(name), (str, int)) and not isinstance(value.get(name), bool):
                return str(value[name])
        children = list(value.values())
    elif isinstance(value, list):
        children = value
    else:
        return None
    return next((found for child in children if (found := _find_id(child)) is not None), None)
