"""Two workers at one turn: whoever takes it sees what the one before decided, even while that is being committed."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from container import Container
from errors import LostTurn
from models import Conversa, Empresa, Turno
from services.decision import record_decision
from services.turns import TurnWork, fenced, take_turn
from tests.panel_world import add_conversa, add_mensagem


async def _conversation(container: Container) -> tuple[int, int]:
    async with container.db.system_scope() as session:
        empresa = Empresa(nome="Casa", slug="casa", prompt="Seja gentil.")
        session.add(empresa)
        await session.flush()
        _, conversa, atendimento = await add_conversa(session, empresa.id, name="Ana", phone="+5511900000001")
        mensagem = await add_mensagem(session, conversa, atendimento, "Oi")
    return conversa.id, mensagem.id


async def _take(container: Container, conversa_id: int, up_to: int) -> TurnWork:
    async with container.db.system_scope() as session:
        work = await take_turn(
            session, conversa_id=conversa_id, up_to=up_to, lost=True, lost_allowed=9, now=datetime.now(UTC)
        )
    assert work is not None
    return work


async def _decide(container: Container, work: TurnWork, *, committing: asyncio.Event | None = None) -> None:
    async with container.db.system_scope() as session:
        conversa = await session.get_one(Conversa, work.conversa_id)
        await record_decision(
            session,
            work,
            parts=["Olá!"],
            remetente=conversa.numero,
            destinatario=conversa.endereco,
            modelo="gpt-4o",
            uso={},
            erro=None,
            prompt_versao=1,
            now=datetime.now(UTC),
        )
        if committing is not None:
            committing.set()
            await asyncio.sleep(0.3)


async def test_a_decision_being_committed_is_seen_by_the_next_worker(container: Container) -> None:
    conversa_id, mensagem_id = await _conversation(container)
    slow = await _take(container, conversa_id, mensagem_id)
    committing = asyncio.Event()
    deciding = asyncio.ensure_future(_decide(container, slow, committing=committing))
    await committing.wait()
    taken = await _take(container, conversa_id, mensagem_id)
    await deciding
    assert (taken.turno_id, taken.estado, taken.tentativa) == (slow.turno_id, "sending", slow.tentativa + 1)


async def test_what_is_decided_is_not_decided_or_thought_about_again(container: Container) -> None:
    conversa_id, mensagem_id = await _conversation(container)
    work = await _take(container, conversa_id, mensagem_id)
    await _decide(container, work)
    with pytest.raises(LostTurn):
        await _decide(container, work)
    with pytest.raises(LostTurn):
        async with container.db.system_scope() as session:
            await fenced(session, work, undecided=True, estado="thinking")
    async with container.db.system_scope() as session:
        assert await session.scalar(select(Turno.estado)) == "sending"
