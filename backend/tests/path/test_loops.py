"""Machines that answer us are stopped and people are told; people who write fast are served."""

import asyncio

from models import Log
from services.loop_breaker import lift
from services.shortcuts import DAY_LIMIT
from tests.stage import ANA, Live, until

AWAY = "Obrigado pela mensagem, responderemos em breve."


async def _next_reply(live: Live, count: int) -> str | None:
    """Our reply number `count`; None once the conversation is silenced."""

    async def found() -> str | bool:
        replies = await live.replies("pizzaria")
        if len(replies) >= count:
            return replies[count - 1]
        return (await live.conversa("pizzaria")).silenciada_em is not None

    answer = await until(found, f"reply {count} or silence")
    return answer if isinstance(answer, str) else None


async def test_an_echo_is_stopped_within_a_few_exchanges_and_a_person_ends_the_silence(live: Live) -> None:
    said: str | None = "Vocês abrem domingo, e onde fica?"
    exchanges = 0
    while said is not None and exchanges < 10:
        exchanges += 1
        await live.say("pizzaria", said)
        said = await _next_reply(live, exchanges)
    assert exchanges <= 4
    conversa = await live.conversa("pizzaria")
    assert conversa.silenciada_motivo == "eco"
    await live.say("pizzaria", "ainda aí?")
    await live.settled()
    assert [each.motivo for each in (await live.entradas())[-2:]] == ["silenciada", "silenciada"]
    [warning] = await live.rows(Log, Log.code == "conversa_silenciada")
    assert warning.nivel == "WARNING"
    assert len(await live.replies("pizzaria")) == exchanges - 1

    async with live.container.db.system_scope() as session:
        lift(await session.merge(conversa), now=live.container.clock.now())
    await live.say("pizzaria", "Quanto custa a margherita?")
    replies = await live.wait_replies("pizzaria", exchanges)
    assert "52,00" in replies[-1]


async def test_an_out_of_office_answer_is_stopped(live: Live) -> None:
    await live.change("pizzaria", usar_buffer=False)
    exchanges = 0
    while exchanges < 10:
        exchanges += 1
        await live.say("pizzaria", AWAY)
        if await _next_reply(live, exchanges) is None:
            break
    assert exchanges == 4
    assert (await live.conversa("pizzaria")).silenciada_motivo == "repeticao"


async def test_a_fast_human_with_fifteen_short_texts_is_not_stopped(live: Live) -> None:
    texts = ("oi", "tudo bem?", "tem mesa?", "pra hj", "às 20h", "4 pessoas", "ou 5", "tem wifi?", "e estacionamento?",
             "posso levar bolo?", "aceita pix?", "e cartão?", "onde fica?", "show", "obrigado")  # fmt: skip
    for number, text in enumerate(texts):
        await live.say("pizzaria", text)
        await asyncio.sleep(0.6 if number % 4 == 3 else 0.05)
    await live.settled(20)
    assert (await live.conversa("pizzaria")).silenciada_em is None
    assert {each.destino for each in await live.entradas()} == {"em_turno"}
    assert len(await live.replies("pizzaria")) >= 3


async def test_a_customer_who_asks_three_times_is_answered_three_times(live: Live) -> None:
    for number in range(1, 4):
        await live.say("pizzaria", "Cadê o meu pedido, faz uma hora!")
        await live.wait_replies_of("pizzaria", number)
    await live.settled()
    assert (await live.conversa("pizzaria")).silenciada_em is None


async def test_the_days_limit_is_said_once_and_then_people_answer(live: Live) -> None:
    await live.change("pizzaria", respostas_por_dia=2)
    for number, text in enumerate(("Onde fica?", "Abrem domingo?", "Quanto custa a margherita?"), start=1):
        await live.say("pizzaria", text)
        await live.wait_replies("pizzaria", number, contact=ANA)
    assert (await live.replies("pizzaria"))[-1] == DAY_LIMIT
    assert (await live.conversa("pizzaria")).silenciada_motivo == "limite_diario"
    await live.say("pizzaria", "E aí?")
    await live.settled()
    assert (await live.entradas())[-1].motivo == "silenciada"
    assert len(await live.replies("pizzaria")) == 3
    assert [log.nivel for log in await live.rows(Log, Log.code == "conversa_silenciada")] == ["WARNING"]
