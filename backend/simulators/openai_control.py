"""Control of the simulated OpenAI: keys, models, scripted answers, transcripts and latency."""

import dataclasses

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.control_support import BadControl, read_object, update_settings
from simulators.openai_state import Model, OpenAIState, Script


class OpenAIControl:
    """Routes of `/control/openai`."""

    def __init__(self, state: OpenAIState) -> None:
        self.state = state

    def routes(self) -> list[Route]:
        """Routes below `/control`."""
        return [
            Route("/openai/script", self.script, methods=["GET", "POST", "DELETE"]),
            Route("/openai/transcripts", self.transcripts, methods=["GET", "POST", "DELETE"]),
            Route("/openai/keys", self.keys, methods=["POST", "DELETE"]),
            Route("/openai/models", self.models, methods=["GET", "POST"]),
            Route("/openai/models/{model_id:path}", self.remove_model, methods=["DELETE"]),
            Route("/openai/settings", self.settings, methods=["GET", "POST"]),
        ]

    async def script(self, request: Request) -> Response:
        """Add a scripted answer, list them or drop all."""
        if request.method == "DELETE":
            self.state.scripts.clear()
        elif request.method == "POST":
            given = await read_object(request)
            try:
                script = Script(**given)
            except TypeError as error:
                raise BadControl(
                    "campos: match, match_instructions, stage, reply, tool_calls, output, raw, delay, times"
                ) from error
            if script.stage not in ("any", "first", "after_tool"):
                raise BadControl("stage deve ser any, first ou after_tool")
            if any("name" not in call for call in script.tool_calls or []):
                raise BadControl("cada item de tool_calls precisa de name")
            if script.reply is None and not script.tool_calls and script.output is None and script.raw is None:
                raise BadControl("informe reply, tool_calls, output ou raw")
            self.state.scripts.append(script)
        return JSONResponse([dataclasses.asdict(s) for s in self.state.scripts])

    async def transcripts(self, request: Request) -> Response:
        """Say what an audio says, by its digest or by something its bytes contain."""
        if request.method == "DELETE":
            self.state.transcripts.clear()
            self.state.transcripts_by_content.clear()
        elif request.method == "POST":
            given = await read_object(request)
            text = given.get("text")
            if not isinstance(text, str) or not (given.get("sha256") or given.get("contains")):
                raise BadControl("informe text e sha256 ou contains")
            if given.get("sha256"):
                self.state.remember_transcript(str(given["sha256"]).lower(), text)
            else:
                self.state.transcripts_by_content.insert(0, (str(given["contains"]), text))
                del self.state.transcripts_by_content[1000:]
        return JSONResponse({"known": len(self.state.transcripts) + len(self.state.transcripts_by_content)})

    async def keys(self, request: Request) -> Response:
        """Add or remove an API key."""
        key = str((await read_object(request)).get("key") or "")
        if not key:
            raise BadControl("informe key")
        if request.method == "POST":
            self.state.keys.add(key)
        else:
            self.state.keys.discard(key)
        return JSONResponse({"count": len(self.state.keys)})

    async def models(self, request: Request) -> Response:
        """List the models, or add or replace one."""
        if request.method == "POST":
            given = await read_object(request)
            try:
                model = Model(**given)
            except TypeError as error:
                raise BadControl("campos: id, kind, reasoning, shutdown_date, created") from error
            self.state.models[model.id] = model
        return JSONResponse([dataclasses.asdict(m) for m in self.state.models.values()])

    async def remove_model(self, request: Request) -> Response:
        """Retire a model at once."""
        removed = self.state.models.pop(request.path_params["model_id"], None)
        return JSONResponse({"removed": removed is not None})

    async def settings(self, request: Request) -> Response:
        """Read or change latency and the status for an unknown model."""
        if request.method == "POST":
            return JSONResponse(update_settings(self.state.settings, await read_object(request)))
        return JSONResponse(dataclasses.asdict(self.state.settings))
