"""The tools of the product, and the running of one call inside a turn.

An act and the record of it commit together, fenced by the turn's attempt; what has to be written to a sheet follows
after the commit, and the step is rewritten with what came of it. Knows nothing of the model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from database import Database
from models import Conversa, Empresa, Reserva
from ports import Clock, ToolCall, ToolSpec
from services import reserva_texts
from services.booking import Booking
from services.checkpoints import Checkpoint
from services.steps import ToolStep, add_tool_step, rewrite_tool_step
from services.tools.base import Effect, Outcome, Refused, Situation, Tool, read_arguments, spec_of
from services.tools.orders import TakeOrder
from services.tools.people import AskForPerson
from services.tools.reservations import (
    CancelReservation,
    ChangeReservation,
    CheckAvailability,
    ListReservations,
    MakeReservation,
)
from services.turns import TurnWork, fenced

_SHEET_SECONDS = 15.0
"""How long a customer waits for the owner's sheet before being told that the request is being confirmed."""
_TEXTS = {
    "reserva": reserva_texts.created,
    "alteracao": reserva_texts.changed,
    "cancelamento": reserva_texts.cancelled,
}


class Toolbox:
    def __init__(self, *, db: Database, clock: Clock, booking: Booking, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._db = db
        self._clock = clock
        self._booking = booking
        tools: Sequence[Tool] = (
            CheckAvailability(booking),
            MakeReservation(booking),
            ChangeReservation(booking),
            CancelReservation(booking),
            ListReservations(booking),
            TakeOrder(),
            AskForPerson(),
        )
        self._tools: Mapping[str, Tool] = {tool.name: tool for tool in tools}
        self._specs = {name: spec_of(tool) for name, tool in self._tools.items()}

    def specs(self, empresa: Empresa) -> tuple[ToolSpec, ...]:
        """What this empresa's attendant can do."""
        return tuple(self._specs[name] for name, tool in self._tools.items() if tool.offered(empresa))

    def acts(self, name: str) -> bool:
        """Whether a call of this tool may have an effect."""
        tool = self._tools.get(name)
        return tool is not None and tool.acts

    async def run(
        self, work: TurnWork, empresa: Empresa, conversa: Conversa, call: ToolCall, *, earlier: Sequence[ToolStep]
    ) -> ToolStep:
        """Do what the call asks, once, and record it. What cannot be done is an answer to the model, not an error.

        Raises LostTurn when another worker owns the turn.
        """
        situation = Situation(work, empresa, conversa, self._clock.now())
        tool = self._tools.get(call.name)
        repeated = _same_call(call, earlier)
        if tool is None or not tool.offered(empresa):
            outcome = Outcome({"ok": False, "motivo": "ferramenta_desconhecida"})
        elif repeated is not None:
            outcome = Outcome({**repeated.resultado, "repetida": True})
        else:
            try:
                given = read_arguments(tool, call.arguments)
                await tool.prepare(situation)
                done = await self._act(tool, situation, given, call)
                await self._checkpoint("acted")
                return await self.publish(work, done)
            except Refused as refused:
                outcome = Outcome(refused.output)
        return await self._record(work, call, outcome)

    async def _act(self, tool: Tool, situation: Situation, given: Any, call: ToolCall) -> ToolStep:
        work = situation.work
        async with self._db.tenant(work.empresa_id) as session:
            if tool.acts:
                await fenced(session, work, undecided=True, estado="acting", updated_at=situation.now)
            outcome = await tool.act(session, situation, given)
            return await self._add(session, work, call, outcome)

    async def _record(self, work: TurnWork, call: ToolCall, outcome: Outcome) -> ToolStep:
        async with self._db.tenant(work.empresa_id) as session:
            await fenced(session, work, updated_at=self._clock.now())
            return await self._add(session, work, call, outcome)

    async def _add(self, session: AsyncSession, work: TurnWork, call: ToolCall, outcome: Outcome) -> ToolStep:
        efeito = _as_dict(outcome.effect)
        passo_id = await add_tool_step(
            session, work, call, resultado=outcome.output, efeito=efeito, publicar=outcome.publish
        )
        return ToolStep(passo_id, call.call_id, call.name, call.arguments, outcome.output, efeito, outcome.publish)

    async def publish(self, work: TurnWork, step: ToolStep) -> ToolStep:
        """Write the sheet where there is one, and tell the customer what was read back. Safe to repeat."""
        if step.publicar is None or step.efeito is None:
            return step
        done = await self._booking.publish(work.empresa_id, step.publicar, seconds=_SHEET_SECONDS)
        await self._checkpoint("published")
        now = self._clock.now()
        async with self._db.tenant(work.empresa_id) as session:
            await fenced(session, work, updated_at=now)
            if done == "pendente":
                done = await self._booking.owe(session, step.publicar)
            reserva = await session.get_one(Reserva, step.publicar, populate_existing=True)
            resultado = {**step.resultado, "situacao": done}
            efeito: dict[str, Any] | None = {**step.efeito, "texto": _TEXTS[step.efeito["tipo"]](reserva)}
            if done == "recusada":
                resultado, efeito = {"ok": False, "motivo": "recusada_pela_casa"}, None
            await rewrite_tool_step(session, step.passo_id, resultado=resultado, efeito=efeito)
        return ToolStep(step.passo_id, step.call_id, step.nome, step.argumentos, resultado, efeito)


def _same_call(call: ToolCall, earlier: Sequence[ToolStep]) -> ToolStep | None:
    """The step that already did this in the turn: a model that repeats itself does not act twice."""
    return next(
        (step for step in earlier if step.nome == call.name and step.argumentos == call.arguments and step.efeito),
        None,
    )


def _as_dict(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None:
        return None
    found = asdict(effect)
    return {"tipo": found["kind"], "texto": found["text"], "codigo": found["codigo"]}
