"""Every way a provider fails, on the running product: the customer hears one thing, once, and people can see why."""

import pytest

from config import SIMULATOR_OPENAI_KEY, SIMULATOR_TWILIO_SID, SIMULATOR_TWILIO_TOKEN
from models import Log, Turno
from services.attendant import FALLBACK_SENTENCE
from tests.stage import Live

QUESTION = "Onde fica?"
ACCOUNT = {"sid": SIMULATOR_TWILIO_SID, "auth_token": SIMULATOR_TWILIO_TOKEN}
SEND = {"method": "POST", "path_contains": "/Messages.json"}
LIST = {"method": "GET", "path_contains": "/Messages.json"}


async def _codes(live: Live) -> list[str]:
    return [log.code for log in await live.rows(Log, Log.nivel.in_(("WARNING", "ERROR")))]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "retry_after": 0.1},
        {"kind": "status", "status": 500},
        {"kind": "reset"},
        {"kind": "malformed"},
        {"kind": "empty"},
        {"kind": "hang", "seconds": 3},
    ],
    ids=["429", "500", "reset", "malformed", "empty body", "hang"],
)
async def test_model_that_stumbles_once_still_answers(live: Live, fault: dict[str, object]) -> None:
    await live.sim.fault("openai", path_contains="/responses", **fault)  # type: ignore[arg-type]
    await live.say("pizzaria", QUESTION)
    [reply] = await live.wait_replies("pizzaria")
    assert "Rua das Flores" in reply


@pytest.mark.parametrize("status", [429, 500])
async def test_model_that_fails_for_good_gets_the_fallback_sentence(live: Live, status: int) -> None:
    await live.sim.fault("openai", "status", status=status, path_contains="/responses", times=-1)
    await live.say("pizzaria", QUESTION)
    assert await live.wait_replies("pizzaria", seconds=20) == [FALLBACK_SENTENCE]
    assert await _codes(live) == ["modelo_sem_resposta"]
    [turno] = await live.rows(Turno)
    assert (turno.estado, turno.erro) == ("done", "modelo_sem_resposta")


async def test_fallback_sentence_is_the_empresas_own_when_it_has_one(live: Live) -> None:
    await live.change("pizzaria", mensagem_falha="Já chamo alguém da casa.")
    await live.sim.control("POST", "/openai/script", reply="", times=-1)
    await live.say("pizzaria", QUESTION)
    assert await live.wait_replies("pizzaria") == ["Já chamo alguém da casa."]


async def test_vanished_model_is_replaced_by_the_fallback(live: Live) -> None:
    await live.sim.control("DELETE", "/openai/models/gpt-4o")
    await live.say("pizzaria", QUESTION)
    await live.wait_replies("pizzaria")
    [turno] = await live.rows(Turno)
    assert turno.modelo == "gpt-6-luna"
    assert await _codes(live) == ["modelo_trocado"]


async def test_refused_openai_key_is_named_in_the_log(live: Live) -> None:
    await live.sim.control("DELETE", "/openai/keys", key=SIMULATOR_OPENAI_KEY)
    await live.say("pizzaria", QUESTION)
    assert await live.wait_replies("pizzaria") == [FALLBACK_SENTENCE]
    assert await _codes(live) == ["openai_credencial"]


@pytest.mark.parametrize("status", [429, 503])
async def test_twilio_busy_or_failing_once_sends_once(live: Live, status: int) -> None:
    await live.sim.fault("twilio", "status", status=status, **SEND)
    await live.say("pizzaria", QUESTION)
    await live.wait_replies("pizzaria", seconds=15)
    [parte] = await live.partes()
    assert parte.estado in ("sent", "delivered")


@pytest.mark.parametrize("callbacks", [True, False], ids=["callback proves it", "only the list knows"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset"},
        {"kind": "malformed"},
        {"kind": "status", "status": 500},
        {"kind": "hang", "seconds": 3},
    ],
    ids=["reset", "malformed", "500", "hang"],
)
async def test_send_performed_without_an_answer_is_not_repeated(
    live: Live, fault: dict[str, object], callbacks: bool
) -> None:
    await live.sim.control("POST", "/twilio/settings", callbacks=callbacks, list_lag_seconds=0 if callbacks else 0.5)
    await live.sim.fault("twilio", after_perform=True, **SEND, **fault)  # type: ignore[arg-type]
    await live.say("pizzaria", QUESTION)
    await live.wait_replies("pizzaria", seconds=15)
    [parte] = await live.partes()
    assert parte.estado in ("sent", "delivered")
    assert parte.message_sid is not None


@pytest.mark.parametrize("kind", ["reset", "hang"])
async def test_send_that_never_happened_is_sent_again_after_two_looks(live: Live, kind: str) -> None:
    await live.sim.fault("twilio", kind, seconds=3, **SEND)
    await live.say("pizzaria", QUESTION)
    await live.wait_replies("pizzaria", seconds=15)
    assert len(await live.sim.requests("twilio", "/Messages.json")) >= 4


