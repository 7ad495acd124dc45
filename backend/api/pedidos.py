"""The orders of an empresa: listed, and moved on by whoever attends."""

from api.deps import Cursor, EmpresaDep, Id64, Limit, Session, User
from api.routing import CONFLICT, group
from schemas.pedidos import PedidoOut, PedidoPatch, PedidosPagina, PedidoStatus
from services.pedidos import change_status
from services.pedidos import list_pedidos as read_pedidos

router = group("pedidos")


@router.get("/empresas/{slug}/pedidos")
async def list_pedidos(
    empresa: EmpresaDep,
    session: Session,
    status: PedidoStatus | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> PedidosPagina:
    """The latest first."""
    items, next_cursor = await read_pedidos(session, empresa.id, status=status, limit=limit, cursor=cursor)
    return PedidosPagina(items=items, next_cursor=next_cursor)


@router.patch("/empresas/{slug}/pedidos/{id}", responses=CONFLICT)
async def update_pedido(
    pedido_id: Id64, body: PedidoPatch, empresa: EmpresaDep, session: Session, user: User
) -> PedidoOut:
    """From recebido to aceito, recusado or cancelado; from aceito to pronto or cancelado; from pronto to entregue."""
    return await change_status(session, user, empresa.id, pedido_id, body.status)
