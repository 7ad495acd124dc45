"""Staff write to customers, take conversations over and give them back, through the API over the running product."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from models import Auditoria, Conversa, Mensagem
from tests.outgoing.test_outbox import TEMPLATE, ended, opened, said
from tests.outgoing.test_window import close_window, set_conversa
from tests.panel_world import add_usuario, bearer
from tests.stage import Live


class Staff:
    """An atendente of the empresa, logged in."""

    def __init__(self, live: Live, conversa: Conversa, usuario_id: int, headers: Mapping[str, str]) -> None:
        self.live, self.conversa, self.usuario_id = live, conversa, usuario_id
        self.base = f"/api/empresas/pizzaria/conversas/{conversa.id}"
        self.http = httpx.AsyncClient(base_url=live.url, headers=dict(headers), timeout=20)

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.http.post(f"{self.base}/{path}", json=body or None)


@pytest.fixture
async def staff(live: Live) -> Any:
    conversa = await opened(live)
    async with live.container.db.system_scope() as session:
        usuario = await add_usuario(
            session, "atendente@pizzaria.com.br", papel="atendente", empresa_id=conversa.empresa_id
        )
    someone = Staff(live, conversa, usuario.id, await bearer(live.container, usuario.id))
    yield someone
    await someone.http.aclose()


async def test_written_text_reaches_the_customer_and_makes_the_person_the_voice(staff: Staff) -> None:
    answer = await staff.post("mensagens", texto="Oi, aqui é o João.")
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["autor"], shown["texto"], shown["status"]) == ("pessoa", "Oi, aqui é o João.", "prepared")
    await ended(staff.live)
    assert await said(staff.live) == ["Oi, aqui é o João."]
    conversa = await staff.live.conversa("pizzaria")
    assert (conversa.atendido_por, conversa.responsavel_id) == ("pessoa", staff.usuario_id)
    assert [row.acao for row in await staff.live.rows(Auditoria)] == ["conversa_assumida", "mensagem_enviada"]
    await staff.live.say("pizzaria", "Obrigada!")
    await staff.live.settled()
    assert await said(staff.live) == ["Oi, aqui é o João."]


async def test_repeated_request_with_the_same_key_sends_once(staff: Staff) -> None:
    answers = await asyncio.gather(*(staff.post("mensagens", texto="Só uma.", chave="3f0c6f9e") for _ in range(3)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    await ended(staff.live)
    assert await said(staff.live) == ["Só uma."]


async def test_giving_back_is_taken_by_the_next_message(staff: Staff) -> None:
    taken = (await staff.post("assumir")).json()
    assert (taken["atendido_por"], taken["responsavel_id"], taken["em_envio"]) == ("pessoa", staff.usuario_id, 0)
    await staff.live.say("pizzaria", "Tem alguém aí?")
    await staff.live.settled()
    assert (await staff.post("devolver")).json()["atendido_por"] == "bot"
    await staff.live.settled()
    assert await said(staff.live) == []
    await staff.live.say("pizzaria", "Onde fica?")
    await staff.live.wait_replies("pizzaria", 2)
    assert [row.acao for row in await staff.live.rows(Auditoria)] == ["conversa_assumida", "conversa_devolvida"]


async def test_closed_window_takes_an_approved_template_only(staff: Staff) -> None:
    live = staff.live
    made = (await live.sim.control("POST", "/twilio/contents", **TEMPLATE)).json()
    pending = (await live.sim.control("POST", "/twilio/contents", **TEMPLATE, situacao="pending")).json()
    await close_window(live, staff.conversa)
    refused = await staff.post("mensagens", texto="Oi?")
    assert (refused.status_code, refused.json()["code"]) == (409, "janela_fechada")
    assert (await live.conversa("pizzaria")).atendido_por == "bot"
    listed = (await staff.http.get("/api/empresas/pizzaria/modelos")).json()["items"]
    assert {each["content_sid"]: each["situacao"] for each in listed} == {
        made["sid"]: "approved",
        pending["sid"]: "pending",
    }
    assert listed[0]["variaveis"] == ["1"]
    for body in (
        {"content_sid": made["sid"]},
        {"content_sid": made["sid"], "variaveis": {"1": "Ana", "9": "x"}},
        {"content_sid": pending["sid"], "variaveis": {"1": "Ana"}},
        {"content_sid": "HX" + "0" * 32},
        {"content_sid": made["sid"], "texto": "os dois"},
        {},
    ):
        assert (await staff.http.post(f"{staff.base}/mensagens", json=body)).status_code == 422
    sent = await staff.post("mensagens", content_sid=made["sid"], variaveis={"1": "Ana"})
    assert sent.json()["texto"] == "Oi, Ana, até logo."
    await ended(live)
    assert await said(live) == ["Oi, Ana, até logo."]


async def test_nothing_is_sent_after_an_opt_out_template_or_not(staff: Staff) -> None:
    made = (await staff.live.sim.control("POST", "/twilio/contents", **TEMPLATE)).json()
    await set_conversa(staff.live, staff.conversa, optout_em=staff.live.container.clock.now() - timedelta(minutes=1))
    for body in ({"texto": "Oi?"}, {"content_sid": made["sid"], "variaveis": {"1": "Ana"}}):
        refused = await staff.http.post(f"{staff.base}/mensagens", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "cliente_saiu")
    assert await staff.live.rows(Mensagem, Mensagem.autor == "pessoa") == []


async def test_content_api_that_is_down_is_said_and_nothing_is_sent(staff: Staff) -> None:
    await staff.live.sim.fault("twilio", "status", status=503, times=-1, path_contains="/v1/ContentAndApprovals")
    answer = await staff.http.get("/api/empresas/pizzaria/modelos")
    assert (answer.status_code, answer.json()["code"]) == (503, "provedor_falhou")
