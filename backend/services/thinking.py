"""Asking the model for the reply: the model the empresa chose, then the fallbacks, within one total time.

Only knows the ChatModel port. A failure for good is reported to the caller as a reason, never as an exception.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from errors import ProviderAuthFailed, ProviderError
from observability import get_logger
from ports import ChatModel, ChatRequest, OpenAICredentials, Usage

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Thought:
    """The reply, or why there is none."""

    text: str | None
    modelo: str | None
    uso: dict[str, Any]
    erro: str | None
    recusas: tuple[str, ...] = ()
    """What went wrong on the way, as ids: `gpt-4o:model_not_found`."""
    prompt_versao: int | None = None
    """The version of the prompt that the instructions were made of; None when no model was asked."""


def usage_as_json(usage: Usage) -> dict[str, Any]:
    return {"entrada": usage.input_tokens, "em_cache": usage.cached_tokens, "saida": usage.output_tokens}


async def think(
    model: ChatModel,
    credentials: OpenAICredentials,
    request: ChatRequest,
    *,
    fallbacks: Sequence[str],
    total: float,
    circuit: Callable[[], AbstractContextManager[None]],
) -> Thought:
    """One reply from `request.model` or the first fallback that answers; `total` bounds everything, in seconds.

    `circuit` goes around each call.
    """
    refusals: list[str] = []
    try:
        async with asyncio.timeout(total):
            for name in dict.fromkeys((request.model, *fallbacks)):
                try:
                    with circuit():
                        answer = await model.answer(credentials, replace(request, model=name))
                except ProviderAuthFailed as error:
                    refusals.append(f"{name}:{error.reason}")
                    return Thought(None, None, {}, "openai_credencial", tuple(refusals))
                except ProviderError as error:
                    refusals.append(f"{name}:{error.reason}")
                else:
                    if answer.text.strip():
                        return Thought(answer.text, answer.model, usage_as_json(answer.usage), None, tuple(refusals))
                    refusals.append(f"{name}:empty_answer")
    except TimeoutError:
        refusals.append("total_timeout")
    return Thought(None, None, {}, "modelo_sem_resposta", tuple(refusals))
