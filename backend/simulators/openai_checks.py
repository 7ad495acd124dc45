"""Checks of a whole Responses request: every parameter, what the model supports, what belongs together.

Ends in a `ResponseRequest`, the only thing the answering side sees.
"""

from dataclasses import dataclass
from typing import Any

from simulators.openai_items import check_input
from simulators.openai_params import BadRequest, check_object, check_types, missing, rule
from simulators.openai_state import Model, OpenAIState
from simulators.openai_tools import check_tool_choice, check_tools

_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_RULES = {
    "model": rule("string"),
    "input": rule("string", "array"),
    "instructions": rule("string", "null"),
    "tools": rule("array", "null"),
    "tool_choice": rule("string", "object", "null"),
    "parallel_tool_calls": rule("boolean", "null"),
    "max_output_tokens": rule("integer", "null", minimum=16),
    "max_tool_calls": rule("integer", "null", minimum=1),
    "store": rule("boolean", "null"),
    "stream": rule("boolean", "null"),
    "stream_options": rule("object", "null"),
    "background": rule("boolean", "null"),
    "temperature": rule("number", "null", minimum=0, maximum=2),
    "top_p": rule("number", "null", minimum=0, maximum=1),
    "top_logprobs": rule("integer", "null", minimum=0, maximum=20),
    "metadata": rule("object", "null"),
    "user": rule("string"),
    "safety_identifier": rule("string", "null", max_length=64),
    "prompt_cache_key": rule("string", "null", max_length=64),
    "prompt_cache_retention": rule("string", "null", choices=("in_memory", "24h")),
    "prompt_cache_options": rule("object", "null"),
    "previous_response_id": rule("string", "null"),
    "conversation": rule("string", "object", "null"),
    "context_management": rule("array", "null", min_items=1),
    "include": rule("array", "null"),
    "reasoning": rule("object", "null"),
    "text": rule("object", "null"),
    "truncation": rule("string", "null", choices=("auto", "disabled")),
    "service_tier": rule("string", "null", choices=("auto", "default", "flex", "scale", "priority", "fast")),
    "moderation": rule("object", "null"),
    "prompt": rule("object", "null"),
}
_REASONING_RULES = {
    "mode": rule("string"),
    "effort": rule("string", "null", choices=_EFFORTS),
    "summary": rule("string", "null", choices=("auto", "concise", "detailed")),
    "context": rule("string", "null", choices=("auto", "current_turn", "all_turns")),
    "generate_summary": rule("string", "null", choices=("auto", "concise", "detailed")),
}
_TEXT_RULES = {
    "format": rule("object", "null"),
    "verbosity": rule("string", "null", choices=("low", "medium", "high")),
}
_FORMAT_RULES = {
    "type": rule("string", choices=("text", "json_schema", "json_object")),
    "name": rule("string", pattern=r"[a-zA-Z0-9_-]+", max_length=64),
    "schema": rule("object"),
    "strict": rule("boolean", "null"),
    "description": rule("string"),
}
_INCLUDES = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
)


@dataclass(frozen=True, slots=True)
class ResponseRequest:
    """A request that passed every check."""

    model: Model
    items: list[dict[str, Any]]
    earlier: list[dict[str, Any]]
    instructions: str
    tools: list[dict[str, Any]]
    tool_choice: Any
    parallel: bool
    max_output_tokens: int | None
    stored: bool
    effort: str
    include_encrypted: bool
    text_format: dict[str, Any]
    body: dict[str, Any]


def find_model(state: OpenAIState, name: Any, *, kind: str = "chat") -> Model:
    """The model, or the error the vendor gives for one that is gone or unfit."""
    check_types("model", name, ("string",))
    model = state.models.get(name)
    if model is None:
        message = f"The model `{name}` does not exist or you do not have access to it."
        raise BadRequest(message, param="model", code="model_not_found", status=state.settings.unknown_model_status)
    if model.kind != kind:
        message = f"This model is not supported here: '{name}'."
        raise BadRequest(message, param="model", code="invalid_value")
    return model


