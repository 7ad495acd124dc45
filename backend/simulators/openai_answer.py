"""Turns checked input items into what the rehearsal model sees, and scripted answers into what the API returns.

The turn to answer is everything after the last assistant message; the tools' outputs in it belong to the turn.
"""

import json
from dataclasses import dataclass
from typing import Any

from simulators.model import Answer, Exchange, ToolUse, respond
from simulators.openai_items import text_of
from simulators.openai_state import OpenAIState, Script


@dataclass(frozen=True, slots=True)
class Produced:
    """An answer, and the script it came from if it was scripted."""

    answer: Answer
    script: Script | None


def build_exchange(
    items: list[dict[str, Any]],
    *,
    instructions: str,
    tools: list[dict[str, Any]],
    tool_choice: Any,
    parallel: bool,
) -> Exchange:
    """The exchange that a list of Responses items stands for."""
    rules = [instructions]
    history: list[tuple[str, str]] = []
    question: list[str] = []
    uses: list[ToolUse] = []
    names: dict[str, str] = {}
    for item in items:
        kind = item.get("type", "message")
        if kind == "function_call":
            names[item["call_id"]] = item["name"]
        elif kind == "function_call_output":
            uses.append(ToolUse(names.get(item["call_id"], ""), text_of(item["output"])))
        elif kind == "message":
            text = text_of(item["content"])
            if item["role"] in ("system", "developer"):
                rules.append(text)
            elif item["role"] == "user":
                question.append(text or "[imagem]")
            else:
                history += [("user", q) for q in question] + [("assistant", text)]
                question, uses = [], []
    offered = tools
    if isinstance(tool_choice, dict) and tool_choice.get("type") == "allowed_tools":
        allowed = {t.get("name") for t in tool_choice.get("tools") or []}
        offered = [t for t in tools if t["name"] in allowed]
        tool_choice = tool_choice.get("mode", "auto")
    return Exchange(
        instructions="\n".join(r for r in rules if r),
        history=history,
        question=question,
        uses=uses,
        tools=offered,
        tool_choice=tool_choice,
        parallel=parallel,
    )


def produce(state: OpenAIState, exchange: Exchange) -> Produced:
    """The scripted answer when one applies, otherwise the rehearsal model's."""
    script = state.take_script(
        text="\n".join(exchange.question), instructions=exchange.instructions, after_tool=bool(exchange.uses)
    )
    if script is None:
        return Produced(respond(exchange), None)
    calls = []
    for call in script.tool_calls or []:
        arguments = call.get("arguments", {})
        text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        calls.append((str(call["name"]), text))
    return Produced(Answer(script.reply or "", calls), script)


def structured(text: str, schema: dict[str, Any]) -> str:
    """The text put into a JSON document of the wanted schema."""
    return json.dumps(_shape(schema, text), ensure_ascii=False)


def _shape(schema: dict[str, Any], text: str) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        return {name: _shape(prop, text) for name, prop in (schema.get("properties") or {}).items()}
    if kind == "array":
        return [_shape(schema.get("items") or {}, text)]
    return {"integer": 0, "number": 0, "boolean": False, "null": None}.get(str(kind), text)
