"""Reservations in the panel's API: made, changed, forced and marked by people, with a record of it."""

# ruff: noqa: F401, F811 (pytest finds fixtures by the names imported here)

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from container import Container
from models import Auditoria, Empresa, Reserva
from tests.panel_fixtures import Headers, app, atendente, client, gestor, superuser, world
from tests.panel_world import World, bearer
from tests.stage import until

DAY = (datetime.now(UTC) + timedelta(days=5)).date()
WEEK = {key: [["18:00", "23:00"]] for key in ("seg", "ter", "qua", "qui", "sex", "sab", "dom")}
BODY = {"nome": "Caio", "data": DAY.isoformat(), "horario": "20:00", "pessoas": 4, "telefone": "+5511977776666"}


@pytest.fixture
async def api(client: httpx.AsyncClient, container: Container, world: World, atendente: Headers) -> httpx.AsyncClient:
    """Asked as an atendente of an empresa with six seats."""
    async with container.db.system_scope() as session:
        await session.execute(
            update(Empresa).where(Empresa.id == world.ours.id).values(horarios=WEEK, capacidade=6, duracao_minutos=90)
        )
    client.headers.update(dict(atendente))
    return client


async def call(api: httpx.AsyncClient, method: str, path: str = "", **options: Any) -> tuple[int, Any]:
    answer = await api.request(method, f"/api/empresas/nossa/reservas{path}", **options)
    return answer.status_code, answer.json()


async def test_a_reservation_is_made_listed_and_free_times_follow(api: httpx.AsyncClient) -> None:
    status, made = await call(api, "POST", json=BODY)
    assert (status, made["status"], made["origem"], made["planilha_estado"]) == (201, "confirmada", "painel", None)
    _, listed = await call(api, "GET", params={"data": DAY.isoformat()})
    assert [item["codigo"] for item in listed["items"]] == [made["codigo"]]
    free = (await api.get("/api/empresas/nossa/disponibilidade", params={"data": DAY.isoformat(), "pessoas": 3})).json()
    times = {each["horario"]: (each["livres"], each["cabe"]) for each in free["horarios"]}
    assert (free["aberto"], free["motivo"]) == (True, None)
    assert times["20:00:00"] == (2, False)
    assert times["21:30:00"] == (6, True)


async def test_what_does_not_fit_is_a_conflict_with_other_times_unless_forced(
    api: httpx.AsyncClient, container: Container, world: World
) -> None:
    await call(api, "POST", json=BODY)
    status, refused = await call(api, "POST", json=BODY)
    assert (status, refused["code"]) == (409, "sem_vagas")
    assert "Ainda há lugar em" in refused["detail"]
    status, forced = await call(api, "POST", json={**BODY, "forcar": True})
    assert status == 201
    async with container.db.system_scope() as session:
        query = select(Auditoria).where(Auditoria.alvo_tipo == "reserva").order_by(Auditoria.id.desc()).limit(1)
        record = (await session.scalars(query)).one()
    assert (record.acao, record.alvo_id, record.usuario_id) == (
        "reserva_criada", str(forced["id"]), world.ours.atendente_id,
    )  # fmt: skip
    assert record.mudancas["forcar"] == {"para": True}
    assert record.mudancas["pessoas"] == {"de": None, "para": 4}


async def test_changing_marks_and_cancels(api: httpx.AsyncClient, container: Container, world: World) -> None:
    _, made = await call(api, "POST", json=BODY)
    path = f"/{made['id']}"
    status, changed = await call(
        api, "PATCH", path, json={"horario": "21:00", "pessoas": 6, "nome": "Caio Sá", "telefone": None}
    )
    assert (status, changed["horario"], changed["pessoas"]) == (200, "21:00:00", 6)
    assert (changed["nome"], changed["telefone"], changed["codigo"]) == ("Caio Sá", None, made["codigo"])
    assert await call(api, "PATCH", path, json={}) == (200, changed)
    assert (await call(api, "PATCH", path, json={"pessoas": 7}))[1]["code"] == "sem_vagas"
    assert (await call(api, "PATCH", path, json={"pessoas": 7, "forcar": True}))[0] == 200
    assert (await call(api, "PATCH", path, json={"status": "nao_compareceu"}))[1]["code"] == "ainda_nao"
    assert (await call(api, "PATCH", path, json={"status": "cancelada"}))[1]["status"] == "cancelada"
    assert (await call(api, "PATCH", path, json={"pessoas": 2}))[1]["code"] == "ja_cancelada"
    _, other = await call(api, "POST", json=BODY)
    assert (await call(api, "PATCH", path, json={"status": "confirmada"}))[1]["code"] == "sem_vagas"
    status, revived = await call(api, "PATCH", path, json={"status": "confirmada", "horario": "18:00", "pessoas": 2})
    assert (status, revived["status"], revived["horario"]) == (200, "confirmada", "18:00:00")
    async with container.db.system_scope() as session:
        await session.execute(update(Reserva).where(Reserva.id == other["id"]).values(data=date(2026, 1, 2)))
    _, gone = await call(api, "PATCH", f"/{other['id']}", json={"status": "nao_compareceu"})
    assert gone["status"] == "nao_compareceu"
    async with container.db.system_scope() as session:
        records = await session.scalars(select(Auditoria.mudancas).where(Auditoria.alvo_id == str(made["id"])))
        changes = list(records)
    assert changes[1]["horario"] == {"de": "20:00:00", "para": "21:00:00"}
    assert changes[-2]["status"] == {"de": "confirmada", "para": "cancelada"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"pessoas": 0}, 422),
        ({"nome": " "}, 422),
        ({"nome": "a\x00"}, 422),
        ({"data": "2026-02-30"}, 422),
        ({"data": "9999-12-31"}, 422),
        ({"data": "0001-01-01", "forcar": True}, 422),
        ({"cliente_id": 999_999}, 404),
        ({"codigo": "R-1"}, 422),
        ({"data": "2026-01-02"}, 409),
        ({"horario": "10:00"}, 409),
    ],
)
async def test_bodies_that_make_no_sense(api: httpx.AsyncClient, change: dict[str, Any], status: int) -> None:
    assert (await call(api, "POST", json={**BODY, **change}))[0] == status


async def test_foreign_reservations_and_customers_do_not_exist(api: httpx.AsyncClient, world: World) -> None:
    assert (await call(api, "PATCH", f"/{world.theirs.reserva_id}", json={"pessoas": 2}))[0] == 404
    assert (await call(api, "POST", json={**BODY, "cliente_id": world.theirs.cliente_id}))[0] == 404
    assert (await call(api, "POST", json={**BODY, "cliente_id": world.ours.cliente_id}))[0] == 201


async def test_a_day_far_away_or_of_the_past_has_no_free_times(api: httpx.AsyncClient) -> None:
    for day, reason in (("2026-01-02", "passado"), ("9999-12-31", "longe_demais"), ("0001-01-01", "passado")):
        answer = await api.get("/api/empresas/nossa/disponibilidade", params={"data": day})
        assert (answer.status_code, answer.json()["motivo"]) == (200, reason)
