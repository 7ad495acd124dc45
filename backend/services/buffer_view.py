"""What the panel shows of the buffer: the live entries of Redis joined with their texts, and the parked turns.

Redis says which conversations wait; PostgreSQL says whose they are and what was written, and has the last word on who
may see them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser, may_see, visible_empresas
from errors import NotFound
from models import Cliente, Conversa, Empresa, Mensagem, Parte, Turno
from schemas.buffer import BufferOut, MensagemNoBuffer
from schemas.common import ClienteRef
from services.message_buffer import BufferEntry

MAX_PARKED = 200


async def show_buffer(
    session: AsyncSession, user: CurrentUser, entries: Iterable[BufferEntry], *, empresa_id: int | None
) -> list[BufferOut]:
    """Live entries in the order given, then parked turns, the latest first, then messages parked without a turn."""
    live = [
        entry
        for entry in entries
        if may_see(user, entry.empresa_id) and (empresa_id is None or entry.empresa_id == empresa_id)
    ]
    parked = await _parked(session, user, empresa_id)
    loose = await _parked_loose(session, user, empresa_id)
    waiting = {entry.conversa_id for entry in live} | {turno.conversa_id for turno in parked} | set(loose)
    people = await _people(session, waiting)
    texts = await _texts(session, [mensagem_id for entry in live for mensagem_id in entry.mensagem_ids])
    parked_texts = await _texts_of_turns(session, [turno.id for turno in parked])
    items: list[BufferOut] = []
    for entry in live:
        if who := people.get(entry.conversa_id):
            slug, nome, cliente = who
            found = [texts[mensagem_id] for mensagem_id in entry.mensagem_ids if mensagem_id in texts]
            items.append(
                BufferOut(
                    id=entry.conversa_id,
                    empresa=slug,
                    empresa_nome=nome,
                    cliente=cliente,
                    mensagens=found,
                    estado=entry.estado,
                    vence_em=entry.vence_em,
                )
            )
    for turno in parked:
        if who := people.get(turno.conversa_id):
            slug, nome, cliente = who
            items.append(
                BufferOut(
                    id=turno.conversa_id,
                    empresa=slug,
                    empresa_nome=nome,
                    cliente=cliente,
                    mensagens=parked_texts[turno.id],
                    estado="parado",
                    vence_em=None,
                )
            )
    for conversa_id, texts_of_ours in loose.items():
        if who := people.get(conversa_id):
            slug, nome, cliente = who
            items.append(
                BufferOut(
                    id=conversa_id,
                    empresa=slug,
                    empresa_nome=nome,
                    cliente=cliente,
                    mensagens=texts_of_ours,
                    estado="parado",
                    vence_em=None,
                )
            )
    return items


async def require_conversa(session: AsyncSession, user: CurrentUser, conversa_id: int) -> int:
    """The empresa of a conversation. Raises NotFound for one the user may not see."""
    query = (
        select(Conversa.empresa_id)
        .join(Empresa, Empresa.id == Conversa.empresa_id)
        .where(Conversa.id == conversa_id, Empresa.excluida_em.is_(None))
    )
    empresa_id = (await session.execute(query)).scalar_one_or_none()
    if empresa_id is None or not may_see(user, empresa_id):
        raise NotFound
    return empresa_id


async def _parked(session: AsyncSession, user: CurrentUser, empresa_id: int | None) -> Sequence[Turno]:
    query = select(Turno).where(Turno.estado == "parked").order_by(Turno.id.desc()).limit(MAX_PARKED)
    if (visible := visible_empresas(user)) is not None:
        query = query.where(Turno.empresa_id.in_(visible))
    if empresa_id is not None:
        query = query.where(Turno.empresa_id == empresa_id)
    return (await session.execute(query)).scalars().all()


async def _parked_loose(
    session: AsyncSession, user: CurrentUser, empresa_id: int | None
) -> dict[int, list[MensagemNoBuffer]]:
    """Messages of ours, without a turn, that stopped on their way: by conversation."""
    query = (
        select(Mensagem)
        .join(Parte, Parte.mensagem_id == Mensagem.id)
        .where(Parte.turno_id.is_(None), Parte.estado == "parked")
        .order_by(Mensagem.id)
        .limit(MAX_PARKED)
    )
    if (visible := visible_empresas(user)) is not None:
        query = query.where(Parte.empresa_id.in_(visible))
    if empresa_id is not None:
        query = query.where(Parte.empresa_id == empresa_id)
    found: dict[int, list[MensagemNoBuffer]] = defaultdict(list)
    for mensagem in (await session.execute(query)).scalars():
        found[mensagem.conversa_id].append(_show(mensagem))
    return found


async def _people(session: AsyncSession, conversa_ids: set[int]) -> dict[int, tuple[str, str, ClienteRef]]:
    if not conversa_ids:
        return {}
    query = (
        select(Conversa.id, Empresa.slug, Empresa.nome, Cliente.id, Cliente.nome)
        .join(Empresa, Empresa.id == Conversa.empresa_id)
        .join(Cliente, Cliente.id == Conversa.cliente_id)
        .where(Conversa.id.in_(conversa_ids), Empresa.excluida_em.is_(None))
    )
    return {
        conversa_id: (slug, nome, ClienteRef(id=cliente_id, nome=cliente_nome))
        for conversa_id, slug, nome, cliente_id, cliente_nome in await session.execute(query)
    }


async def _texts(session: AsyncSession, mensagem_ids: Sequence[int]) -> dict[int, MensagemNoBuffer]:
    if not mensagem_ids:
        return {}
    query = select(Mensagem).where(Mensagem.id.in_(mensagem_ids))
    return {mensagem.id: _show(mensagem) for mensagem in (await session.execute(query)).scalars()}


async def _texts_of_turns(session: AsyncSession, turno_ids: Sequence[int]) -> dict[int, list[MensagemNoBuffer]]:
    found: dict[int, list[MensagemNoBuffer]] = defaultdict(list)
    if turno_ids:
        query = (
            select(Mensagem)
            .where(Mensagem.turno_id.in_(turno_ids), Mensagem.direcao == "entrada")
            .order_by(Mensagem.id)
        )
        for mensagem in (await session.execute(query)).scalars():
            if mensagem.turno_id is not None:
                found[mensagem.turno_id].append(_show(mensagem))
    return found


def _show(mensagem: Mensagem) -> MensagemNoBuffer:
    return MensagemNoBuffer.model_validate(
        {
            "tipo": mensagem.tipo,
            "texto": mensagem.texto or mensagem.transcricao or "",
            "created_at": mensagem.created_at,
        }
    )
