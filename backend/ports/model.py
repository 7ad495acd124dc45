"""The model, the transcriber and the reader of documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ports.base import OpenAICredentials


@dataclass(frozen=True, slots=True)
class ImageInput:
    """An image the model may look at."""

    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One past or present message of the conversation. Customer text is only ever `user`."""

    role: Literal["user", "assistant"]
    text: str = field(repr=False)
    images: tuple[ImageInput, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A function the model may call; `parameters` is a strict JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    call_id: str
    name: str
    arguments: str = field(repr=False)
    """JSON as the model wrote it: hostile until checked."""


@dataclass(frozen=True, slots=True)
class ToolExchange:
    """Calls made in an earlier step of the same turn, with the raw output items and their results."""

    output_items: tuple[Mapping[str, Any], ...] = field(repr=False)
    results: tuple[tuple[str, str], ...] = field(repr=False)
    """(call_id, output text) in order."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    model: str
    instructions: str = field(repr=False)
    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolSpec, ...] = ()
    exchanges: tuple[ToolExchange, ...] = ()
    max_output_tokens: int = 800
    temperature: float | None = None
    safety_identifier: str | None = None
    cache_key: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; `cached` is part of `input`."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """Either `text` or `tool_calls`; `output_items` go back unchanged in the next step."""

    text: str = field(repr=False)
    model: str
    usage: Usage
    tool_calls: tuple[ToolCall, ...] = ()
    output_items: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    incomplete: bool = False


class ChatModel(Protocol):
    async def answer(self, credentials: OpenAICredentials, request: ChatRequest) -> ChatAnswer: ...


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str = field(repr=False)
    model: str
    seconds: float | None
    no_speech: float | None = None
    """How likely the model holds it that nobody speaks, 0 to 1, where the API tells it."""


class Transcriber(Protocol):
    async def transcribe(
        self, credentials: OpenAICredentials, *, audio: bytes, content_type: str, model: str
    ) -> Transcript: ...


@dataclass(frozen=True, slots=True)
class DocumentText:
    text: str = field(repr=False)
    pages: int
    truncated: bool
    """There was more than one file may bring."""


class DocumentReader(Protocol):
    async def read_pdf(self, content: bytes) -> DocumentText:
        """The text of a PDF; empty when its pages are pictures. Bounded in time, memory and length."""
        ...
