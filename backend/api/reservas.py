"""The reservations of an empresa: list, make, change, and what is still free."""

from datetime import date
from typing import Annotated

from fastapi import Query

from api.deps import ContainerDep, Cursor, EmpresaDep, Id64, Limit, Session, User
from api.routing import CONFLICT, group
from schemas.reservas import DisponibilidadeOut, ReservaIn, ReservaOut, ReservaPatch, ReservasPagina, ReservaStatus
from services.reserva_desk import change_reserva, create_reserva, show_availability
from services.reservas import list_reservas as read_reservas

router = group("reservas")


@router.get("/empresas/{slug}/reservas")
async def list_reservas(
    empresa: EmpresaDep,
    session: Session,
    status: ReservaStatus | None = None,
    data: Annotated[date | None, Query(description="Só as deste dia.")] = None,
    desde: Annotated[date | None, Query(description="Reservas a partir deste dia.")] = None,
    ate: Annotated[date | None, Query(description="Reservas até este dia, incluído.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ReservasPagina:
    """The latest made first."""
    items, next_cursor = await read_reservas(
        session, empresa.id, status=status, day=data, since=desde, until=ate, limit=limit, cursor=cursor
    )
    return ReservasPagina(items=items, next_cursor=next_cursor)


@router.post("/empresas/{slug}/reservas", status_code=201, responses=CONFLICT)
async def create_reserva_by_hand(
    body: ReservaIn, empresa: EmpresaDep, session: Session, user: User, container: ContainerDep
) -> ReservaOut:
    """409 with the reason as `code` and other times in `detail` when it does not fit; `forcar` books all the same."""
    now = container.clock.now()
    reserva = await create_reserva(session, user, empresa, body, booking=container.booking, now=now)
    return ReservaOut.model_validate(reserva)


@router.patch("/empresas/{slug}/reservas/{id}", responses=CONFLICT)
async def update_reserva(
    body: ReservaPatch, reserva_id: Id64, empresa: EmpresaDep, session: Session, user: User, container: ContainerDep
) -> ReservaOut:
    """Absent fields keep their value. The customer is not told by itself."""
    now = container.clock.now()
    reserva = await change_reserva(session, user, empresa, reserva_id, body, booking=container.booking, now=now)
    return ReservaOut.model_validate(reserva)


@router.get("/empresas/{slug}/disponibilidade")
async def get_disponibilidade(
    empresa: EmpresaDep,
    session: Session,
    container: ContainerDep,
    data: Annotated[date, Query(description="O dia.")],
    pessoas: Annotated[int, Query(ge=1, le=9999, description="Para quantas pessoas.")] = 2,
) -> DisponibilidadeOut:
    """The times of a day at which a reservation may start now, and whether so many people fit."""
    return await show_availability(
        session, empresa, booking=container.booking, day=data, people=pessoas, now=container.clock.now()
    )
