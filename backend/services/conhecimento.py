"""Facts and the menu: what the owner writes for the attendant to know, in the owner's order and within bounds.

Every change holds the empresa's row lock, so that two of them cannot together pass a bound or a name. Days out of the
ordinary are in services/dias.py.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser, require_gestor
from errors import Conflict, NotFound
from models import Empresa, Fato, ItemCardapio
from schemas.conhecimento import FatoIn, FatoPatch, ItemCardapioIn, ItemCardapioPatch
from services.audit import audit, changes

MAX_FATOS = 200
MAX_ITENS = 500

Linha = TypeVar("Linha", Fato, ItemCardapio)

_FATO = ("titulo", "texto", "ordem")
_ITEM = ("categoria", "nome", "descricao", "preco_centavos", "disponivel", "ordem")


async def list_fatos(session: AsyncSession, empresa: Empresa) -> Sequence[Fato]:
    query = select(Fato).where(Fato.empresa_id == empresa.id).order_by(Fato.ordem, Fato.id)
    return (await session.scalars(query)).all()


async def add_fato(session: AsyncSession, user: CurrentUser, empresa: Empresa, wanted: FatoIn) -> Fato:
    """Raises Conflict when there are as many as an empresa may have."""
    await _lock(session, user, empresa)
    fato = Fato(empresa_id=empresa.id, titulo=wanted.titulo, texto=wanted.texto)
    fato.ordem = await _place(session, empresa, Fato, wanted.ordem, most=MAX_FATOS, what="fatos")
    return await _added(session, user, empresa, fato, "fato", _FATO)


async def update_fato(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, fato_id: int, wanted: FatoPatch
) -> Fato:
    await _lock(session, user, empresa)
    fato = await _own(session, empresa, Fato, fato_id)
    return await _changed(session, user, empresa, fato, "fato", _asked(wanted))


async def delete_fato(session: AsyncSession, user: CurrentUser, empresa: Empresa, fato_id: int) -> None:
    await _lock(session, user, empresa)
    await _removed(session, user, empresa, await _own(session, empresa, Fato, fato_id), "fato", _FATO)


async def list_itens(session: AsyncSession, empresa: Empresa) -> Sequence[ItemCardapio]:
    query = select(ItemCardapio).where(ItemCardapio.empresa_id == empresa.id)
    return (await session.scalars(query.order_by(ItemCardapio.ordem, ItemCardapio.id))).all()


async def add_item(session: AsyncSession, user: CurrentUser, empresa: Empresa, wanted: ItemCardapioIn) -> ItemCardapio:
    """Raises Conflict for a name already on the menu, or when it is full."""
    await _lock(session, user, empresa)
    await _refuse_name(session, empresa, wanted.nome)
    item = ItemCardapio(
        empresa_id=empresa.id,
        categoria=wanted.categoria,
        nome=wanted.nome,
        descricao=wanted.descricao,
        preco_centavos=wanted.preco_centavos,
        disponivel=wanted.disponivel,
    )
    item.ordem = await _place(session, empresa, ItemCardapio, wanted.ordem, most=MAX_ITENS, what="itens no cardápio")
    return await _added(session, user, empresa, item, "item_cardapio", _ITEM)


async def update_item(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, item_id: int, wanted: ItemCardapioPatch
) -> ItemCardapio:
    await _lock(session, user, empresa)
    item = await _own(session, empresa, ItemCardapio, item_id)
    asked = _asked(wanted)
    if "nome" in asked:
        await _refuse_name(session, empresa, asked["nome"], but=item.id)
    return await _changed(session, user, empresa, item, "item_cardapio", asked)


async def delete_item(session: AsyncSession, user: CurrentUser, empresa: Empresa, item_id: int) -> None:
    await _lock(session, user, empresa)
    item = await _own(session, empresa, ItemCardapio, item_id)
    await _removed(session, user, empresa, item, "item_cardapio", _ITEM)


async def _lock(session: AsyncSession, user: CurrentUser, empresa: Empresa) -> None:
    require_gestor(user)
    await session.refresh(empresa, with_for_update={"key_share": True})


async def _own(session: AsyncSession, empresa: Empresa, model: type[Linha], row_id: int) -> Linha:
    """Raises NotFound for a row of another empresa as for one that does not exist."""
    row = await session.scalar(select(model).where(model.id == row_id, model.empresa_id == empresa.id))
    if row is None:
        raise NotFound
    return row


async def _place(
    session: AsyncSession,
    empresa: Empresa,
    model: type[Fato] | type[ItemCardapio],
    asked: int | None,
    *,
    most: int,
    what: str,
) -> int:
    """Where a new row goes: as asked, else after the last. Raises Conflict when there is no room."""
    query = select(func.count(), func.coalesce(func.max(model.ordem), -1)).where(model.empresa_id == empresa.id)
    count, last = (await session.execute(query)).one()
    if count >= most:
        raise Conflict(f"O limite é de {most} {what}. Apague algum antes de criar outro.")
    return last + 1 if asked is None else asked


async def _refuse_name(session: AsyncSession, empresa: Empresa, nome: str, *, but: int | None = None) -> None:
    """An order names items: two of one name could not be told apart."""
    query = select(ItemCardapio.id).where(
        ItemCardapio.empresa_id == empresa.id, func.lower(ItemCardapio.nome) == func.lower(nome)
    )
    if but is not None:
        query = query.where(ItemCardapio.id != but)
    if (await session.execute(query.limit(1))).first() is not None:
        raise Conflict(f"Já existe um item chamado “{nome}” no cardápio.")


def _asked(wanted: FatoPatch | ItemCardapioPatch) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in wanted.model_fields_set}


async def _added(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, row: Linha, kind: str, columns: Sequence[str]
) -> Linha:
    session.add(row)
    await session.flush()
    new = {name: getattr(row, name) for name in columns}
    _note(session, user, empresa, row, kind, "criado", changes({}, new))
    return row


async def _changed(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, row: Linha, kind: str, asked: dict[str, Any]
) -> Linha:
    found = changes({name: getattr(row, name) for name in asked}, asked)
    if found:
        for name in found:
            setattr(row, name, asked[name])
        _note(session, user, empresa, row, kind, "alterado", found)
        await session.flush()
    return row


async def _removed(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, row: Linha, kind: str, columns: Sequence[str]
) -> None:
    old = {name: getattr(row, name) for name in columns}
    _note(session, user, empresa, row, kind, "excluido", changes(old, dict.fromkeys(columns)))
    await session.delete(row)
    await session.flush()


def _note(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, row: Linha, kind: str, what: str, found: dict[str, Any]
) -> None:
    audit(session, user, f"{kind}_{what}", alvo_tipo=kind, alvo_id=row.id, empresa_id=empresa.id, mudancas=found)
