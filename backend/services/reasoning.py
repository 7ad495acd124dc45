"""Making a reply: the model and the tools in turns, until there is something to say.

Every answer that asks for tools is stored before any of them runs, and every tool's result with its effect, so that a
turn taken up by another worker goes on where the ledger stands. What the reply may claim is checked here; a failure
for good is reported to the caller as a reason, never as an exception.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

from database import Database
from errors import ProviderAuthFailed, ProviderError, ProviderModelMissing, ProviderRefused
from models import Conversa, Empresa
from observability import get_logger
from ports import ChatAnswer, ChatModel, ChatRequest, Clock, OpenAICredentials, ToolCall, ToolExchange
from services.checkpoints import Checkpoint
from services.claims import claims_in
from services.pictures import without_pictures
from services.steps import ModelStep, ToolStep, add_model_step, load_steps
from services.tools.base import as_text
from services.tools.toolbox import Toolbox
from services.tuning import Tuning
from services.turns import TurnWork, fenced

log = get_logger(__name__)

MODEL_CALLS = 8
"""Answers of the model in one turn; the last one is asked without tools."""
TOOL_CALLS = 12
_CORRECTION = (
    "Atenção: a sua última resposta afirmava algo que nenhuma ferramenta fez nesta conversa e por isso não foi "
    "enviada. Responda de novo sem afirmar que reserva, mudança, cancelamento ou pedido foi feito; se o cliente pediu "
    "uma dessas coisas e você tem os dados, chame a ferramenta."
)
_NOTHING_MORE = {"ok", "ok.", "ok!"}
_CODE = re.compile(r"\bR-?[0-9A-Z]{1,8}\b")


@dataclass(frozen=True, slots=True)
class Thought:
    """The reply, or why there is none."""

    text: str | None
    modelo: str | None
    uso: dict[str, Any]
    erro: str | None
    recusas: tuple[str, ...] = ()
    """What went wrong on the way, as ids: `gpt-4o:model_not_found`."""
    inventadas: tuple[str, ...] = ()
    """Kinds of claims that had to be held back."""
    pessoa: bool = False
    """A person was called: the bot falls silent once this reply is out."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a turn has to answer, and with whose means."""

    work: TurnWork
    empresa: Empresa
    conversa: Conversa
    request: ChatRequest
    credentials: OpenAICredentials
    fallbacks: Sequence[str]
    circuit: Callable[[], AbstractContextManager[None]]
    """Goes around each call of the model."""
    own: Sequence[str]
    """The customer's own reservations, a line each: what they say may be said again."""
    wanted: bool
    """Whether the customer asks for something to be done."""
    seal: Callable[[], Awaitable[bool]]
    """Asked before the first act: whether the turn may still act. Raises LostTurn."""


@dataclass
class Progress:
    """What a turn has done so far. `acted` is true from the instant before the first act."""

    steps: list[ModelStep | ToolStep] = field(default_factory=list)
    acted: bool = False
    models: list[str] = field(default_factory=list)
    """Those not yet given up, the chosen one first."""
    modelo: str | None = None
    """The one that answered last."""
    no_key: bool = False
    refusals: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    uso: dict[str, int] = field(default_factory=dict)

    @property
    def done(self) -> list[ToolStep]:
        return [step for step in self.steps if isinstance(step, ToolStep)]

    @property
    def effects(self) -> list[Any]:
        return [step.efeito for step in self.done if step.efeito]

    def waiting(self) -> list[ToolCall]:
        """Calls the model asked for and nobody has answered yet."""
        answered = {step.call_id for step in self.done}
        last = next((step for step in reversed(self.steps) if isinstance(step, ModelStep)), None)
        return [call for call in last.calls if call.call_id not in answered] if last else []

    def exchanges(self, model: str) -> tuple[ToolExchange, ...]:
        """What the model is shown of this turn. Another model cannot read its colleague's sealed reasoning."""
        found: list[ToolExchange] = []
        for step in self.steps:
            if isinstance(step, ModelStep) and step.calls:
                items = step.output_items
                if step.modelo != model:
                    items = tuple(item for item in items if item.get("type") != "reasoning")
                results = tuple(
                    (tool.call_id, as_text(tool.resultado))
                    for tool in self.done
                    if tool.call_id in {call.call_id for call in step.calls}
                )
                found.append(ToolExchange(items, results))
        return tuple(found)

    def count(self, uso: Mapping[str, int]) -> None:
        for name, count in uso.items():
            self.uso[name] = self.uso.get(name, 0) + count
        self.uso["chamadas"] = self.uso.get("chamadas", 0) + 1

    def allowed(self, text: str, matter: Matter) -> tuple[str, list[str]]:
        """The text without what code says itself, and the kinds of claims that nothing stands behind."""
        if _looks_like_data(text):
            return "", ["dados"]
        done = {effect["tipo"] for effect in self.effects}
        known = [*matter.own, *(line for step in self.done for line in lines_of(step.resultado))]
        invented: list[str] = []
        for claim in claims_in(text, wanted=matter.wanted):
            if claim.kind in done or (done and claim.kind == "reserva"):
                text = text.replace(claim.sentence, "", 1)
            elif not (claim.kind == "reserva" and any(restates(claim.sentence, line) for line in known)):
                invented.extend({claim.kind} - set(invented))
        text = text.strip()
        return ("" if done and text.casefold() in _NOTHING_MORE else text), invented

    def conclude(self, text: str | None) -> Thought:
        """Confirmations first, as code wrote them, then what the model adds."""
        effects = self.effects
        readings = [effect for effect in effects if effect["tipo"] == "leitura"]
        effects = [effect for effect in effects if effect not in readings[:-1]]  # only the last is still meant
        said = "\n\n".join(part for part in (*(effect["texto"] for effect in effects), text or "") if part.strip())
        erro = None if said else "openai_credencial" if self.no_key else "modelo_sem_resposta"
        pessoa = any(effect["tipo"] == "pessoa" for effect in effects)
        return Thought(
            said or None, self.modelo, self.uso, erro, tuple(self.refusals), tuple(dict.fromkeys(self.invented)), pessoa
        )


