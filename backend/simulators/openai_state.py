"""What the simulated OpenAI knows: keys, models with their retirement dates, scripted answers and transcripts.

Responses are kept only when the request stores them, within bounds. Nothing here speaks HTTP.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

DEFAULT_KEY = "sk-simulador"
MAX_KEPT = 5_000
_CREATED = 1_715_367_049


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the list. `kind` is chat or audio; reasoning models answer with a reasoning item first."""

    id: str
    kind: str = "chat"
    reasoning: bool = False
    shutdown_date: str | None = None
    created: int = _CREATED

    def as_json(self) -> dict[str, Any]:
        """The item of GET /models."""
        return {
            "id": self.id,
            "object": "model",
            "created": self.created,
            "owned_by": "openai",
            "shutdown_date": self.shutdown_date,
        }


def known_models() -> dict[str, Model]:
    """The models the simulator starts with."""
    models = [
        Model("gpt-4o", shutdown_date="2027-01-14"),
        Model("gpt-4o-mini", shutdown_date="2027-01-14"),
        Model("gpt-4.1", shutdown_date="2027-01-14"),
        Model("gpt-4.1-mini", shutdown_date="2027-01-14"),
        Model("gpt-6-luna", reasoning=True, created=1_790_000_000),
        Model("gpt-6.1-terra", reasoning=True, created=1_792_000_000),
        Model("gpt-6.1-sol", reasoning=True, created=1_792_000_000),
        Model("gpt-6-sol", reasoning=True, created=1_790_000_000),
        Model("whisper-1", "audio", shutdown_date="2027-02-26"),
        Model("gpt-4o-transcribe", "audio", shutdown_date="2027-02-26"),
        Model("gpt-transcribe", "audio", created=1_790_000_000),
    ]
    return {m.id: m for m in models}


@dataclass(slots=True)
class Script:
    """A scripted answer: what to say or call instead of what the rehearsal model would."""

    match: str | None = None
    match_instructions: str | None = None
    stage: str = "any"
    reply: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    output: list[dict[str, Any]] | None = None
    raw: dict[str, Any] | None = None
    delay: float | None = None
    times: int = 1


@dataclass(slots=True)
class OpenAISettings:
    """How the simulated OpenAI behaves when it behaves well."""

    latency_seconds: float = 0.3
    transcription_latency_seconds: float = 0.3
    unknown_model_status: int = 404
    no_speech_prob: float = 0.01
    """What whisper's segments say of audio that has words; of silence they say 0.93."""


@dataclass(slots=True)
class OpenAIState:
    """Everything in memory, within bounds."""

    keys: set[str] = field(default_factory=lambda: {DEFAULT_KEY})
    models: dict[str, Model] = field(default_factory=known_models)
    settings: OpenAISettings = field(default_factory=OpenAISettings)
    scripts: list[Script] = field(default_factory=list)
    transcripts: OrderedDict[str, str] = field(default_factory=OrderedDict)
    transcripts_by_content: list[tuple[str, str]] = field(default_factory=list)
    responses: OrderedDict[str, list[dict[str, Any]]] = field(default_factory=OrderedDict)
    reasoning_of_call: OrderedDict[str, str] = field(default_factory=OrderedDict)
    cached_prefixes: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def remember_transcript(self, sha256: str, text: str) -> None:
        """What the audio with this digest says."""
        self.transcripts[sha256] = text
        _trim(self.transcripts)

    def keep_response(self, response_id: str, items: list[dict[str, Any]]) -> None:
        """Keep the items of a stored response for `previous_response_id`."""
        self.responses[response_id] = items
        _trim(self.responses)

    def pair_reasoning(self, item_id: str, reasoning_id: str) -> None:
        """Remember which reasoning item a function call came with."""
        self.reasoning_of_call[item_id] = reasoning_id
        _trim(self.reasoning_of_call)

    def cached_tokens(self, prefix_key: str, prefix_tokens: int, input_tokens: int) -> int:
        """Tokens read from the prompt cache: whole blocks of 128 of a prefix seen before, from 1,024 on."""
        seen = self.cached_prefixes.get(prefix_key)
        self.cached_prefixes[prefix_key] = prefix_tokens
        _trim(self.cached_prefixes)
        if seen is None or input_tokens < 1024:
            return 0
        return min(seen, prefix_tokens) // 128 * 128

    def take_script(self, *, text: str, instructions: str, after_tool: bool) -> Script | None:
        """The scripted answer for this request, counted."""
        for script in self.scripts:
            if script.times == 0:
                continue
            if script.match is not None and script.match.lower() not in text.lower():
                continue
            if script.match_instructions is not None and script.match_instructions not in instructions:
                continue
            if (script.stage == "first" and after_tool) or (script.stage == "after_tool" and not after_tool):
                continue
            if script.times > 0:
                script.times -= 1
            return script
        return None


def _trim(entries: OrderedDict[str, Any]) -> None:
    while len(entries) > MAX_KEPT:
        entries.popitem(last=False)


def new_id(prefix: str) -> str:
    """A fresh identifier in the vendor's style."""
    return f"{prefix}_{secrets.token_hex(24)}"


def count_tokens(text: str) -> int:
    """A plausible token count: about four characters each."""
    return (len(text) + 3) // 4
