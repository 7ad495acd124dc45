"""The reservations of an empresa."""

from datetime import date
from typing import Annotated

from fastapi import Query

from api.deps import Cursor, EmpresaDep, Limit, Session
from api.routing import group
from schemas.reservas import ReservasPagina, ReservaStatus
from services.reservas import list_reservas as read_reservas

router = group("reservas")


@router.get("/empresas/{slug}/reservas")
async def list_reservas(
    empresa: EmpresaDep,
    session: Session,
    status: ReservaStatus | None = None,
    desde: Annotated[date | None, Query(description="Reservas a partir deste dia.")] = None,
    ate: Annotated[date | None, Query(description="Reservas até este dia, incluído.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ReservasPagina:
    """The latest made first."""
    items, next_cursor = await read_reservas(
        session, empresa.id, status=status, since=desde, until=ate, limit=limit, cursor=cursor
    )
    return ReservasPagina(items=items, next_cursor=next_cursor)
