"""Who changed what and when. Only read here: the acts themselves write it, in their own transaction."""

from typing import Annotated

from fastapi import Query

from api.deps import Ate, Cursor, Desde, FilteredEmpresa, Limit, Session, User
from api.routing import group
from schemas.auditoria import AuditoriaPagina
from schemas.common import Storable
from services.audit_view import list_auditoria as read_auditoria
from services.periods import read_period

router = group("auditoria")


@router.get("/auditoria")
async def list_auditoria(
    session: Session,
    user: User,
    empresa_id: FilteredEmpresa,
    acao: Annotated[str | None, Query(max_length=60, description="Só este tipo de ato."), Storable] = None,
    desde: Desde = None,
    ate: Ate = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditoriaPagina:
    """Newest first. A superuser reads everything, a gestor what concerns their own empresa."""
    items, next_cursor = await read_auditoria(
        session,
        user,
        empresa_id=empresa_id,
        acao=acao,
        period=read_period(desde, ate),
        limit=limit,
        cursor=cursor,
    )
    return AuditoriaPagina(items=items, next_cursor=next_cursor)
