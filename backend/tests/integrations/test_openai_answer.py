"""Reading a Responses API answer: what is usable, and what the reason is when it is not."""

from typing import Any

import pytest

from errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain
from integrations.openai_answer import read_answer
from integrations.openai_service import build_request, reasons
from ports import ChatMessage, ChatRequest, ImageInput, ToolCall, ToolExchange, ToolSpec


def message(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": list(parts), **fields
    }  # fmt: skip


def text(words: str) -> dict[str, Any]:
    return {"type": "output_text", "text": words, "annotations": []}


def call(**fields: Any) -> dict[str, Any]:
    return {
        "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "reservar", "arguments": "{}",
        "status": "completed", **fields,
    }  # fmt: skip


def response(*output: dict[str, Any], **fields: Any) -> dict[str, Any]:
    usage = {"input_tokens": 50, "input_tokens_details": {"cached_tokens": 20}, "output_tokens": 7, "total_tokens": 57}
    return {"status": "completed", "model": "gpt-4o-x", "output": list(output), "usage": usage, "error": None, **fields}


def test_the_words_of_every_message_are_joined_and_counted() -> None:
    answer = read_answer(response(message(text("Olá, "), text("Ana.")), message(text("Tudo bem?"))), asked_model="m")
    assert answer.text == "Olá, Ana.\n\nTudo bem?"
    assert (answer.usage.input_tokens, answer.usage.cached_tokens, answer.usage.output_tokens) == (50, 20, 7)
    assert (answer.model, answer.incomplete, answer.tool_calls) == ("gpt-4o-x", False, ())


def test_commentary_is_not_said_to_the_customer() -> None:
    found = response(message(text("Vou pensar."), phase="commentary"), message(text("Sim."), phase="final_answer"))
    assert read_answer(found, asked_model="m").text == "Sim."


def test_tool_calls_come_without_words_and_with_every_item_unchanged() -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "xyz"}
    items = (reasoning, message(text("Um momento.")), call())
    answer = read_answer(response(*items), asked_model="m")
    assert answer.text == ""
    assert answer.tool_calls == (ToolCall("call_1", "reservar", "{}"),)
    assert answer.output_items == items


def test_an_answer_cut_short_is_kept_and_said() -> None:
    found = response(message(text("Temos ")), status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    answer = read_answer(found, asked_model="m")
    assert (answer.text, answer.incomplete) == ("Temos ".strip(), True)


@pytest.mark.parametrize(
    ("found", "kind", "reason"),
    [
        (response(), ProviderUncertain, "empty_answer"),
        (response(message(text("  "))), ProviderUncertain, "empty_answer"),
        (response(status="incomplete", incomplete_details=None), ProviderUncertain, "incomplete_answer"),
        ({}, ProviderUncertain, "unreadable_answer"),
        (response() | {"output": None}, ProviderUncertain, "unreadable_answer"),
        (response() | {"output": ["x"]}, ProviderUncertain, "unreadable_answer"),
        (response(message() | {"content": "text"}), ProviderUncertain, "unreadable_answer"),
        (response(call(arguments=None)), ProviderUncertain, "unreadable_answer"),
        (response(call(name="")), ProviderUncertain, "unreadable_answer"),
        (response(call(call_id=7)), ProviderUncertain, "unreadable_answer"),
        (response(call(status="incomplete"), status="incomplete"), ProviderUncertain, "incomplete_tool_call"),
        (response(message({"type": "refusal", "refusal": "No."})), ProviderRefused, "model_refused"),
        (
            response(message(text("x")), status="incomplete", incomplete_details={"reason": "content_filter"}),
            ProviderRefused,
            "content_filter",
        ),
        (response(status="failed", error={"code": "server_error"}), ProviderUncertain, "response_failed"),
        (response(status="failed", error={"code": "rate_limit_exceeded"}), ProviderBusy, "response_failed"),
        (response(status="failed", error={"code": "invalid_prompt"}), ProviderRefused, "response_failed"),
    ],
)
def test_an_unusable_answer_is_an_error_with_its_reason(
    found: dict[str, Any], kind: type[ProviderError], reason: str
) -> None:
    with pytest.raises(kind) as caught:
        read_answer(found, asked_model="m")
    assert type(caught.value) is kind
    assert caught.value.reason == reason


def request(model: str = "gpt-4o", **fields: Any) -> ChatRequest:
    return ChatRequest(model=model, instructions="Atenda.", messages=(ChatMessage("user", "Oi"),), **fields)


def test_nothing_is_stored_and_tools_are_strict_and_one_at_a_time() -> None:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    body = build_request(request(tools=(ToolSpec("reservar", "Reserva.", schema),)))
    assert (body["store"], body["parallel_tool_calls"]) == (False, False)
    assert body["tools"] == [
        {"type": "function", "name": "reservar", "description": "Reserva.", "parameters": schema, "strict": True}
    ]
    assert "include" not in body


def test_models_that_reason_get_room_and_their_reasoning_back_but_no_temperature() -> None:
    body = build_request(request("gpt-6-luna", temperature=0.3, max_output_tokens=500))
    assert body["include"] == ["reasoning.encrypted_content"]
    assert body["max_output_tokens"] > 2000
    assert "temperature" not in body
    plain = build_request(request("gpt-4o", temperature=0.3, max_output_tokens=500))
    assert (plain["temperature"], plain["max_output_tokens"]) == (0.3, 500)
    assert "reasoning" not in plain


@pytest.mark.parametrize(
    ("model", "thinks"),
    [("gpt-4o", False), ("gpt-4.1-mini", False), ("gpt-5-chat-latest", False), ("gpt-6-luna", True), ("o3", True)],
)
def test_which_models_reason(model: str, thinks: bool) -> None:
    assert reasons(model) is thinks


def test_an_earlier_step_goes_back_whole_and_its_results_follow() -> None:
    items = ({"type": "reasoning", "id": "rs_1", "summary": []}, call())
    body = build_request(request(exchanges=(ToolExchange(items, (("call_1", '{"ok":true}'),)),)))
    assert body["input"][1:] == [
        *items,
        {"type": "function_call_output", "call_id": "call_1", "output": '{"ok":true}'},
    ]


def test_images_travel_inside_the_request_and_other_types_are_refused() -> None:
    seen = ChatMessage("user", "O que é?", (ImageInput("image/png", b"\x89PNG"),))
    body = build_request(ChatRequest(model="gpt-4o", instructions="x", messages=(seen,)))
    assert body["input"][0]["content"] == [
        {"type": "input_text", "text": "O que é?"},
        {"type": "input_image", "image_url": "data:image/png;base64,iVBORw==", "detail": "auto"},
    ]
    odd = ChatMessage("user", "", (ImageInput("image/heic", b"x"),))
    with pytest.raises(ProviderRefused) as caught:
        build_request(ChatRequest(model="gpt-4o", instructions="x", messages=(odd,)))
    assert caught.value.reason == "unsupported_image"
