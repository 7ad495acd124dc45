"""What staff tell the bot about a conversation is done, audited and shown."""

# ruff: noqa: F401, F811 (pytest finds fixtures by the names imported here)

import httpx
from sqlalchemy import select

from container import Container
from models import Auditoria, Conversa, Mensagem
from tests.panel_fixtures import app, client, world
from tests.panel_world import World, bearer


async def test_a_silence_is_shown_and_ended_by_staff(
    client: httpx.AsyncClient, container: Container, world: World
) -> None:
    headers = await bearer(container, world.ours.atendente_id)
    path = f"/api/empresas/{world.ours.slug}/conversas"
    async with container.db.system_scope() as session:
        conversa = await session.get_one(Conversa, world.ours.conversa_id)
        conversa.silenciada_em, conversa.silenciada_motivo = container.clock.now(), "eco"
    [listed] = (await client.get(path, headers=headers)).json()["items"]
    detail = (await client.get(f"{path}/{world.ours.conversa_id}", headers=headers)).json()
    assert listed["silenciada_motivo"] == detail["silenciada_motivo"] == "eco"
    assert listed["silenciada_em"] == detail["silenciada_em"] is not None

    for _ in range(2):
        answer = await client.post(f"{path}/{world.ours.conversa_id}/reativar", headers=headers)
        assert (answer.status_code, answer.json()["silenciada_em"]) == (200, None)
        assert answer.json()["reativada_em"] is not None
    async with container.db.system_scope() as session:
        rows = list(await session.scalars(select(Auditoria).where(Auditoria.acao == "conversa_reativada")))
    [row] = rows
    assert (row.usuario_id, row.empresa_id, row.alvo_id) == (
        world.ours.atendente_id, world.ours.id, str(world.ours.conversa_id),
    )  # fmt: skip
    assert row.mudancas["silenciada_motivo"] == {"de": "eco", "para": None}


async def test_clearing_the_memory_forgets_what_was_said_so_far(
    client: httpx.AsyncClient, container: Container, world: World
) -> None:
    headers = await bearer(container, world.ours.atendente_id)
    before = 2**40
    async with container.db.system_scope() as session:
        conversa = await session.get_one(Conversa, world.ours.conversa_id)
        assert await container.context.history(session, conversa, before=before)
    cached = [key async for key in container.redis.scan_iter("*ctx*")]
    assert len(cached) == 1
    assert 0 < await container.redis.ttl(cached[0]) <= 24 * 3600

    path = f"/api/empresas/{world.ours.slug}/conversas/{world.ours.conversa_id}/limpar-memoria"
    assert (await client.post(path, headers=headers)).status_code == 200
    assert [key async for key in container.redis.scan_iter("*ctx*")] == []
    async with container.db.system_scope() as session:
        conversa = await session.get_one(Conversa, world.ours.conversa_id)
        last = await session.scalar(
            select(Mensagem.id).where(Mensagem.conversa_id == conversa.id).order_by(Mensagem.id.desc()).limit(1)
        )
        assert conversa.memoria_desde_id == last
        assert await container.context.history(session, conversa, before=before) == []
        [row] = await session.scalars(select(Auditoria).where(Auditoria.acao == "memoria_limpa"))
        assert row.mudancas["memoria_desde_id"]["para"] == last


async def test_a_stale_cache_does_not_bring_back_what_was_forgotten(
    client: httpx.AsyncClient, container: Container, world: World
) -> None:
    headers = await bearer(container, world.ours.gestor_id)
    async with container.db.system_scope() as session:
        conversa = await session.get_one(Conversa, world.ours.conversa_id)
        await container.context.history(session, conversa, before=2**40)
    [key] = [key async for key in container.redis.scan_iter("*ctx*")]
    stale = await container.redis.get(key)
    assert stale is not None
    path = f"/api/empresas/{world.ours.slug}/conversas/{world.ours.conversa_id}/limpar-memoria"
    await client.post(path, headers=headers)
    await container.redis.set(key, stale)
    async with container.db.system_scope() as session:
        conversa = await session.get_one(Conversa, world.ours.conversa_id)
        assert await container.context.history(session, conversa, before=2**40) == []
