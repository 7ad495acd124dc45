"""What the owner tells the attendant: facts, the menu and days out of the ordinary."""

import datetime as dt
from typing import Annotated

from fastapi import Path, Query

from api.deps import ContainerDep, EmpresaDep, Id64, Session, User
from api.routing import CONFLICT, group
from schemas.conhecimento import (
    CardapioPagina,
    DiaEspecialIn,
    DiaEspecialOut,
    DiasPagina,
    FatoIn,
    FatoOut,
    FatoPatch,
    FatosPagina,
    ItemCardapioIn,
    ItemCardapioOut,
    ItemCardapioPatch,
)
from services import conhecimento as service
from services import dias as dias_service

router = group("conhecimento")

Data = Annotated[dt.date, Path(description="O dia, como 2026-01-31.")]
DesdeDia = Annotated[dt.date | None, Query(description="Primeiro dia; sem ele, hoje.")]
AteDia = Annotated[dt.date | None, Query(description="Último dia, incluído.")]


@router.get("/empresas/{slug}/fatos")
async def list_fatos(empresa: EmpresaDep, session: Session) -> FatosPagina:
    found = await service.list_fatos(session, empresa)
    return FatosPagina(items=[FatoOut.model_validate(fato) for fato in found], next_cursor=None)


@router.post("/empresas/{slug}/fatos", status_code=201, responses=CONFLICT)
async def create_fato(body: FatoIn, empresa: EmpresaDep, session: Session, user: User) -> FatoOut:
    return FatoOut.model_validate(await service.add_fato(session, user, empresa, body))


@router.patch("/empresas/{slug}/fatos/{id}")
async def update_fato(fato_id: Id64, body: FatoPatch, empresa: EmpresaDep, session: Session, user: User) -> FatoOut:
    return FatoOut.model_validate(await service.update_fato(session, user, empresa, fato_id, body))


@router.delete("/empresas/{slug}/fatos/{id}", status_code=204)
async def delete_fato(fato_id: Id64, empresa: EmpresaDep, session: Session, user: User) -> None:
    await service.delete_fato(session, user, empresa, fato_id)


@router.get("/empresas/{slug}/cardapio")
async def list_cardapio(empresa: EmpresaDep, session: Session) -> CardapioPagina:
    found = await service.list_itens(session, empresa)
    return CardapioPagina(items=[ItemCardapioOut.model_validate(item) for item in found], next_cursor=None)


@router.post("/empresas/{slug}/cardapio", status_code=201, responses=CONFLICT)
async def create_item_cardapio(
    body: ItemCardapioIn, empresa: EmpresaDep, session: Session, user: User
) -> ItemCardapioOut:
    """A name is used once: it is how customers ask for the item."""
    return ItemCardapioOut.model_validate(await service.add_item(session, user, empresa, body))


@router.patch("/empresas/{slug}/cardapio/{id}", responses=CONFLICT)
async def update_item_cardapio(
    item_id: Id64, body: ItemCardapioPatch, empresa: EmpresaDep, session: Session, user: User
) -> ItemCardapioOut:
    return ItemCardapioOut.model_validate(await service.update_item(session, user, empresa, item_id, body))


@router.delete("/empresas/{slug}/cardapio/{id}", status_code=204)
async def delete_item_cardapio(item_id: Id64, empresa: EmpresaDep, session: Session, user: User) -> None:
    await service.delete_item(session, user, empresa, item_id)


@router.get("/empresas/{slug}/dias")
async def list_dias(
    empresa: EmpresaDep, container: ContainerDep, session: Session, desde: DesdeDia = None, ate: AteDia = None
) -> DiasPagina:
    found = await dias_service.list_dias(session, empresa, desde=desde, ate=ate, now=container.clock.now())
    return DiasPagina(items=[DiaEspecialOut.model_validate(dia) for dia in found], next_cursor=None)


@router.put("/empresas/{slug}/dias/{data}", responses=CONFLICT)
async def put_dia(
    data: Data, body: DiaEspecialIn, empresa: EmpresaDep, container: ContainerDep, session: Session, user: User
) -> DiaEspecialOut:
    """The whole of what is special about the day. An atendente may change `lotado` and `motivo` only."""
    dia = await dias_service.put_dia(session, user, empresa, data, body, now=container.clock.now())
    return DiaEspecialOut.model_validate(dia)


@router.delete("/empresas/{slug}/dias/{data}", status_code=204)
async def delete_dia(data: Data, empresa: EmpresaDep, session: Session, user: User) -> None:
    """The day is as usual again."""
    await dias_service.delete_dia(session, user, empresa, data)
