"""The outbox: sends the parts that belong to no turn, in strict order in a conversation, conversations side by side.

Every process runs one; they share the work by row locks and a lease on each part, fenced by the part's own attempt.
What makes a part go out exactly once is in `services/sending.py`; this module only finds work, holds it and ends it.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, and_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from database import Database
from errors import LostTurn
from models import Conversa, Empresa, Mensagem, Parte
from observability import get_logger
from ports import Clock
from services.activity_log import add_log
from services.credentials import CredentialSource
from services.outgoing import Doorbell
from services.refusals import address_is_dead, expire_waiting
from services.sending import Outcome, PartSender, PartWork
from services.tasks import TaskGroup
from services.tuning import Tuning
from services.window import REPLY_WINDOW, WAITING, WAITS

log = get_logger(__name__)

_LONGEST_WAIT = 60.0
"""Between two tries while Twilio takes nothing, in seconds."""
_EXPIRE_EVERY = 30.0


@dataclass(slots=True)
class LooseOwner:
    """The lease on one part as its owner. Every proof of holding it extends the lease."""

    part: PartWork
    tentativa: int
    empresa_id: int
    conversa_id: int
    autor: str
    is_reply: bool
    """Words of a turn that could not go out with it: said like the turn's own, not like facts."""
    lease: timedelta
    queued_at: datetime
    turno_id: int | None = field(default=None, init=False)

    async def keep(self, session: AsyncSession, *, now: datetime) -> None:
        result = await session.execute(
            update(Parte)
            .where(Parte.id == self.part.id, Parte.tentativa == self.tentativa)
            .values(reservada_ate=now + self.lease)
        )
        assert isinstance(result, CursorResult)
        if result.rowcount != 1:
            raise LostTurn(f"part {self.part.id} attempt {self.tentativa}")

    async def allow(self, session: AsyncSession, conversa: Conversa, empresa: Empresa) -> bool:
        reason = self._why_not(conversa, empresa)
        if reason is None:
            return True
        await session.execute(
            update(Parte).where(Parte.id.in_(await self.remaining(session))).values(estado="cancelled", erro=reason)
        )
        add_log(
            session,
            "INFO",
            "mensagem_nao_enviada",
            _REASONS[reason],
            empresa_id=self.empresa_id,
            dados={"parte_id": str(self.part.id), "conversa_id": self.conversa_id, "motivo": reason},
        )
        return False

    async def remaining(self, session: AsyncSession) -> Sequence[UUID]:
        return await _rest(session, self.part, self.conversa_id)

    def _why_not(self, conversa: Conversa, empresa: Empresa) -> str | None:
        """People's messages always go. Of the bot, facts it owes go unless the customer left; its talk yields."""
        if empresa.excluida_em is not None:
            return "empresa_parada"
        if self.autor == "pessoa":
            return None
        if conversa.optout_em is not None:
            return "cliente_saiu"
        if address_is_dead(conversa):
            return "contato_invalido"
        if empresa.status == "inativo" or (self.is_reply and empresa.status != "ativo"):
            return "empresa_parada"
        if self.is_reply and conversa.atendido_por == "pessoa":
            return "pessoa_assumiu"
        return None


_REASONS = {
    "empresa_parada": "Uma mensagem não foi enviada: a empresa não está atendendo.",
    "cliente_saiu": "Uma mensagem não foi enviada: o cliente pediu para não receber mais.",
    "contato_invalido": "Uma mensagem não foi enviada: este contato não recebe mensagens no WhatsApp.",
    "pessoa_assumiu": "Uma mensagem não foi enviada: uma pessoa assumiu a conversa.",
}


async def _rest(session: AsyncSession, part: PartWork, conversa_id: int) -> list[UUID]:
    """What is left of the message this part belongs to: itself and the parts after it, up to the next first one."""
    until = await session.scalar(
        select(Parte.mensagem_id)
        .where(
            Parte.conversa_id == conversa_id,
            Parte.turno_id.is_(None),
            Parte.mensagem_id > part.mensagem_id,
            Parte.ordem == 0,
        )
        .order_by(Parte.mensagem_id)
        .limit(1)
    )
    query = select(Parte.id).where(
        Parte.conversa_id == conversa_id,
        Parte.turno_id.is_(None),
        Parte.estado == "prepared",
        Parte.mensagem_id >= part.mensagem_id,
    )
    if until is not None:
        query = query.where(Parte.mensagem_id < until)
    return list(await session.scalars(query.order_by(Parte.mensagem_id)))


