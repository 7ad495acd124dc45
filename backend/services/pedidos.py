"""Orders as the panel works them: listed latest first, and moved from received to the hand of the customer.

Only the steps of NEXT exist; taking orders is `services/orders.py`.
"""

from collections.abc import Mapping

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser
from errors import Conflict, NotFound
from models import Cliente, Pedido
from schemas.common import ClienteRef
from schemas.pedidos import PedidoOut, PedidoStatus
from services.audit import audit, changes
from services.cursors import before_id, encode_cursor, split_page

NEXT: Mapping[str, frozenset[str]] = {
    "recebido": frozenset({"aceito", "recusado", "cancelado"}),
    "aceito": frozenset({"pronto", "cancelado"}),
    "pronto": frozenset({"entregue"}),
}


async def list_pedidos(
    session: AsyncSession, empresa_id: int, *, status: PedidoStatus | None, limit: int, cursor: str | None
) -> tuple[list[PedidoOut], str | None]:
    query = _with_cliente(empresa_id).order_by(Pedido.id.desc()).limit(limit + 1)
    if status is not None:
        query = query.where(Pedido.status == status)
    if cursor:
        query = query.where(before_id(cursor, Pedido.id))
    rows = (await session.execute(query)).all()
    page, next_cursor = split_page(rows, limit, lambda row: encode_cursor(row[0].id))
    return [_show(pedido, cliente_nome) for pedido, cliente_nome in page], next_cursor


async def change_status(
    session: AsyncSession, user: CurrentUser, empresa_id: int, pedido_id: int, status: PedidoStatus
) -> PedidoOut:
    """Take one step. The status it already has changes nothing; a step that does not exist is a Conflict."""
    query = _with_cliente(empresa_id).where(Pedido.id == pedido_id).with_for_update(of=Pedido)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    pedido, cliente_nome = row
    before = pedido.status
    if status != before:
        if status not in NEXT.get(before, frozenset()):
            raise Conflict(f"Um pedido {before} não pode passar a {status}.")
        pedido.status = status
        audit(
            session,
            user,
            "pedido_alterado",
            alvo_tipo="pedido",
            alvo_id=pedido.id,
            empresa_id=empresa_id,
            mudancas=changes({"status": before}, {"status": status}),
        )
        await session.flush()
        await session.refresh(pedido, ["updated_at"])
    return _show(pedido, cliente_nome)


def _with_cliente(empresa_id: int) -> Select[Pedido, str | None]:
    return (
        select(Pedido, Cliente.nome)
        .join(Cliente, Cliente.id == Pedido.cliente_id)
        .where(Pedido.empresa_id == empresa_id)
    )


def _show(pedido: Pedido, cliente_nome: str | None) -> PedidoOut:
    shown = {name: getattr(pedido, name) for name in PedidoOut.model_fields if name != "cliente"}
    return PedidoOut.model_validate({**shown, "cliente": ClienteRef(id=pedido.cliente_id, nome=cliente_nome)})
