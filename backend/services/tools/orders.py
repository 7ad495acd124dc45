"""The order tool: read back first, stored only once the customer has said yes to exactly what was read.

The total is computed by the order service from the owner's menu. The bot says that the order was received, never that
the kitchen accepted it.
"""

from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Cliente, Empresa, Turno, TurnoPasso
from services.activity_log import add_log
from services.hours import load_opening
from services.orders import OrderRefused, PricedOrder, WantedItem, order_review, order_summary, place_order, price_order
from services.spoken import spoken_when
from services.tools.base import Arguments, Effect, Outcome, Refused, Situation
from services.tools.people import next_opening


class Item(Arguments):
    nome: Annotated[str, Field(max_length=120, description="Como está no cardápio.")]
    quantidade: Annotated[int, Field(ge=1, le=50)]
    observacao: Annotated[str, Field(max_length=200)] | None


class Order(Arguments):
    itens: Annotated[list[Item], Field(min_length=1, max_length=30)]
    modo: Literal["retirada", "entrega"]
    endereco: Annotated[str, Field(max_length=300)] | None
    observacoes: Annotated[str, Field(max_length=300)] | None
    confirmado: Annotated[
        bool, Field(description="false na primeira vez; true só depois que o cliente aprovou o resumo lido para ele.")
    ]


class TakeOrder:
    name = "anotar_pedido"
    description = (
        "Anota um pedido do cardápio. Chame primeiro com confirmado=false: o sistema faz o resumo com o total para "
        "o cliente, e o lê por você. Quando ele aprovar, chame de novo com os mesmos itens e confirmado=true."
    )
    arguments = Order
    acts = True

    def offered(self, empresa: Empresa) -> bool:
        return empresa.aceita_pedidos

    async def prepare(self, situation: Situation) -> None:
        """Nothing outside PostgreSQL is needed."""

    async def act(self, session: AsyncSession, situation: Situation, given: Order) -> Outcome:
        empresa = situation.empresa
        wanted = [WantedItem(one.nome, one.quantidade, one.observacao) for one in given.itens]
        try:
            priced = await price_order(session, empresa, wanted, modo=given.modo, endereco=given.endereco)
            mark = _mark(priced)
            if not given.confirmado or not await _read_back(session, situation, mark):
                output = {"ok": True, "registrado": False, "dito_pelo_sistema": True, "resumo": mark}
                return Outcome(output, Effect("leitura", order_review(priced) + await _closed(session, situation)))
            cliente = await session.get_one(Cliente, situation.conversa.cliente_id)
            pedido = await place_order(
                session,
                empresa,
                conversa=situation.conversa.id,
                cliente_id=cliente.id,
                turno_id=situation.work.turno_id,
                itens=wanted,
                modo=given.modo,
                endereco=given.endereco,
                nome=cliente.nome,
                observacoes=given.observacoes,
                now=situation.now,
            )
        except OrderRefused as refused:
            more = {"opcoes": list(refused.candidates)} if refused.candidates else {}
            raise Refused(refused.reason, refused.sentence, **more) from None
        add_log(
            session,
            "INFO",
            "pedido_recebido",
            "Pedido recebido pelo atendente; a equipe ainda precisa aceitar.",
            empresa_id=empresa.id,
            turno_id=situation.work.turno_id,
            dados={"conversa_id": situation.conversa.id, "pedido": pedido.codigo},
        )
        output = {"ok": True, "codigo": pedido.codigo, "dito_pelo_sistema": True}
        return Outcome(output, Effect("pedido", order_summary(pedido), pedido.codigo))


def _mark(priced: PricedOrder) -> dict[str, Any]:
    """What the customer says yes to: the same items, the same way to get them, the same total."""
    return {
        "itens": [[item.nome, item.quantidade, item.observacao] for item in priced.itens],
        "modo": priced.modo,
        "endereco": priced.endereco,
        "total_centavos": priced.total_centavos,
    }


async def _read_back(session: AsyncSession, situation: Situation, mark: dict[str, Any]) -> bool:
    """Whether the last thing this conversation heard of an order was exactly this, read to the customer by code.

    An order made of it uses it up: the same yes does not order twice.
    """
    last = await session.scalar(
        select(TurnoPasso)
        .join(Turno, Turno.id == TurnoPasso.turno_id)
        .where(
            Turno.conversa_id == situation.conversa.id,
            Turno.id != situation.work.turno_id,
            Turno.estado == "done",
            TurnoPasso.tipo == "ferramenta",
            TurnoPasso.dados["nome"].astext == TakeOrder.name,
            TurnoPasso.dados["efeito"]["tipo"].astext.is_not(None),
        )
        .order_by(TurnoPasso.id.desc())
        .limit(1)
    )
    return (
        last is not None and last.dados["efeito"]["tipo"] == "leitura" and last.dados["resultado"].get("resumo") == mark
    )


async def _closed(session: AsyncSession, situation: Situation) -> str:
    """What a customer who orders while the house is closed must know."""
    now = situation.local_now
    opening = await load_opening(session, situation.empresa, since=now.date())
    if not opening.told or opening.is_open(now.date(), now.time()):
        return ""
    opens = next_opening(opening, now)
    when = f" a partir de {spoken_when(opens.date(), opens.time(), today=now.date())}" if opens else ""
    return f"\n\nAgora estamos fechados: a equipe vê o pedido{when}."