def check_response_request(body: Any, state: OpenAIState) -> ResponseRequest:
    """What a valid request asks for. Raises BadRequest otherwise."""
    check_types("body", body, ("object",))
    check_object(body, _RULES)
    if "model" not in body:
        raise missing("model")
    if not any(body.get(name) is not None for name in ("input", "previous_response_id", "prompt", "conversation")):
        raise missing("input")
    model = find_model(state, body["model"])
    _refuse_unavailable(body)
    _check_metadata(body.get("metadata"))
    tools = check_tools(body.get("tools"))
    check_tool_choice(body.get("tool_choice"), tools)
    effort = _check_reasoning(body, model)
    text_format = _check_text(body.get("text") or {})
    encrypted = _check_include(body.get("include") or [], model)
    stored = body.get("store") is not False
    earlier = _earlier(body.get("previous_response_id"), state)
    items = check_input(body.get("input") or [], stored=stored, earlier=earlier, state=state)
    return ResponseRequest(
        model=model,
        items=items,
        earlier=earlier,
        instructions=body.get("instructions") or "",
        tools=tools,
        tool_choice=body.get("tool_choice") or "auto",
        parallel=body.get("parallel_tool_calls") is not False,
        max_output_tokens=body.get("max_output_tokens"),
        stored=stored,
        effort=effort,
        include_encrypted=encrypted,
        text_format=text_format,
        body=body,
    )


def _refuse_unavailable(body: dict[str, Any]) -> None:
    for name in ("stream", "background", "prompt", "conversation"):
        if body.get(name):
            message = f"'{name}' is not available in this simulator."
            raise BadRequest(message, param=name, code="unsupported_value")


def _check_metadata(metadata: Any) -> None:
    if metadata is None:
        return
    if len(metadata) > 16:
        message = "Invalid 'metadata': too many properties. Expected an object with at most 16 properties."
        raise BadRequest(message, param="metadata", code="object_above_max_properties")
    for key, value in metadata.items():
        check_types(f"metadata.{key}", value, ("string",))
        if len(key) > 64 or len(value) > 512:
            message = f"Invalid 'metadata.{key}': string too long."
            raise BadRequest(message, param="metadata", code="string_above_max_length")


def _check_reasoning(body: dict[str, Any], model: Model) -> str:
    reasoning = body.get("reasoning") or {}
    check_object(reasoning, _REASONING_RULES, prefix="reasoning.")
    given = reasoning.get("effort")
    if not model.reasoning:
        for name in ("effort", "summary"):
            if reasoning.get(name) is not None:
                raise unsupported(f"reasoning.{name}")
        return "none"
    effort = given or "medium"
    if effort != "none":
        for name in ("temperature", "top_p", "top_logprobs"):
            if body.get(name) is not None:
                raise unsupported(name)
    return effort


def unsupported(name: str) -> BadRequest:
    """The error for a parameter this model does not take."""
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return BadRequest(message, param=name, code="unsupported_parameter")


def _check_text(text: dict[str, Any]) -> dict[str, Any]:
    check_object(text, _TEXT_RULES, prefix="text.")
    wanted: dict[str, Any] = text.get("format") or {"type": "text"}
    check_object(wanted, _FORMAT_RULES, required=("type",), prefix="text.format.")
    if wanted["type"] == "json_schema":
        for name in ("name", "schema"):
            if name not in wanted:
                raise missing(f"text.format.{name}")
    return wanted


def _check_include(include: list[Any], model: Model) -> bool:
    for index, value in enumerate(include):
        if value not in _INCLUDES:
            listed = ", ".join(f"'{v}'" for v in _INCLUDES[:-1]) + f", and '{_INCLUDES[-1]}'"
            message = f"Invalid value: '{value}'. Supported values are: {listed}."
            raise BadRequest(message, param=f"include[{index}]", code="invalid_value")
    encrypted = "reasoning.encrypted_content" in include
    if encrypted and not model.reasoning:
        raise BadRequest("Encrypted content is not supported with this model.", param="include")
    return encrypted


def _earlier(response_id: str | None, state: OpenAIState) -> list[dict[str, Any]]:
    if response_id is None:
        return []
    items = state.responses.get(response_id)
    if items is None:
        message = f"Previous response with id '{response_id}' not found."
        raise BadRequest(message, param="previous_response_id", code="previous_response_not_found")
    return items
