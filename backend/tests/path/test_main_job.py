"""The main job on the running product: signed webhook in, one correct reply out, recorded everywhere."""

import asyncio

from sqlalchemy import func, select

from models import Atendimento, Cliente, Log, Mensagem, Midia, Turno
from tests.stage import ANA, BETO, Live, until

OGG = "T2dnUwACAAAAAAAAAAAAAAAAAAAAAAAAAAA="


async def test_five_texts_in_one_window_get_one_reply_that_reflects_them(live: Live) -> None:
    for text in ("Oi", "tudo bem?", "vocês abrem domingo?", "quanto custa a margherita?", "onde fica?"):
        await live.say("pizzaria", text)
    [reply] = await live.wait_replies("pizzaria")
    assert "18h" in reply
    assert "52,00" in reply
    assert "Rua das Flores" in reply
    entradas = await live.entradas()
    assert {mensagem.destino for mensagem in entradas} == {"em_turno"}
    assert len({mensagem.turno_id for mensagem in entradas}) == 1
    [asked] = await live.sim.requests("openai", "/responses")
    assert asked["json"]["store"] is False
    assert asked["json"]["parallel_tool_calls"] is False


async def test_reply_is_recorded_with_its_delivery(live: Live) -> None:
    await live.say("pizzaria", "Vocês abrem domingo?")
    await live.wait_replies("pizzaria")
    [turno] = await live.rows(Turno)
    assert turno.estado == "done"
    assert turno.modelo == "gpt-4o"
    assert turno.uso["entrada"] > 0
    assert turno.respondido_em is not None

    async def delivered() -> bool:
        [parte] = await live.partes()
        return parte.estado == "delivered" and parte.entregue_em is not None

    await until(delivered, "the delivery report")
    async with live.container.db.system_scope() as session:
        assert await session.scalar(select(func.count(Cliente.id))) == 1
        assert await session.scalar(select(func.count(Atendimento.id))) == 1
    codes = [log.code for log in await live.rows(Log)]
    assert codes == ["mensagem_recebida", "resposta_enviada"]


async def test_text_audio_text_are_three_turns_in_arrival_order(live: Live) -> None:
    await live.say("pizzaria", "Bom dia")
    await live.say("pizzaria", media=[{"content_type": "audio/ogg", "base64": OGG, "spoken_text": "Onde fica a loja?"}])
    await live.say("pizzaria", "Quanto custa a margherita?")
    replies = await live.wait_replies("pizzaria", 3)
    assert "Rua das Flores" in replies[1]
    assert "52,00" in replies[2]
    entradas = await live.entradas()
    turns = [mensagem.turno_id or 0 for mensagem in entradas]
    assert turns == sorted(turns)
    assert len(set(turns)) == 3
    assert entradas[1].transcricao == "Onde fica a loja?"
    [midia] = await live.rows(Midia)
    assert midia.estado == "pronta"
    assert midia.tamanho > 0


async def test_audio_joins_the_group_when_the_empresa_wants_it(live: Live) -> None:
    await live.change("pizzaria", audio_no_grupo=True)
    await live.say("pizzaria", "Bom dia")
    await live.say("pizzaria", media=[{"content_type": "audio/ogg", "base64": OGG, "spoken_text": "Onde fica a loja?"}])
    await live.say("pizzaria", "Quanto custa a margherita?")
    [reply] = await live.wait_replies("pizzaria", 1)
    assert "Rua das Flores" in reply
    assert "52,00" in reply


async def test_audio_nobody_can_hear_gets_a_request_to_repeat(live: Live) -> None:
    await live.sim.fault("openai", "status", status=400, path_contains="transcriptions", times=-1)
    await live.say("pizzaria", media=[{"content_type": "audio/ogg", "base64": OGG}])
    [reply] = await live.wait_replies("pizzaria")
    assert "repetir" in reply
    assert await live.sim.requests("openai", "/responses") == []


