"""What the control addresses share: reading a JSON object and answering an error in Portuguese.

The control is for tests and operators; it is not part of any simulated vendor.
"""

import dataclasses
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class BadControl(ValueError):
    """The request to the control makes no sense; the text says why, in Portuguese."""


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object of the request; an empty body is an empty object."""
    body = await request.body()
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError as error:
        raise BadControl("o corpo não é JSON válido") from error
    if not isinstance(value, dict):
        raise BadControl("o corpo deve ser um objeto JSON")
    return value


def bad_control(_: Request, error: Exception) -> Response:
    """Answer for a BadControl."""
    return JSONResponse({"error": str(error)}, status_code=400)


def update_settings(settings: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """Change the named fields of a settings dataclass and return all of them. Raises BadControl for others."""
    names = {f.name for f in dataclasses.fields(settings)}
    unknown = set(changes) - names
    if unknown:
        given, known = ", ".join(sorted(unknown)), ", ".join(sorted(names))
        raise BadControl(f"configurações desconhecidas: {given}; existem: {known}")
    for name, value in changes.items():
        setattr(settings, name, value)
    return dataclasses.asdict(settings)
