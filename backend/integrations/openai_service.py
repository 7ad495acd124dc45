"""OpenAI: answers of the model through the Responses API, and transcription of voice notes.

The only file that knows the OpenAI SDK. Every company's key lives on a client object of its own; what they share
is a connection pool without credentials or cookies. Repeating is ours: the SDK's own retries are off.
"""

import asyncio
import base64
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx2
import openai
from openai import AsyncOpenAI

from errors import (
    ProviderAuthFailed,
    ProviderBusy,
    ProviderError,
    ProviderModelMissing,
    ProviderRefused,
    ProviderUncertain,
)
from integrations.base import RetryPolicy, error_for_status, json_object, parse_retry_after, retry, safe_code
from integrations.network import CONNECT_SECONDS, POOL_SECONDS, no_cookies
from integrations.openai_answer import read_answer
from ports import ChatAnswer, ChatMessage, ChatRequest, OpenAICredentials, Transcript

VENDOR = "openai"
OPENAI_API = "https://api.openai.com/v1"

REASONING_RESERVE = 2000
"""Output tokens added for models that think before writing: their thinking is counted in `max_output_tokens`."""

MAX_AUDIO_BYTES = 25 * 1024 * 1024
SUPPORTED_IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

_PLAIN_MODELS = ("gpt-3.5", "gpt-4", "chatgpt-", "ft:gpt-3.5", "ft:gpt-4")
_OPTIONAL_PARAMETERS = ("include", "reasoning", "temperature")
_MISSING_MODEL_CODES = frozenset({"model_not_found", "model_deprecated", "model_retired"})
_NO_CREDIT_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_BAD_KEY_CODES = frozenset({"invalid_api_key", "account_deactivated"})

_LIST_SECONDS = 10.0

_AUDIO_EXTENSIONS = {
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "application/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/mpga": "mpga",
    "audio/mp4": "m4a",
    "audio/m4a": "m4a",
    "audio/x-m4a": "m4a",
    "video/mp4": "mp4",
    "audio/wav": "wav",
    "audio/wave": "wav",
    "audio/x-wav": "wav",
    "audio/webm": "webm",
    "video/webm": "webm",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
}
"""What the transcription API takes (flac mp3 mp4 mpeg mpga m4a ogg wav webm); it reads the format off the file name."""


