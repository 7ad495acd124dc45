"""A deleted empresa can come back for 30 days; then nothing of it is left anywhere, and nobody else loses anything."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text

from container import Container
from models import Auditoria, CodigoAcesso, Empresa, Pedido, StatusRecebido, TurnoPasso, Usuario
from services.message_buffer import Kind, key_of
from services.purge import Purge, tables_of_an_empresa
from tests.panel_fixtures import Headers
from tests.panel_world import Tenant, World, add_conversa, add_mensagem, add_reply, add_usuario

URL = "/api/empresas/nossa"


class MovedClock:
    """The real clock, some days ahead."""

    def __init__(self, days: float) -> None:
        self.ahead = timedelta(days=days)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return 0.0


def purge_in(container: Container, days: float) -> Purge:
    return Purge(db=container.db, redis=container.redis, clock=MovedClock(days), batch=2)


async def fill(container: Container, tenant: Tenant) -> None:
    """What the small world leaves out, more than one batch of it."""
    async with container.db.system_scope() as session:
        for number in range(5):
            _, conversa, atendimento = await add_conversa(
                session, tenant.id, name="Outra pessoa", phone=f"+551190000001{number}"
            )
            await add_mensagem(session, conversa, atendimento, "oi")
            await add_reply(session, conversa, atendimento, "olá")
        person = await add_usuario(session, f"extra@{tenant.slug}.com.br", papel="atendente", empresa_id=tenant.id)
        session.add_all(
            [
                CodigoAcesso(id=uuid4(), usuario_id=person.id, codigo_hash=uuid4().hex, expira_em=datetime.now(UTC)),
                StatusRecebido(empresa_id=tenant.id, message_sid="SM1", status="sent"),
                TurnoPasso(empresa_id=tenant.id, turno_id=tenant.turno_id, ordem=1, tipo="modelo"),
                Pedido(
                    empresa_id=tenant.id,
                    cliente_id=tenant.cliente_id,
                    conversa_id=tenant.conversa_id,
                    turno_id=tenant.turno_id,
                    codigo="P1",
                    itens=[],
                    modo="retirada",
                    total_centavos=0,
                ),
            ]
        )
    await container.buffer.ingest(
        conversa_id=tenant.conversa_id, empresa_id=tenant.id, mensagem_id=tenant.mensagem_id, kind=Kind.GROUPED
    )
    await container.redis.set(key_of(tenant.conversa_id, "ctx"), "[]")


async def rows(container: Container) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with container.db.system_scope() as session:
        names = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        )
        for name in names.all():
            result = await session.execute(text(f'SELECT to_jsonb(t) AS row FROM "{name}" t ORDER BY t::text'))
            found[name] = [row.row for row in result]
    return found


async def keys(container: Container) -> set[str]:
    return {str(key) async for key in container.redis.scan_iter()}


async def test_within_thirty_days_nothing_is_removed_and_it_can_come_back(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers
) -> None:
    await client.delete(URL, params={"confirmar": "nossa"}, headers=dict(superuser))
    before = await rows(container)
    assert await purge_in(container, 29.9).look() == 0
    assert await rows(container) == before
    assert (await client.post(f"{URL}/restaurar", headers=dict(superuser))).status_code == 200
    assert await purge_in(container, 400).look() == 0, "what was restored is not purged"


async def test_after_thirty_days_nothing_of_it_is_left_anywhere_and_the_other_empresa_is_untouched(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers
) -> None:
    await fill(container, world.ours)
    await fill(container, world.theirs)
    async with container.db.system_scope() as session:
        person_ids = (await session.scalars(select(Usuario.id).where(Usuario.empresa_id == world.ours.id))).all()
        conversa_ids = (
            await session.scalars(text("SELECT id FROM conversas WHERE empresa_id = :id"), {"id": world.ours.id})
        ).all()
    await client.delete(URL, params={"confirmar": "nossa"}, headers=dict(superuser))
    before, keys_before = await rows(container), await keys(container)
    assert {name for name, found in before.items() if not found} <= {"sementes"}, "every table has something to lose"

    assert await purge_in(container, 30.1).look() == 1

    after = await rows(container)
    for name, found in after.items():
        if name == "auditoria":
            assert [row for row in found if row["acao"] != "empresa_expurgada"] == before["auditoria"]
            continue
        for row in found:
            assert row.get("empresa_id") != world.ours.id, name
            assert row.get("usuario_id") not in person_ids, name
            shown = str(row)
            assert "nossa" not in shown, f"{name}: {shown}"
    assert [row["slug"] for row in after["empresas"]] == ["alheia"]
    for name, found in before.items():
        kept = [row for row in found if row.get("empresa_id") == world.theirs.id]
        assert [row for row in after[name] if row.get("empresa_id") == world.theirs.id] == kept, name
    assert len(after["codigos_acesso"]) == 1, "that of the other empresa's person"

    ours = {key for key in keys_before if key.rpartition(":")[2] in {str(one) for one in conversa_ids}}
    assert ours, "there was something live"
    left = await keys(container)
    assert not ours & left
    assert key_of(world.theirs.conversa_id, "ctx") in left
    assert [entry.empresa_id for entry in await container.buffer.snapshot()] == [world.theirs.id]


async def test_when_the_time_is_over_it_does_not_come_back(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers
) -> None:
    async with container.db.system_scope() as session:
        empresa = await session.get_one(Empresa, world.ours.id)
        empresa.excluida_em = datetime.now(UTC) - timedelta(days=31)
    late = await client.post(f"{URL}/restaurar", headers=dict(superuser))
    assert (late.status_code, late.json()["code"]) == (409, "conflito")
    assert await container.purge.look() == 1
    async with container.db.system_scope() as session:
        acts = (await session.scalars(select(Auditoria.acao).where(Auditoria.empresa_id == world.ours.id))).all()
    assert "empresa_expurgada" in acts
    fresh = await client.post("/api/empresas", json={"nome": "Outra", "slug": "nossa"}, headers=dict(superuser))
    assert fresh.status_code == 201, "the address is free again"


async def test_only_one_process_purges_at_a_time(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers
) -> None:
    await client.delete(URL, params={"confirmar": "nossa"}, headers=dict(superuser))
    async with container.db.system_scope() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(7203117)"))
        assert await purge_in(container, 31).look() == 0
    assert await purge_in(container, 31).look() == 1


def test_every_table_with_an_empresa_is_purged_and_the_audit_is_not() -> None:
    names = [table.name for table in tables_of_an_empresa()]
    assert "auditoria" not in names
    assert names.index("partes") < names.index("mensagens") < names.index("conversas") < names.index("usuarios")


@pytest.mark.parametrize("path", ["/webhook/nossa", "/webhook/nossa/status"])
async def test_a_deleted_empresa_takes_no_webhook_from_that_moment(
    client: httpx.AsyncClient, superuser: Headers, world: World, path: str
) -> None:
    form = {"MessageSid": "SM" + "1" * 32, "From": "whatsapp:+5511988887777", "To": "whatsapp:+5511999990000"}
    assert (await client.post(path, data=form)).status_code == 403, "unsigned, but known"
    await client.delete(URL, params={"confirmar": "nossa"}, headers=dict(superuser))
    assert (await client.post(path, data=form)).status_code == 404
