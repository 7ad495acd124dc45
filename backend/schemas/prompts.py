"""Versions of an empresa's prompt, in and out, and the difference between two of them."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from schemas.common import Entrada, Instante, Pagina, Saida, Storable, Texto, absent

Prompt = Annotated[str, StringConstraints(max_length=40_000), Storable]
Nota = Annotated[Texto, StringConstraints(max_length=200)]


class PromptIn(Entrada):
    texto: Annotated[Prompt, StringConstraints(min_length=1)]
    nota: Nota | None = absent()


class PromptVersaoOut(Saida):
    numero: int
    texto: str
    nota: str | None
    autor: str | None
    """Who published it, as the reader may know them; null when the product did."""
    created_at: Instante
    atual: bool


class PromptsPagina(Pagina[PromptVersaoOut]):
    pass


class LinhaDiferenca(Saida):
    tipo: Literal["igual", "removida", "adicionada"]
    texto: str


class DiferencaOut(Saida):
    """What changed on the way from version `de` to version `para`; 0 is the empty text before the first."""

    de: int
    para: int
    linhas: list[LinhaDiferenca]
