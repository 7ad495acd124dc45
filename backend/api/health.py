"""Whether the process lives (`/health`) and whether what it depends on answers (`/ready`). Nothing else is told."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from fastapi import Response

from api.deps import ContainerDep
from api.routing import group
from observability import get_logger
from schemas.health import Dependencias, Estado, HealthOut, ReadyOut

router = group("saúde", public=True)
log = get_logger(__name__)

_PATIENCE_SECONDS = 3


@router.get("/health")
async def health() -> HealthOut:
    return HealthOut(status="ok")


@router.get("/ready", responses={503: {"model": ReadyOut, "description": "Alguma dependência não responde."}})
async def ready(response: Response, container: ContainerDep) -> ReadyOut:
    database, redis = await asyncio.gather(
        _answers("database", container.db.ping()), _answers("redis", container.redis.ping())
    )
    status: Estado = "ok" if database == redis == "ok" else "indisponivel"
    if status != "ok":
        response.status_code = 503
    response.headers["Cache-Control"] = "no-store"
    return ReadyOut(status=status, dependencias=Dependencias(database=database, redis=redis))


async def _answers(name: str, ping: Awaitable[Any]) -> Estado:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await ping
    except Exception as error:  # noqa: BLE001 - whatever the driver raises means the same here
        log.warning("dependency does not answer", dependency=name, error=type(error).__name__)
        return "indisponivel"
    return "ok"