class _SentBack(Exception):
    """A newer text came before anything was done: the turn goes back to the buffer."""


class Reasoner:
    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        chat_model: ChatModel,
        toolbox: Toolbox,
        tuning: Tuning,
        checkpoint: Checkpoint,
    ) -> None:
        self._db = db
        self._clock = clock
        self._chat_model = chat_model
        self._toolbox = toolbox
        self._tuning = tuning
        self._checkpoint = checkpoint

    async def resume(self, work: TurnWork) -> Progress:
        """What an earlier worker left of this turn."""
        async with self._db.tenant(work.empresa_id) as session:
            steps = await load_steps(session, work.turno_id)
        progress = Progress(steps=steps, acted=work.estado == "acting")
        progress.acted = progress.acted or bool(progress.effects)
        for step in steps:
            if isinstance(step, ModelStep):
                progress.count(step.uso)
        return progress

    async def reply(self, matter: Matter, progress: Progress) -> Thought | None:
        """The reply; None when a newer text sent the turn back before it acted. Raises LostTurn."""
        progress.models = list(dict.fromkeys((matter.request.model, *matter.fallbacks)))
        try:
            async with asyncio.timeout(self._tuning.model_total):
                return await self._converse(matter, progress)
        except _SentBack:
            return None
        except TimeoutError:
            progress.refusals.append("total_timeout")
            return progress.conclude(None)

    async def act(
        self,
        work: TurnWork,
        progress: Progress,
        empresa: Empresa,
        conversa: Conversa,
        call: ToolCall,
        *,
        seal: Callable[[], Awaitable[bool]],
    ) -> Thought | None:
        """Use one tool in the model's place; the reply is what it did, or why not. None and LostTurn as in `reply`."""
        if not progress.acted and not await seal():
            return None
        progress.acted = True
        if not progress.done:
            progress.steps.append(await self._toolbox.run(work, empresa, conversa, call, earlier=()))
        [step] = progress.done
        if step.publicar is not None:
            step = progress.steps[0] = await self._toolbox.publish(work, step)
        return progress.conclude(None if step.efeito else str(step.resultado.get("diga_ao_cliente") or "") or None)

    async def _converse(self, matter: Matter, progress: Progress) -> Thought:
        await self._finish_old(matter, progress)
        for asked in range(progress.uso.get("chamadas", 0) + 1, MODEL_CALLS + 1):
            last = asked == MODEL_CALLS or len(progress.done) >= TOOL_CALLS
            answer = await self._ask(matter, progress, with_tools=not last)
            if answer is None:
                break
            if answer.tool_calls:
                await self._use(matter, progress, answer)
                continue
            text, invented = progress.allowed(answer.text, matter)
            if not invented:
                return progress.conclude(text)
            ask_again = not progress.invented and not last
            progress.invented.extend(invented)
            if not ask_again:
                return progress.conclude(neutral(matter, progress))
        return progress.conclude(None)

    async def _ask(self, matter: Matter, progress: Progress, *, with_tools: bool) -> ChatAnswer | None:
        """The next answer, from the first model that gives one."""
        request = replace(matter.request, tools=self._toolbox.specs(matter.empresa) if with_tools else ())
        if progress.invented:
            request = replace(request, instructions=f"{request.instructions}\n\n{_CORRECTION}")
        while progress.models:
            name = progress.models[0]
            request = replace(request, model=name, exchanges=progress.exchanges(name))
            try:
                with matter.circuit():
                    answer = await self._chat_model.answer(matter.credentials, request)
            except ProviderAuthFailed as error:
                progress.refusals.append(f"{name}:{error.reason}")
                progress.no_key = True
                progress.models.clear()
            except ProviderError as error:
                blind = without_pictures(request) if _about_the_question(error) else None
                if blind is not None:  # once: what is blind has no pictures left
                    progress.refusals.append(f"{name}:pictures_refused")
                    request = blind
                    continue
                progress.refusals.append(f"{name}:{error.reason}")
                del progress.models[0]
            else:
                progress.count(usage_as_json(answer))
                progress.modelo = answer.model
                return answer
        return None

    async def _use(self, matter: Matter, progress: Progress, answer: ChatAnswer) -> None:
        """Store what the model asked for, then do it."""
        step = ModelStep(answer.model, usage_as_json(answer), answer.output_items, answer.tool_calls)
        async with self._db.tenant(matter.work.empresa_id) as session:
            await fenced(session, matter.work, updated_at=self._clock.now())
            await add_model_step(session, matter.work, step)
        progress.steps.append(step)
        await self._checkpoint("asked")
        await self._run_waiting(matter, progress)

    async def _run_waiting(self, matter: Matter, progress: Progress) -> None:
        for call in progress.waiting():
            if self._toolbox.acts(call.name) and not progress.acted:
                if not await matter.seal():
                    raise _SentBack
                progress.acted = True
            done = await self._toolbox.run(matter.work, matter.empresa, matter.conversa, call, earlier=progress.done)
            progress.steps.append(done)

    async def _finish_old(self, matter: Matter, progress: Progress) -> None:
        """What a dead worker had begun: sheets to write, then calls not yet made."""
        for place, step in enumerate(progress.steps):
            if isinstance(step, ToolStep) and step.publicar is not None:
                progress.steps[place] = await self._toolbox.publish(matter.work, step)
        await self._run_waiting(matter, progress)