async def test_without_buffer_each_message_is_answered_at_once(live: Live) -> None:
    await live.change("pizzaria", usar_buffer=False)
    await live.say("pizzaria", "Vocês abrem domingo?")
    await live.wait_replies("pizzaria", 1)
    await live.say("pizzaria", "Onde fica?")
    await live.wait_replies("pizzaria", 2)


async def test_repeated_webhook_inside_and_after_the_window_changes_nothing(live: Live) -> None:
    first = await live.say("pizzaria", "Vocês abrem domingo?")
    again = await live.say("pizzaria", "Vocês abrem domingo?", message_sid=first["message_sid"])
    assert (again["status_code"], again["body"]) == (200, first["body"])
    await live.wait_replies("pizzaria", 1)
    after = await live.say("pizzaria", "Vocês abrem domingo?", message_sid=first["message_sid"])
    assert after["status_code"] == 200
    await asyncio.sleep(0.8)
    await live.wait_replies("pizzaria", 1)
    assert len(await live.entradas()) == 1


async def test_same_customer_at_two_empresas_never_mixes(live: Live) -> None:
    await live.change("mercado", prompt="Você atende o mercado. Abrimos todos os dias das 7h às 21h.")
    sid = (await live.say("pizzaria", "Que horas vocês abrem?"))["message_sid"]
    await live.say("mercado", "Que horas vocês abrem?", message_sid=sid)
    [pizzaria], [mercado] = await live.wait_replies("pizzaria"), await live.wait_replies("mercado")
    assert "18h" in pizzaria
    assert "18h" not in mercado
    assert "21h" in mercado
    assert len(await live.rows(Cliente)) == 2


async def test_two_customers_of_one_empresa_are_answered_side_by_side(live: Live) -> None:
    await live.say("pizzaria", "Onde fica?", contact=ANA)
    await live.say("pizzaria", "Quanto custa a margherita?", contact=BETO)
    [ana], [beto] = await live.wait_replies("pizzaria", contact=ANA), await live.wait_replies("pizzaria", contact=BETO)
    assert "Rua das Flores" in ana
    assert "52,00" in beto


async def test_address_that_is_no_phone_is_served_all_the_same(live: Live) -> None:
    contact = "whatsapp:BR.1502576394655843"
    await live.say("pizzaria", "Onde fica?", contact=contact)
    await live.wait_replies("pizzaria", contact=contact)
    [cliente] = await live.rows(Cliente)
    assert cliente.telefone is None


async def test_memory_of_the_conversation_reaches_the_model_and_survives_an_empty_redis(live: Live) -> None:
    await live.say("pizzaria", "Meu nome é Ana e quero saber onde fica.")
    await live.wait_replies("pizzaria", 1)
    await live.container.redis.flushdb()
    await live.say("pizzaria", "E quanto custa a margherita?")
    await live.wait_replies("pizzaria", 2)
    asked = await live.sim.requests("openai", "/responses")
    roles = [item["role"] for item in asked[-1]["json"]["input"]]
    assert roles == ["user", "assistant", "user"]
    assert "Meu nome é Ana" in str(asked[-1]["json"]["input"][0])
    assert "Meu nome é Ana" not in asked[-1]["json"]["instructions"]


async def test_broken_reply_goes_out_as_ordered_bubbles(live: Live) -> None:
    await live.change("pizzaria", mensagem_quebrada=True)
    paragraphs = [
        f"Parágrafo {number}, com o texto necessário para ser uma bolha de verdade." for number in range(1, 4)
    ]
    await live.sim.control("POST", "/openai/script", reply="\n\n".join(paragraphs), times=1)
    await live.say("pizzaria", "Conte tudo")
    assert await live.wait_replies("pizzaria", 3) == paragraphs


