"""Reads dates, times, numbers and names out of Portuguese text and fills a tool's arguments from them.

Filling is generic: the property's name and schema say what is wanted. What cannot be read is reported as missing,
never made up.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulators.model_text import plain, shorten

ZONE = ZoneInfo("America/Sao_Paulo")
_NUMBERS = {
    "uma": 1, "um": 1, "duas": 2, "dois": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8,
    "nove": 9, "dez": 10, "onze": 11, "doze": 12,
}  # fmt: skip
_NUMBER = r"\d{1,3}|" + "|".join(_NUMBERS)
_DAYS = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")
_MONTHS = (
    "janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
    "dezembro",
)  # fmt: skip
QUESTIONS = {
    "date": "Para que dia você quer?",
    "time": "Para que horário?",
    "people": "Para quantas pessoas?",
    "name": "Em nome de quem eu coloco?",
    "phone": "Qual é o telefone para contato?",
    "id": "Qual é o código da reserva?",
    "item": "O que você vai querer?",
}


def today_of(instructions: str) -> date:
    """The day the prompt says it is, or today in São Paulo."""
    near = re.search(r"(?:hoje|agora|data atual|data de hoje|data)\D{0,40}(\d{4})-(\d{2})-(\d{2})", plain(instructions))
    if near:
        return _date(int(near.group(1)), int(near.group(2)), int(near.group(3))) or datetime.now(ZONE).date()
    near = re.search(r"(?:hoje|agora|data atual|data)\D{0,40}(\d{1,2})/(\d{1,2})/(\d{4})", plain(instructions))
    if near:
        return _date(int(near.group(3)), int(near.group(2)), int(near.group(1))) or datetime.now(ZONE).date()
    return datetime.now(ZONE).date()


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_date(text: str, today: date) -> date | None:
    """The day a text names, in the future when it leaves the year or month open."""
    normal = plain(text)
    if match := re.search(r"\b(\d{4})-(\d{2})-(\d{2})\b", normal):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := re.search(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?\b", normal):
        year = int(match[3]) if match[3] else today.year
        found = _date(year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
        if found and not match[3] and found < today:
            return _date(today.year + 1, found.month, found.day)
        return found
    if match := re.search(rf"\bdia (\d{{1,2}})(?: de ({'|'.join(_MONTHS)}))?", normal):
        return _day_of_month(int(match[1]), match[2], today)
    if match := re.search(rf"\b(\d{{1,2}}) de ({'|'.join(_MONTHS)})", normal):
        return _day_of_month(int(match[1]), match[2], today)
    if "depois de amanha" in normal:
        return today + timedelta(days=2)
    if "amanha" in normal:
        return today + timedelta(days=1)
    if re.search(r"\bhoje\b|esta noite|hoje a noite", normal):
        return today
    for index, name in enumerate(_DAYS):
        if re.search(rf"\b{name}", normal):
            return today + timedelta(days=(index - today.weekday()) % 7 or 7)
    return None


def _day_of_month(day: int, month_name: str | None, today: date) -> date | None:
    month = _MONTHS.index(month_name) + 1 if month_name else today.month
    found = _date(today.year, month, day)
    if found is None or found >= today:
        return found
    if month_name:
        return _date(today.year + 1, month, day)
    return _date(today.year + month // 12, month % 12 + 1, day)


def read_time(text: str) -> str | None:
    """The time a text names, as HH:MM."""
    normal = plain(text)
    match = re.search(r"\b(\d{1,2})(?::|h)(\d{2})\b", normal) or re.search(
        r"\b(\d{1,2})\s*(?:h\b|hs\b|hrs\b|horas?\b)()", normal
    )
    if match is None:
        match = re.search(r"\b(?:as|a partir das|pelas|umas)\s+(\d{1,2})()\b(?!\s*(?:pessoa|de |lugar|/))", normal)
    if match is None:
        if "meio dia" in normal or "meio-dia" in normal:
            return "12:00"
        return "00:00" if "meia noite" in normal or "meia-noite" in normal else None
    hour, minute = int(match[1]), int(match[2] or 0)
    if "e meia" in normal[match.end() : match.end() + 8]:
        minute = 30
    if hour < 12 and re.search(r"da (?:noite|tarde)|a noite|noite", normal):
        hour += 12
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None


def read_people(text: str) -> int | None:
    """How many people a text speaks of."""
    normal = plain(text)
    match = re.search(rf"\b({_NUMBER})\s*(?:pessoas?|lugares?|pax|adultos?|convidados?|amig)", normal)
    match = match or re.search(rf"(?:somos|seremos|seriamos|mesa (?:para|pra|de))\s+(?:em\s+)?({_NUMBER})\b", normal)
    match = match or re.search(rf"^\s*(?:(?:para|pra|somos)\s+)?({_NUMBER})\s*$", normal)
    match = match or re.search(rf"\b(?:para|pra)\s+({_NUMBER})\b(?!\s*(?:h\b|:|/|de |hora))", normal)
    if match is None:
        return None
    return int(match[1]) if match[1].isdigit() else _NUMBERS[match[1]]


def read_name(text: str) -> str | None:
    """The name a text gives."""
    word = r"[A-ZÁÉÍÓÚÂÊÔÃÕÇ][\wáéíóúâêôãõç'-]+"
    full = rf"({word}(?:\s+(?:d[aeo]s?\s+)?{word}){{0,3}})"
    lead = r"(?i:meu nome é|meu nome e|me chamo|sou [oa]|em nome d[eoa]|no nome d[eoa]|nome:?|aqui é [oa]?)\s+"
    match = re.search(lead + full, text)
    if match is None:
        match = re.fullmatch(rf"\s*{full}[.!]?\s*", text)
    return match.group(1).strip() if match else None


def read_phone(text: str) -> str | None:
    """A phone number of ten digits or more."""
    match = re.search(r"\+?\d[\d\s().-]{8,}\d", text)
    digits = re.sub(r"\D", "", match.group()) if match else ""
    return digits if 10 <= len(digits) <= 15 else None


def read_id(text: str) -> str | None:
    """A booking code: something with digits after "reserva" or "código", or an identifier."""
    match = re.search(r"\b([0-9a-f]{8}-[0-9a-f-]{27})\b", text)
    lead = r"(?i)(?:reserva|c[oó]digo|n[uú]mero|#)\s*(?:n[ºo°.]*\s*|#\s*)?"
    match = match or re.search(lead + r"([A-Z0-9-]*\d[A-Z0-9-]*)\b", text)
    return match.group(1) if match else None


def kind_of(name: str, schema: dict[str, Any]) -> str:
    """What a property asks for, by its name and format."""
    normal = plain(name)
    if schema.get("format") == "date-time" or re.search(r"data_?hora|datetime|inicio|quando", normal):
        return "datetime"
    if re.search(r"(^|_)(id|codigo|uuid)($|_)", normal) or normal.endswith("_id"):
        return "id"
    if schema.get("format") == "date" or re.search(r"(^|_)(data|dia|date)", normal):
        return "date"
    if schema.get("format") == "time" or re.search(r"hor(a|ario)|time$", normal):
        return "time"
    if re.search(r"pessoa|quantidade|lugar|convidad|people|guests|qtd", normal):
        return "people"
    if re.search(r"nome|name|titular", normal):
        return "name"
    if re.search(r"telefone|celular|fone|phone|whats", normal):
        return "phone"
    if re.search(r"iten?s?|pedido|produto|prato", normal):
        return "item"
    if re.search(r"motivo|resumo|assunto|razao|mensagem|texto|descricao", normal):
        return "summary"
    return "other"


class Slots:
    """The values found in the customer's texts, newest first."""

    def __init__(self, texts: list[str], *, today: date, known_id: str | None = None) -> None:
        self.texts = texts
        self.today = today
        self.known_id = known_id

    def _first(self, reader: Any) -> Any:
        for text in reversed(self.texts):
            value = reader(text)
            if value is not None:
                return value
        return None

    def value(self, kind: str) -> Any:
        """The value of a kind of slot, or None when nobody said it."""
        readers: dict[str, Any] = {
            "time": read_time,
            "people": read_people,
            "name": read_name,
            "phone": read_phone,
            "id": read_id,
        }
        if kind == "date":
            found = self._first(lambda text: read_date(text, self.today))
            return found.isoformat() if found else None
        if kind == "datetime":
            day, hour = self.value("date"), self.value("time")
            return f"{day}T{hour}:00-03:00" if day and hour else None
        if kind == "id":
            return self._first(read_id) or self.known_id
        if kind in ("summary", "item"):
            return shorten(" / ".join(self.texts), 300) or None
        return self._first(readers[kind]) if kind in readers else None

    def fill(self, schema: dict[str, Any], *, force: bool = False) -> tuple[dict[str, Any], list[str]]:
        """Arguments for an object schema and the kinds still missing; with `force`, missing ones get an empty value."""
        arguments: dict[str, Any] = {}
        missing: list[str] = []
        required = schema.get("required") or []
        for name, prop in (schema.get("properties") or {}).items():
            kinds = prop.get("type")
            nullable = (isinstance(kinds, list) and "null" in kinds) or any(
                p.get("type") == "null" for p in prop.get("anyOf") or []
            )
            value = self._typed(name, prop)
            if value is not None:
                arguments[name] = value
            elif nullable:
                arguments[name] = None
            elif name in required:
                kind = kind_of(name, prop)
                if force or (kind not in QUESTIONS and kind != "datetime"):
                    arguments[name] = _empty(prop)
                else:
                    missing.append(_first_missing(self, kind))
        return arguments, missing

    def _typed(self, name: str, prop: dict[str, Any]) -> Any:
        joined = plain(" ".join(self.texts))
        if prop.get("enum"):
            options = [o for o in prop["enum"] if isinstance(o, str)]
            return next((o for o in options if plain(o).replace("_", " ") in joined), options[0] if options else None)
        kinds = prop.get("type")
        kind_names = (
            kinds
            if isinstance(kinds, list)
            else [kinds or next((p.get("type") for p in prop.get("anyOf") or [] if p.get("type") != "null"), "string")]
        )
        wanted = kind_of(name, prop)
        if "boolean" in kind_names:
            return True if re.search(r"\b(sim|confirmo|pode|isso|certo|ok)\b", joined) else None
        value = self.value(wanted)
        if value is None:
            return None
        if "integer" in kind_names or "number" in kind_names:
            return value if isinstance(value, int) else int(value) if str(value).isdigit() else None
        if "array" in kind_names:
            return [_item(prop.get("items") or {}, str(value))]
        return str(value)


def _first_missing(slots: Slots, kind: str) -> str:
    if kind != "datetime":
        return kind
    return "date" if slots.value("date") is None else "time"


def _item(schema: dict[str, Any], text: str) -> Any:
    if schema.get("type") != "object":
        return text
    built: dict[str, Any] = {}
    for name, prop in (schema.get("properties") or {}).items():
        kinds = prop.get("type")
        names = kinds if isinstance(kinds, list) else [kinds]
        if "string" in names:
            built[name] = text if not built else None if "null" in names else ""
        else:
            built[name] = 1 if "integer" in names or "number" in names else None
    return built


def _empty(prop: dict[str, Any]) -> Any:
    kinds = prop.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    return {"integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}.get(str(kind), "")
