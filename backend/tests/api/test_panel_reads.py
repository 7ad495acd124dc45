"""Metrics, the buffer, files, the simulators' pass-through and health."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from config import Settings
from container import Container
from main import create_app
from models import Atendimento, Conversa, Empresa, Log, Mensagem, Midia, Reserva, Turno
from services.message_buffer import Kind
from tests.panel_fixtures import Headers
from tests.panel_world import PNG, World, add_mensagem, add_usuario, bearer

COUNTS = ("clientes_unicos", "atendimentos", "reservas", "respostas")


async def test_metrics_count_each_empresa_and_add_up(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers, atendente: Headers
) -> None:
    async with container.db.system_scope() as session:
        await session.execute(update(Empresa).where(Empresa.slug == "alheia").values(status="pausado"))
    total = (await client.get("/api/metricas", headers=dict(superuser))).json()
    assert {name: total[name] for name in COUNTS} == dict.fromkeys(COUNTS, 2)
    assert total["empresas_ativas"] == 1
    assert {line["slug"] for line in total["empresas"]} == {"nossa", "alheia"}
    own = (await client.get("/api/empresas/nossa/metricas", headers=dict(atendente))).json()
    assert own == {**dict.fromkeys(COUNTS, 1), "erros_24h": 1, "parados": 1}


async def test_metrics_of_a_period_leave_the_rest_out(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    long_ago = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    async with container.db.system_scope() as session:
        for column, model in (
            ("created_at", Mensagem),
            ("aberto_em", Atendimento),
            ("created_at", Reserva),
            ("respondido_em", Turno),
        ):
            await session.execute(update(model).where(model.empresa_id == world.ours.id).values({column: long_ago}))
        await session.execute(update(Log).values(created_at=long_ago))

    async def counts(**params: str) -> dict[str, Any]:
        response = await client.get("/api/empresas/nossa/metricas", params=params, headers=dict(atendente))
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    assert (await counts())["erros_24h"] == 0
    assert {name: (await counts(desde="2026-02-01"))[name] for name in COUNTS} == dict.fromkeys(COUNTS, 0)
    # 23:30 UTC is still the 31st in São Paulo.
    assert {name: (await counts(desde="2026-01-31", ate="2026-01-31"))[name] for name in COUNTS} == dict.fromkeys(
        COUNTS, 1
    )
    assert (await counts(ate="2026-01-31T23:30:00Z"))["atendimentos"] == 0
    assert (await counts(desde="2026-01-31T23:30:00Z"))["atendimentos"] == 1


async def test_the_buffer_shows_who_waits_with_their_texts_and_what_is_parked(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers, atendente: Headers
) -> None:
    async with container.db.system_scope() as session:
        conversa = await session.get_one(Conversa, world.ours.conversa_id)
        atendimento = await session.get_one(Atendimento, world.ours.atendimento_id)
        mensagem = await add_mensagem(session, conversa, atendimento, "olá")
    await container.buffer.ingest(
        conversa_id=conversa.id, empresa_id=world.ours.id, mensagem_id=mensagem.id, kind=Kind.GROUPED
    )
    body = (await client.get("/api/buffer", headers=dict(atendente))).json()
    assert body["next_cursor"] is None
    waiting, parked = body["items"]
    assert (waiting["id"], waiting["estado"]) == (world.ours.conversa_id, "aguardando")
    assert (waiting["empresa"], waiting["empresa_nome"]) == ("nossa", "Empresa nossa")
    assert waiting["cliente"] == {"id": world.ours.cliente_id, "nome": "Cliente nossa"}
    assert [(m["tipo"], m["texto"]) for m in waiting["mensagens"]] == [("texto", "olá")]
    due = datetime.fromisoformat(waiting["vence_em"])
    assert abs(due - datetime.now(UTC)) < timedelta(seconds=2)
    assert (parked["estado"], parked["vence_em"]) == ("parado", None)
    assert [m["texto"] for m in parked["mensagens"]] == ["segredo de nossa"]

    everyone = (await client.get("/api/buffer", headers=dict(superuser))).json()["items"]
    assert {item["empresa"] for item in everyone} == {"nossa", "alheia"}
    one = await client.get("/api/buffer", params={"empresa": "alheia"}, headers=dict(superuser))
    assert [item["estado"] for item in one.json()["items"]] == ["parado"]


async def test_processing_now_makes_the_group_due_and_says_when_nothing_waits(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    url = f"/api/buffer/{world.ours.conversa_id}/processar"
    await _no_parked_turn(container)
    nothing = await client.post(url, headers=dict(atendente))
    assert (nothing.status_code, nothing.json()["code"]) == (404, "nao_encontrado")
    await container.buffer.ingest(
        conversa_id=world.ours.conversa_id,
        empresa_id=world.ours.id,
        mensagem_id=world.ours.mensagem_id,
        kind=Kind.GROUPED,
    )
    forced = await client.post(url, headers=dict(atendente))
    assert forced.status_code == 202
    assert forced.json()["id"] == world.ours.conversa_id
    batches, _ = await container.buffer.claim(limit=10)
    assert [batch.conversa_id for batch in batches] == [world.ours.conversa_id]
    again = await client.post(url, headers=dict(atendente))
    assert (again.status_code, again.json()["estado"]) == (202, "processando")


async def test_processing_what_is_parked_takes_it_up_again(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    again = await client.post(f"/api/buffer/{world.ours.conversa_id}/processar", headers=dict(atendente))
    assert (again.status_code, again.json()["estado"]) == (202, "processando")
    [batch], _ = await container.buffer.claim(limit=10)
    assert batch.conversa_id == world.ours.conversa_id


async def _no_parked_turn(container: Container) -> None:
    async with container.db.system_scope() as session:
        await session.execute(update(Turno).where(Turno.estado == "parked").values(estado="done"))


async def test_an_image_is_shown_in_place_and_whole_or_by_range(
    client: httpx.AsyncClient, world: World, atendente: Headers
) -> None:
    url = f"/api/midias/{world.ours.midia_id}"
    whole = await client.get(url, headers=dict(atendente))
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, PNG, "image/png")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["content-disposition"].startswith("inline")
    assert whole.headers["cache-control"].startswith("private")
    assert "default-src 'none'" in whole.headers["content-security-policy"]
    for asked, status, content in (
        ("bytes=0-9", 206, PNG[:10]),
        ("bytes=100-", 206, PNG[100:]),
        ("bytes=-8", 206, PNG[-8:]),
        ("bytes=0-999999", 206, PNG),
        ("bytes=999999-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=9-0", 200, PNG),
        ("bytes=0-1,3-4", 200, PNG),
        ("linhas=1-2", 200, PNG),
    ):
        part = await client.get(url, headers={**atendente, "Range": asked})
        assert (part.status_code, part.content) == (status, content), asked
    one = await client.get(url, headers={**atendente, "Range": "bytes=0-9"})
    assert one.headers["content-range"] == f"bytes 0-9/{len(PNG)}"


@pytest.mark.parametrize(
    ("content_type", "shown", "inline"),
    [
        ("audio/ogg; codecs=opus", "audio/ogg", True),
        ("image/svg+xml", "application/octet-stream", False),
        ("text/html", "application/octet-stream", False),
        ("application/pdf", "application/octet-stream", False),
        ("IMAGE/JPEG", "image/jpeg", True),
        ("image/png\r\nX-Evil: 1", "application/octet-stream", False),
    ],
)
async def test_only_safe_types_are_shown_in_place(
    client: httpx.AsyncClient,
    container: Container,
    world: World,
    atendente: Headers,
    content_type: str,
    shown: str,
    inline: bool,
) -> None:
    midia_id = uuid4()
    async with container.db.system_scope() as session:
        session.add(
            Midia(
                id=midia_id,
                empresa_id=world.ours.id,
                mensagem_id=world.ours.mensagem_id,
                content_type=content_type,
                nome='cardápio "novo"\r\n.html',
                conteudo=b"<script>",
                estado="pronta",
            )
        )
    response = await client.get(f"/api/midias/{midia_id}", headers=dict(atendente))
    assert response.headers["content-type"] == shown
    disposition = response.headers["content-disposition"]
    assert disposition.startswith("inline" if inline else "attachment")
    assert "\r" not in disposition
    assert "x-evil" not in response.headers


async def test_a_file_that_did_not_come_is_a_404(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    async with container.db.system_scope() as session:
        await session.execute(update(Midia).values(estado="falhou", conteudo=None))
    assert (await client.get(f"/api/midias/{world.ours.midia_id}", headers=dict(atendente))).status_code == 404


async def test_the_simulators_are_reached_through_the_panel_and_only_in_development(
    client: httpx.AsyncClient, container: Container, settings: Settings, world: World, superuser: Headers
) -> None:
    answered = await client.get("/api/simulador/health", headers=dict(superuser))
    assert answered.status_code == 200
    for escape in ("../health", "twilio/..%2f..%2fopenai/v1/models", "http://127.0.0.1:1/x"):
        outside = await client.get(f"/api/simulador/{escape}", headers=dict(superuser))
        assert outside.status_code == 404
    unknown = await client.get("/api/simulador/nada-disso", headers=dict(superuser))
    assert unknown.status_code == 404

    for change in ({"simulators_url": None}, {"environment": "production"}):
        other = create_app(settings.model_copy(update=change))
        container.settings = settings.model_copy(update=change)
        other.state.container = container
        transport = httpx.ASGITransport(other)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as closed:
            refused = await closed.get("/api/simulador/health", headers=dict(superuser))
            assert refused.status_code == 404


async def test_health_and_readiness_tell_nothing_but_states(
    app: FastAPI, client: httpx.AsyncClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await client.get("/health")).json() == {"status": "ok"}
    ready = await client.get("/ready")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "dependencias": {"database": "ok", "redis": "ok"}},
    )

    async def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("redis://:senha@servidor")

    monkeypatch.setattr(container.redis.connection_pool, "get_connection", refuse)
    degraded = await client.get("/ready")
    assert degraded.status_code == 503
    assert degraded.json()["dependencias"] == {"database": "ok", "redis": "indisponivel"}
    assert "senha" not in degraded.text
    headers = await bearer(container, (await _some_usuario(container)))
    buffer = await client.get("/api/buffer", headers=dict(headers))
    assert (buffer.status_code, buffer.json()["code"]) == (503, "indisponivel")


async def _some_usuario(container: Container) -> int:
    async with container.db.system_scope() as session:
        return (await add_usuario(session, "raiz@exemplo.com.br", is_superuser=True)).id
