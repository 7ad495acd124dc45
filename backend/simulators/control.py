"""The control that belongs to no vendor: health, faults, recorded requests and the way back to the beginning."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.control_support import BadControl, read_object
from simulators.faults import FaultBook, InvalidFault
from simulators.recorder import Recorder


class GeneralControl:
    """Routes of `/control` itself."""

    def __init__(self, *, faults: FaultBook, recorder: Recorder, reset: Callable[[], Awaitable[None]]) -> None:
        self.faults = faults
        self.recorder = recorder
        self._reset = reset

    def routes(self) -> list[Route]:
        """Routes below `/control`."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/faults", self.fault_list, methods=["GET", "POST", "DELETE"]),
            Route("/requests", self.requests, methods=["GET", "DELETE"]),
            Route("/recorder", self.recorder_settings, methods=["GET", "POST"]),
            Route("/reset", self.reset, methods=["POST"]),
        ]

    async def health(self, _: Request) -> Response:
        """Alive."""
        return JSONResponse({"ok": True})

    async def fault_list(self, request: Request) -> Response:
        """Arm a fault, list them or disarm (all, or `?vendor=`)."""
        if request.method == "POST":
            try:
                fault = self.faults.arm(await read_object(request))
            except InvalidFault as error:
                raise BadControl(str(error)) from error
            return JSONResponse(fault.as_json(), status_code=201)
        if request.method == "DELETE":
            self.faults.clear(vendor=request.query_params.get("vendor"))
        return JSONResponse([f.as_json() for f in self.faults.list()])

    async def requests(self, request: Request) -> Response:
        """What was asked of the vendors: `vendor`, `path_contains`, `method`, `after` (number), `limit` (newest)."""
        if request.method == "DELETE":
            self.recorder.clear()
            return JSONResponse([])
        query = request.query_params
        try:
            after, limit = int(query.get("after", 0)), int(query.get("limit", 1000))
        except ValueError as error:
            raise BadControl("after e limit devem ser números") from error
        found = self.recorder.find(
            vendor=query.get("vendor"),
            path_contains=query.get("path_contains"),
            method=query.get("method"),
            after=after,
            limit=max(1, limit),
        )
        return JSONResponse([r.as_json() for r in found])

    async def recorder_settings(self, request: Request) -> Response:
        """Read or change how much is remembered."""
        if request.method == "POST":
            given = await read_object(request)
            try:
                self.recorder.configure(**{k: int(v) for k, v in given.items()})
            except (TypeError, ValueError) as error:
                raise BadControl("campos: max_requests, max_bytes") from error
        return JSONResponse({"max_requests": self.recorder.max_requests, "max_bytes": self.recorder.max_bytes})

    async def reset(self, _: Request) -> Response:
        """Everything back to how it was at the start."""
        await self._reset()
        return JSONResponse({"ok": True})
