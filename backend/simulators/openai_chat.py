"""The simulated Chat Completions endpoint, without streaming.

Translates messages into the same items the Responses side uses, so that both are answered by the same model.
"""

import asyncio
import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.openai_answer import build_exchange, produce, structured
from simulators.openai_api import OpenAIApi, bad_request
from simulators.openai_checks import find_model, unsupported
from simulators.openai_params import BadRequest, check_object, check_types, missing, rule
from simulators.openai_state import Model, count_tokens, new_id
from simulators.openai_tools import check_tool_choice, check_tools

_RULES = {
    "model": rule("string"),
    "messages": rule("array", min_items=1),
    "tools": rule("array", "null"),
    "tool_choice": rule("string", "object", "null"),
    "parallel_tool_calls": rule("boolean", "null"),
    "max_tokens": rule("integer", "null", minimum=1),
    "max_completion_tokens": rule("integer", "null", minimum=1),
    "temperature": rule("number", "null", minimum=0, maximum=2),
    "top_p": rule("number", "null", minimum=0, maximum=1),
    "n": rule("integer", "null", minimum=1, maximum=128),
    "stream": rule("boolean", "null"),
    "stream_options": rule("object", "null"),
    "stop": rule("string", "array", "null"),
    "seed": rule("integer", "null"),
    "user": rule("string"),
    "store": rule("boolean", "null"),
    "metadata": rule("object", "null"),
    "modalities": rule("array", "null"),
    "audio": rule("object", "null"),
    "moderation": rule("object", "null"),
    "prediction": rule("object", "null"),
    "web_search_options": rule("object"),
    "logprobs": rule("boolean", "null"),
    "top_logprobs": rule("integer", "null", minimum=0, maximum=20),
    "logit_bias": rule("object", "null"),
    "frequency_penalty": rule("number", "null", minimum=-2, maximum=2),
    "presence_penalty": rule("number", "null", minimum=-2, maximum=2),
    "response_format": rule("object"),
    "reasoning_effort": rule("string", "null", choices=("none", "minimal", "low", "medium", "high", "xhigh", "max")),
    "verbosity": rule("string", "null", choices=("low", "medium", "high")),
    "service_tier": rule("string", "null", choices=("auto", "default", "flex", "scale", "priority", "fast")),
    "safety_identifier": rule("string", "null", max_length=64),
    "prompt_cache_key": rule("string", "null", max_length=64),
    "prompt_cache_retention": rule("string", "null", choices=("in_memory", "24h")),
    "prompt_cache_options": rule("object", "null"),
    "functions": rule("array"),
    "function_call": rule("string", "object"),
}
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_PARTS = {"text": "input_text", "image_url": "input_image", "input_audio": "input_file", "file": "input_file"}


class OpenAIChat:
    """Route of `/openai/v1/chat/completions`."""

    def __init__(self, api: OpenAIApi) -> None:
        self.api = api
        self.state = api.state

    def routes(self) -> list[Route]:
        """Routes below `/openai/v1`."""
        return [Route("/chat/completions", self.completions, methods=["POST"])]

    async def completions(self, request: Request) -> Response:
        """Create a chat completion."""
        refused = self.api.refused(request)
        if refused is not None:
            return refused
        try:
            body = await self.api.read_json(request)
            model, items, tools = self._check(body)
        except BadRequest as bad:
            return bad_request(bad)
        choice = body.get("tool_choice") or "auto"
        if isinstance(choice, dict) and choice.get("type") == "function":
            choice = {"type": "function", "name": choice["function"]["name"]}
        exchange = build_exchange(
            items,
            instructions="",
            tools=tools,
            tool_choice=choice,
            parallel=body.get("parallel_tool_calls") is not False,
        )
        produced = produce(self.state, exchange)
        delay = produced.script.delay if produced.script is not None else None
        await asyncio.sleep(self.state.settings.latency_seconds if delay is None else delay)
        if produced.script is not None and produced.script.raw is not None:
            raw = produced.script.raw
            return JSONResponse(raw.get("body"), status_code=int(raw.get("status", 200)))
        return JSONResponse(_completion(body, model, produced.answer.text, produced.answer.calls))

    def _check(self, body: Any) -> tuple[Model, list[dict[str, Any]], list[dict[str, Any]]]:
        check_types("body", body, ("object",))
        for name in body:
            if name not in _RULES:
                raise BadRequest(f"Unrecognized request argument supplied: {name}")
        check_object(body, _RULES)
        for name in ("model", "messages"):
            if name not in body:
                raise missing(name)
        model = find_model(self.state, body["model"])
        if body.get("stream"):
            raise BadRequest("'stream' is not available in this simulator.", param="stream", code="unsupported_value")
        self._check_for_model(body, model)
        tools = []
        for index, tool in enumerate(body.get("tools") or []):
            check_types(f"tools[{index}]", tool, ("object",))
            if tool.get("type") != "function" or not isinstance(tool.get("function"), dict):
                raise missing(f"tools[{index}].function")
            tools.append({"type": "function"} | tool["function"])
        tools = check_tools(tools)
        choice = body.get("tool_choice")
        if isinstance(choice, dict):
            choice = {"type": choice.get("type"), "name": (choice.get("function") or {}).get("name")}
        check_tool_choice(choice, tools)
        return model, _items(body["messages"]), tools

    @staticmethod
    def _check_for_model(body: dict[str, Any], model: Model) -> None:
        if not model.reasoning:
            if body.get("reasoning_effort") is not None:
                raise unsupported("reasoning_effort")
            return
        if body.get("max_tokens") is not None:
            message = (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
                "instead."
            )
            raise BadRequest(message, param="max_tokens", code="unsupported_parameter")
        effort = body.get("reasoning_effort") or "medium"
        if body.get("tools") and effort != "none":
            message = (
                "Function tools are only supported with reasoning_effort 'none' in Chat Completions for this model."
            )
            raise BadRequest(message, param="reasoning_effort", code="unsupported_value")
        if effort != "none" and body.get("temperature") not in (None, 1):
            raise BadRequest(
                "Unsupported value: 'temperature' does not support this value with this model. Only the default (1) "
                "value is supported.",
                param="temperature",
                code="unsupported_value",
            )