async def test_inactive_and_paused_empresas_store_without_answering(live: Live) -> None:
    await live.change("pizzaria", status="inativo")
    await live.change("mercado", status="pausado")
    assert (await live.say("pizzaria", "Oi"))["status_code"] == 200
    assert (await live.say("mercado", "Oi"))["status_code"] == 200
    await live.settled()
    assert [(each.destino, each.motivo) for each in await live.entradas()] == [
        ("nao_responder", "empresa_inativa"),
        ("nao_responder", "empresa_pausada"),
    ]
    await live.change("pizzaria", status="ativo")
    await asyncio.sleep(1.2)
    assert await live.replies("pizzaria") == []
    assert len(await live.rows(Log)) == 2


async def test_person_attending_silences_the_bot(live: Live) -> None:
    await live.say("pizzaria", "Onde fica?")
    await live.wait_replies("pizzaria", 1)
    async with live.container.db.system_scope() as session:
        conversa = await session.merge(await live.conversa("pizzaria"))
        conversa.atendido_por = "pessoa"
    await live.say("pizzaria", "Alguém aí?")
    await live.settled()
    assert (await live.entradas())[-1].motivo == "pessoa_atendendo"
    await live.wait_replies("pizzaria", 1)


async def test_force_flush_twice_at_once_makes_one_reply(
    live: Live,
) -> None:
    await live.say("pizzaria", "Onde fica?")
    conversa = await live.conversa("pizzaria")
    assert all(await asyncio.gather(*(live.container.buffer.force(conversa.id) for _ in range(2))))
    await live.wait_replies("pizzaria", 1)
    assert not await live.container.buffer.force(conversa.id)


async def test_each_kind_of_message_is_stored_and_answered(live: Live) -> None:
    await live.say("pizzaria", latitude=-23.56, longitude=-46.65, address="Av. Paulista, 1000", label="Trabalho")
    await live.say("pizzaria", "Sim", button_text="Sim", button_payload="confirma")
    await live.say("pizzaria", media=[{"content_type": "application/pdf", "base64": "JVBERi0xLjQK"}])
    await live.say("pizzaria", "Vi o anúncio", referral={"headline": "Rodízio às quartas"})
    await live.wait_replies("pizzaria", 1)
    entradas = await live.entradas()
    assert [each.tipo for each in entradas] == ["localizacao", "botao", "documento", "texto"]
    assert entradas[0].dados["endereco"] == "Av. Paulista, 1000"
    assert entradas[1].dados["botao_valor"] == "confirma"
    assert entradas[3].dados["anuncio"]["Headline"] == "Rodízio às quartas"


async def test_nul_emoji_and_right_to_left_text_survive(live: Live) -> None:
    await live.say("pizzaria", "a\x00b 👋🏽 مرحبا")
    await live.wait_replies("pizzaria", 1)
    [entrada] = await live.entradas()
    assert entrada.texto == "ab 👋🏽 مرحبا"


async def test_text_during_generation_redoes_the_turn_with_all_texts(live: Live) -> None:
    await live.sim.control("POST", "/openai/settings", latency_seconds=0.7)
    await live.say("pizzaria", "Onde fica?")

    async def thinking() -> bool:
        return bool(await live.rows(Turno, Turno.estado == "thinking"))

    await until(thinking, "the model to be asked")
    await live.say("pizzaria", "E quanto custa a margherita?")
    [reply] = await live.wait_replies("pizzaria", 1)
    assert "Rua das Flores" in reply
    assert "52,00" in reply
    assert [turno.estado for turno in await live.rows(Turno)] == ["redone", "done"]
    assert {mensagem.destino for mensagem in await live.entradas()} == {"em_turno"}


async def test_message_older_than_the_limit_is_left_to_people(live: Live) -> None:
    await live.change("pizzaria", horas_para_responder=0)
    await live.say("pizzaria", "Onde fica?")
    await live.settled()
    [entrada] = await live.entradas()
    assert (entrada.destino, entrada.motivo) == ("nao_responder", "tarde_demais")
    assert await live.rows(Mensagem, Mensagem.direcao == "saida") == []
