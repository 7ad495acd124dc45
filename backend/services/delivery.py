"""Sending the parts of a turn's reply in order. What makes one part go out exactly once is in `services/sending.py`.

Every release of a part checks, under the conversation's row lock, that no person has taken over. A reply never arrives
with a hole: what follows a part that did not go does not go either.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from database import Database
from models import Conversa, Empresa, Mensagem, Parte
from ports import Clock
from services.activity_log import add_log
from services.credentials import CredentialSource
from services.sending import Outcome, PartSender, PartWork
from services.tuning import Tuning
from services.turns import TurnWork, fenced


class TurnOwner:
    """A turn as the owner of its parts: its attempt is the fence, and a person who took over ends its reply."""

    def __init__(self, work: TurnWork) -> None:
        self.work = work
        self.empresa_id = work.empresa_id
        self.conversa_id = work.conversa_id
        self.turno_id: int | None = work.turno_id
        self.tentativa = work.tentativa

    async def keep(self, session: AsyncSession, *, now: datetime) -> None:
        await fenced(session, self.work, updated_at=now)

    async def allow(self, session: AsyncSession, conversa: Conversa, empresa: Empresa) -> bool:
        if conversa.atendido_por != "pessoa" and empresa.status == "ativo":
            return True
        await session.execute(
            update(Parte)
            .where(Parte.turno_id == self.turno_id, Parte.estado == "prepared")
            .values(estado="cancelled", erro="pessoa_assumiu" if empresa.status == "ativo" else "empresa_parada")
        )
        add_log(
            session,
            "INFO",
            "resposta_interrompida",
            "O restante da resposta não foi enviado: uma pessoa assumiu ou a empresa parou o atendimento.",
            empresa_id=self.empresa_id,
            turno_id=self.turno_id,
        )
        return False

    async def remaining(self, session: AsyncSession) -> Sequence[UUID]:
        rows = await session.scalars(
            select(Parte.id).where(Parte.turno_id == self.turno_id, Parte.estado == "prepared").order_by(Parte.ordem)
        )
        return rows.all()


class Delivery:
    def __init__(
        self, *, db: Database, clock: Clock, part_sender: PartSender, credentials: CredentialSource, tuning: Tuning
    ) -> None:
        self._db = db
        self._clock = clock
        self._parts = part_sender
        self._credentials = credentials
        self._tuning = tuning

    async def send_all(self, work: TurnWork) -> Outcome:
        """Send what is left of the turn's parts, in order. Raises LostTurn when the turn is no longer ours."""
        owner = TurnOwner(work)
        empresa, parts = await self._load(work)
        credentials = self._credentials.twilio(empresa)
        outcome: Outcome = "done"
        paced = False
        for part in parts:
            if part.estado in ("sent", "delivered", "read"):
                paced = True
                continue
            if part.estado in ("failed", "undelivered"):
                outcome = "failed"
            if part.estado not in ("prepared", "sending") or outcome != "done":
                continue
            if credentials is None:
                outcome = await self._parts.end(owner, part, "failed", "twilio_sem_credencial")
                continue
            if paced and part.estado == "prepared":
                await asyncio.sleep(max(self._pause(part.texto), await self._parts.wait_needed(owner)))
            outcome = await self._parts.send(owner, empresa, credentials, part)
            if outcome == "busy":
                outcome = await self._parts.end(owner, part, "parked", "twilio_indisponivel")
            paced = True
        if outcome in ("failed", "parked"):
            await self._end_rest(owner, outcome)
        return outcome

    def _pause(self, text: str) -> float:
        """Long enough for a person to read the bubble before; 0 when pacing is off."""
        return min(self._tuning.pace * (1 + len(text) / 200), 6.0)

    async def _load(self, work: TurnWork) -> tuple[Empresa, list[PartWork]]:
        async with self._db.tenant(work.empresa_id) as session:
            empresa = await session.get_one(Empresa, work.empresa_id)
            rows = await session.execute(
                select(Parte, Mensagem.texto)
                .join(Mensagem, Mensagem.id == Parte.mensagem_id)
                .where(Parte.turno_id == work.turno_id)
                .order_by(Parte.ordem)
            )
            parts = [PartWork.of(parte, texto) for parte, texto in rows]
        return empresa, parts

    async def _end_rest(self, owner: TurnOwner, outcome: Outcome) -> None:
        """What follows a part that did not go does not go either: a reply never arrives with a hole."""
        async with self._db.tenant(owner.empresa_id) as session:
            await session.execute(
                update(Parte)
                .where(Parte.turno_id == owner.turno_id, Parte.estado == "prepared")
                .values(estado="parked" if outcome == "parked" else "cancelled", erro="parte_anterior")
            )
            await fenced(session, owner.work, updated_at=self._clock.now())
