"""Shapes and field types shared by every schema: pages, references, errors and text that PostgreSQL can store.

Messages raised here are read by people, in Portuguese.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

Item = TypeVar("Item")

INT32_MAX = 2**31 - 1
INT64_MAX = 2**63 - 1


def _storable(value: str) -> str:
    """PostgreSQL stores no NUL, and lone surrogates have no UTF-8 form."""
    if "\x00" in value:
        raise ValueError("O texto contém um caractere inválido.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("O texto contém um caractere inválido.") from None
    return value


def _utc_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


Storable = AfterValidator(_storable)
Texto = Annotated[str, StringConstraints(strip_whitespace=True), Storable]
Instante = Annotated[datetime, PlainSerializer(_utc_text, return_type=str)]
"""ISO 8601 in UTC, ending in Z."""

IdInteiro = Annotated[int, Field(ge=1, le=INT32_MAX)]
IdGrande = Annotated[int, Field(ge=1, le=INT64_MAX)]


def absent(**constraints: Any) -> Any:
    """A field that may be left out of the body; only `model_fields_set` says whether it came."""
    return Field(default_factory=lambda: None, **constraints)


class Entrada(BaseModel):
    """Base of what comes in: an unknown field is an error, never silently ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Saida(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(from_attributes=True)


class Pagina(Saida, Generic[Item]):
    """One page of a list, newest first; `next_cursor` opens the next page and is null on the last one."""

    items: list[Item]
    next_cursor: str | None


class EmpresaRef(Saida):
    id: int
    slug: str
    nome: str


class ClienteRef(Saida):
    id: int
    nome: str | None


class Erro(Saida):
    """Every error of the API."""

    detail: str
    code: str


class CampoInvalido(Saida):
    campo: str
    mensagem: str


class ErroValidacao(Erro):
    errors: list[CampoInvalido]
