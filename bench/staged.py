"""The product with a stopwatch: the same application, its model and its sender wrapped to note the instants of a turn.

Started like any server under test; what was noted is written to BENCH_SAMPLES as JSON when it stops.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from config import load_settings
from integrations.openai_service import OpenAIService
from integrations.twilio_service import TwilioService
from main import create_app
from ports import ChatAnswer, ChatRequest, OpenAICredentials, OutgoingMessage, SentMessage, TwilioCredentials
from services.message_buffer import Batch


@dataclass
class _Stopwatch:
    began: float
    thinking: float = 0.0


_turn: ContextVar[_Stopwatch | None] = ContextVar("turn", default=None)
_samples: list[tuple[str, float, float]] = []
"""Address, wall clock at the request to Twilio, seconds since the claim without the model's."""


class _TimedModel(OpenAIService):
    async def answer(self, credentials: OpenAICredentials, request: ChatRequest) -> ChatAnswer:
        start = time.perf_counter()
        try:
            return await super().answer(credentials, request)
        finally:
            if (turn := _turn.get()) is not None:
                turn.thinking += time.perf_counter() - start


class _TimedSender(TwilioService):
    async def send(
        self, credentials: TwilioCredentials, message: OutgoingMessage, *, not_after: float | None = None
    ) -> SentMessage:
        if (turn := _turn.get()) is not None:
            _samples.append((message.to, time.time(), time.perf_counter() - turn.began - turn.thinking))
        return await super().send(credentials, message, not_after=not_after)


def _write(path: Path) -> None:
    path.write_text(json.dumps(_samples))


def build() -> FastAPI:
    """The application; the lifespan also times each turn from its claim and writes the samples at the end."""
    settings = load_settings(_env_file=None)
    app = create_app(settings, chat_model=_TimedModel(), sender=_TimedSender())
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[None]:
        async with inner(running):
            attendant = running.state.container.attendant
            attend = attendant.attend

            async def timed(batch: Batch, redo: asyncio.Event) -> Any:
                _turn.set(_Stopwatch(time.perf_counter()))
                return await attend(batch, redo)

            attendant.attend = timed
            yield
        _write(Path(os.environ["BENCH_SAMPLES"]))

    app.router.lifespan_context = lifespan
    return app


def __getattr__(name: str) -> FastAPI:
    if name == "app":
        return build()
    raise AttributeError(name)
