"""Storing in batches: concurrent arrivals, repeats inside one batch, and a bad row among good ones."""

import asyncio
from dataclasses import replace

from sqlalchemy import func, select

from errors import Unavailable
from models import Atendimento, Cliente, Conversa
from services.inbound import InboundMessage
from services.message_buffer import Kind
from tests.stage import Live


def _message(number: int, contact: int | None = None) -> InboundMessage:
    phone = f"+55119{(number if contact is None else contact):08d}"
    return InboundMessage(
        message_sid=f"SM{number:032d}",
        endereco=f"whatsapp:{phone}",
        numero="whatsapp:+551140000001",
        telefone=phone,
        nome="Cliente",
        tipo="texto",
        texto=f"mensagem {number}",
        dados={},
        midias=(),
    )


async def test_burst_of_first_messages_of_many_customers_is_stored_once_each(live: Live) -> None:
    empresa = live.empresas["pizzaria"]
    stored = await asyncio.gather(
        *(live.container.intake.receive(empresa, _message(number % 60)) for number in range(120))
    )
    assert sum(each is not None for each in stored) == 60
    async with live.container.db.system_scope() as session:
        counts = [await session.scalar(select(func.count(table.id))) for table in (Cliente, Conversa, Atendimento)]
    assert counts == [60, 60, 60]


async def test_burst_of_one_new_customer_makes_one_person_and_keeps_the_order(live: Live) -> None:
    empresa = live.empresas["pizzaria"]
    await asyncio.gather(*(live.container.intake.receive(empresa, _message(number, contact=1)) for number in range(10)))
    assert [each.texto for each in await live.entradas()] == [f"mensagem {number}" for number in range(10)]
    async with live.container.db.system_scope() as session:
        counts = [await session.scalar(select(func.count(table.id))) for table in (Cliente, Conversa, Atendimento)]
    assert counts == [1, 1, 1]


async def test_row_the_database_refuses_does_not_take_its_batch_mates_along(live: Live) -> None:
    empresa = live.empresas["pizzaria"]
    messages = [_message(number) for number in range(6)]
    messages[3] = replace(messages[3], texto="a\x00b")
    results = await asyncio.gather(
        *(live.container.intake.receive(empresa, message) for message in messages), return_exceptions=True
    )
    assert [type(result) for result in results].count(Unavailable) == 1
    assert isinstance(results[3], Unavailable)
    assert len(await live.entradas()) == 5


async def test_both_forms_of_a_brazilian_mobile_are_one_person_in_two_conversations(live: Live) -> None:
    empresa = live.empresas["pizzaria"]
    with_nine = _message(1, contact=87654321)
    old = replace(with_nine, message_sid="SM-old", endereco="whatsapp:+551187654321")
    await asyncio.gather(*(live.container.intake.receive(empresa, message) for message in (with_nine, old)))
    async with live.container.db.system_scope() as session:
        counts = [await session.scalar(select(func.count(table.id))) for table in (Cliente, Conversa)]
    assert counts == [1, 2]


async def test_kind_follows_the_empresa_as_it_is_now(live: Live) -> None:
    await live.change("pizzaria", usar_buffer=False)
    empresa = await live.container.intake.find_empresa("pizzaria")
    stored = await live.container.intake.receive(empresa, _message(1))
    assert stored is not None
    assert stored.kind is Kind.SOLO
