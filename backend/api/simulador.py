"""A pass-through to the control of the simulators, for superusers. Without SIMULATORS_URL, and in production, a 404."""

import re

import httpx
from fastapi import Request, Response

from api.deps import ContainerDep, User
from api.routing import group
from auth.scope import require_superuser
from errors import NotFound, Unavailable

router = group("simulador")

_PATH = re.compile(r"[A-Za-z0-9_-]+(?:[/.][A-Za-z0-9_-]+)*")
"""Plain segments only: an address or a step upwards never becomes part of ours."""
_TIMEOUT = httpx.Timeout(30, connect=3)


@router.api_route("/simulador/{path:path}", methods=["GET", "POST", "DELETE"], include_in_schema=False)
async def pass_to_simulators(path: str, request: Request, container: ContainerDep, user: User) -> Response:
    settings = container.settings
    require_superuser(user)
    if settings.simulators_url is None or settings.production or not _PATH.fullmatch(path):
        raise NotFound
    headers = {"Content-Type": kind} if (kind := request.headers.get("content-type")) else {}
    try:
        answer = await container.http.request(
            request.method,
            f"{settings.simulators_url}/control/{path}",
            params=str(request.query_params),
            content=await request.body(),
            headers=headers,
            timeout=_TIMEOUT,
        )
    except httpx.HTTPError:
        raise Unavailable("O simulador não respondeu.") from None
    kept = {name: answer.headers[name] for name in ("content-type", "content-disposition") if name in answer.headers}
    return Response(answer.content, status_code=answer.status_code, headers=kept)
