"""Sending the parts of a reply, each exactly once, through a ledger: prepared → sending → sent.

`sending` is committed, with the worker's attempt and a short deadline, before anything is written to Twilio. A sending
whose outcome is unknown is looked for (callbacks first, then Twilio's own list) before any resend. Every release of a
part checks, under the conversation's row lock, that no person has taken over.
"""

import asyncio
import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update

from config import Settings
from database import Database
from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused
from models import Conversa, Empresa, Mensagem, Parte
from observability import get_logger
from ports import Clock, ListedMessage, MessageSender, OutgoingMessage, TwilioCredentials
from services.activity_log import add_log
from services.addresses import status_address
from services.checkpoints import Checkpoint
from services.circuits import Circuits
from services.credentials import CredentialSource
from services.delivery_status import bind
from services.parked import IN_DOUBT
from services.tuning import Tuning
from services.turns import TurnWork, fenced

log = get_logger(__name__)

Outcome = Literal["done", "failed", "parked", "interrupted"]
"""`interrupted`: a person took over, or the empresa stopped, before this part was released."""
_WHITE = re.compile(r"\s+")
_ENDED = {
    "failed": ("envio_recusado", "Uma resposta não saiu pelo WhatsApp."),
    "parked": ("envio_parado", "Uma resposta ficou parada no envio e pode ser tentada de novo."),
}


@dataclass(frozen=True, slots=True)
class PartWork:
    """One part in our hands."""

    id: UUID
    ordem: int
    estado: str
    remetente: str
    destinatario: str
    texto: str
    prazo: datetime | None
    tentada_em: datetime | None