async def test_equal_replies_in_consecutive_turns_are_both_sent(live: Live) -> None:
    await live.sim.control("POST", "/openai/script", reply="Resposta igual.", times=-1)
    await live.say("pizzaria", "um")
    await live.wait_replies("pizzaria", 1)
    await live.sim.fault("twilio", "reset", **SEND)
    await live.say("pizzaria", "dois")
    await live.wait_replies("pizzaria", 2, seconds=15)
    sids = [parte.message_sid for parte in await live.partes()]
    assert len(set(sids)) == 2


async def test_uncertain_send_without_a_list_is_parked_and_the_conversation_goes_on(live: Live) -> None:
    await live.sim.control("POST", "/twilio/settings", callbacks=False)
    await live.sim.fault("twilio", "reset", after_perform=True, **SEND)
    await live.sim.fault("twilio", "status", status=500, times=-1, **LIST)
    await live.say("pizzaria", QUESTION)
    await live.settled(seconds=30)
    assert [parte.estado for parte in await live.partes()] == ["parked"]
    assert (await _codes(live))[-2:] == ["envio_parado", "turno_parado_envio"]
    await live.sim.no_faults()
    await live.say("pizzaria", "E quanto custa a margherita?")
    assert "52,00" in (await live.wait_replies("pizzaria", 2))[1]


async def _retry(live: Live) -> bool:
    conversa = await live.conversa("pizzaria")
    return await live.container.parked.retry(empresa_id=conversa.empresa_id, conversa_id=conversa.id)


async def test_parked_doubt_is_settled_by_a_retry_without_sending_twice(live: Live) -> None:
    await live.sim.control("POST", "/twilio/settings", callbacks=False)
    await live.sim.fault("twilio", "reset", after_perform=True, **SEND)
    await live.sim.fault("twilio", "status", status=500, times=-1, **LIST)
    await live.say("pizzaria", QUESTION)
    await live.settled(seconds=30)
    await live.sim.no_faults()
    assert await _retry(live)
    await live.wait_replies("pizzaria", 1)
    assert [parte.estado for parte in await live.partes()] == ["sent"]
    assert not await _retry(live)


async def test_reply_parked_while_twilio_was_busy_is_sent_by_a_retry(live: Live) -> None:
    await live.sim.fault("twilio", "status", status=429, times=-1, **SEND)
    await live.say("pizzaria", QUESTION)
    await live.settled(seconds=30)
    assert [parte.erro for parte in await live.partes()] == ["twilio_indisponivel"]
    assert await live.replies("pizzaria") == []
    await live.sim.no_faults()
    assert await _retry(live)
    await live.wait_replies("pizzaria", 1)


async def test_refused_recipient_fails_visibly_and_is_not_retried(live: Live) -> None:
    await live.sim.control("POST", "/twilio/accounts", **ACCOUNT, senders=["whatsapp:+14155550100"])
    await live.say("pizzaria", QUESTION)
    await live.settled()
    [parte] = await live.partes()
    assert (parte.estado, parte.erro) == ("failed", "63007")
    assert await _codes(live) == ["envio_recusado"]
    assert len(await live.sim.requests("twilio", "/Messages.json")) == 1


async def test_bubbles_after_one_that_failed_are_not_sent(live: Live) -> None:
    await live.change("pizzaria", mensagem_quebrada=True)
    text = "\n\n".join(f"Parágrafo {n} com o texto necessário para ser uma bolha de verdade aqui." for n in range(3))
    await live.sim.control("POST", "/openai/script", reply=text, times=1)
    await live.sim.fault("twilio", "status", status=400, body_contains="1+com", **SEND)
    await live.say("pizzaria", QUESTION)
    await live.settled()
    assert [parte.estado for parte in await live.partes()][1:] == ["failed", "cancelled"]
    assert len(await live.replies("pizzaria")) == 1


async def test_one_empresa_with_a_hanging_model_does_not_delay_another(live: Live) -> None:
    await live.change("mercado", openai_model="gpt-4o-mini")
    await live.sim.fault("openai", "hang", seconds=20, body_contains="Pizzaria da Vila", times=-1)
    for number in range(20):
        await live.say("pizzaria", QUESTION, contact=f"whatsapp:+55119{number:08d}")
    await live.say("mercado", QUESTION)
    await live.wait_replies_of("mercado", 1, seconds=3)


async def test_media_from_a_foreign_host_is_never_fetched(live: Live) -> None:
    await live.say("pizzaria", QUESTION, extra={"NumMedia": "1", "MediaUrl0": "http://169.254.169.254/x"})
    await live.settled()
    assert "midia_nao_obtida" in await _codes(live)
