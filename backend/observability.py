"""Structured logging with the request id and the empresa in context. Lines carry ids only.

Message text, phone numbers, names and keys never go into an event: log ids, codes, counts and durations. Readable in
development, JSON in production.
"""

import logging
import re
import sys
from contextvars import ContextVar
from typing import Any, cast
from uuid import uuid4

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from config import Settings

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
empresa_slug: ContextVar[str | None] = ContextVar("empresa_slug", default=None)

_SECRET_SEGMENT = re.compile(r"(/webhook/[^/\s?]+/chatwoot/)[^\s?\"]+")


def _add_context(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    if (current := request_id.get()) is not None:
        event.setdefault("request_id", current)
    if (slug := empresa_slug.get()) is not None:
        event.setdefault("empresa", slug)
    return event


class _MaskSecretPath(logging.Filter):
    """The access log never shows the secret path segment of a Chatwoot webhook, nor any query string."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(mask_path(arg) if isinstance(arg, str) and "/" in arg else arg for arg in record.args)
        return True


class _SkipReceived(logging.Filter):
    """No access line for a webhook that went well: the message's own line says more, and says it under load."""

    def filter(self, record: logging.LogRecord) -> bool:
        match record.args:
            case (_, "POST", str(path), _, 200):
                return not path.startswith("/webhook/")
        return True


def mask_path(path: str) -> str:
    """A request path that is safe to log: no query string, no secret segment."""
    return _SECRET_SEGMENT.sub(r"\1***", path.split("?", 1)[0])


def configure_logging(settings: Settings) -> None:
    """Route structlog and the standard library's loggers to one handler on stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _add_context,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if settings.production
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # a rich one prints the values of variables
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(_MaskSecretPath())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").filters[:] = [_SkipReceived()]
    # These print addresses with customers' numbers, or whole requests, at INFO and DEBUG.
    for name in ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "twilio", "google", "urllib3", "gspread"):
        logging.getLogger(name).setLevel(logging.WARNING)


def get_logger(name: str) -> FilteringBoundLogger:
    """A bound logger; the event is a short stable phrase, everything else keyword arguments with ids."""
    return cast("FilteringBoundLogger", structlog.stdlib.get_logger(name))


class RequestContextMiddleware:
    """Gives every HTTP request an id, kept in the log context and returned as X-Request-ID."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        current = uuid4().hex
        token = request_id.set(current)

        async def send_with_id(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", current.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            request_id.reset(token)
