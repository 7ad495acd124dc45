"""OpenAI over real HTTP: answers, tools, transcriptions, and every way the vendor can fail."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from embedded import free_port
from errors import (
    ProviderAuthFailed,
    ProviderBusy,
    ProviderError,
    ProviderModelMissing,
    ProviderRefused,
    ProviderUncertain,
)
from integrations.openai_service import MAX_AUDIO_BYTES, OpenAIService
from ports import ChatAnswer, ChatMessage, ChatRequest, ImageInput, OpenAICredentials, ToolExchange, ToolSpec
from tests.integrations.conftest import ONCE, obeyed
from tests.integrations.local_server import Answer, Asked, local_server
from tests.stage import Simulators

ASK = ChatRequest(
    model="gpt-4o",
    instructions="Você atende a Cantina. Abrimos às 18h.",
    messages=(ChatMessage("user", "Oi"), ChatMessage("assistant", "Olá!"), ChatMessage("user", "Que horas abrem?")),
    safety_identifier="c" * 64,
    cache_key="empresa-1",
)
TOOL = ToolSpec(
    "consultar_horario",
    "Consulta o horário de um dia.",
    {
        "type": "object",
        "properties": {"dia": {"type": "string"}},
        "required": ["dia"],
        "additionalProperties": False,
    },
)
OGG = b"OggS\x00\x02" + bytes(64)


@pytest.fixture
async def once() -> AsyncIterator[OpenAIService]:
    """The service without repetition, so that a single failure is seen as it is."""
    service = OpenAIService(timeout=0.4, transcription_timeout=0.4, retry_policy=ONCE, transcription_retry_policy=ONCE)
    yield service
    await service.aclose()


async def script(sim: Simulators, **fields: Any) -> None:
    await sim.control("POST", "/openai/script", **fields)


async def test_an_answer_comes_with_its_words_its_model_and_its_tokens(
    openai: OpenAIService, openai_credentials: OpenAICredentials, sim: Simulators
) -> None:
    await script(sim, reply="Abrimos às 18h.")
    answer = await openai.answer(openai_credentials, ASK)
    assert answer.text == "Abrimos às 18h."
    assert answer.usage.input_tokens > 0
    assert answer.model.startswith("gpt-4o")
    [asked] = await obeyed(sim, "openai", "/responses")
    assert asked["json"]["store"] is False
    assert asked["json"]["parallel_tool_calls"] is False


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-6-luna"])
async def test_a_tool_is_called_and_its_result_answered(
    openai: OpenAIService, openai_credentials: OpenAICredentials, sim: Simulators, model: str
) -> None:
    ask = replace(ASK, model=model, tools=(TOOL,), temperature=0.2)
    await script(sim, stage="first", tool_calls=[{"name": TOOL.name, "arguments": {"dia": "sexta"}}])
    first = await openai.answer(openai_credentials, ask)
    [call] = first.tool_calls
    assert (call.name, json.loads(call.arguments)) == (TOOL.name, {"dia": "sexta"})
    await script(sim, stage="after_tool", reply="Na sexta, às 18h.")
    exchange = ToolExchange(first.output_items, ((call.call_id, '{"abre":"18h"}'),))
    second = await openai.answer(openai_credentials, replace(ask, exchanges=(exchange,)))
    assert second.text == "Na sexta, às 18h."
    assert len(await obeyed(sim, "openai", "/responses")) == 2


async def test_an_image_is_looked_at(
    openai: OpenAIService, openai_credentials: OpenAICredentials, sim: Simulators
) -> None:
    await script(sim, reply="Vi a foto.")
    seen = ChatMessage("user", "Veja", (ImageInput("image/jpeg", b"\xff\xd8\xff\xe0" + bytes(40)),))
    assert (await openai.answer(openai_credentials, replace(ASK, messages=(seen,)))).text == "Vi a foto."
    await obeyed(sim, "openai")


async def test_a_parameter_a_model_does_not_know_is_left_out_and_the_question_asked_again(
    openai: OpenAIService, openai_credentials: OpenAICredentials, sim: Simulators
) -> None:
    await sim.control("POST", "/openai/models", id="futuro-1", kind="chat", reasoning=False)
    refused = {"error": {"message": "x", "type": "invalid_request_error", "param": "reasoning.effort", "code": None}}
    done = {"status": "completed", "model": "m", "output": [
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Sim."}]}
    ]}  # fmt: skip

    def serve(asked: Asked) -> Answer:
        body = json.loads(asked.body)
        status, document = (400, refused) if "reasoning" in body else (200, done)
        return Answer(status, {"content-type": "application/json"}, json.dumps(document).encode())

    async with local_server(serve) as server:
        answer = await openai.answer(OpenAICredentials("sk-x", f"{server.url}/v1"), replace(ASK, model="futuro-1"))
    assert answer.text == "Sim."
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        ({"kind": "status", "status": 429, "retry_after": 7}, ProviderBusy, "http_429"),
        ({"kind": "status", "status": 500}, ProviderUncertain, "http_500"),
        ({"kind": "status", "status": 503}, ProviderUncertain, "http_503"),
        ({"kind": "status", "status": 400}, ProviderRefused, "http_400"),
        ({"kind": "hang"}, ProviderUncertain, "timeout"),
        ({"kind": "reset"}, ProviderUncertain, "connection_lost"),
        ({"kind": "malformed"}, ProviderUncertain, "unreadable_answer"),
        ({"kind": "empty"}, ProviderUncertain, "unreadable_answer"),
    ],
)
async def test_each_failure_has_its_name(
    once: OpenAIService,
    openai_credentials: OpenAICredentials,
    sim: Simulators,
    fault: dict[str, Any],
    kind: type[ProviderError],
    reason: str,
) -> None:
    for attempt in (
        lambda: once.answer(openai_credentials, ASK),
        lambda: once.transcribe(openai_credentials, audio=OGG, content_type="audio/ogg", model="whisper-1"),
    ):
        await sim.fault("openai", **fault)
        with pytest.raises(ProviderError) as caught:
            await attempt()
        assert (type(caught.value), caught.value.reason) == (kind, reason)
        assert caught.value.retry_after == fault.get("retry_after")


@pytest.mark.parametrize("kind", ["status", "reset", "malformed", "hang"])
async def test_a_passing_failure_is_answered_by_asking_again(
    openai: OpenAIService, openai_credentials: OpenAICredentials, sim: Simulators, kind: str
) -> None:
    await script(sim, reply="Voltei.")
    await sim.fault("openai", kind, times=2)
    assert (await openai.answer(openai_credentials, ASK)).text == "Voltei."
    assert len(await sim.requests("openai")) == 3


async def test_a_slow_vendor_is_left_after_the_timeout_and_not_after_the_sdks_ten_minutes(
    once: OpenAIService, openai_credentials: OpenAICredentials, sim: Simulators
) -> None:
    await sim.fault("openai", "slow", seconds=5)
    started = time.monotonic()
    with pytest.raises(ProviderUncertain):
        await once.answer(openai_credentials, ASK)
    assert time.monotonic() - started < 2


async def test_a_wrong_key_is_the_companys_configuration(
    openai: OpenAIService, openai_credentials: OpenAICredentials, sim: Simulators
) -> None:
    with pytest.raises(ProviderAuthFailed) as caught:
        await openai.answer(replace(openai_credentials, api_key="sk-errada"), ASK)
    assert "sk-errada" not in str(caught.value)
    assert len(await sim.requests("openai")) == 1


@pytest.mark.parametrize("key", ["", "  ", "sk-\u00e7", "sk-a\nb"])
async def test_a_malformed_key_calls_nobody(
    openai: OpenAIService, openai_credentials: OpenAICredentials, sim: Simulators, key: str
) -> None:
    with pytest.raises(ProviderAuthFailed):
        await openai.answer(replace(openai_credentials, api_key=key), ASK)
    assert await sim.requests("openai") == []


@pytest.mark.parametrize("status", [404, 400, 403])
async def test_a_vanished_model_is_told_apart_from_other_refusals(
    openai: OpenAIService, openai_credentials: OpenAICredentials, sim: Simulators, status: int
) -> None:
    await sim.control("POST", "/openai/settings", unknown_model_status=status)
    await sim.control("DELETE", "/openai/models/gpt-4o")
    with pytest.raises(ProviderModelMissing):
        await openai.answer(openai_credentials, ASK)
    await sim.control("DELETE", "/openai/models/whisper-1")
    with pytest.raises(ProviderModelMissing):
        await openai.transcribe(openai_credentials, audio=OGG, content_type="audio/ogg", model="whisper-1")


async def test_a_company_out_of_credit_is_refused_and_not_asked_again(openai: OpenAIService) -> None:
    body = json.dumps({"error": {"message": "x", "type": "insufficient_quota", "code": "insufficient_quota"}}).encode()
    async with local_server(lambda _: Answer(429, {"content-type": "application/json"}, body)) as server:
        with pytest.raises(ProviderRefused) as caught:
            await openai.answer(OpenAICredentials("sk-x", f"{server.url}/v1"), ASK)
    assert caught.value.reason == "insufficient_quota"
    assert len(server.asked) == 1


async def test_a_vendor_that_refuses_the_connection_did_certainly_nothing(once: OpenAIService) -> None:
    with pytest.raises(ProviderBusy) as caught:
        await once.answer(OpenAICredentials("sk-x", f"http://127.0.0.1:{free_port()}/v1"), ASK)
    assert caught.value.reason == "unreachable"


async def test_keys_of_companies_asking_at_once_never_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    openai = OpenAIService(retry_policy=ONCE, max_clients=8)
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "do-operador")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer do-operador")

    def echo(asked: Asked) -> Answer:
        assert "openai-organization" not in asked.headers
        assert "openai-project" not in asked.headers
        assert "cookie" not in asked.headers
        words = asked.headers["authorization"]
        output = [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": words}]}]
        headers = {"content-type": "application/json", "set-cookie": f"session={words[-3:]}; Path=/"}
        return Answer(200, headers, json.dumps({"status": "completed", "output": output}).encode())

    async with local_server(echo) as server:

        async def ask(number: int) -> ChatAnswer:
            return await openai.answer(OpenAICredentials(f"sk-{number:03d}", f"{server.url}/v1"), ASK)

        first = await asyncio.gather(*(ask(n % 20) for n in range(40)))
        second = await asyncio.gather(*(ask(n % 20) for n in range(40)))  # after cookies were offered
    await openai.aclose()
    assert [a.text for a in first + second] == [f"Bearer sk-{n % 20:03d}" for n in range(40)] * 2


@pytest.mark.parametrize(
    ("model", "content_type", "name"),
    [
        ("whisper-1", "audio/ogg; codecs=opus", "audio.ogg"),
        ("gpt-4o-transcribe", "audio/mpeg", "audio.mp3"),
        ("gpt-transcribe", "AUDIO/MP4", "audio.m4a"),
    ],
)
async def test_a_voice_note_is_named_sent_and_read_back(
    openai: OpenAIService,
    openai_credentials: OpenAICredentials,
    sim: Simulators,
    model: str,
    content_type: str,
    name: str,
) -> None:
    await sim.control("POST", "/openai/transcripts", contains="OggS", text="Quero uma mesa.")
    found = await openai.transcribe(openai_credentials, audio=OGG, content_type=content_type, model=model)
    assert (found.text, found.model) == ("Quero uma mesa.", model)
    if model != "gpt-4o-transcribe":  # billed by tokens: the API does not tell the length
        assert found.seconds is not None
    [asked] = await obeyed(sim, "openai", "/audio/transcriptions")
    assert asked["files"][0]["filename"] == name


@pytest.mark.parametrize(
    ("audio", "content_type", "reason"),
    [
        (OGG, "audio/amr", "unsupported_audio"),
        (OGG, "", "unsupported_audio"),
        (b"", "audio/ogg", "empty_audio"),
        (bytes(MAX_AUDIO_BYTES + 1), "audio/ogg", "too_large"),
    ],
)
async def test_an_audio_the_api_does_not_take_is_refused_without_asking(
    openai: OpenAIService,
    openai_credentials: OpenAICredentials,
    sim: Simulators,
    audio: bytes,
    content_type: str,
    reason: str,
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        await openai.transcribe(openai_credentials, audio=audio, content_type=content_type, model="whisper-1")
    assert caught.value.reason == reason
    assert await sim.requests("openai") == []


async def test_words_that_cannot_be_encoded_are_refused(
    openai: OpenAIService, openai_credentials: OpenAICredentials
) -> None:
    broken = replace(ASK, messages=(ChatMessage("user", "\ud800"),))
    with pytest.raises(ProviderError):
        await openai.answer(openai_credentials, broken)
