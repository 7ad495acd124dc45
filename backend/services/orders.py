"""Orders as the attendant takes them: names against the owner's menu, the total by code, the order stored as received.

It never says that the kitchen accepted. The tool that calls it owns the turn's ledger; here an identical order of the
same turn is the same order. Prices are those of the menu at the moment, in centavos.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from errors import AtendeError, Unavailable
from models import Empresa, ItemCardapio, Pedido
from services.menu_match import MAX_SHOWN, MenuItem, find, label, pair_halves, split_halves
from services.plain_text import squeeze

Modo = Literal["retirada", "entrega"]
Reason = Literal[
    "nao_aceita_pedidos",
    "sem_itens",
    "itens_demais",
    "quantidade",
    "item_desconhecido",
    "item_ambiguo",
    "item_indisponivel",
    "metades",
    "modo",
    "sem_entrega",
    "sem_endereco",
    "total_alto",
]

MAX_LINES = 30
MAX_QUANTITY = 50
MAX_TOTAL = 1_000_000
"""Centavos. A larger order is arranged with people."""
_MAX_TEXT = 300
_CODE_TRIES = 12
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


class OrderRefused(AtendeError):
    """The order cannot be taken as asked. `sentence` tells the customer why; `candidates` are names to choose from."""

    status, code, detail = 422, "pedido_recusado", "Não foi possível anotar o pedido."

    def __init__(self, reason: Reason, sentence: str, *, candidates: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.candidates = tuple(candidates)


@dataclass(frozen=True, slots=True)
class WantedItem:
    """One line as the customer said it."""

    nome: str
    quantidade: int = 1
    observacao: str | None = None


@dataclass(frozen=True, slots=True)
class PricedItem:
    nome: str
    quantidade: int
    preco_centavos: int
    """Of one."""
    observacao: str | None

    @property
    def total_centavos(self) -> int:
        return self.quantidade * self.preco_centavos


@dataclass(frozen=True, slots=True)
class PricedOrder:
    itens: tuple[PricedItem, ...]
    modo: Modo
    endereco: str | None
    taxa_centavos: int
    total_centavos: int


async def price_order(
    session: AsyncSession,
    empresa: Empresa,
    itens: Sequence[WantedItem],
    *,
    modo: Modo = "retirada",
    endereco: str | None = None,
) -> PricedOrder:
    """Every line found in the menu and added up, with the fee of a delivery. Raises OrderRefused."""
    if not empresa.aceita_pedidos:
        raise OrderRefused("nao_aceita_pedidos", "Não anotamos pedidos por aqui. Posso chamar uma pessoa da equipe?")
    if not itens:
        raise OrderRefused("sem_itens", "O que você gostaria de pedir?")
    if len(itens) > MAX_LINES:
        raise OrderRefused("itens_demais", f"Anoto até {MAX_LINES} itens por pedido. Posso chamar a equipe?")
    endereco = clean(endereco)
    _check_mode(empresa, modo, endereco)
    menu = (
        (
            await session.execute(
                select(ItemCardapio)
                .where(ItemCardapio.empresa_id == empresa.id)
                .order_by(ItemCardapio.ordem, ItemCardapio.id)
            )
        )
        .scalars()
        .all()
    )
    priced = tuple(_price(wanted, menu) for wanted in itens)
    taxa = empresa.taxa_entrega_centavos if modo == "entrega" else 0
    total = sum(item.total_centavos for item in priced) + taxa
    if total > MAX_TOTAL:
        raise OrderRefused("total_alto", "Um pedido deste tamanho precisa ser combinado com a equipe.")
    return PricedOrder(
        itens=priced,
        modo=modo,
        endereco=endereco if modo == "entrega" else None,
        taxa_centavos=taxa,
        total_centavos=total,
    )


async def place_order(
    session: AsyncSession,
    empresa: Empresa,
    *,
    conversa: int,
    cliente_id: int,
    turno_id: int | None,
    itens: Sequence[WantedItem],
    modo: Modo,
    endereco: str | None,
    nome: str | None,
    observacoes: str | None,
    now: datetime,
) -> Pedido:
    """Store the order as `recebido`, in the caller's transaction. `conversa` is its id. Raises OrderRefused.

    Asked again by the same turn for the same things, it gives the order already stored.
    """
    order = await price_order(session, empresa, itens, modo=modo, endereco=endereco)
    columns: dict[str, Any] = {
        "empresa_id": empresa.id,
        "cliente_id": cliente_id,
        "conversa_id": conversa,
        "turno_id": turno_id,
        "nome": clean(nome, limit=255),
        "itens": [
            {
                "nome": item.nome,
                "quantidade": item.quantidade,
                "preco_centavos": item.preco_centavos,
                "observacao": item.observacao,
            }
            for item in order.itens
        ],
        "modo": order.modo,
        "endereco": order.endereco,
        "taxa_centavos": order.taxa_centavos,
        "total_centavos": order.total_centavos,
        "observacoes": clean(observacoes, limit=1000),
    }
    if turno_id is not None and (stored := await _same_order(session, columns)) is not None:
        return stored
    for attempt in range(_CODE_TRIES):
        placed = (
            insert(Pedido)
            .values(**columns, codigo=_new_code(attempt), status="recebido", created_at=now, updated_at=now)
            .on_conflict_do_nothing(index_elements=["empresa_id", "codigo"])
            .returning(Pedido)
        )
        pedido = (await session.execute(placed)).scalar_one_or_none()
        if pedido is not None:
            return pedido
    raise Unavailable


def order_summary(pedido: Pedido) -> str:
    """What the customer reads, written from the stored row: received, and still to be confirmed by people."""
    lines = [f"Pedido recebido: {pedido.codigo}", *_lines(pedido.itens)]
    lines += _ending(pedido.modo, pedido.endereco, pedido.taxa_centavos, pedido.total_centavos)
    if pedido.nome:
        lines.append(f"Em nome de: {pedido.nome}")
    if pedido.observacoes:
        lines.append(f"Observações: {pedido.observacoes}")
    lines.append("A equipe ainda vai confirmar o seu pedido.")
    return "\n".join(lines)


def order_review(order: PricedOrder) -> str:
    """What is read back before anything is stored; it ends with the question whether to note it down."""
    items = [
        {
            "nome": item.nome,
            "quantidade": item.quantidade,
            "preco_centavos": item.preco_centavos,
            "observacao": item.observacao,
        }
        for item in order.itens
    ]
    ending = _ending(order.modo, order.endereco, order.taxa_centavos, order.total_centavos)
    return "\n".join(["Confira o seu pedido:", *_lines(items), *ending, "Posso anotar?"])


def reais(centavos: int) -> str:
    """`R$ 1.234,50`."""
    whole, cents = divmod(centavos, 100)
    return f"R$ {whole:,}".replace(",", ".") + f",{cents:02}"


def clean(text: str | None, *, limit: int = _MAX_TEXT) -> str | None:
    """Text of a customer as PostgreSQL can store it, on one line; None when nothing is left."""
    return squeeze(_CONTROL.sub(" ", text or ""))[:limit].strip() or None


def _check_mode(empresa: Empresa, modo: str, endereco: str | None) -> None:
    if modo not in ("retirada", "entrega"):
        raise OrderRefused("modo", "É para retirar no local ou para entregar?")
    if modo == "entrega" and not empresa.faz_entrega:
        raise OrderRefused("sem_entrega", "Não fazemos entregas. Pode ser para retirar no local?")
    if modo == "entrega" and endereco is None:
        raise OrderRefused("sem_endereco", "Qual é o endereço da entrega, com número e bairro?")


def _price(wanted: WantedItem, menu: Sequence[ItemCardapio]) -> PricedItem:
    if isinstance(wanted.quantidade, bool) or not 1 <= wanted.quantidade <= MAX_QUANTITY:
        raise OrderRefused(
            "quantidade", f"Quantas unidades de “{_quoted(wanted.nome)}”? Anoto de 1 a {MAX_QUANTITY} por item."
        )
    nome, preco = _choose(wanted.nome, menu)
    return PricedItem(nome, wanted.quantidade, preco, clean(wanted.observacao))


def _choose(name: str, menu: Sequence[ItemCardapio]) -> tuple[str, int]:
    """The name as the menu has it and its price."""
    found = find(name, menu)
    halves = None if found.exact else split_halves(name)
    if halves is not None:
        return _choose_halves(halves, menu)
    if not found.exact:
        raise _unknown(name, found.items, menu)
    item = _only(name, found.items, menu)
    return label(item, menu), item.preco_centavos


def _choose_halves(halves: tuple[str, str], menu: Sequence[ItemCardapio]) -> tuple[str, int]:
    """Two flavours on one pizza, for the price of the dearer."""
    sides = [find(half, menu) for half in halves]
    for half, side in zip(halves, sides, strict=True):
        if not side.exact:
            raise _unknown(half, side.items, menu)
    pairs = pair_halves(sides[0].items, sides[1].items)
    if not pairs:
        raise OrderRefused("metades", "Só pizzas do mesmo tamanho podem ser meio a meio. Quais são os dois sabores?")
    for position, half in enumerate(halves):
        # The other half may tell which of two sizes is meant.
        _only(half, tuple({pair[position].id: pair[position] for pair in pairs}.values()), menu)
    first, second = pairs[0]
    return f"Meia {label(first, menu)}, meia {label(second, menu)}", max(first.preco_centavos, second.preco_centavos)


def _only(name: str, items: Sequence[MenuItem], menu: Sequence[MenuItem]) -> MenuItem:
    if len(items) == 1:
        if not items[0].disponivel:
            raise OrderRefused("item_indisponivel", f"Hoje estamos sem {label(items[0], menu)}. Quer trocar?")
        return items[0]
    names = _names([item for item in items if item.disponivel], menu)
    if not names:
        raise OrderRefused("item_indisponivel", f"Hoje estamos sem “{_quoted(name)}”. Quer trocar?")
    raise OrderRefused("item_ambiguo", f"“{_quoted(name)}” pode ser: {'; '.join(names)}. Qual?", candidates=names)


def _unknown(name: str, near: Sequence[MenuItem], menu: Sequence[MenuItem]) -> OrderRefused:
    names = _names([item for item in near if item.disponivel], menu)
    hint = f" Seria {' ou '.join(names)}?" if names else ""
    return OrderRefused("item_desconhecido", f"Não encontrei “{_quoted(name)}” no cardápio.{hint}", candidates=names)


def _names(items: Sequence[MenuItem], menu: Sequence[MenuItem]) -> list[str]:
    return [label(item, menu) for item in items[:MAX_SHOWN]]


def _quoted(name: str) -> str:
    return clean(name, limit=60) or "?"


def _lines(itens: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for item in itens:
        lines.append(f"{item['quantidade']} × {item['nome']}: {reais(item['quantidade'] * item['preco_centavos'])}")
        if item.get("observacao"):
            lines.append(f"   ({item['observacao']})")
    return lines


def _ending(modo: str, endereco: str | None, taxa_centavos: int, total_centavos: int) -> list[str]:
    where = f"Entrega em: {endereco}" if modo == "entrega" else "Retirada no local"
    fee = [f"Taxa de entrega: {reais(taxa_centavos)}"] if taxa_centavos else []
    return [*fee, f"Total: {reais(total_centavos)}", where]


async def _same_order(session: AsyncSession, columns: dict[str, Any]) -> Pedido | None:
    same = ("empresa_id", "conversa_id", "turno_id", "modo", "endereco", "total_centavos", "itens")
    query = select(Pedido).where(*(getattr(Pedido, name) == columns[name] for name in same)).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


def _new_code(attempt: int) -> str:
    """`P-4821`; longer when the short ones are running out."""
    digits = 4 + attempt // 3
    return f"P-{secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1)}"
