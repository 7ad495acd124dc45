"""What a tool is: a name and a strict schema for the model, and an act inside the turn's fenced transaction.

A tool's arguments are hostile until its schema has checked them. An act commits together with the record of it, or not
at all; what has to happen outside PostgreSQL afterwards (writing a sheet) is only named in the outcome.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Conversa, Empresa
from ports import ToolSpec
from services.claims import Kind
from services.turns import TurnWork


class Arguments(BaseModel):
    """Base of every tool's arguments: nothing unknown, nothing converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Situation:
    """Who is asking, where and when."""

    work: TurnWork
    empresa: Empresa
    conversa: Conversa
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.empresa.fuso_horario)

    @property
    def local_now(self) -> datetime:
        return self.now.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that was really done. `text` is what the customer is told, written by code from what was stored."""

    kind: Kind | Literal["pessoa", "leitura"]
    """`leitura`: nothing was done yet, but code reads to the customer what would be."""
    text: str = field(repr=False)
    codigo: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool gives back: `output` for the model; an effect when something was done; what to write elsewhere."""

    output: Mapping[str, Any]
    effect: Effect | None = None
    publish: int | None = None
    """Id of a reservation whose sheet must be written and read back before the effect's text is final."""


class Tool(Protocol):
    """One function the model may call."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def arguments(self) -> type[Arguments]: ...

    @property
    def acts(self) -> bool:
        """Whether it can have an effect: before its first act a turn can no longer be sent back to the buffer."""
        ...

    def offered(self, empresa: Empresa, /) -> bool: ...

    async def prepare(self, situation: Situation, /) -> None:
        """What must be read from outside before the act; no transaction is open."""
        ...

    async def act(self, session: AsyncSession, situation: Situation, given: Any, /) -> Outcome: ...


class Refused(Exception):
    """The tool cannot do it; `output` tells the model what to say or ask."""

    def __init__(self, reason: str, sentence: str, **more: Any) -> None:
        super().__init__(reason)
        self.output: dict[str, Any] = {"ok": False, "motivo": reason, "diga_ao_cliente": sentence, **more}


def spec_of(tool: Tool) -> ToolSpec:
    return ToolSpec(tool.name, tool.description, strict_schema(tool.arguments))


def read_arguments(tool: Tool, raw: str) -> Any:
    """The checked arguments. Raises Refused naming the fields at fault, never their content."""
    try:
        return tool.arguments.model_validate_json(raw or "{}")
    except ValidationError as error:
        fields = sorted({".".join(str(part) for part in problem["loc"]) or "json" for problem in error.errors()})
        raise Refused("argumentos_invalidos", "", campos=fields) from None


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema as OpenAI's strict mode wants it: closed, every property required, no defaults, no titles."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    return _strict(schema, definitions)


_UNSUPPORTED = ("title", "default", "minLength", "maxLength", "minItems", "maxItems", "exclusiveMinimum", "format")


def _strict(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        return _strict(definitions[node["$ref"].rsplit("/", 1)[1]], definitions)
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key in _UNSUPPORTED:
            continue
        if key == "properties":
            found[key] = {name: _strict(child, definitions) for name, child in value.items()}
        elif key == "items":
            found[key] = _strict(value, definitions)
        elif key == "anyOf":
            found[key] = [_strict(child, definitions) for child in value]
        else:
            found[key] = value
    if found.get("type") == "object":
        found["additionalProperties"] = False
        found["required"] = list(found.get("properties", {}))
    return found


def as_text(output: Mapping[str, Any]) -> str:
    """A tool's output as the model reads it."""
    return json.dumps(output, ensure_ascii=False, default=str)
