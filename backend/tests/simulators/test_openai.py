"""The simulated OpenAI, driven by the real openai SDK."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from tests.simulators.conftest import Control, check_recorded
from tests.simulators.receiver import Receiver
from tests.vendor_schemas import needs_schemas

PROMPT = """Você é o atendente virtual da Pancia Piena, uma pizzaria em São Paulo.
Fale de forma calorosa e breve. Hoje é 2026-11-23.
Horário de funcionamento: terça a domingo, das 18h às 23h. Segunda-feira fechado.
Endereço: Rua Augusta, 1200, Consolação.
Cardápio:
- Margherita: R$ 52,00
- Calabresa: R$ 49,90
Formas de pagamento: Pix e cartão."""


def tool(name: str, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "additionalProperties": False, "required": [*properties], "properties": properties}
    return {"type": "function", "name": name, "description": name, "strict": True, "parameters": schema}


RESERVE = tool(
    "criar_reserva",
    data={"type": "string"},
    horario={"type": "string"},
    pessoas={"type": "integer"},
    nome={"type": "string"},
    observacoes={"type": ["string", "null"]},
)
CANCEL = tool("cancelar_reserva", reserva_id={"type": "string"})
LIST = tool("listar_reservas")


@pytest.fixture
async def client(simulators_url: str, control: Control) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        api_key="sk-simulador", base_url=f"{simulators_url}/openai/v1", max_retries=0, timeout=10
    ) as made:
        yield made


async def ask(client: AsyncOpenAI, text: Any, **kwargs: Any) -> Any:
    given = {"model": "gpt-4o", "instructions": PROMPT, "store": False, "parallel_tool_calls": False} | kwargs
    responses: Any = client.responses
    return await responses.create(input=text, **given)


async def test_one_reply_reflects_every_grouped_text(client: AsyncOpenAI) -> None:
    response = await ask(client, "Oi\nvocês abrem domingo?\nquanto custa a margherita?")
    text = response.output_text
    assert "Pancia Piena" in text
    assert "no domingo abrimos" in text
    assert "Margherita: R$ 52,00" in text
    assert response.usage.input_tokens > 0
    assert response.usage.output_tokens > 0


async def test_texts_in_separate_items_are_reflected_too(client: AsyncOpenAI) -> None:
    items = [{"role": "user", "content": t} for t in ("abrem segunda?", "onde fica?", "tem estacionamento?")]
    text = (await ask(client, items)).output_text
    assert "na segunda não abrimos" in text
    assert "Rua Augusta" in text
    assert "estacionamento" in text


async def test_the_model_says_that_it_is_simulated(client: AsyncOpenAI) -> None:
    assert "modelo simulado" in (await ask(client, "Você é um robô?")).output_text


async def test_without_tools_nothing_is_claimed_to_be_booked(client: AsyncOpenAI) -> None:
    text = (await ask(client, "quero reservar uma mesa amanhã às 20h para 4 pessoas")).output_text
    assert "nada foi marcado" in text


async def test_a_booking_asks_for_what_is_missing_then_calls_the_tool(client: AsyncOpenAI) -> None:
    items: list[Any] = [{"role": "user", "content": "quero reservar uma mesa sábado às 20h"}]
    first = await ask(client, items, tools=[RESERVE])
    assert first.output_text.endswith("Para quantas pessoas?")
    items += [
        {"role": "assistant", "content": first.output_text},
        {"role": "user", "content": "somos 4, meu nome é Ana Lima"},
    ]
    second = await ask(client, items, tools=[RESERVE])
    call = second.output[0]
    assert call.type == "function_call"
    assert json.loads(call.arguments) == {
        "data": "2026-11-28",
        "horario": "20:00",
        "pessoas": 4,
        "nome": "Ana Lima",
        "observacoes": None,
    }
    items += [
        call.model_dump(exclude_none=True),
        {"type": "function_call_output", "call_id": call.call_id, "output": '{"mensagem": "Mesa guardada."}'},
    ]
    third = await ask(client, items, tools=[RESERVE])
    assert "Mesa guardada." in third.output_text


async def test_cancelling_looks_the_booking_up_first(client: AsyncOpenAI) -> None:
    items: list[Any] = [{"role": "user", "content": "quero cancelar minha reserva"}]
    first = (await ask(client, items, tools=[CANCEL, LIST])).output[0]
    assert first.name == "listar_reservas"
    output = json.dumps({"reservas": [{"id": "r-77", "data": "2026-11-28"}]})
    items += [
        first.model_dump(exclude_none=True),
        {"type": "function_call_output", "call_id": first.call_id, "output": output},
    ]
    second = (await ask(client, items, tools=[CANCEL, LIST])).output[0]
    assert (second.name, json.loads(second.arguments)) == ("cancelar_reserva", {"reserva_id": "r-77"})


async def test_tool_choice_is_obeyed(client: AsyncOpenAI) -> None:
    none = await ask(client, "minhas reservas?", tools=[LIST], tool_choice="none")
    assert [o.type for o in none.output] == ["message"]
    forced = await ask(client, "oi", tools=[LIST], tool_choice={"type": "function", "name": "listar_reservas"})
    assert [o.type for o in forced.output] == ["function_call"]


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"model": "gpt-unknown"}, 404, "model_not_found"),
        ({"extra_body": {"inventado": 1}}, 400, "unknown_parameter"),
        ({"temperature": 3}, 400, "decimal_above_max_value"),
        ({"max_output_tokens": 5}, 400, "integer_below_min_value"),
        ({"safety_identifier": "x" * 65}, 400, "string_above_max_length"),
        ({"reasoning": {"effort": "low"}}, 400, "unsupported_parameter"),
        ({"model": "gpt-6-luna", "temperature": 0.2}, 400, "unsupported_parameter"),
        ({"tools": [{"type": "function", "function": {"name": "x"}}]}, 400, "unknown_parameter"),
        (
            {"tools": [RESERVE | {"parameters": {"type": "object", "properties": {}}}]},
            400,
            "invalid_function_parameters",
        ),
        ({"previous_response_id": "resp_none"}, 400, "previous_response_not_found"),
        ({"service_tier": "gold"}, 400, "invalid_value"),
    ],
)
async def test_a_wrong_request_gets_the_vendors_error(
    client: AsyncOpenAI, given: dict[str, Any], status: int, code: str
) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        await ask(client, "oi", **given)
    assert (caught.value.status_code, caught.value.code) == (status, code)


async def test_a_strict_schema_must_require_every_property(client: AsyncOpenAI) -> None:
    broken = json.loads(json.dumps(RESERVE))
    broken["parameters"]["required"].remove("nome")
    with pytest.raises(openai.BadRequestError, match="Missing 'nome'"):
        await ask(client, "oi", tools=[broken])


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([{"type": "function_call_output", "call_id": "call_1", "output": "{}"}], "No tool call found"),
        ([{"type": "function_call", "call_id": "call_1", "name": "x", "arguments": "{}"}], "No tool output found"),
        ([{"role": "user", "content": [{"type": "text", "text": "oi"}]}], "Invalid value: 'text'"),
        ([{"role": "tool", "content": "oi"}], "Invalid value: 'tool'"),
        ([{"role": "user"}], "Missing required parameter: 'input\\[0\\].content'"),
    ],
)
async def test_wrong_input_items_are_refused(client: AsyncOpenAI, items: list[Any], words: str) -> None:
    with pytest.raises(openai.BadRequestError, match=words):
        await ask(client, items)


async def test_a_wrong_key_is_refused(simulators_url: str, control: Control) -> None:
    async with AsyncOpenAI(api_key="sk-wrong-key-000", base_url=f"{simulators_url}/openai/v1", max_retries=0) as bad:
        with pytest.raises(openai.AuthenticationError) as caught:
            await ask(bad, "oi")
    assert caught.value.code == "invalid_api_key"


async def test_reasoning_must_come_back_with_its_call_when_nothing_is_stored(client: AsyncOpenAI) -> None:
    luna = {"model": "gpt-6-luna", "tools": [LIST], "include": ["reasoning.encrypted_content"]}
    question = {"role": "user", "content": "minhas reservas?"}
    first = await ask(client, [question], **luna)
    assert [o.type for o in first.output] == ["reasoning", "function_call"]
    sent = [o.model_dump(exclude_none=True) for o in first.output]
    answer = {"type": "function_call_output", "call_id": first.output[1].call_id, "output": "[]"}
    assert (await ask(client, [question, *sent, answer], **luna)).output_text
    with pytest.raises(openai.BadRequestError, match="without its required 'reasoning' item"):
        await ask(client, [question, sent[1], answer], **luna)
    del sent[0]["encrypted_content"]
    with pytest.raises(openai.NotFoundError, match="Items are not persisted"):
        await ask(client, [question, *sent, answer], **luna)


async def test_the_token_limit_makes_an_answer_incomplete(client: AsyncOpenAI) -> None:
    response = await ask(client, "abrem domingo?\nonde fica?\nquanto custa a calabresa?", max_output_tokens=16)
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"


async def test_a_long_prompt_seen_before_is_read_from_the_cache(client: AsyncOpenAI) -> None:
    long = PROMPT + "\n" + "Observação sobre a casa. " * 300
    assert (await ask(client, "oi", instructions=long)).usage.input_tokens_details.cached_tokens == 0
    assert (await ask(client, "oi", instructions=long)).usage.input_tokens_details.cached_tokens >= 1024


async def test_a_script_replaces_the_answer(client: AsyncOpenAI, control: Control) -> None:
    await control.post("openai/script", match="reserva", reply="reserva confirmada!", times=1)
    await control.post("openai/script", tool_calls=[{"name": "criar_reserva", "arguments": "{rubbish"}])
    assert (await ask(client, "fiz uma reserva?")).output_text == "reserva confirmada!"
    call = (await ask(client, "oi")).output[0]
    assert call.arguments == "{rubbish"
    assert "Olá" in (await ask(client, "oi")).output_text


async def test_models_carry_their_retirement_and_can_vanish(client: AsyncOpenAI, control: Control) -> None:
    models = {m.id: m.model_dump() for m in (await client.models.list()).data}
    assert models["gpt-4o"]["shutdown_date"] == "2027-01-14"
    assert models["gpt-6-luna"]["shutdown_date"] is None
    await control.client.delete("/control/openai/models/gpt-4o")
    with pytest.raises(openai.NotFoundError):
        await ask(client, "oi")


async def test_a_transcript_is_what_the_tester_said(client: AsyncOpenAI, control: Control) -> None:
    content = b"OggS" + b"\0" * 8000
    unknown = await client.audio.transcriptions.create(file=("audio.ogg", content), model="whisper-1")
    assert unknown.text == "Mensagem de áudio de 2 segundos recebida no simulador."
    digest = hashlib.sha256(content).hexdigest()
    await control.post("openai/transcripts", sha256=digest, text="Quero uma pizza")
    known = await client.audio.transcriptions.create(file=("audio.ogg", content), model="gpt-transcribe")
    assert known.text == "Quero uma pizza"
    verbose = await client.audio.transcriptions.create(
        file=("audio.ogg", content), model="whisper-1", response_format="verbose_json"
    )
    assert (verbose.text, verbose.language) == ("Quero uma pizza", "portuguese")


async def test_spoken_text_of_an_incoming_audio_is_its_transcript(
    client: AsyncOpenAI, control: Control, receiver: Receiver
) -> None:
    audio = {
        "content_type": "audio/ogg",
        "base64": base64.b64encode(b"OggS-fala").decode(),
        "spoken_text": "Tem mesa para dois?",
    }
    given = {"from": "whatsapp:+5511999990000", "to": "whatsapp:+551140000000", "media": [audio]}
    await control.post("twilio/inbound", webhook_url=receiver.url, **given)
    heard = await client.audio.transcriptions.create(file=("audio.ogg", b"OggS-fala"), model="whisper-1")
    assert heard.text == "Tem mesa para dois?"


@pytest.mark.parametrize(
    ("file", "model", "extra"),
    [
        (("audio", b"OggS"), "whisper-1", {}),
        (("audio.txt", b"OggS"), "whisper-1", {}),
        (("audio.ogg", b""), "whisper-1", {}),
        (("audio.ogg", b"OggS"), "gpt-4o", {}),
        (("audio.ogg", b"OggS"), "gpt-transcribe", {"response_format": "verbose_json"}),
    ],
)
async def test_a_wrong_transcription_request_is_refused(
    client: AsyncOpenAI, file: tuple[str, bytes], model: str, extra: dict[str, Any]
) -> None:
    with pytest.raises(openai.BadRequestError):
        await client.audio.transcriptions.create(file=file, model=model, **extra)


async def test_chat_completions_answer_and_call_tools(client: AsyncOpenAI) -> None:
    messages: list[Any] = [{"role": "system", "content": PROMPT}, {"role": "user", "content": "minhas reservas?"}]
    completions: Any = client.chat.completions
    function = {k: LIST[k] for k in ("name", "description", "parameters", "strict")}
    first = await completions.create(
        model="gpt-4o", messages=messages, tools=[{"type": "function", "function": function}]
    )
    assert first.choices[0].finish_reason == "tool_calls"
    with pytest.raises(openai.BadRequestError, match="reasoning_effort"):
        await completions.create(
            model="gpt-6-luna", messages=messages, tools=[{"type": "function", "function": function}]
        )
    with pytest.raises(openai.BadRequestError, match="did not have response messages"):
        await completions.create(
            model="gpt-4o", messages=[*messages, first.choices[0].message.model_dump(exclude_none=True)]
        )


@needs_schemas
async def test_what_the_sdk_sends_obeys_the_vendors_schema(client: AsyncOpenAI, control: Control) -> None:
    await ask(client, [{"role": "user", "content": "oi"}], tools=[RESERVE], max_output_tokens=500)
    await client.audio.transcriptions.create(file=("audio.ogg", b"OggS"), model="whisper-1", language="pt")
    await client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "oi"}])
    assert len(await check_recorded(control, "openai")) == 3
