"""The simulated transcription endpoint.

It cannot hear: it returns what the tester said the audio says, found by digest or content, and otherwise an honest
sentence with the length. What it does check is everything else: file name, size, model, format.
"""

import asyncio
import hashlib
import struct
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from simulators.openai_api import OpenAIApi, bad_request
from simulators.openai_checks import find_model
from simulators.openai_params import BadRequest, missing
from simulators.openai_state import Model, OpenAIState, count_tokens

MAX_BYTES = 25 * 1024 * 1024
EXTENSIONS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
_PARAMETERS = frozenset(
    {
        "file", "model", "language", "languages", "keywords", "prompt", "response_format", "temperature", "include",
        "timestamp_granularities", "stream", "chunking_strategy", "known_speaker_names", "known_speaker_references",
    }
)  # fmt: skip
_FORMATS = ("json", "text", "srt", "verbose_json", "vtt", "diarized_json")


class OpenAIAudio:
    """Route of `/openai/v1/audio/transcriptions`."""

    def __init__(self, api: OpenAIApi) -> None:
        self.api = api
        self.state = api.state

    def routes(self) -> list[Route]:
        """Routes below `/openai/v1`."""
        return [Route("/audio/transcriptions", self.transcriptions, methods=["POST"])]

    async def transcriptions(self, request: Request) -> Response:
        """Transcribe an audio."""
        refused = self.api.refused(request)
        if refused is not None:
            return refused
        try:
            form = await _read_form(request)
            model, content, wanted = await self._check(form)
        except BadRequest as bad:
            return bad_request(bad)
        await asyncio.sleep(self.state.settings.transcription_latency_seconds)
        text = transcript(self.state, content)
        doubt = 0.93 if not text else self.state.settings.no_speech_prob
        return _dressed(model, text, duration_of(content, text), wanted, doubt)

    async def _check(self, form: FormData) -> tuple[Model, bytes, str]:
        names: dict[str, list[Any]] = {}
        for name, value in form.multi_items():
            names.setdefault(name.removesuffix("[]"), []).append(value)
        for name in names:
            if name not in _PARAMETERS:
                raise BadRequest(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
        upload = names.get("file", [None])[0]
        if upload is None:
            raise missing("file")
        if not isinstance(upload, UploadFile):
            message = "Invalid type for 'file': expected a file, but got a string instead."
            raise BadRequest(message, param="file", code="invalid_type")
        if "model" not in names:
            raise missing("model")
        model = find_model(self.state, names["model"][0], kind="audio")
        extension = (upload.filename or "").rpartition(".")[2].lower()
        if "." not in (upload.filename or "") or extension not in EXTENSIONS:
            message = f"Invalid file format. Supported formats: {list(EXTENSIONS)}"
            raise BadRequest(message, param="file")
        content = await upload.read()
        if len(content) > MAX_BYTES:
            message = f"{len(content)}: Maximum content size limit ({MAX_BYTES}) exceeded ({len(content)} bytes read)"
            raise BadRequest(message, status=413, error_type="server_error")
        if not content:
            message = "Audio file is too short. Minimum audio length is 0.1 seconds."
            raise BadRequest(message, param="file", code="audio_too_short")
        return model, content, self._check_format(names, model)

    @staticmethod
    def _check_format(names: dict[str, list[Any]], model: Model) -> str:
        wanted = str(names.get("response_format", ["json"])[0])
        if wanted not in _FORMATS:
            listed = ", ".join(f"'{f}'" for f in _FORMATS[:-1]) + f", and '{_FORMATS[-1]}'"
            message = f"Invalid value: '{wanted}'. Supported values are: {listed}."
            raise BadRequest(message, param="response_format", code="invalid_value")
        whisper = model.id.startswith("whisper")
        if wanted not in (("json", "text", "srt", "verbose_json", "vtt") if whisper else ("json", "text")):
            message = (
                f"response_format '{wanted}' is not compatible with model '{model.id}'. Use 'json' or 'text' instead."
            )
            raise BadRequest(message, param="response_format", code="unsupported_value")
        if "timestamp_granularities" in names and wanted != "verbose_json":
            message = "'timestamp_granularities' is only supported with response_format 'verbose_json'."
            raise BadRequest(message, param="timestamp_granularities", code="unsupported_value")
        if model.id != "gpt-transcribe" and ("languages" in names or "keywords" in names):
            name = "languages" if "languages" in names else "keywords"
            raise BadRequest(
                f"Unsupported parameter: '{name}' is not supported with this model.",
                param=name,
                code="unsupported_parameter",
            )
        if str(names.get("stream", ["false"])[0]).lower() == "true":
            raise BadRequest("'stream' is not available in this simulator.", param="stream", code="unsupported_value")
        try:
            temperature = float(str(names.get("temperature", ["0"])[0]))
        except ValueError as error:
            message = "Invalid type for 'temperature': expected a decimal, but got a string instead."
            raise BadRequest(message, param="temperature", code="invalid_type") from error
        if not 0 <= temperature <= 1:
            message = f"Invalid 'temperature': expected a value between 0 and 1, but got {temperature:g}."
            raise BadRequest(message, param="temperature", code="decimal_above_max_value")
        return wanted


async def _read_form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        message = "Unsupported content type. This API method only accepts 'multipart/form-data' requests."
        raise BadRequest(message, code="unsupported_content_type")
    try:
        return await request.form(max_part_size=1024 * 1024)
    except MultiPartException as error:
        raise BadRequest("Could not parse multipart form") from error


def transcript(state: OpenAIState, content: bytes) -> str:
    """What the audio says, as far as anybody told the simulator."""
    known = state.transcripts.get(hashlib.sha256(content).hexdigest())
    if known is not None:
        return known
    for needle, text in state.transcripts_by_content:
        if needle.encode() in content:
            return text
    seconds = max(1, round(duration_of(content)))
    return f"Mensagem de áudio de {seconds} {'segundo' if seconds == 1 else 'segundos'} recebida no simulador."


def duration_of(content: bytes, text: str = "") -> float:
    """Seconds of audio: read from WAV and Ogg/Opus headers, otherwise guessed from the size and what it says."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE" and len(content) >= 44:
        rate = struct.unpack("<I", content[28:32])[0]
        return max(0.1, (len(content) - 44) / rate) if rate else 1.0
    if content[:4] == b"OggS":
        last = content.rfind(b"OggS")
        if len(content) >= last + 14:
            position: int = struct.unpack("<q", content[last + 6 : last + 14])[0]
            if position > 0:
                return position / 48_000
    return max(0.1, round(max(len(content) / 4_000, len(text) / 14), 2))


def _clock(seconds: float, separator: str) -> str:
    whole = int(seconds)
    fraction = round((seconds - whole) * 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{separator}{fraction:03d}"


def _dressed(model: Model, text: str, seconds: float, wanted: str, doubt: float) -> Response:
    if wanted == "text":
        return PlainTextResponse(text + "\n")
    if wanted == "srt":
        return PlainTextResponse(f"1\n00:00:00,000 --> {_clock(seconds, ',')}\n{text}\n\n")
    if wanted == "vtt":
        return PlainTextResponse(f"WEBVTT\n\n00:00:00.000 --> {_clock(seconds, '.')}\n{text}\n\n")
    if model.id.startswith("gpt-4o"):
        audio, spoken = max(1, round(seconds * 10)), count_tokens(text)
        usage: dict[str, Any] = {
            "type": "tokens",
            "input_tokens": audio,
            "input_token_details": {"text_tokens": 0, "audio_tokens": audio},
            "output_tokens": spoken,
            "total_tokens": audio + spoken,
        }
    else:
        usage = {"type": "duration", "seconds": max(1, round(seconds))}
    if wanted == "json":
        return JSONResponse({"text": text, "usage": usage})
    segment = {
        "id": 0,
        "seek": 0,
        "start": 0.0,
        "end": seconds,
        "text": text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": -0.2,
        "compression_ratio": 1.0,
        "no_speech_prob": doubt,
    }
    body = {"task": "transcribe", "language": "portuguese", "duration": seconds, "text": text, "segments": [segment]}
    return JSONResponse(body | {"usage": usage})