class OpenAIService:
    """`ChatModel` and `Transcriber` over AsyncOpenAI.

    `timeout` bounds one HTTP call, in seconds; `retry_policy` bounds all tries of one question together. Opens no
    connection before the first call; `aclose()` closes the pool, and the service is not usable afterwards.
    """

    def __init__(
        self,
        *,
        timeout: float = 30.0,
        transcription_timeout: float = 60.0,
        retry_policy: RetryPolicy | None = None,
        transcription_retry_policy: RetryPolicy | None = None,
        max_clients: int = 64,
        max_connections: int = 100,
    ) -> None:
        self._timeout = timeout
        self._transcription_timeout = transcription_timeout
        self._policy = retry_policy or RetryPolicy(attempts=3, total=45.0)
        self._transcription_policy = transcription_retry_policy or RetryPolicy(attempts=3, total=90.0)
        self._max_clients = max_clients
        self._max_connections = max_connections
        self._pool: httpx2.AsyncClient | None = None
        self._clients: OrderedDict[OpenAICredentials, AsyncOpenAI] = OrderedDict()

    async def aclose(self) -> None:
        """Close every connection and forget every key."""
        self._clients.clear()
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    async def answer(self, credentials: OpenAICredentials, request: ChatRequest) -> ChatAnswer:
        """One step of a turn: text for the customer or calls of tools. Repeated on busy and on uncertain failures.

        Raises ProviderModelMissing, ProviderAuthFailed, ProviderRefused (`insufficient_quota`, `content_filter`,
        `model_refused`, `unsupported_image`, …), ProviderBusy, or ProviderUncertain (`timeout`, `empty_answer`,
        `unreadable_answer`, …).
        """
        body = build_request(request)
        trimmed = False

        async def ask(seconds_left: float) -> ChatAnswer:
            nonlocal body, trimmed
            try:
                return await self._ask(credentials, body, min(self._timeout, seconds_left))
            except _ParameterRefused:
                if trimmed:
                    raise
                body = {name: value for name, value in body.items() if name not in _OPTIONAL_PARAMETERS}
                trimmed = True
                return await self._ask(credentials, body, min(self._timeout, seconds_left))

        return await retry(ask, policy=self._policy, uncertain=True)

    async def _ask(self, credentials: OpenAICredentials, body: Mapping[str, Any], seconds: float) -> ChatAnswer:
        async with _failures(seconds):
            client = self._client(credentials)
            # The SDK's overloads know only literal arguments; tests check the body against the vendor's schema.
            create: Any = client.responses.with_raw_response.create
            raw = await create(**body)
            text = str(raw.text)
        return read_answer(json_object(VENDOR, text), asked_model=str(body["model"]))

    async def transcribe(
        self, credentials: OpenAICredentials, *, audio: bytes, content_type: str, model: str
    ) -> Transcript:
        """The words of a voice note, and its length in seconds where the API tells it. Silence is an empty text.

        Raises ProviderRefused with `unsupported_audio` (a format the API does not take, such as audio/amr),
        `too_large` (over 25 MB) or `empty_audio` without calling anyone; otherwise as `answer`.
        """
        extension = _AUDIO_EXTENSIONS.get(content_type.split(";", 1)[0].strip().lower())
        if extension is None:
            raise ProviderRefused(VENDOR, "unsupported_audio")
        if not audio:
            raise ProviderRefused(VENDOR, "empty_audio")
        if len(audio) > MAX_AUDIO_BYTES:
            raise ProviderRefused(VENDOR, "too_large")
        form: dict[str, Any] = {"file": (f"audio.{extension}", audio, content_type), "model": model}
        if model.startswith("gpt-transcribe"):
            form |= {"languages": ["pt"], "response_format": "json"}
        else:
            form |= {"language": "pt", "response_format": "verbose_json" if model == "whisper-1" else "json"}

        async def ask(seconds_left: float) -> Transcript:
            async with _failures(min(self._transcription_timeout, seconds_left)):
                create: Any = self._client(credentials).audio.transcriptions.with_raw_response.create
                raw = await create(**form)
                text = str(raw.text)
            return _read_transcript(json_object(VENDOR, text), model=model)

        return await retry(ask, policy=self._transcription_policy, uncertain=True)

    async def list_models(self, credentials: OpenAICredentials) -> Mapping[str, date | None]:
        """Every model the key may use → the day it is shut down, None when not announced. Asked once."""
        async with _failures(min(self._timeout, _LIST_SECONDS)):
            raw = await self._client(credentials).models.with_raw_response.list()
            text = str(raw.text)
        items = json_object(VENDOR, text).get("data")
        if not isinstance(items, list):
            raise ProviderUncertain(VENDOR, "unreadable_answer")
        return {
            item["id"]: _day(item.get("shutdown_date"))
            for item in items
            if isinstance(item, Mapping) and isinstance(item.get("id"), str)
        }

    def _client(self, credentials: OpenAICredentials) -> AsyncOpenAI:
        """The client of these credentials. Clients differ in key and address, and share only the pool."""
        client = self._clients.get(credentials)
        if client is not None:
            self._clients.move_to_end(credentials)
            return client
        key = credentials.api_key
        if not key.strip() or not key.isascii() or not key.isprintable():
            raise ProviderAuthFailed(VENDOR, "malformed_key")
        if self._pool is None:
            self._pool = httpx2.AsyncClient(
                timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS, pool=POOL_SECONDS),
                limits=httpx2.Limits(max_connections=self._max_connections, max_keepalive_connections=20),
                cookies=no_cookies(),
                follow_redirects=False,
            )
        client = AsyncOpenAI(
            api_key=key,
            base_url=credentials.base_url or OPENAI_API,
            http_client=self._pool,
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS, pool=POOL_SECONDS),
            max_retries=0,
            # Said aloud so that an Authorization in OPENAI_CUSTOM_HEADERS cannot replace the company's key.
            default_headers={"Authorization": f"Bearer {key}"},
        )
        # The SDK reads these three from the process environment: the operator's must not travel with a company's key.
        client.organization = client.project = client.admin_api_key = None
        self._clients[credentials] = client
        if len(self._clients) > self._max_clients:
            self._clients.popitem(last=False)
        return client


class _ParameterRefused(ProviderRefused):
    """The model does not know one of the optional parameters: the same question may go without them."""