def _still_waiting(parte: type[Parte], closed: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether it waits for its customer to write, who has not: it holds nothing behind it back."""
    return and_(parte.erro.is_not(None), parte.erro == WAITING, closed)


class Outbox:
    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        part_sender: PartSender,
        credentials: CredentialSource,
        doorbell: Doorbell,
        tasks: TaskGroup,
        tuning: Tuning,
    ) -> None:
        self._db = db
        self._clock = clock
        self._parts = part_sender
        self._credentials = credentials
        self._doorbell = doorbell
        self._tasks = tasks
        self._tuning = tuning
        self._busy: set[int] = set()
        self._expire_next = 0.0

    async def run(self) -> None:
        """Send until cancelled; an outage costs a look, not the loop."""
        while True:
            self._doorbell.rung.clear()
            try:
                await self.look()
                await self._expire()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("outbox interrupted", reason=type(error).__name__)
            except Exception:
                log.exception("outbox failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._doorbell.rung.wait(), self._tuning.outbox_every)

    async def _expire(self) -> None:
        """Now and then, end what waited for its customer for too long."""
        if self._clock.monotonic() < self._expire_next:
            return
        self._expire_next = self._clock.monotonic() + _EXPIRE_EVERY
        now = self._clock.now()
        async with self._db.system_scope() as session:
            await expire_waiting(session, before=now - WAITS)

    async def look(self) -> int:
        """Take the first part of each conversation that nobody holds, and start sending them. How many were taken."""
        room = self._tuning.outbox_at_once - len(self._busy)
        if room <= 0:
            return 0
        taken = await self._claim(room)
        for owner in taken:
            self._busy.add(owner.conversa_id)
            self._tasks.start(self._work(owner), name=f"outbox-{owner.conversa_id}")
        return len(taken)

    async def _claim(self, room: int) -> list[LooseOwner]:
        now = self._clock.now()
        lease = timedelta(seconds=self._tuning.lease)
        earlier = aliased(Parte)
        unfinished = ("prepared", "sending")
        closed = Conversa.ultima_entrada_em.is_(None) | (Conversa.ultima_entrada_em <= now - REPLY_WINDOW)
        is_first = ~(
            select(earlier.id)
            .where(
                earlier.conversa_id == Parte.conversa_id,
                earlier.turno_id.is_(None),
                earlier.estado.in_(unfinished),
                earlier.mensagem_id < Parte.mensagem_id,
                ~_still_waiting(earlier, closed),
            )
            .correlate(Parte, Conversa)
            .exists()
        )
        query = (
            select(Parte)
            .join(Conversa, Conversa.id == Parte.conversa_id)
            .where(
                Parte.turno_id.is_(None),
                Parte.estado.in_(unfinished),
                ~_still_waiting(Parte, closed),
                Parte.reservada_ate.is_(None) | (Parte.reservada_ate < now),
                is_first,
            )
            .order_by(Parte.mensagem_id)
            .limit(room)
            .with_for_update(of=Parte, skip_locked=True)
        )
        if self._busy:
            query = query.where(Parte.conversa_id.not_in(self._busy))
        async with self._db.system_scope() as session:
            partes = list(await session.scalars(query))
            if not partes:
                return []
            found = await session.scalars(
                select(Mensagem).where(Mensagem.id.in_([parte.mensagem_id for parte in partes]))
            )
            mensagens = {mensagem.id: mensagem for mensagem in found}
            taken = []
            for parte in partes:
                mensagem = mensagens[parte.mensagem_id]
                parte.tentativa += 1
                parte.reservada_ate = now + lease
                owner = LooseOwner(
                    part=PartWork.of(parte, mensagem.texto),
                    tentativa=parte.tentativa,
                    empresa_id=parte.empresa_id,
                    conversa_id=parte.conversa_id,
                    autor=mensagem.autor,
                    is_reply=mensagem.turno_id is not None,
                    lease=lease,
                    queued_at=parte.created_at,
                )
                taken.append(owner)
        return taken

    async def _work(self, owner: LooseOwner) -> None:
        try:
            outcome = await self._send(owner)
            if outcome in ("failed", "parked"):
                await self._end_rest(owner, outcome)
        except LostTurn as lost:
            log.info("part lost", reason=str(lost), conversa_id=owner.conversa_id)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            # The lease ends by itself, and the ledger says where to continue.
            log.warning("part interrupted", reason=type(error).__name__, conversa_id=owner.conversa_id)
        finally:
            self._busy.discard(owner.conversa_id)
            self._doorbell.rung.set()

    async def _send(self, owner: LooseOwner) -> Outcome:
        async with self._db.tenant(owner.empresa_id) as session:
            empresa = await session.get_one(Empresa, owner.empresa_id)
        credentials = self._credentials.twilio(empresa)
        if credentials is None:
            return await self._parts.end(owner, owner.part, "failed", "twilio_sem_credencial")
        if owner.part.estado == "prepared" and (wait := await self._parts.wait_needed(owner)):
            return await self._postpone(owner, wait)
        outcome = await self._parts.send(owner, empresa, credentials, owner.part)
        if outcome == "busy":
            return await self._wait_or_park(owner)
        return outcome

    async def _wait_or_park(self, owner: LooseOwner) -> Outcome:
        """Twilio takes nothing: a part without a turn waits longer than a reply would."""
        now = self._clock.now()
        age = (now - owner.queued_at).total_seconds()
        if age >= self._tuning.loose_patience:
            return await self._parts.end(owner, owner.part, "parked", "twilio_indisponivel")
        return await self._postpone(owner, min(max(age, self._tuning.outbox_every), _LONGEST_WAIT))

    async def _postpone(self, owner: LooseOwner, seconds: float) -> Outcome:
        """Nobody takes the part before then; what follows it in the conversation waits behind it."""
        now = self._clock.now()
        async with self._db.tenant(owner.empresa_id) as session:
            await owner.keep(session, now=now)
            await session.execute(
                update(Parte).where(Parte.id == owner.part.id).values(reservada_ate=now + timedelta(seconds=seconds))
            )
        return "busy"

    async def _end_rest(self, owner: LooseOwner, outcome: Outcome) -> None:
        """What follows a part that did not go does not go either: a message never arrives with a hole."""
        async with self._db.tenant(owner.empresa_id) as session:
            await owner.keep(session, now=self._clock.now())
            rest = [each for each in await owner.remaining(session) if each != owner.part.id]
            await session.execute(
                update(Parte)
                .where(Parte.id.in_(rest))
                .values(estado="parked" if outcome == "parked" else "cancelled", erro="parte_anterior")
            )
