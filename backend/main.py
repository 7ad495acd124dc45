"""The application: lifespan, middleware, routers and the translation of errors. No logic lives here."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api import panel
from api.body_limit import BodyLimit
from api.router import router as api_router
from api.validation import describe
from config import ConfigError, Settings, load_settings
from container import Container
from errors import AtendeError, BodyTooLarge, InvalidData, NotFound, TooManyAttempts, Unavailable
from observability import RequestContextMiddleware, configure_logging, get_logger
from webhooks.routes import webhook_routes

log = get_logger(__name__)

# What the drivers raise when PostgreSQL or Redis does not answer, or has no connection to spare.
_UNREACHABLE = (InterfaceError, OperationalError, PoolTimeout, RedisError, ConnectionError)

_MAX_BODY = 20 * 1024 * 1024
"""Room for a 16 MB file; the webhooks have a smaller limit of their own."""


def create_app(settings: Settings, **overrides: Any) -> FastAPI:
    """Build the app; nothing is opened before the lifespan starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logging(settings)
        container = await Container.open(settings, **overrides)
        app.state.container = container
        try:
            container.start()
            yield
        finally:
            await container.close()

    observed = settings.otel_exporter_otlp_endpoint is not None
    app = FastAPI(
        title="Atende Ai",
        version="1.0.0",
        lifespan=lifespan,
        docs_url=None if settings.production else "/docs",
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat the Host header
        # Asked about on every request, even when nobody listens.
        telemetry={"tracing": observed, "metrics": observed, "logs": observed},
    )
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            allow_credentials=True,
        )
    app.add_middleware(BodyLimit, max_bytes=_MAX_BODY)
    app.add_middleware(panel.SecurityHeaders, production=settings.production)
    app.add_middleware(RequestContextMiddleware)
    app.include_router(api_router)
    app.router.routes[:0] = webhook_routes()  # first: the busiest paths should not be compared with all the others
    panel.mount(app)
    app.add_exception_handler(AtendeError, _expected_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in _UNREACHABLE:
        app.add_exception_handler(kind, _unreachable)
    app.add_exception_handler(Exception, _unexpected_error)
    return app


async def _expected_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AtendeError)
    body: dict[str, Any] = {"detail": error.detail, "code": error.code}
    if isinstance(error, InvalidData):
        body["errors"] = [{"campo": field, "mensagem": message} for field, message in error.errors]
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    if isinstance(error, TooManyAttempts) and error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return JSONResponse(body, status_code=error.status, headers=headers)


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return await _expected_error(request, InvalidData(describe(error.errors())))


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await _expected_error(request, NotFound())
    if error.status_code == 413:
        return await _expected_error(request, BodyTooLarge())
    body = {"detail": "Esta requisição não pode ser atendida.", "code": "requisicao_invalida"}
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


async def _unreachable(request: Request, error: Exception) -> JSONResponse:
    log.error("dependency unreachable", error=type(error).__name__)
    return await _expected_error(request, Unavailable())


async def _unexpected_error(_request: Request, error: Exception) -> JSONResponse:
    log.error("unhandled error", exc_info=error)
    return JSONResponse({"detail": AtendeError.detail, "code": AtendeError.code}, status_code=500)


def _app_from_environment() -> FastAPI:
    try:
        settings = load_settings()
        for name in ("database_url", "redis_url"):
            if not getattr(settings, name):
                raise ConfigError(f"{name.upper()} is not set. Use `make run`, which starts everything by itself.")
    except ConfigError as error:
        sys.exit(str(error))
    return create_app(settings)


def __getattr__(name: str) -> FastAPI:
    """`uvicorn main:app` builds the app when it asks for it; importing the module builds nothing."""
    if name == "app":
        app = globals()["app"] = _app_from_environment()
        return app
    raise AttributeError(name)
