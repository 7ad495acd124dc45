"""The simulated OpenAI API: Responses and the list of models.

Checks the request, lets the rehearsal model or a script answer, and dresses the answer as the vendor does, with
reasoning items, usage and an incomplete status when the token limit cuts it.
"""

import asyncio
import hashlib
import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.openai_answer import Produced, build_exchange, produce, structured
from simulators.openai_checks import ResponseRequest, check_response_request
from simulators.openai_params import BadRequest
from simulators.openai_state import OpenAIState, count_tokens, new_id
from simulators.vendor_errors import openai_error

_REASONING_TOKENS = {"none": 0, "minimal": 16, "low": 64, "medium": 128, "high": 512, "xhigh": 1024, "max": 2048}


class OpenAIApi:
    """Routes of `/openai/v1` for text."""

    def __init__(self, state: OpenAIState) -> None:
        self.state = state

    def routes(self) -> list[Route]:
        """Routes below `/openai/v1`."""
        return [
            Route("/responses", self.responses, methods=["POST"]),
            Route("/models", self.models, methods=["GET"]),
            Route("/models/{model_id:path}", self.model, methods=["GET"]),
        ]

    def refused(self, request: Request) -> Response | None:
        """The 401 for a missing or wrong key, None when the key is good."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            message = (
                "You didn't provide an API key. You need to provide your API key in an Authorization header using "
                "Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
            )
            return openai_error(401, message)
        if key not in self.state.keys:
            shown = key[:3] + "*" * 8 + key[-4:] if len(key) > 11 else "********"
            message = (
                f"Incorrect API key provided: {shown}. You can find your API key at "
                "https://platform.openai.com/account/api-keys."
            )
            return openai_error(401, message, code="invalid_api_key")
        return None

    async def read_json(self, request: Request) -> Any:
        """The JSON body. Raises BadRequest when it cannot be read as the vendor would read it."""
        if "json" not in request.headers.get("content-type", ""):
            kind = request.headers.get("content-type", "")
            message = (
                f"Unsupported content type: '{kind}'. This API method only accepts 'application/json' requests, but "
                f"you specified the header 'Content-Type: {kind}'. Please try again with a supported content type."
            )
            raise BadRequest(message, code="unsupported_content_type")
        try:
            return json.loads(await request.body())
        except ValueError as error:
            message = (
                "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
                "library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)"
            )
            raise BadRequest(message) from error

    async def responses(self, request: Request) -> Response:
        """Create a response."""
        refused = self.refused(request)
        if refused is not None:
            return refused
        try:
            asked = check_response_request(await self.read_json(request), self.state)
        except BadRequest as bad:
            return bad_request(bad)
        exchange = build_exchange(
            asked.earlier + asked.items,
            instructions=asked.instructions,
            tools=asked.tools,
            tool_choice=asked.tool_choice,
            parallel=asked.parallel,
        )
        produced = produce(self.state, exchange)
        delay = produced.script.delay if produced.script is not None else None
        await asyncio.sleep(self.state.settings.latency_seconds if delay is None else delay)
        raw = produced.script.raw if produced.script is not None else None
        if raw is not None:
            return JSONResponse(raw.get("body"), status_code=int(raw.get("status", 200)))
        return JSONResponse(self._response(asked, produced), headers={"x-request-id": new_id("req")})

    def _response(self, asked: ResponseRequest, produced: Produced) -> dict[str, Any]:
        now = time.time()
        response_id = new_id("resp")
        reasoning = _REASONING_TOKENS[asked.effort] if asked.model.reasoning else 0
        output, spoken, cut = self._output(asked, produced, reasoning)
        instructions_tokens = count_tokens(asked.instructions)
        given = instructions_tokens + count_tokens(json.dumps(asked.items)) + count_tokens(json.dumps(asked.tools)) // 2
        key = hashlib.sha256(f"{asked.body.get('prompt_cache_key')}|{asked.instructions}".encode()).hexdigest()
        cached = self.state.cached_tokens(key, instructions_tokens, given)
        if asked.stored:
            self.state.keep_response(response_id, asked.earlier + asked.items + output)
        body = asked.body
        return {
            "id": response_id,
            "object": "response",
            "created_at": int(now),
            "completed_at": None if cut else int(now),
            "status": "incomplete" if cut else "completed",
            "background": False,
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "instructions": body.get("instructions"),
            "max_output_tokens": asked.max_output_tokens,
            "max_tool_calls": body.get("max_tool_calls"),
            "model": asked.model.id,
            "output": output,
            "parallel_tool_calls": asked.parallel,
            "previous_response_id": body.get("previous_response_id"),
            "prompt_cache_key": body.get("prompt_cache_key"),
            "reasoning": {"effort": asked.effort if asked.model.reasoning else None, "summary": None},
            "safety_identifier": body.get("safety_identifier"),
            "service_tier": "default",
            "store": asked.stored,
            "temperature": body.get("temperature") if body.get("temperature") is not None else 1.0,
            "text": {"format": asked.text_format, "verbosity": "medium"},
            "tool_choice": asked.tool_choice,
            "tools": [_tool_shown(t) for t in asked.tools],
            "top_logprobs": 0,
            "top_p": body.get("top_p") if body.get("top_p") is not None else 1.0,
            "truncation": body.get("truncation") or "disabled",
            "usage": {
                "input_tokens": given,
                "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
                "output_tokens": spoken + reasoning,
                "output_tokens_details": {"reasoning_tokens": reasoning},
                "total_tokens": given + spoken + reasoning,
            },
            "user": None,
            "metadata": body.get("metadata") or {},
        }

    def _output(
        self, asked: ResponseRequest, produced: Produced, reasoning_tokens: int
    ) -> tuple[list[dict[str, Any]], int, bool]:
        """The output items, the tokens they cost, and whether the limit cut them."""
        if produced.script is not None and produced.script.output is not None:
            items = produced.script.output
            return items, count_tokens(json.dumps(items)), False
        limit = asked.max_output_tokens
        output: list[dict[str, Any]] = []
        reasoning_id = None
        if reasoning_tokens:
            reasoning_id = new_id("rs")
            encrypted = "gAAAA" + hashlib.sha256(reasoning_id.encode()).hexdigest() if asked.include_encrypted else None
            item: dict[str, Any] = {"id": reasoning_id, "type": "reasoning", "summary": []}
            output.append(item | ({"encrypted_content": encrypted} if encrypted else {}))
            if limit is not None and limit <= reasoning_tokens:
                return output, 0, True
        room = limit - reasoning_tokens if limit is not None else None
        if produced.answer.calls:
            return self._calls(output, produced, reasoning_id, asked, room)
        text = produced.answer.text
        if asked.text_format["type"] == "json_schema":
            text = structured(text, asked.text_format["schema"])
        cut = room is not None and count_tokens(text) > room
        if cut and room is not None:
            text = text[: room * 4]
        part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
        status = "incomplete" if cut else "completed"
        output.append(
            {"id": new_id("msg"), "type": "message", "status": status, "role": "assistant", "content": [part]}
        )
        return output, count_tokens(text), cut

    def _calls(
        self,
        output: list[dict[str, Any]],
        produced: Produced,
        reasoning_id: str | None,
        asked: ResponseRequest,
        room: int | None,
    ) -> tuple[list[dict[str, Any]], int, bool]:
        spoken = 0
        for name, arguments in produced.answer.calls:
            item_id = new_id("fc")
            spoken += count_tokens(name + arguments) + 8
            cut = room is not None and spoken > room
            output.append(
                {
                    "id": item_id,
                    "type": "function_call",
                    "status": "incomplete" if cut else "completed",
                    "arguments": arguments[: len(arguments) // 2] if cut else arguments,
                    "call_id": new_id("call")[:29],
                    "name": name,
                }
            )
            if reasoning_id is not None and not asked.stored:
                self.state.pair_reasoning(item_id, reasoning_id)
            if cut and room is not None:
                return output, room, True
        return output, spoken, False

    async def models(self, request: Request) -> Response:
        """List the models with their retirement dates."""
        refused = self.refused(request)
        if refused is not None:
            return refused
        return JSONResponse({"object": "list", "data": [m.as_json() for m in self.state.models.values()]})

    async def model(self, request: Request) -> Response:
        """Describe one model."""
        refused = self.refused(request)
        if refused is not None:
            return refused
        name = request.path_params["model_id"]
        model = self.state.models.get(name)
        if model is None:
            message = f"The model '{name}' does not exist"
            return openai_error(404, message, param="model", code="model_not_found")
        return JSONResponse(model.as_json())


def _tool_shown(tool: dict[str, Any]) -> dict[str, Any]:
    shown = {"description": None, "parameters": None, "strict": True} | tool
    return shown | {"strict": shown["strict"] is not False}


def bad_request(bad: BadRequest) -> Response:
    """OpenAI's error document for a refused request."""
    return openai_error(bad.status, bad.message, error_type=bad.error_type, param=bad.param, code=bad.code)