def build_request(request: ChatRequest) -> dict[str, Any]:
    """The body of `POST /v1/responses`. Raises ProviderRefused(`unsupported_image`).

    Models that reason get a low effort, room for their thinking, and their encrypted reasoning back (nothing is
    stored at OpenAI); they take no temperature. Source: OpenAI's reasoning and function-calling guides.
    """
    items: list[dict[str, Any]] = [_message_item(message) for message in request.messages]
    for exchange in request.exchanges:
        items.extend(dict(item) for item in exchange.output_items)
        items.extend(
            {"type": "function_call_output", "call_id": call_id, "output": output}
            for call_id, output in exchange.results
        )
    body: dict[str, Any] = {
        "model": request.model,
        "instructions": request.instructions,
        "input": items,
        "store": False,
        "parallel_tool_calls": False,
        "max_output_tokens": max(16, request.max_output_tokens),
    }
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
                "strict": True,
            }
            for tool in request.tools
        ]
    if reasons(request.model):
        body["reasoning"] = {"effort": "low"}
        body["include"] = ["reasoning.encrypted_content"]
        body["max_output_tokens"] += REASONING_RESERVE
    elif request.temperature is not None:
        body["temperature"] = request.temperature
    if request.safety_identifier:
        body["safety_identifier"] = request.safety_identifier[:64]
    if request.cache_key:
        body["prompt_cache_key"] = request.cache_key[:64]
    return body


def reasons(model: str) -> bool:
    """Whether a model thinks before it answers: all of OpenAI's since gpt-5, except those made for chat."""
    return not (model.startswith(_PLAIN_MODELS) or model.endswith("-chat-latest"))


def _message_item(message: ChatMessage) -> dict[str, Any]:
    if not message.images:
        return {"type": "message", "role": message.role, "content": message.text}
    content: list[dict[str, Any]] = [{"type": "input_text", "text": message.text}] if message.text else []
    for image in message.images:
        content_type = image.content_type.split(";", 1)[0].strip().lower()
        if content_type not in SUPPORTED_IMAGES:
            raise ProviderRefused(VENDOR, "unsupported_image")
        data = base64.b64encode(image.content).decode("ascii")
        content.append({"type": "input_image", "image_url": f"data:{content_type};base64,{data}", "detail": "auto"})
    return {"type": "message", "role": message.role, "content": content}


def _read_transcript(found: Mapping[str, Any], *, model: str) -> Transcript:
    text = found.get("text")
    if not isinstance(text, str):
        raise ProviderUncertain(VENDOR, "unreadable_answer")
    usage = found.get("usage")
    seconds = found.get("duration")
    if seconds is None and isinstance(usage, Mapping):
        seconds = usage.get("seconds")
    try:
        length = None if seconds is None else float(seconds)
    except (TypeError, ValueError):
        length = None
    return Transcript(text=text.strip(), model=model, seconds=length)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


@asynccontextmanager
async def _failures(seconds: float) -> AsyncIterator[None]:
    """Run one SDK call for at most `seconds`, turning its failures into provider errors."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise ProviderUncertain(VENDOR, "timeout") from None
    except openai.APIStatusError as error:
        raise _status_error(error) from None
    except openai.APIConnectionError as error:
        raise _connection_error(error) from None
    except UnicodeEncodeError:
        raise ProviderRefused(VENDOR, "unencodable_request") from None
    except (openai.OpenAIError, httpx2.HTTPError, json.JSONDecodeError, UnicodeDecodeError):
        raise ProviderUncertain(VENDOR, "unreadable_answer") from None


def _connection_error(error: openai.APIConnectionError) -> ProviderError:
    cause = error.__cause__
    if isinstance(cause, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)):
        return ProviderBusy(VENDOR, "unreachable")
    if isinstance(cause, (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)):
        return ProviderRefused(VENDOR, "bad_request_address")
    if isinstance(error, openai.APITimeoutError):
        return ProviderUncertain(VENDOR, "timeout")
    return ProviderUncertain(VENDOR, "connection_lost")


def _status_error(error: openai.APIStatusError) -> ProviderError:
    """OpenAI's own codes first, because it answers 403 and 400 as well as 404 for a model that is not there."""
    status, code = error.status_code, safe_code(error.code)
    if code in _MISSING_MODEL_CODES or status == 410:
        return ProviderModelMissing(VENDOR, "model_not_found", vendor_code=code)
    if code in _NO_CREDIT_CODES:
        return ProviderRefused(VENDOR, "insufficient_quota", vendor_code=code)
    if code in _BAD_KEY_CODES:
        return ProviderAuthFailed(VENDOR, "invalid_api_key", vendor_code=code)
    parameter = (error.param if isinstance(error.param, str) else "") or ""
    if status == 400 and parameter.split(".")[0].split("[")[0] in _OPTIONAL_PARAMETERS:
        return _ParameterRefused(VENDOR, "http_400", vendor_code=code)
    if status == 409:
        return ProviderBusy(VENDOR, "http_409", vendor_code=code)
    return error_for_status(VENDOR, status, vendor_code=code, retry_after=parse_retry_after(error.response.headers))
