"""What people read when a request does not fit the schema: Pydantic's findings in Portuguese, by field."""

from collections.abc import Mapping, Sequence
from typing import Any

_SENTENCES = {
    "missing": "Preencha este campo.",
    "extra_forbidden": "Este campo não existe ou não pode ser alterado.",
    "string_type": "Informe um texto.",
    "string_too_short": "Use pelo menos {min_length}.",
    "string_too_long": "Use no máximo {max_length}.",
    "too_short": "Use pelo menos {min_length}.",
    "too_long": "Use no máximo {max_length}.",
    "string_pattern_mismatch": "O formato não é válido.",
    "string_unicode": "O texto contém um caractere inválido.",
    "int_type": "Informe um número inteiro.",
    "int_parsing": "Informe um número inteiro.",
    "int_parsing_size": "O número é grande demais.",
    "int_from_float": "Informe um número inteiro.",
    "float_type": "Informe um número.",
    "float_parsing": "Informe um número.",
    "finite_number": "Informe um número.",
    "bool_type": "Informe verdadeiro ou falso.",
    "bool_parsing": "Informe verdadeiro ou falso.",
    "greater_than_equal": "O menor valor aceito é {ge}.",
    "less_than_equal": "O maior valor aceito é {le}.",
    "greater_than": "O valor precisa ser maior que {gt}.",
    "less_than": "O valor precisa ser menor que {lt}.",
    "literal_error": "Escolha um destes valores: {expected}.",
    "enum": "Escolha um destes valores: {expected}.",
    "uuid_parsing": "Este identificador não é válido.",
    "uuid_type": "Este identificador não é válido.",
    "date_parsing": "Informe uma data como 2026-01-31.",
    "date_type": "Informe uma data como 2026-01-31.",
    "date_from_datetime_parsing": "Informe uma data como 2026-01-31.",
    "date_from_datetime_inexact": "Informe uma data como 2026-01-31.",
    "json_invalid": "O corpo da requisição não é um JSON válido.",
    "model_attributes_type": "Envie um objeto JSON.",
    "model_type": "Envie um objeto JSON.",
    "dict_type": "Envie um objeto JSON.",
    "list_type": "Envie uma lista.",
}
_FALLBACK = "O valor não é válido."


def describe(findings: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(campo, mensagem) for each finding, in order; the values sent are never repeated."""
    return [(_field(finding["loc"]), _sentence(finding)) for finding in findings]


def _field(location: Sequence[str | int]) -> str:
    """The path inside the body or query, without the part of the request it was in; a JSON offset is no field."""
    return ".".join(part for part in location[1:] if isinstance(part, str))


def _sentence(finding: Mapping[str, Any]) -> str:
    context = finding.get("ctx") or {}
    if finding["type"] == "value_error":
        return str(context.get("error", "")) or _FALLBACK
    sentence = _SENTENCES.get(finding["type"], _FALLBACK)
    known = {name: _said(name, value) for name, value in context.items()}
    try:
        return sentence.format(**known)
    except KeyError:
        return _FALLBACK


def _said(name: str, value: Any) -> str:
    """A limit as people write it: with its noun, a decimal comma and no idle zero; options without quotes."""
    if name in ("min_length", "max_length"):
        return f"{value} {'caractere' if value == 1 else 'caracteres'}"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return str(value).replace("'", "").replace(" or ", " ou ")
