"""The conversations of an empresa, and one of them with its messages."""

from typing import Annotated

from fastapi import Query

from api.deps import Cursor, EmpresaDep, Id64, Limit, Search, Session
from api.routing import group
from schemas.common import INT64_MAX
from schemas.conversas import AtendidoPor, ConversaDetalhe, ConversasPagina
from services.inbox import list_conversas as read_conversas
from services.inbox import read_conversa

router = group("conversas")


@router.get("/empresas/{slug}/conversas")
async def list_conversas(
    empresa: EmpresaDep,
    session: Session,
    q: Search = None,
    cliente: Annotated[int | None, Query(ge=1, le=INT64_MAX, description="Só deste cliente (id).")] = None,
    atendido_por: AtendidoPor | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ConversasPagina:
    """The latest activity first."""
    items, next_cursor = await read_conversas(
        session, empresa.id, search=q, cliente_id=cliente, atendido_por=atendido_por, limit=limit, cursor=cursor
    )
    return ConversasPagina(items=items, next_cursor=next_cursor)


@router.get("/empresas/{slug}/conversas/{id}")
async def get_conversa(
    conversa_id: Id64, empresa: EmpresaDep, session: Session, limit: Limit = 50, cursor: Cursor = None
) -> ConversaDetalhe:
    """The newest page of messages comes first; inside a page, the oldest message comes first."""
    return await read_conversa(session, empresa.id, conversa_id, limit=limit, cursor=cursor)
