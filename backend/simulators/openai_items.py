"""Checks of the input items of a Responses request: shapes, call pairing, reasoning kept with its call.

The rules that bite in practice are here: an output without its call, a call without its output, and a reasoning
item sent back without its encrypted content when nothing is stored.
"""

from typing import Any

from simulators.openai_params import BadRequest, Rule, check_object, check_types, missing, rule
from simulators.openai_state import OpenAIState

_ROLES = ("user", "assistant", "system", "developer")
_STATUS = rule("string", "null", choices=("in_progress", "completed", "incomplete"))
_ID = rule("string", "null")
_MESSAGE: dict[str, Rule] = {
    "type": rule("string"),
    "id": _ID,
    "role": rule("string", choices=_ROLES),
    "content": rule("string", "array"),
    "status": _STATUS,
    "phase": rule("string", "null", choices=("commentary", "final_answer")),
}
_CALL: dict[str, Rule] = {
    "type": rule("string"),
    "id": _ID,
    "call_id": rule("string", max_length=64),
    "name": rule("string", pattern=r"[a-zA-Z0-9_-]+", max_length=128),
    "namespace": rule("string"),
    "caller": rule("object", "null"),
    "arguments": rule("string"),
    "status": _STATUS,
}
_OUTPUT: dict[str, Rule] = {
    "type": rule("string"),
    "id": _ID,
    "call_id": rule("string", max_length=64),
    "output": rule("string", "array", max_length=10_485_760),
    "name": rule("string", "null"),
    "namespace": rule("string", "null"),
    "caller": rule("object", "null"),
    "status": _STATUS,
}
_REASONING: dict[str, Rule] = {
    "type": rule("string"),
    "id": rule("string"),
    "summary": rule("array"),
    "content": rule("array", "null"),
    "encrypted_content": rule("string", "null"),
    "status": _STATUS,
}
_OTHER_TYPES = frozenset(
    {
        "file_search_call", "computer_call", "computer_call_output", "web_search_call", "item_reference",
        "image_generation_call", "code_interpreter_call", "local_shell_call", "local_shell_call_output",
        "shell_call", "shell_call_output", "apply_patch_call", "apply_patch_call_output", "mcp_list_tools",
        "mcp_approval_request", "mcp_approval_response", "mcp_call", "custom_tool_call_output",
        "custom_tool_call", "compaction",
    }
)  # fmt: skip
_INPUT_PARTS = ("input_text", "input_image", "input_file")
_OUTPUT_PARTS = ("output_text", "refusal")


def check_input(value: Any, *, stored: bool, earlier: list[dict[str, Any]], state: OpenAIState) -> list[dict[str, Any]]:
    """The input as a list of items. Raises BadRequest for what the vendor would refuse."""
    if isinstance(value, str):
        return [{"type": "message", "role": "user", "content": value}]
    check_types("input", value, ("string", "array"))
    items: list[dict[str, Any]] = list(value)
    for index, item in enumerate(items):
        _check_item(item, f"input[{index}]")
    _check_calls(earlier + items)
    if not stored:
        _check_reasoning(items, earlier, state)
    return items


def _check_item(item: Any, place: str) -> None:
    check_types(place, item, ("object",))
    kind = item.get("type", "message")
    if kind == "message":
        check_object(item, _MESSAGE, required=("role", "content"), prefix=f"{place}.")
        _check_content(item, place)
    elif kind == "function_call":
        check_object(item, _CALL, required=("call_id", "name", "arguments"), prefix=f"{place}.")
    elif kind == "function_call_output":
        check_object(item, _OUTPUT, required=("call_id", "output"), prefix=f"{place}.")
    elif kind == "reasoning":
        check_object(item, _REASONING, required=("id", "summary"), prefix=f"{place}.")
    elif kind in _OTHER_TYPES:
        message = f"Items of type '{kind}' are not available in this simulator."
        raise BadRequest(message, param=f"{place}.type", code="invalid_value")
    else:
        raise BadRequest(f"Invalid value: '{kind}'.", param=f"{place}.type", code="invalid_value")


def _check_content(item: dict[str, Any], place: str) -> None:
    content = item["content"]
    if isinstance(content, str):
        return
    allowed = _OUTPUT_PARTS if item["role"] == "assistant" else _INPUT_PARTS
    for index, part in enumerate(content):
        where = f"{place}.content[{index}]"
        check_types(where, part, ("object",))
        kind = part.get("type")
        if kind is None:
            raise missing(f"{where}.type")
        if kind not in allowed:
            listed = ", ".join(f"'{a}'" for a in allowed[:-1]) + f" and '{allowed[-1]}'"
            message = f"Invalid value: '{kind}'. Supported values are: {listed}."
            raise BadRequest(message, param=f"{where}.type", code="invalid_value")
        needed = {"input_text": "text", "output_text": "text", "refusal": "refusal"}.get(kind)
        if needed is not None:
            if needed not in part:
                raise missing(f"{where}.{needed}")
            check_types(f"{where}.{needed}", part[needed], ("string",))
        if kind == "input_image" and not (part.get("image_url") or part.get("file_id")):
            raise missing(f"{where}.image_url")


def _check_calls(items: list[dict[str, Any]]) -> None:
    open_calls: dict[str, bool] = {}
    for item in items:
        if item.get("type") == "function_call":
            open_calls[item["call_id"]] = False
        elif item.get("type") == "function_call_output":
            if item["call_id"] not in open_calls:
                message = f"No tool call found for function call output with call_id {item['call_id']}."
                raise BadRequest(message, param="input")
            open_calls[item["call_id"]] = True
    for call_id, answered in open_calls.items():
        if not answered:
            raise BadRequest(f"No tool output found for function call {call_id}.", param="input")


def _check_reasoning(items: list[dict[str, Any]], earlier: list[dict[str, Any]], state: OpenAIState) -> None:
    present = {i.get("id") for i in earlier + items if i.get("type") == "reasoning"}
    for item in items:
        if item.get("type") == "reasoning" and not item.get("encrypted_content"):
            message = (
                f"Item with id '{item['id']}' not found. Items are not persisted when `store` is set to false. Try "
                "again with `store` set to true, or remove this item from your input."
            )
            raise BadRequest(message, param="input", status=404)
        needed = state.reasoning_of_call.get(str(item.get("id") or "")) if item.get("type") == "function_call" else None
        if needed is not None and needed not in present:
            message = (
                f"Item '{item['id']}' of type 'function_call' was provided without its required 'reasoning' item: "
                f"'{needed}'."
            )
            raise BadRequest(message, param="input")


def text_of(content: Any) -> str:
    """The text of a message's or an output's content, parts joined by line breaks."""
    if isinstance(content, str):
        return content
    parts = [str(p.get("text") or p.get("refusal") or "") for p in content or [] if isinstance(p, dict)]
    return "\n".join(p for p in parts if p)
