"""The customers of an empresa."""

from api.deps import Cursor, EmpresaDep, Limit, Search, Session
from api.routing import group
from schemas.conversas import ClientesPagina
from services.inbox import list_clientes as read_clientes

router = group("clientes")


@router.get("/empresas/{slug}/clientes")
async def list_clientes(
    empresa: EmpresaDep, session: Session, q: Search = None, limit: Limit = 50, cursor: Cursor = None
) -> ClientesPagina:
    """The latest activity first; `q` searches name and phone."""
    items, next_cursor = await read_clientes(session, empresa.id, search=q, limit=limit, cursor=cursor)
    return ClientesPagina(items=items, next_cursor=next_cursor)
