"""Reads the JSON of a Responses API answer into a `ChatAnswer`, believing nothing about its shape.

It takes the answer as the wire gave it, because the output items must go back unchanged in the next step of a
turn. An answer that cannot be used is an error with a reason, never an empty reply.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from errors import ProviderBusy, ProviderRefused, ProviderUncertain
from integrations.base import safe_code
from ports import ChatAnswer, ToolCall, Usage

VENDOR = "openai"


def read_answer(found: Mapping[str, Any], *, asked_model: str) -> ChatAnswer:
    """The text or the tool calls of one response object.

    Raises ProviderUncertain (`unreadable_answer`, `empty_answer`, `incomplete_tool_call`, `response_failed`),
    ProviderBusy (the response failed on a rate limit) or ProviderRefused (`content_filter`, `model_refused`).
    """
    _raise_if_failed(found)
    output = found.get("output")
    if not isinstance(output, list) or not all(isinstance(item, dict) for item in output):
        raise ProviderUncertain(VENDOR, "unreadable_answer")
    incomplete = found.get("status") == "incomplete"
    if incomplete and _mapping(found.get("incomplete_details")).get("reason") == "content_filter":
        raise ProviderRefused(VENDOR, "content_filter")
    calls = tuple(_tool_call(item) for item in output if item.get("type") == "function_call")
    text = "" if calls else _text(output)
    if not calls and not text:
        raise ProviderUncertain(VENDOR, "incomplete_answer" if incomplete else "empty_answer")
    model = found.get("model")
    return ChatAnswer(
        text=text,
        model=model if isinstance(model, str) and model else asked_model,
        usage=_usage(found.get("usage")),
        tool_calls=calls,
        output_items=tuple(output),
        incomplete=incomplete,
    )


def _raise_if_failed(found: Mapping[str, Any]) -> None:
    error = found.get("error")
    if found.get("status") not in ("failed", "cancelled") and not error:
        return
    code = safe_code(_mapping(error).get("code"))
    if code == "rate_limit_exceeded":
        raise ProviderBusy(VENDOR, "response_failed", vendor_code=code)
    if code in ("invalid_prompt", "image_content_policy_violation") or (code or "").startswith("invalid_image"):
        raise ProviderRefused(VENDOR, "response_failed", vendor_code=code)
    raise ProviderUncertain(VENDOR, "response_failed", vendor_code=code)


def _tool_call(item: Mapping[str, Any]) -> ToolCall:
    call_id, name, arguments = item.get("call_id"), item.get("name"), item.get("arguments")
    if item.get("status") == "incomplete":
        raise ProviderUncertain(VENDOR, "incomplete_tool_call")
    if not (isinstance(call_id, str) and call_id and isinstance(name, str) and name and isinstance(arguments, str)):
        raise ProviderUncertain(VENDOR, "unreadable_answer")
    return ToolCall(call_id=call_id, name=name, arguments=arguments)


def _text(output: list[dict[str, Any]]) -> str:
    """The words meant for the customer: the final answer when the model marks one, else every message."""
    messages = [item for item in output if item.get("type") == "message"]
    final = [item for item in messages if item.get("phase") == "final_answer"]
    texts: list[str] = []
    refused = False
    for message in final or messages:
        written = ""
        for part in _parts(message):
            if part.get("type") == "output_text" and isinstance(part.get("text"), str):
                written += part["text"]
            elif part.get("type") == "refusal":
                refused = True
        if written.strip():
            texts.append(written.strip())
    if refused and not texts:
        raise ProviderRefused(VENDOR, "model_refused")
    return "\n\n".join(texts)


def _parts(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    content = message.get("content")
    if not isinstance(content, list):
        raise ProviderUncertain(VENDOR, "unreadable_answer")
    yield from (part for part in content if isinstance(part, dict))


def _usage(found: object) -> Usage:
    usage = _mapping(found)
    return Usage(
        input_tokens=_count(usage.get("input_tokens")),
        cached_tokens=_count(_mapping(usage.get("input_tokens_details")).get("cached_tokens")),
        output_tokens=_count(usage.get("output_tokens")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
