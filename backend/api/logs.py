"""The activity log."""

from typing import Annotated

from fastapi import Query

from api.deps import Ate, Cursor, Desde, FilteredEmpresa, Limit, Session, User
from api.routing import group
from schemas.logs import LogsPagina, Nivel
from services.activity import list_logs as read_logs
from services.periods import read_period

router = group("logs")


@router.get("/logs")
async def list_logs(
    session: Session,
    user: User,
    empresa_id: FilteredEmpresa,
    nivel: Annotated[Nivel | None, Query(description="Este nível e os mais graves.")] = None,
    desde: Desde = None,
    ate: Ate = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> LogsPagina:
    """Newest first. Staff see their own empresa's."""
    items, next_cursor = await read_logs(
        session,
        user,
        empresa_id=empresa_id,
        nivel=nivel,
        period=read_period(desde, ate),
        limit=limit,
        cursor=cursor,
    )
    return LogsPagina(items=items, next_cursor=next_cursor)
