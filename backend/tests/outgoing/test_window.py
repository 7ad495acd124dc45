"""The closed 24-hour window, Twilio's error numbers, opt-outs and people who take over, on the running product."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from config import SIMULATOR_TWILIO_SID, SIMULATOR_TWILIO_TOKEN
from models import Conversa, Log, Mensagem, Parte, Turno
from services.handoff import give_back, lock_conversa, take_over
from services.twilio_codes import code_of, explain, sentence
from tests.outgoing.test_outbox import SEND, TEMPLATE, ended, loose, opened, queue, said
from tests.stage import ANA, Live, until

ACCOUNT = {"sid": SIMULATOR_TWILIO_SID, "auth_token": SIMULATOR_TWILIO_TOKEN}


async def close_window(live: Live, conversa: Conversa) -> None:
    """A day and an hour pass, here and at Twilio."""
    await set_conversa(live, conversa, ultima_entrada_em=live.container.clock.now() - timedelta(hours=25))
    await live.sim.control("POST", "/twilio/window", sender=live.number("pizzaria"), contact=ANA, open=False)


async def set_conversa(live: Live, conversa: Conversa, **values: Any) -> None:
    async with live.container.db.tenant(conversa.empresa_id) as session:
        await session.execute(update(Conversa).where(Conversa.id == conversa.id).values(**values))


async def codes(live: Live) -> list[str]:
    return [log.code for log in await live.rows(Log, Log.nivel.in_(("WARNING", "ERROR")))]


async def template_for_closed_window(live: Live) -> str:
    content = (await live.sim.control("POST", "/twilio/contents", **TEMPLATE)).json()
    await live.change("pizzaria", janela_content_sid=content["sid"])
    sid: str = content["sid"]
    return sid


async def test_closed_window_without_a_template_fails_visibly_and_asks_nothing_of_twilio(live: Live) -> None:
    conversa = await opened(live)
    await close_window(live, conversa)
    before = len(await live.sim.requests("twilio", "/Messages.json"))
    await queue(live, conversa, "Tarde demais.")
    assert [(parte.estado, parte.erro) for parte in await ended(live)] == [("failed", "63016")]
    assert len(await live.sim.requests("twilio", "/Messages.json")) == before
    [record] = await live.rows(Log, Log.nivel == "ERROR")
    assert record.code == "envio_recusado"
    assert "24 horas" in record.mensagem


async def test_closed_window_sends_the_template_once_and_the_texts_when_the_customer_writes(live: Live) -> None:
    conversa = await opened(live)
    await template_for_closed_window(live)
    await close_window(live, conversa)
    await queue(live, conversa, "Sua reserva está confirmada.", "Até sábado.")
    await live.wait_replies_of("pizzaria", 2)

    async def waiting() -> bool:
        return [(parte.estado, parte.erro) for parte in await loose(live)][:2] == [("prepared", "aguarda_cliente")] * 2

    await until(waiting, "both texts to wait")
    assert await said(live) == ["Oi, Fulano, até logo."]
    await live.sim.control("POST", "/openai/script", reply="Resposta do atendente.", times=-1)
    await live.say("pizzaria", "Oi, sou eu.")
    await live.wait_replies_of("pizzaria", 5)
    texts = await said(live)
    assert [text for text in texts if text != "Resposta do atendente."] == [
        "Oi, Fulano, até logo.",
        "Sua reserva está confirmada.",
        "Até sábado.",
    ]
    assert texts.count("Resposta do atendente.") == 1


async def test_text_that_waited_a_day_is_dropped_visibly(live: Live) -> None:
    conversa = await opened(live)
    await template_for_closed_window(live)
    await close_window(live, conversa)
    [mensagem] = await queue(live, conversa, "Sua mesa está pronta.")
    await live.wait_replies_of("pizzaria", 2)
    async with live.container.db.tenant(conversa.empresa_id) as session:
        yesterday = live.container.clock.now() - timedelta(hours=25)
        await session.execute(update(Parte).where(Parte.mensagem_id == mensagem.id).values(created_at=yesterday))
    live.container.outbox._expire_next = 0.0
    assert [(parte.estado, parte.erro) for parte in await ended(live)][0] == ("cancelled", "janela_expirou")
    assert "mensagem_expirada" in await codes(live)


async def test_late_reply_of_a_turn_waits_for_the_customer_too(live: Live) -> None:
    await opened(live)
    await template_for_closed_window(live)
    await live.change("pizzaria", horas_para_responder=48)
    await live.sim.control("POST", "/openai/settings", latency_seconds=0.6)
    await live.sim.control("POST", "/openai/script", reply="Resposta tardia.", times=1)
    await live.say("pizzaria", "E amanhã?")

    async def thinking() -> bool:
        return bool(await live.rows(Turno, Turno.estado == "thinking"))

    await until(thinking, "the model to be asked")
    await close_window(live, await live.conversa("pizzaria"))
    await live.wait_replies_of("pizzaria", 2)
    await live.settled()
    assert await said(live) == ["Oi, Fulano, até logo."]
    await live.sim.control("POST", "/openai/settings", latency_seconds=0)
    await live.say("pizzaria", "Voltei.")
    await live.wait_replies_of("pizzaria", 4)
    assert (await said(live)).count("Resposta tardia.") == 1


async def test_twilio_that_finds_the_window_closed_leads_to_the_same(live: Live) -> None:
    conversa = await opened(live)
    await template_for_closed_window(live)
    await live.sim.control("POST", "/twilio/window", sender=live.number("pizzaria"), contact=ANA, open=False)
    await queue(live, conversa, "Chega só depois.")

    async def refused() -> bool:
        return any(parte.estado == "failed" and parte.erro == "63016" for parte in await loose(live))

    await until(refused, "the refusal to come back")
    assert [parte.erro for parte in await loose(live) if parte.estado == "prepared"] == ["aguarda_cliente"]
    await live.say("pizzaria", "Oi.")

    async def arrived() -> bool:
        return "delivered" in [parte.estado for parte in await loose(live) if parte.content_sid is None]

    await until(arrived, "the text to arrive after all")
    assert (await said(live)).count("Chega só depois.") == 2  # the one that failed, and the one that arrived


async def test_opt_out_stops_the_bot_but_not_a_fact_while_a_person_attends(live: Live) -> None:
    conversa = await opened(live)
    await set_conversa(live, conversa, atendido_por="pessoa")
    await queue(live, conversa, "Reserva confirmada.")
    await ended(live)
    assert await said(live) == ["Reserva confirmada."]
    await set_conversa(live, conversa, optout_em=live.container.clock.now())
    await queue(live, conversa, "Nunca mais.")
    assert [(parte.estado, parte.erro) for parte in await ended(live)][1] == ("cancelled", "cliente_saiu")
    assert await said(live) == ["Reserva confirmada."]


@pytest.mark.parametrize(
    ("code", "column"),
    [(63014, "optout_em"), (21610, "optout_em"), (63024, "contato_invalido_em"), (21211, "contato_invalido_em")],
)
async def test_failed_status_marks_the_conversation(live: Live, code: int, column: str) -> None:
    conversa = await opened(live)
    await live.sim.control("POST", "/twilio/fail-next", error_code=code, status="undelivered")
    await queue(live, conversa, "Alguém aí?")

    async def marked() -> bool:
        return getattr(await live.conversa("pizzaria"), column) is not None

    await until(marked, "the conversation to be marked")
    await queue(live, conversa, "E agora?")
    parts = await ended(live)
    assert parts[0].erro == str(code)
    assert parts[1].estado == "cancelled"
    [record] = await live.rows(Log, Log.code == "mensagem_nao_entregue")
    assert str(sentence(str(code))) in record.mensagem


async def test_rate_limited_message_goes_once_more_and_no_more(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.refusals.SLOWER", timedelta(seconds=0.5))
    conversa = await opened(live)
    await live.sim.control("POST", "/twilio/fail-next", error_code=63018, times=2)
    await queue(live, conversa, "Devagar.")

    async def both() -> bool:
        return [parte.estado for parte in await loose(live)] == ["failed", "failed"]

    await until(both, "the message to fail twice")
    assert len(await loose(live)) == 2


async def test_wrong_sender_alerts_by_name_and_leaves_twilio_alone(live: Live) -> None:
    conversa = await opened(live)
    before = len(await live.sim.requests("twilio", "/Messages.json"))
    await live.sim.control("POST", "/twilio/accounts", **ACCOUNT, senders=["whatsapp:+14155550100"])
    await queue(live, conversa, "Um.")
    assert [(parte.estado, parte.erro) for parte in await ended(live)] == [("failed", "63007")]
    [record] = await live.rows(Log, Log.nivel == "ERROR")
    assert "Pizzaria da Vila" in record.mensagem
    assert "Configuração" in record.mensagem
    assert live.container.circuits.is_open(conversa.empresa_id, "twilio")
    assert len(await live.sim.requests("twilio", "/Messages.json")) == before + 1


async def test_takeover_ends_the_turn_and_giving_back_answers_only_what_follows(live: Live) -> None:
    conversa = await opened(live)
    await live.sim.control("POST", "/openai/settings", latency_seconds=0.7)
    await live.say("pizzaria", "E amanhã?")

    async def thinking() -> bool:
        return bool(await live.rows(Turno, Turno.estado == "thinking"))

    await until(thinking, "the model to be asked")
    await live.say("pizzaria", "Mais uma coisa.")
    async with live.container.db.tenant(conversa.empresa_id) as session:
        now = live.container.clock.now()
        assert (
            await take_over(session, None, await lock_conversa(session, conversa.empresa_id, conversa.id), now=now) == 0
        )
    async with live.container.db.tenant(conversa.empresa_id) as session:
        await give_back(session, None, await lock_conversa(session, conversa.empresa_id, conversa.id))
    await live.settled()
    assert await said(live) == []
    await live.sim.control("POST", "/openai/settings", latency_seconds=0)
    await live.say("pizzaria", "Onde fica?")
    await live.wait_replies_of("pizzaria", 2)
    assert len(await said(live)) == 1
    left = await live.rows(Mensagem, Mensagem.motivo == "pessoa_atendendo")
    assert [mensagem.texto for mensagem in left] == ["Mais uma coisa."]


def test_every_code_of_the_table_has_words_and_an_action() -> None:
    table = {
        "63016": "usar_modelo", "63018": "recuar", "63013": "nao_repetir", "63014": "marcar_saida",
        "63021": "nao_repetir", "63024": "marcar_invalido", "63007": "alerta_configuracao", "63015": "alerta",
        "63038": "alerta", "21610": "marcar_saida", "21211": "marcar_invalido", "21608": "alerta",
        "21658": "nao_repetir", "20003": "alerta_configuracao", "20429": "recuar",
    }  # fmt: skip
    for code, acao in table.items():
        meaning = explain(code)
        assert meaning is not None
        assert (meaning.acao, meaning.frase[-1]) == (acao, ".")
    assert explain("twilio_credencial_20003") == explain("20003")
    assert (code_of("envio_incerto"), explain("99999")) == (None, None)
    assert "99999" in str(sentence("99999"))


async def test_refused_part_says_why_in_the_api(live: Live) -> None:
    from services.inbox import read_conversa

    conversa = await opened(live)
    await live.sim.fault("twilio", "status", status=400, **SEND)
    await queue(live, conversa, "Não vai.")
    await ended(live)
    async with live.container.db.tenant(conversa.empresa_id) as session:
        detail = await read_conversa(session, conversa.empresa_id, conversa.id, limit=50, cursor=None)
    assert detail.mensagens[-1].status == "failed"
    assert detail.mensagens[-1].erro_texto
