"""Customers, conversations, reservations and logs: pages that do not shift, searches and filters."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from container import Container
from models import Atendimento, Conversa, Log, Reserva
from services.window import REPLY_WINDOW
from tests.panel_fixtures import Headers
from tests.panel_world import World, add_conversa, add_mensagem, add_reply

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def pages(client: httpx.AsyncClient, url: str, headers: Headers, **params: Any) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    cursor: str | None = None
    while True:
        query = {**params, **({"cursor": cursor} if cursor else {})}
        response = await client.get(url, params=query, headers=dict(headers))
        assert response.status_code == 200, response.text
        found.append(response.json()["items"])
        cursor = response.json()["next_cursor"]
        if cursor is None:
            return found


async def test_pages_neither_repeat_nor_skip_when_instants_are_equal_and_rows_arrive(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    async with container.db.system_scope() as session:
        for n in range(6):
            await add_conversa(session, world.ours.id, name=f"C{n}", phone=f"+55119000010{n:02}", at=START)
    for path in ("clientes", "conversas"):
        url = f"/api/empresas/nossa/{path}"
        first = await client.get(url, params={"limit": 3}, headers=dict(atendente))
        async with container.db.system_scope() as session:
            await add_conversa(session, world.ours.id, name="Nova", phone=f"+55119000020{len(path):02}")
        rest = await client.get(
            url, params={"limit": 200, "cursor": first.json()["next_cursor"]}, headers=dict(atendente)
        )
        ids = [item["id"] for item in first.json()["items"] + rest.json()["items"]]
        assert len(ids) == len(set(ids))
        assert rest.json()["next_cursor"] is None
    sizes = [len(page) for page in await pages(client, "/api/empresas/nossa/clientes", atendente, limit=3)]
    assert sizes == [3, 3, 3]


@pytest.mark.parametrize("cursor", ["x", "====", "bnVsbA", "WzFd", "WyIyMDI2IiwxXQ", "W251bGwsbnVsbF0", "é", "A" * 201])
@pytest.mark.parametrize(
    "path", ["empresas/nossa/clientes", "empresas/nossa/conversas", "empresas", "logs", "usuarios"]
)
async def test_a_cursor_we_did_not_make_is_a_422(
    client: httpx.AsyncClient, gestor: Headers, path: str, cursor: str
) -> None:
    response = await client.get(f"/api/{path}", params={"cursor": cursor}, headers=dict(gestor))
    if cursor == "WzFd" and path in ("empresas", "usuarios"):
        assert response.status_code == 200, "a list by id takes any id"
    else:
        assert response.status_code == 422
        assert response.json()["errors"][0]["campo"] == "cursor"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "muitos"])
async def test_a_limit_outside_1_to_200_is_a_422(client: httpx.AsyncClient, gestor: Headers, limit: str) -> None:
    response = await client.get("/api/empresas/nossa/clientes", params={"limit": limit}, headers=dict(gestor))
    assert response.status_code == 422
    assert response.json()["errors"][0]["campo"] == "limit"


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("joão", True),
        ("PEREIRA", True),
        ("98765-4321", True),
        ("+55 21 9", True),
        ("5521987", True),
        ("000000", False),
        ("%", False),
        ("_", False),
    ],
)
async def test_customers_are_found_by_name_or_phone(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers, q: str, found: bool
) -> None:
    async with container.db.system_scope() as session:
        await add_conversa(session, world.ours.id, name="João Pereira", phone="+5521987654321")
    response = await client.get("/api/empresas/nossa/clientes", params={"q": q}, headers=dict(atendente))
    names = [item["nome"] for item in response.json()["items"]]
    assert ("João Pereira" in names) is found


async def test_a_nul_in_a_search_is_a_422(client: httpx.AsyncClient, atendente: Headers) -> None:
    response = await client.get("/api/empresas/nossa/clientes?q=%00", headers=dict(atendente))
    assert response.status_code == 422


async def test_a_conversation_shows_the_latest_messages_in_reading_order(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    async with container.db.system_scope() as session:
        conversa = await session.get_one(Conversa, world.ours.conversa_id)
        atendimento = await session.get_one(Atendimento, world.ours.atendimento_id)
        for n in range(4):
            await add_mensagem(session, conversa, atendimento, f"pergunta {n}")
        await add_reply(session, conversa, atendimento, "resposta")
    url = f"/api/empresas/nossa/conversas/{world.ours.conversa_id}"
    newest = (await client.get(url, params={"limit": 3}, headers=dict(atendente))).json()
    assert [m["texto"] for m in newest["mensagens"]] == ["pergunta 2", "pergunta 3", "resposta"]
    assert newest["mensagens"][-1] | {"id": 0, "created_at": ""} == {
        "id": 0,
        "direcao": "saida",
        "autor": "bot",
        "tipo": "texto",
        "texto": "resposta",
        "transcricao": None,
        "transcricao_estado": None,
        "created_at": "",
        "turno_id": None,
        "destino": None,
        "motivo": None,
        "status": "delivered",
        "erro": None,
        "erro_texto": None,
        "prompt_versao": None,
        "midias": [],
        "dados": {},
    }
    older = await client.get(url, params={"limit": 3, "cursor": newest["next_cursor"]}, headers=dict(atendente))
    assert [m["texto"] for m in older.json()["mensagens"]] == ["segredo de nossa", "pergunta 0", "pergunta 1"]
    assert older.json()["next_cursor"] is None
    [midia] = older.json()["mensagens"][0]["midias"]
    assert midia == {
        "id": str(world.ours.midia_id),
        "content_type": "image/png",
        "tamanho": 108,
        "nome": "foto.png",
        "estado": "pronta",
    }
    expires = datetime.fromisoformat(newest["janela_expira_em"])
    assert timedelta() < expires - datetime.now(UTC) <= REPLY_WINDOW

    [item] = (await client.get("/api/empresas/nossa/conversas", headers=dict(atendente))).json()["items"]
    assert item["ultima_mensagem"]["texto"] == "resposta"
    assert item["ultima_mensagem"]["direcao"] == "saida"
    assert item["cliente"] == {"id": world.ours.cliente_id, "nome": "Cliente nossa", "telefone": "+5511900000001"}


@pytest.mark.parametrize("conversa_id", ["0", "-1", str(2**63), "abc"])
async def test_an_id_that_no_conversation_can_have_is_refused_quietly(
    client: httpx.AsyncClient, atendente: Headers, conversa_id: str
) -> None:
    response = await client.get(f"/api/empresas/nossa/conversas/{conversa_id}", headers=dict(atendente))
    assert response.status_code == 422


async def test_conversations_are_filtered_by_who_attends(
    client: httpx.AsyncClient, world: World, atendente: Headers
) -> None:
    url = "/api/empresas/nossa/conversas"
    for who, count in (("bot", 1), ("pessoa", 0)):
        response = await client.get(url, params={"atendido_por": who}, headers=dict(atendente))
        assert len(response.json()["items"]) == count


async def test_reservations_come_latest_first_and_are_filtered_by_day_and_status(
    client: httpx.AsyncClient, container: Container, world: World, atendente: Headers
) -> None:
    async with container.db.system_scope() as session:
        for n, status in enumerate(("confirmada", "cancelada", "pendente"), start=2):
            session.add(
                Reserva(
                    empresa_id=world.ours.id,
                    codigo=f"R{n}",
                    nome="Ana",
                    data=(START + timedelta(days=n)).date(),
                    horario=START.time(),
                    pessoas=2,
                    status=status,
                )
            )
            await session.flush()
    url = "/api/empresas/nossa/reservas"
    assert [[r["codigo"] for r in page] for page in await pages(client, url, atendente, limit=3)] == [
        ["R4", "R3", "R2"],
        ["R1"],
    ]
    [only] = (await client.get(url, params={"status": "cancelada"}, headers=dict(atendente))).json()["items"]
    assert (only["codigo"], only["data"], only["horario"], only["pessoas"]) == ("R3", "2026-03-04", "12:00:00", 2)
    spring = {"desde": "2026-03-03", "ate": "2026-03-04"}
    within = (await client.get(url, params=spring, headers=dict(atendente))).json()["items"]
    assert [r["codigo"] for r in within] == ["R3", "R2"]


async def test_logs_are_filtered_by_severity_period_and_empresa(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers, atendente: Headers
) -> None:
    async with container.db.system_scope() as session:
        for n, nivel in enumerate(("INFO", "WARNING", "ERROR", "CRITICAL")):
            at = START + timedelta(hours=n)
            session.add(Log(nivel=nivel, empresa_id=world.ours.id, code=f"c{n}", mensagem="m", created_at=at))
        session.add(Log(nivel="ERROR", empresa_id=None, code="sistema", mensagem="m", created_at=START))

    async def codes(headers: Headers, **params: str) -> list[str]:
        query = {"desde": "2026-03-01", "ate": "2026-03-01", **params}
        response = await client.get("/api/logs", params=query, headers=dict(headers))
        assert response.status_code == 200, response.text
        return [item["code"] for item in response.json()["items"]]

    assert await codes(atendente) == ["c3", "c2", "c1", "c0"]
    assert await codes(atendente, nivel="ERROR") == ["c3", "c2"]
    assert await codes(superuser, nivel="WARNING") == ["c3", "c2", "c1", "sistema"]
    assert await codes(superuser, empresa="nossa", nivel="CRITICAL") == ["c3"]
    half_open = {"desde": "2026-03-01T13:00:00Z", "ate": "2026-03-01T15:00:00Z"}
    assert await codes(atendente, **half_open) == ["c2", "c1"]
    assert await codes(atendente, desde="2026-03-01T13:00:00+00:00", ate="2026-03-02") == ["c3", "c2", "c1"]
    [newest] = (await client.get("/api/logs", params={"limit": 1}, headers=dict(atendente))).json()["items"]
    assert (newest["empresa"], newest["empresa_nome"]) == ("nossa", "Empresa nossa")


@pytest.mark.parametrize(
    "params",
    [{"desde": "ontem"}, {"ate": "2026-13-01"}, {"desde": "2026-02-02", "ate": "2026-01-01"}, {"nivel": "DEBUG"}],
)
async def test_a_period_or_severity_that_is_not_one_is_a_422(
    client: httpx.AsyncClient, atendente: Headers, params: dict[str, str]
) -> None:
    assert (await client.get("/api/logs", params=params, headers=dict(atendente))).status_code == 422