def _about_the_question(error: ProviderError) -> bool:
    """Whether the vendor refused what was asked, and not who asked or which model."""
    wrong_place = isinstance(error, ProviderAuthFailed | ProviderModelMissing) or error.reason == "insufficient_quota"
    return isinstance(error, ProviderRefused) and not wrong_place


def usage_as_json(answer: ChatAnswer) -> dict[str, int]:
    usage = answer.usage
    return {"entrada": usage.input_tokens, "em_cache": usage.cached_tokens, "saida": usage.output_tokens}


def neutral(matter: Matter, progress: Progress) -> str:
    """What is true whatever the model made up, by what it made up and what this customer has."""
    if progress.effects:
        return "Fora isso, ainda não registrei mais nada. Do que mais você precisa?"
    kinds = set(progress.invented)
    if kinds & {"cancelamento", "alteracao"} and matter.own:
        listed = "\n".join(matter.own)
        return f"Nada mudou ainda. O que está registrado em seu nome:\n{listed}\nO que você quer fazer?"
    if "pedido" in kinds and matter.empresa.aceita_pedidos:
        return "Ainda não registrei nenhum pedido. Me diga os itens, as quantidades e se é para retirar ou entregar."
    if matter.empresa.aceita_reservas:
        return (
            "Ainda não registrei nada por aqui. Para reserva, me diga o dia, o horário e quantas pessoas, que eu "
            "verifico agora."
        )
    return "Ainda não registrei nada por aqui. Quer que eu chame uma pessoa da equipe?"


def restates(sentence: str, line: str) -> bool:
    """Whether a sentence about a reservation says only what is written of it: same code, day, hour and people."""
    code = _CODE.search(sentence)
    if code is None or not line.startswith(code[0]) or "(confirmada)" not in line:
        return False
    return _particulars(sentence.replace(code[0], "")) <= _particulars(line.replace(code[0], ""))


def _particulars(text: str) -> set[str]:
    """Hours, dates, weekdays and numbers, each in one form."""
    plain = text.casefold().replace("terca", "terça").replace("sabado", "sábado")
    hours = {f"{int(hour)}:{minute or '00'}" for hour, minute in re.findall(r"\b(\d{1,2})(?:h|:)(\d\d)?", plain)}
    rest = re.sub(r"\b\d{1,2}(?:h|:)(?:\d\d)?", " ", plain)
    days = set(re.findall(r"\b(?:segunda|terça|quarta|quinta|sexta|sábado|domingo|hoje|amanhã)\b", rest))
    return hours | days | set(re.findall(r"\d+(?:/\d+)*", rest))


def lines_of(resultado: Mapping[str, Any]) -> list[str]:
    """The reservations a tool listed."""
    listed = resultado.get("reservas")
    return [line for line in listed if isinstance(line, str)] if isinstance(listed, list) else []


def _looks_like_data(text: str) -> bool:
    """A call written out as text is nothing to say."""
    stripped = text.strip().removeprefix("```json").strip("`\n ")
    if not stripped.startswith(("{", "[")):
        return False
    try:
        json.loads(stripped)
    except ValueError:
        return False
    return True
