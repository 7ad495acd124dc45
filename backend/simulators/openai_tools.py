"""Checks of the tools a request offers and of its tool choice, with the strict-mode rules for schemas.

Only function tools are served by the simulator; the vendor's hosted tools are refused in so many words.
"""

from typing import Any

from simulators.openai_params import BadRequest, check_object, check_types, missing, rule

_FUNCTION_RULES = {
    "type": rule("string", choices=("function",)),
    "name": rule("string", pattern=r"[a-zA-Z0-9_-]+", max_length=128),
    "description": rule("string", "null"),
    "parameters": rule("object", "null"),
    "strict": rule("boolean", "null"),
    "output_schema": rule("object", "null"),
    "defer_loading": rule("boolean"),
    "allowed_callers": rule("array", "null"),
}
_HOSTED = frozenset(
    {
        "file_search", "web_search", "web_search_preview", "computer", "computer_use_preview", "mcp", "custom",
        "code_interpreter", "image_generation", "local_shell", "shell", "apply_patch", "namespace", "tool_search",
    }
)  # fmt: skip
_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})


def check_tools(tools: Any, *, prefix: str = "tools") -> list[dict[str, Any]]:
    """The function tools of a request. Raises BadRequest for anything the vendor would refuse."""
    if tools is None:
        return []
    check_types(prefix, tools, ("array",))
    names: set[str] = set()
    for index, tool in enumerate(tools):
        place = f"{prefix}[{index}]"
        check_types(place, tool, ("object",))
        kind = tool.get("type")
        if kind is None:
            raise missing(f"{place}.type")
        if kind in _HOSTED:
            message = f"Tool type '{kind}' is not available in this simulator; only 'function' is."
            raise BadRequest(message, param=f"{place}.type", code="invalid_value")
        check_object(tool, _FUNCTION_RULES, required=("type", "name"), prefix=f"{place}.")
        if tool["name"] in names:
            raise BadRequest(f"Duplicate tool name: '{tool['name']}'.", param=place, code="invalid_value")
        names.add(tool["name"])
        strict = tool.get("strict") is True
        check_schema(tool["name"], tool.get("parameters"), strict=strict, param=f"{place}.parameters")
    return list(tools)


def check_schema(name: str, schema: Any, *, strict: bool, param: str) -> None:
    """The parameters of a function: an object schema, and closed and complete when it is strict."""
    if schema is None:
        if strict:
            raise _bad(name, "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.", param)
        return
    if schema == {} and not strict:
        return
    if schema.get("type") != "object":
        found = schema.get("type")
        raise _bad(name, f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{found}\"'.", param)
    _check_node(name, schema, (), strict, param)


def _bad(name: str, text: str, param: str) -> BadRequest:
    return BadRequest(f"Invalid schema for function '{name}': {text}", param=param, code="invalid_function_parameters")


def _check_node(name: str, node: Any, context: tuple[str, ...], strict: bool, param: str) -> None:
    if not isinstance(node, dict):
        raise _bad(name, f"{node!r} is not of type 'object', 'boolean'.", param)
    kinds = node.get("type")
    for kind in kinds if isinstance(kinds, list) else [kinds] if kinds is not None else []:
        if kind not in _TYPES:
            raise _bad(name, f"In context={context}, '{kind}' is not valid under any of the given schemas.", param)
    if strict:
        _check_strict(name, node, context, param)
    for key, child in (node.get("properties") or {}).items():
        _check_node(name, child, (*context, "properties", key), strict, param)
    if "items" in node:
        _check_node(name, node["items"], (*context, "items"), strict, param)
    for index, child in enumerate(node.get("anyOf") or []):
        _check_node(name, child, (*context, "anyOf", str(index)), strict, param)
    for key, child in (node.get("$defs") or {}).items():
        _check_node(name, child, (*context, "$defs", key), strict, param)


def _check_strict(name: str, node: dict[str, Any], context: tuple[str, ...], param: str) -> None:
    where = f"In context={context},"
    for word in ("allOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else", "oneOf", "default"):
        if word in node:
            raise _bad(name, f"{where} '{word}' is not permitted.", param)
    kinds = node.get("type")
    if not any(word in node for word in ("type", "anyOf", "$ref", "enum", "const")):
        raise _bad(name, f"{where} schema must have a 'type' key.", param)
    is_object = kinds == "object" or (isinstance(kinds, list) and "object" in kinds)
    is_array = kinds == "array" or (isinstance(kinds, list) and "array" in kinds)
    if is_array and "items" not in node:
        raise _bad(name, f"{where} array schema missing items.", param)
    if not is_object:
        return
    if node.get("additionalProperties") is not False:
        raise _bad(name, f"{where} 'additionalProperties' is required to be supplied and to be false.", param)
    properties = node.get("properties") or {}
    required = node.get("required")
    absent = [key for key in properties if key not in (required or [])]
    if (properties and not isinstance(required, list)) or absent:
        text = f"{where} 'required' is required to be supplied and to be an array including every key in properties."
        raise _bad(name, f"{text} Missing '{absent[0] if absent else next(iter(properties))}'.", param)


def check_tool_choice(choice: Any, tools: list[dict[str, Any]]) -> None:
    """The tool choice must be one the vendor knows and name a tool that was offered."""
    if choice is None:
        return
    if isinstance(choice, str):
        if choice not in ("none", "auto", "required"):
            message = f"Invalid value: '{choice}'. Supported values are: 'none', 'auto', and 'required'."
            raise BadRequest(message, param="tool_choice", code="invalid_value")
        if choice == "required" and not tools:
            message = "Tool choice 'required' must be specified with 'tools' parameter."
            raise BadRequest(message, param="tool_choice")
        return
    check_types("tool_choice", choice, ("string", "object"))
    kind = choice.get("type")
    names = {t["name"] for t in tools}
    if kind == "function":
        if "name" not in choice:
            raise missing("tool_choice.name")
        wanted = [choice["name"]]
    elif kind == "allowed_tools":
        if choice.get("mode") not in ("auto", "required"):
            raise BadRequest("Invalid value for 'tool_choice.mode'.", param="tool_choice.mode", code="invalid_value")
        wanted = [t.get("name") for t in choice.get("tools") or []]
    else:
        raise BadRequest(f"Invalid value: '{kind}'.", param="tool_choice.type", code="invalid_value")
    for name in wanted:
        if name not in names:
            message = f"Tool choice 'function' not found in 'tools' parameter: '{name}'."
            raise BadRequest(message, param="tool_choice")