def _items(messages: list[Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    waiting: list[str] = []
    for index, message in enumerate(messages):
        place = f"messages[{index}]"
        check_types(place, message, ("object",))
        role = message.get("role")
        if role is None:
            raise missing(f"{place}.role")
        if role not in _ROLES:
            listed = ", ".join(f"'{r}'" for r in _ROLES[:-1]) + f", and '{_ROLES[-1]}'"
            message_text = f"Invalid value: '{role}'. Supported values are: {listed}."
            raise BadRequest(message_text, param=f"{place}.role", code="invalid_value")
        if waiting and role != "tool":
            listed = ", ".join(waiting)
            text = (
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                f"'tool_call_id'. The following tool_call_ids did not have response messages: {listed}"
            )
            raise BadRequest(text, param="messages")
        items += _items_of(message, role, place, waiting)
    if waiting:
        text = f"The following tool_call_ids did not have response messages: {', '.join(waiting)}"
        raise BadRequest(text, param="messages")
    return items


def _items_of(message: dict[str, Any], role: str, place: str, waiting: list[str]) -> list[dict[str, Any]]:
    if role == "tool":
        call_id = message.get("tool_call_id")
        if call_id not in waiting:
            text = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
            raise BadRequest(f"Invalid parameter: {text}", param=f"{place}.role")
        waiting.remove(call_id)
        return [{"type": "function_call_output", "call_id": call_id, "output": _text(message.get("content"), place)}]
    calls = message.get("tool_calls") or []
    if role == "assistant" and calls:
        waiting += [c["id"] for c in calls]
        return [
            {
                "type": "function_call",
                "call_id": c["id"],
                "name": c["function"]["name"],
                "arguments": c["function"]["arguments"],
            }
            for c in calls
        ]
    return [{"type": "message", "role": role, "content": _text(message.get("content"), place)}]


def _text(content: Any, place: str) -> str:
    check_types(f"{place}.content", content, ("string", "array"))
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for index, part in enumerate(content):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in _PARTS:
            raise BadRequest(f"Invalid value: '{kind}'.", param=f"{place}.content[{index}].type", code="invalid_value")
        texts.append(str(part.get("text") or f"[{kind}]"))
    return "\n".join(texts)


def _completion(body: dict[str, Any], model: Model, text: str, calls: list[tuple[str, str]]) -> dict[str, Any]:
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema" and not calls:
        text = structured(text, (wanted.get("json_schema") or {}).get("schema") or {})
    cut = limit is not None and not calls and count_tokens(text) > limit
    if cut and limit is not None:
        text = text[: limit * 4]
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if calls else text,
        "refusal": None,
        "annotations": [],
    }
    if calls:
        message["tool_calls"] = [
            {"id": new_id("call")[:29], "type": "function", "function": {"name": n, "arguments": a}} for n, a in calls
        ]
    given = count_tokens(json.dumps(body["messages"]))
    spoken = count_tokens(text + "".join(n + a for n, a in calls))
    return {
        "id": "chatcmpl-" + new_id("c")[2:31],
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model.id,
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": "tool_calls" if calls else "length" if cut else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": given,
            "completion_tokens": spoken,
            "total_tokens": given + spoken,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }
