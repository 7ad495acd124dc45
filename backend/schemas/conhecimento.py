"""What the owner tells the attendant besides the prompt: facts, the menu and days out of the ordinary."""

import datetime as dt
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.common import Entrada, Pagina, Saida, Texto, absent
from schemas.horarios import Faixa, Faixas

Titulo = Annotated[Texto, StringConstraints(min_length=1, max_length=120)]
TextoFato = Annotated[Texto, StringConstraints(min_length=1, max_length=2_000)]
Categoria = Annotated[Texto, StringConstraints(min_length=1, max_length=80)]
Descricao = Annotated[Texto, StringConstraints(min_length=1, max_length=500)]
Motivo = Annotated[Texto, StringConstraints(min_length=1, max_length=120)]
Preco = Annotated[int, Field(ge=0, le=10_000_000, description="Em centavos.")]
Ordem = Annotated[int, Field(ge=0, le=1_000_000)]


class FatoIn(Entrada):
    """Without `ordem` it goes to the end of the list."""

    titulo: Titulo
    texto: TextoFato
    ordem: Ordem = absent()


class FatoPatch(Entrada):
    titulo: Titulo = absent()
    texto: TextoFato = absent()
    ordem: Ordem = absent()


class FatoOut(Saida):
    id: int
    titulo: str
    texto: str
    ordem: int


class FatosPagina(Pagina[FatoOut]):
    """All of them at once, in the owner's order: `next_cursor` is always null."""


class ItemCardapioIn(Entrada):
    """Without `ordem` it goes to the end of the list."""

    nome: Titulo
    preco_centavos: Preco
    categoria: Categoria | None = absent()
    descricao: Descricao | None = absent()
    disponivel: bool = True
    ordem: Ordem = absent()


class ItemCardapioPatch(Entrada):
    nome: Titulo = absent()
    preco_centavos: Preco = absent()
    categoria: Categoria | None = absent()
    descricao: Descricao | None = absent()
    disponivel: bool = absent()
    ordem: Ordem = absent()


class ItemCardapioOut(Saida):
    id: int
    categoria: str | None
    nome: str
    descricao: str | None
    preco_centavos: int
    disponivel: bool
    ordem: int


class CardapioPagina(Pagina[ItemCardapioOut]):
    """All of it at once, in the owner's order: `next_cursor` is always null."""


class DiaEspecialIn(Entrada):
    """The whole of what is special about a day: what is left out is as usual."""

    fechado: bool = False
    lotado: bool = False
    horarios: Faixas | None = None
    motivo: Motivo | None = None


class DiaEspecialOut(Saida):
    data: dt.date
    fechado: bool
    lotado: bool
    horarios: list[Faixa] | None
    """In place of the weekday's; null = the usual ones."""
    motivo: str | None


class DiasPagina(Pagina[DiaEspecialOut]):
    """All of the period at once, by date: `next_cursor` is always null."""
