"""Parts without a turn on the running product: each goes out once, in order, whatever Twilio and the process do."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from auth.scope import CurrentUser
from config import Settings
from models import Conversa, Log, Mensagem, Midia, Parte
from services.buffer_view import show_buffer
from services.outgoing import queue_media, queue_template, queue_text
from services.tuning import Tuning
from tests.stage import ANA, BETO, Live, serve, until

SEND = {"method": "POST", "path_contains": "/Messages.json"}
LIST = {"method": "GET", "path_contains": "/Messages.json"}
ROOT = CurrentUser(1, "raiz@exemplo.com.br", True, None, None, None, uuid4())
SETTLED = ("sent", "delivered", "read", "failed", "undelivered", "parked", "cancelled")
FAULTS: dict[str, dict[str, Any]] = {
    "reset": {"kind": "reset"},
    "hang": {"kind": "hang", "seconds": 3},
    "malformed": {"kind": "malformed"},
    "500": {"kind": "status", "status": 500},
}
TEMPLATE = {
    "friendly_name": "lembrete",
    "language": "pt_BR",
    "variables": {"1": "Fulano"},
    "types": {"twilio/text": {"body": "Oi, {{1}}, até logo."}},
}


async def opened(live: Live, contact: str = ANA) -> Conversa:
    """A conversation the customer has begun, answered."""
    await live.say("pizzaria", "Onde fica?", contact=contact)
    await live.wait_replies("pizzaria", 1, contact=contact)
    return await live.conversa("pizzaria", contact)


async def queue(live: Live, conversa: Conversa, *texts: str, **fields: Any) -> list[Mensagem]:
    async with live.container.db.tenant(conversa.empresa_id) as session:
        found = await session.get_one(Conversa, conversa.id)
        return [await queue_text(session, found, each, now=live.container.clock.now(), **fields) for each in texts]


async def loose(live: Live) -> list[Parte]:
    async with live.container.db.system_scope() as session:
        return list(await session.scalars(select(Parte).where(Parte.turno_id.is_(None)).order_by(Parte.mensagem_id)))


async def ended(live: Live, *, seconds: float = 20) -> list[Parte]:
    """The loose parts, once each has an end."""

    async def all_ended() -> list[Parte]:
        found = await loose(live)
        return found if found and all(parte.estado in SETTLED for parte in found) else []

    parts: list[Parte] = await until(all_ended, "the loose parts to end", seconds=seconds)
    return parts


async def said(live: Live, contact: str = ANA) -> list[str]:
    """What reached the customer after the first reply."""
    return (await live.replies("pizzaria", contact))[1:]


async def test_queued_text_goes_out_at_once_and_its_status_comes_back(live: Live) -> None:
    conversa = await opened(live)
    [mensagem] = await queue(live, conversa, "Sua mesa está pronta.")
    await ended(live)
    assert await said(live) == ["Sua mesa está pronta."]

    async def delivered() -> bool:
        return [parte.estado for parte in await loose(live)] == ["delivered"]

    await until(delivered, "the status to come back")
    assert (mensagem.direcao, mensagem.autor, mensagem.turno_id) == ("saida", "bot", None)


async def test_order_is_kept_in_a_conversation_and_others_do_not_wait(live: Live) -> None:
    ana, beto = await opened(live), await opened(live, BETO)
    await live.sim.fault("twilio", "hang", seconds=3, body_contains="11988887777", **SEND)
    await queue(live, ana, *(f"Ana {n}" for n in range(4)))
    await queue(live, beto, *(f"Beto {n}" for n in range(4)))
    await live.wait_replies_of("pizzaria", 5, contact=BETO, seconds=2)
    await ended(live)
    assert await said(live) == [f"Ana {n}" for n in range(4)]
    assert await said(live, BETO) == [f"Beto {n}" for n in range(4)]


@pytest.mark.parametrize("callbacks", [True, False], ids=["callback proves it", "only the list knows"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_send_performed_without_an_answer_is_not_repeated(
    live: Live, fault: dict[str, Any], callbacks: bool
) -> None:
    conversa = await opened(live)
    await live.sim.control("POST", "/twilio/settings", callbacks=callbacks, list_lag_seconds=0 if callbacks else 0.5)
    await live.sim.fault("twilio", after_perform=True, **SEND, **fault)
    await queue(live, conversa, "Uma vez só.", "E depois esta.")
    assert [parte.estado in ("sent", "delivered") for parte in await ended(live)] == [True, True]
    assert await said(live) == ["Uma vez só.", "E depois esta."]


@pytest.mark.parametrize("kind", ["reset", "hang"])
async def test_send_that_never_happened_is_sent_again_after_two_looks(live: Live, kind: str) -> None:
    conversa = await opened(live)
    await live.sim.fault("twilio", kind, seconds=3, **SEND)
    await queue(live, conversa, "Uma vez só.")
    await ended(live)
    assert await said(live) == ["Uma vez só."]


async def test_template_and_file_sent_without_an_answer_are_known_by_kind_and_count(live: Live) -> None:
    conversa = await opened(live)
    content = (await live.sim.control("POST", "/twilio/contents", **TEMPLATE)).json()
    await live.sim.control("POST", "/twilio/settings", callbacks=False)
    await live.sim.fault("twilio", "reset", times=2, after_perform=True, **SEND)
    async with live.container.db.tenant(conversa.empresa_id) as session:
        found = await session.get_one(Conversa, conversa.id)
        now = live.container.clock.now()
        await queue_template(
            session, found, content_sid=content["sid"], variables={"1": "Ana"}, texto="(modelo)", now=now
        )
        midia = Midia(
            id=uuid4(),
            empresa_id=conversa.empresa_id,
            content_type="image/png",
            conteudo=b"\x89PNG\r\n\x1a\n" + bytes(range(100)),
            tamanho=108,
            estado="pronta",
        )
        await queue_media(session, found, midia, "O cardápio.", now=now)
    await ended(live)
    chat = [each for each in await live.sim.messages(ANA, live.number("pizzaria")) if each["direction"] == "outbound"]
    assert [(each["content_sid"], each["body"], len(each["media"])) for each in chat[1:]] == [
        (content["sid"], "Oi, Ana, até logo.", 0),
        (None, "O cardápio.", 1),
    ]
    assert [parte.message_sid for parte in await loose(live)] == [each["sid"] for each in chat[1:]]


async def test_doubt_without_a_list_is_parked_visibly_and_a_retry_says_it_once(live: Live) -> None:
    conversa = await opened(live)
    await live.sim.control("POST", "/twilio/settings", callbacks=False)
    await live.sim.fault("twilio", "reset", after_perform=True, **SEND)
    await live.sim.fault("twilio", "status", status=503, times=-1, **LIST)
    await queue(live, conversa, "Uma vez só.")
    await queue(live, conversa, "A conversa segue.")
    assert [parte.estado for parte in await ended(live)] == ["parked", "sent"]
    assert "envio_parado" in [log.code for log in await live.rows(Log, Log.nivel == "ERROR")]
    async with live.container.db.system_scope() as session:
        [shown] = await show_buffer(session, ROOT, [], empresa_id=None)
    assert (shown.id, shown.estado, [each.texto for each in shown.mensagens]) == (
        conversa.id,
        "parado",
        ["Uma vez só."],
    )
    await live.sim.no_faults()
    assert await live.container.parked.retry(empresa_id=conversa.empresa_id, conversa_id=conversa.id)
    assert [parte.estado for parte in await ended(live)] == ["sent", "sent"]
    assert await said(live) == ["Uma vez só.", "A conversa segue."]
    assert not await live.container.parked.retry(empresa_id=conversa.empresa_id, conversa_id=conversa.id)


async def test_twilio_that_takes_nothing_parks_the_part_after_its_patience(live: Live) -> None:
    conversa = await opened(live)
    await live.sim.fault("twilio", "status", status=429, times=-1, **SEND)
    await queue(live, conversa, "Espere por mim.")
    assert [(parte.estado, parte.erro) for parte in await ended(live)] == [("parked", "twilio_indisponivel")]
    await live.sim.no_faults()
    assert await live.container.parked.retry(empresa_id=conversa.empresa_id, conversa_id=conversa.id)
    await ended(live)
    assert await said(live) == ["Espere por mim."]


async def test_twilio_busy_for_a_while_only_delays(live: Live) -> None:
    conversa = await opened(live)
    await live.sim.fault("twilio", "status", status=429, times=7, **SEND)
    await queue(live, conversa, "Primeiro.", "Segundo.")
    assert [parte.estado for parte in await ended(live)] == ["sent", "sent"] or await said(live)
    assert await said(live) == ["Primeiro.", "Segundo."]


async def test_rest_of_a_long_message_does_not_follow_a_part_that_was_refused(live: Live) -> None:
    conversa = await opened(live)
    await live.sim.fault("twilio", "status", status=400, **SEND)
    await queue(live, conversa, "palavra " * 500, "Outra mensagem.")
    parts = await ended(live)
    assert [parte.estado for parte in parts[:3]] == ["failed", "cancelled", "cancelled"]
    assert await said(live) == ["Outra mensagem."]


async def test_same_key_is_queued_once_even_from_two_sides_at_once(live: Live) -> None:
    conversa = await opened(live)
    both = await asyncio.gather(*(queue(live, conversa, "Confirmada.", chave="reserva:1:confirmada") for _ in range(5)))
    assert len({mensagem.id for [mensagem] in both}) == 1
    await ended(live)
    assert await said(live) == ["Confirmada."]


async def test_rolled_back_work_sends_nothing(live: Live) -> None:
    conversa = await opened(live)

    async def give_up_half_way() -> None:
        async with live.container.db.tenant(conversa.empresa_id) as session:
            found = await session.get_one(Conversa, conversa.id)
            await queue_text(session, found, "Nunca.", now=live.container.clock.now())
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await give_up_half_way()
    await queue(live, conversa, "Sempre.")
    await ended(live)
    assert await said(live) == ["Sempre."]


async def test_two_processes_share_the_work_without_repeating_or_reordering(
    live: Live, settings: Settings, tuning: Tuning
) -> None:
    from embedded import free_port

    contacts = [f"whatsapp:+55119{number:08d}" for number in range(8)]
    conversas = await asyncio.gather(*(opened(live, contact) for contact in contacts))
    await live.sim.fault("twilio", "reset", probability=0.2, times=-1, after_perform=True, **SEND)
    await live.sim.fault("twilio", "slow", probability=0.3, seconds=0.3, times=-1, **SEND)
    async with serve(settings.model_copy(update={"port": free_port()}), tuning=tuning):
        await asyncio.gather(*(queue(live, each, *(f"Mensagem {n}" for n in range(6))) for each in conversas))
        await ended(live, seconds=40)
    for contact in contacts:
        assert await said(live, contact) == [f"Mensagem {n}" for n in range(6)]


@pytest.mark.parametrize("point", ["released", "written", "bound"])
async def test_process_that_dies_at_a_point_is_continued_by_another(
    clean: None, settings: Settings, tuning: Tuning, sim: Any, point: str
) -> None:
    """The first process stops for ever at the point; the second one finds its lease ended."""
    from embedded import free_port

    stuck = asyncio.Event()
    for_ever = asyncio.Event()

    async def checkpoint(reached: str) -> None:
        if reached == point and armed.is_set() and not stuck.is_set():
            stuck.set()
            await for_ever.wait()

    armed = asyncio.Event()
    async with serve(settings, tuning=tuning, checkpoint=checkpoint) as container:
        live = Live(settings=settings, container=container, sim=sim)
        await live.add_empresa("pizzaria", nome="Pizzaria da Vila", numero="+551140000001")
        conversa = await opened(live)
        armed.set()
        await queue(live, conversa, "Uma vez só.", "E depois esta.")
        await asyncio.wait_for(stuck.wait(), 5)
        async with serve(settings.model_copy(update={"port": free_port()}), tuning=tuning):
            await ended(live, seconds=30)
            assert await said(live) == ["Uma vez só.", "E depois esta."]
        for_ever.set()
