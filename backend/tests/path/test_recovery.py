"""What dies is continued: an emptied Redis, a cut Redis or PostgreSQL, a worker that vanishes, a graceful stop."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from config import Settings
from container import Container
from models import Log, Turno
from services.message_buffer import Kind
from services.tuning import Tuning
from tests.cable import Cable
from tests.stage import Live, Simulators, serve, until

QUESTION = "Onde fica?"


@pytest.fixture
async def redis_cable(server_urls: tuple[str, str]) -> AsyncIterator[Cable]:
    async with Cable(server_urls[1], 6379) as cable:
        yield cable


@pytest.fixture
async def database_cable(database_url: str) -> AsyncIterator[Cable]:
    async with Cable(database_url, 5432) as cable:
        yield cable


@pytest.fixture
async def cabled(
    clean: None, settings: Settings, tuning: Tuning, sim: Simulators, redis_cable: Cable, database_cable: Cable
) -> AsyncIterator[Live]:
    """The application reached through the two cables."""
    wired = settings.model_copy(update={"redis_url": redis_cable.url, "database_url": database_cable.url})
    async with serve(wired, tuning=tuning) as container:
        stage = Live(settings=wired, container=container, sim=sim)
        await stage.add_empresa("pizzaria", nome="Pizzaria da Vila", numero="+551140000001")
        yield stage


async def _thinking(live: Live) -> None:
    async def seen() -> bool:
        return bool(await live.rows(Turno, Turno.estado == "thinking"))

    await until(seen, "the model to be asked")


async def test_redis_emptied_inside_the_window_loses_nothing(live: Live) -> None:
    await live.say("pizzaria", QUESTION)
    await live.say("pizzaria", "Quanto custa a margherita?")
    await live.container.redis.flushdb()
    [reply] = await live.wait_replies("pizzaria", 1)
    assert "Rua das Flores" in reply
    assert "52,00" in reply


async def test_redis_emptied_while_the_model_thinks_still_gives_one_reply(live: Live) -> None:
    await live.sim.control("POST", "/openai/settings", latency_seconds=0.8)
    await live.say("pizzaria", QUESTION)
    await _thinking(live)
    await live.container.redis.flushdb()
    await live.wait_replies("pizzaria", 1)


async def test_message_that_comes_without_redis_is_stored_and_answered_when_it_is_back(
    cabled: Live, redis_cable: Cable
) -> None:
    redis_cable.cut()
    assert (await cabled.say("pizzaria", QUESTION))["status_code"] == 200
    async with httpx.AsyncClient() as http:
        ready = await http.get(f"{cabled.url}/ready")
        alive = await http.get(f"{cabled.url}/health")
    assert (ready.status_code, alive.status_code) == (503, 200)
    redis_cable.mend()
    await cabled.wait_replies("pizzaria", 1)


async def test_message_that_cannot_be_stored_is_refused_and_twilio_brings_it_again(
    cabled: Live, database_cable: Cable
) -> None:
    database_cable.cut()
    refused = await cabled.say("pizzaria", QUESTION, webhook_url=f"{cabled.url}/webhook/pizzaria")
    assert refused["status_code"] == 503
    database_cable.mend()
    assert (await cabled.say("pizzaria", QUESTION, message_sid=refused["message_sid"]))["status_code"] == 200
    await cabled.wait_replies("pizzaria", 1)


async def test_message_twilio_gave_up_on_is_found_in_its_list_and_answered(cabled: Live, database_cable: Cable) -> None:
    await cabled.say("pizzaria", QUESTION)
    await cabled.wait_replies("pizzaria", 1)
    database_cable.cut()
    lost = await cabled.say("pizzaria", "Quanto custa a margherita?", webhook_url=f"{cabled.url}/webhook/pizzaria")
    voice = {"content_type": "audio/ogg", "base64": "T2dnUwACAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "spoken_text": "Oi"}
    await cabled.say("pizzaria", media=[voice], webhook_url=f"{cabled.url}/webhook/pizzaria")
    assert lost["status_code"] == 503
    database_cable.mend()
    replies = await cabled.wait_replies("pizzaria", 3, seconds=15)
    assert "52,00" in replies[1]
    assert [mensagem.tipo for mensagem in await cabled.entradas()] == ["texto", "texto", "audio"]
    assert "mensagens_recuperadas" in [log.code for log in await cabled.rows(Log)]
    assert await cabled.container.catch_up.look() == 0


async def test_database_lost_while_the_model_thinks_is_survived(cabled: Live, database_cable: Cable) -> None:
    await cabled.sim.control("POST", "/openai/settings", latency_seconds=0.6)
    await cabled.say("pizzaria", QUESTION)
    await _thinking(cabled)
    database_cable.cut()
    await asyncio.sleep(1.0)
    database_cable.mend()
    await cabled.wait_replies("pizzaria", 1, seconds=20)


async def test_turn_of_a_worker_that_vanished_is_finished_by_another(live: Live) -> None:
    await live.say("pizzaria", "outra conversa não importa")
    await live.wait_replies("pizzaria", 1)
    other = await Container.open(live.settings, tuning=live.container.tuning)
    try:
        live.container.alarm.stop()
        await live.say("pizzaria", QUESTION)

        async def claimed() -> list[object]:
            return list((await other.buffer.claim(limit=1))[0])

        await until(claimed, "the group to be due")
        other.start()  # The claim above is a worker that never came back.
        await live.wait_replies("pizzaria", 2, seconds=15)
    finally:
        await other.close()


async def test_turn_that_loses_its_worker_too_often_is_parked(live: Live) -> None:
    live.container.alarm.stop()
    await live.say("pizzaria", QUESTION)
    conversa, empresa = await live.conversa("pizzaria"), live.empresas["pizzaria"]
    [entrada] = await live.entradas()
    other = await Container.open(live.settings, tuning=live.container.tuning)
    try:
        async with other.db.tenant(empresa.id) as session:
            entrada = await session.merge(entrada)
            turno = Turno(
                empresa_id=empresa.id,
                conversa_id=conversa.id,
                atendimento_id=entrada.atendimento_id,
                estado="thinking",
                perdas=2,
                updated_at=other.clock.now(),
            )
            session.add(turno)
            await session.flush()
            entrada.turno_id, entrada.destino = turno.id, "em_turno"
        await other.redis.flushdb()
        await other.buffer.ingest(
            conversa_id=conversa.id, empresa_id=empresa.id, mensagem_id=entrada.id, kind=Kind.SOLO
        )
        await other.buffer.claim(limit=1)
        other.start()
        await live.settled(seconds=15)
        [turno] = await live.rows(Turno)
        assert (turno.estado, turno.erro) == ("parked", "trabalhador_perdido")
        assert "turno_parado_trabalhador_perdido" in [log.code for log in await live.rows(Log)]
        assert await live.replies("pizzaria") == []
    finally:
        await other.close()


async def test_graceful_stop_hands_the_turn_over_and_another_process_answers_once(
    clean: None, settings: Settings, tuning: Tuning, sim: Simulators
) -> None:
    await sim.control("POST", "/openai/settings", latency_seconds=0.9)
    quick = Tuning(**{**{name: getattr(tuning, name) for name in tuning.__slots__}, "drain": 0.0})
    async with serve(settings, tuning=quick) as container:
        live = Live(settings=settings, container=container, sim=sim)
        await live.add_empresa("pizzaria", nome="Pizzaria da Vila", numero="+551140000001")
        await live.say("pizzaria", QUESTION)
        await _thinking(live)
    async with serve(settings, tuning=tuning) as container:
        live.container = container
        await live.wait_replies("pizzaria", 1, seconds=5)
        [turno] = await live.rows(Turno)
        assert (turno.tentativa, turno.perdas) == (2, 0)