class Delivery:
    def __init__(
        self,
        *,
        settings: Settings,
        db: Database,
        clock: Clock,
        sender: MessageSender,
        credentials: CredentialSource,
        circuits: Circuits,
        tuning: Tuning,
        checkpoint: Checkpoint,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._sender = sender
        self._credentials = credentials
        self._circuits = circuits
        self._tuning = tuning
        self._checkpoint = checkpoint

    async def send_all(self, work: TurnWork) -> Outcome:
        """Send what is left of the turn's parts, in order. Raises LostTurn when the turn is no longer ours."""
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
                outcome = await self._end_part(work, part, "failed", "twilio_sem_credencial")
                continue
            if paced and part.estado == "prepared":
                await asyncio.sleep(self._pause(part.texto))
            outcome = await self._send_one(work, empresa, credentials, part)
            paced = True
        if outcome in ("failed", "parked"):
            await self._end_rest(work, outcome)
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
            parts = [
                PartWork(
                    id=parte.id,
                    ordem=parte.ordem,
                    estado=parte.estado,
                    remetente=parte.remetente,
                    destinatario=parte.destinatario,
                    texto=texto,
                    prazo=parte.prazo,
                    tentada_em=parte.tentada_em,
                )
                for parte, texto in rows
            ]
        return empresa, parts

    async def _send_one(
        self, work: TurnWork, empresa: Empresa, credentials: TwilioCredentials, part: PartWork
    ) -> Outcome:
        """Send one part: release, write, record; look before any resend."""
        if part.estado == "sending":
            settled = await self._reconcile(work, credentials, part)
            if settled != "absent":
                return await self._settled(work, part, settled)
        for attempt in range(1, self._tuning.send_attempts + 1):
            released = await self._release(work, part)
            if isinstance(released, str):
                return released
            part, not_after = released
            await self._checkpoint("released")
            message = OutgoingMessage(
                sender=part.remetente,
                to=part.destinatario,
                body=part.texto,
                status_callback=self._callback(empresa, credentials, part.id),
            )
            try:
                with self._circuits.call(work.empresa_id, "twilio"):
                    sent = await self._sender.send(credentials, message, not_after=not_after)
            except ProviderBusy as error:
                await self._back_to_prepared(work, part)
                log.warning("send postponed", turno_id=work.turno_id, reason=error.reason, attempt=attempt)
                if attempt < self._tuning.send_attempts:
                    await asyncio.sleep(self._backoff(attempt, error.retry_after))
            except ProviderRefused as error:
                code = error.vendor_code or error.reason
                if isinstance(error, ProviderAuthFailed):
                    code = f"twilio_credencial_{code}"
                return await self._end_part(work, part, "failed", code[:60])
            except ProviderError as error:
                log.warning("send uncertain", turno_id=work.turno_id, reason=error.reason)
                settled = await self._reconcile(work, credentials, part)
                if settled != "absent":
                    return await self._settled(work, part, settled)
            else:
                await self._checkpoint("written")
                await self._bind(work, part, sent.sid)
                await self._checkpoint("bound")
                return "done"
        return await self._end_part(work, part, "parked", "twilio_indisponivel")

    async def _settled(self, work: TurnWork, part: PartWork, settled: Literal["sent", "unknown"]) -> Outcome:
        if settled == "sent":
            return "done"
        return await self._end_part(work, part, "parked", IN_DOUBT)

    def _callback(self, empresa: Empresa, credentials: TwilioCredentials, parte_id: UUID) -> str | None:
        """No callback for the real Twilio while our address is this machine: Twilio could not reach it."""
        if self._settings.public_url_is_loopback and credentials.base_url is None and not empresa.webhook_url:
            return None
        return status_address(empresa, self._settings.public_url, parte_id)

    async def _release(self, work: TurnWork, part: PartWork) -> tuple[PartWork, float] | Literal["done", "interrupted"]:
        """Commit `sending` if the bot may still speak; "done" when a late callback already settled the part.

        Raises LostTurn when another worker owns the turn.
        """
        async with self._db.tenant(work.empresa_id) as session:
            row = (
                await session.execute(
                    select(Conversa.atendido_por, Empresa.status)
                    .join(Empresa, Empresa.id == Conversa.empresa_id)
                    .where(Conversa.id == work.conversa_id)
                    .with_for_update(of=Conversa, key_share=True)
                )
            ).one()
            parte = await session.get_one(Parte, part.id, with_for_update=True)
            # Read when every lock is ours, so that waiting for one costs no deadline, and before the commit, so that
            # the monotonic deadline is never later than the committed one.
            now, monotonic = self._clock.now(), self._clock.monotonic()
            deadline = now + timedelta(seconds=self._tuning.send_deadline)
            await fenced(session, work, updated_at=now)
            if parte.estado != "prepared":
                return "done"
            if row.atendido_por == "pessoa" or row.status != "ativo":
                await session.execute(
                    update(Parte)
                    .where(Parte.turno_id == work.turno_id, Parte.estado == "prepared")
                    .values(estado="cancelled", erro="pessoa_assumiu" if row.status == "ativo" else "empresa_parada")
                )
                add_log(
                    session,
                    "INFO",
                    "resposta_interrompida",
                    "O restante da resposta não foi enviado: uma pessoa assumiu ou a empresa parou o atendimento.",
                    empresa_id=work.empresa_id,
                    turno_id=work.turno_id,
                )
                return "interrupted"
            parte.estado, parte.tentativa, parte.tentada_em, parte.prazo = "sending", work.tentativa, now, deadline
            parte.primeira_busca_em = None
        taken = PartWork(part.id, part.ordem, "sending", part.remetente, part.destinatario, part.texto, deadline, now)
        return taken, monotonic + self._tuning.send_deadline

    async def _bind(self, work: TurnWork, part: PartWork, sid: str) -> None:
        async with self._db.tenant(work.empresa_id) as session:
            parte = await session.get_one(Parte, part.id, with_for_update=True)
            await bind(session, parte, sid, now=self._clock.now())

    async def _back_to_prepared(self, work: TurnWork, part: PartWork) -> None:
        """Certainly not sent: the part waits again, if it is still this attempt's."""
        async with self._db.tenant(work.empresa_id) as session:
            await session.execute(
                update(Parte)
                .where(Parte.id == part.id, Parte.estado == "sending", Parte.message_sid.is_(None))
                .values(estado="prepared", prazo=None)
            )
            await fenced(session, work, updated_at=self._clock.now())

    async def _end_part(
        self, work: TurnWork, part: PartWork, estado: Literal["failed", "parked"], erro: str
    ) -> Outcome:
        async with self._db.tenant(work.empresa_id) as session:
            await session.execute(
                update(Parte)
                .where(Parte.id == part.id, Parte.estado.in_(("prepared", "sending")))
                .values(estado=estado, erro=erro)
            )
            await fenced(session, work, updated_at=self._clock.now())
            code, sentence = _ENDED[estado]
            add_log(
                session,
                "ERROR",
                code,
                f"{sentence} ({erro})",
                empresa_id=work.empresa_id,
                turno_id=work.turno_id,
                dados={"parte_id": str(part.id), "codigo": erro},
            )
        return estado

    async def _end_rest(self, work: TurnWork, outcome: Outcome) -> None:
        """What follows a part that did not go does not go either: a reply never arrives with a hole."""
        async with self._db.tenant(work.empresa_id) as session:
            await session.execute(
                update(Parte)
                .where(Parte.turno_id == work.turno_id, Parte.estado == "prepared")
                .values(estado="parked" if outcome == "parked" else "cancelled", erro="parte_anterior")
            )
            await fenced(session, work, updated_at=self._clock.now())

    def _backoff(self, attempt: int, retry_after: float | None) -> float:
        if retry_after is not None:
            return min(retry_after, 30.0)
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 (spreads retries, guards nothing)
        return jitter * min(self._tuning.backoff * (1 << attempt), 20.0)

    # --- A sending whose outcome is unknown ---

    async def _reconcile(
        self, work: TurnWork, credentials: TwilioCredentials, part: PartWork
    ) -> Literal["sent", "absent", "unknown"]:
        """Find out what became of a sending: "sent" (now bound), "absent" (ready to be sent again) or "unknown".

        Absent needs two looks at Twilio's list, the second at least `settle` after the deadline and the request's own
        timeout, because the list may lag.
        """
        tuning = self._tuning
        last_write = (part.prazo or self._clock.now()) + timedelta(seconds=tuning.request_timeout)
        certain_after = last_write + timedelta(seconds=tuning.settle)
        give_up = self._clock.now() + timedelta(
            seconds=tuning.settle * 2 + tuning.request_timeout + tuning.send_deadline
        )
        looked = False
        while True:
            if await self._proved_by_callback(work, part):
                return "sent"
            now = self._clock.now()
            final = now >= certain_after
            try:
                sid = await self._look(work, credentials, part)
            except ProviderError as error:
                log.warning("reconciliation cannot look", turno_id=work.turno_id, reason=error.reason)
                if now >= max(give_up, certain_after + timedelta(seconds=tuning.settle)):
                    return "unknown"
            else:
                if sid is not None:
                    await self._bind(work, part, sid)
                    return "sent"
                if final and looked:
                    await self._back_to_prepared(work, part)
                    return "sent" if await self._proved_by_callback(work, part) else "absent"
                looked = True
            await asyncio.sleep(tuning.look_every)

    async def _proved_by_callback(self, work: TurnWork, part: PartWork) -> bool:
        async with self._db.tenant(work.empresa_id) as session:
            await fenced(session, work, updated_at=self._clock.now())
            return await session.scalar(select(Parte.message_sid).where(Parte.id == part.id)) is not None

    async def _look(self, work: TurnWork, credentials: TwilioCredentials, part: PartWork) -> str | None:
        """The SID of an unbound message in Twilio's list that is this part."""
        since = (part.tentada_em or self._clock.now()) - timedelta(minutes=2)
        listed = await self._sender.list_messages(credentials, sender=part.remetente, to=part.destinatario, since=since)
        same = [message for message in listed if _is_this(message, part, since)]
        if not same:
            return None
        async with self._db.tenant(work.empresa_id) as session:
            bound = set(
                await session.scalars(
                    select(Parte.message_sid).where(Parte.message_sid.in_([message.sid for message in same]))
                )
            )
        unbound = [message.sid for message in same if message.sid not in bound]
        return unbound[-1] if unbound else None


def _is_this(message: ListedMessage, part: PartWork, since: datetime) -> bool:
    return (
        message.direction.startswith("outbound")
        and message.num_media == 0
        and (message.created_at is None or message.created_at >= since)
        and _WHITE.sub(" ", message.body).strip() == _WHITE.sub(" ", part.texto).strip()
    )
