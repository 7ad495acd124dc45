"""Sending one part exactly once, through a ledger: prepared → sending → sent. The one place where the rules are.

`sending` is committed, with its owner's attempt and a short deadline, before anything is written to Twilio. A sending
whose outcome is unknown is looked for (callbacks first, then Twilio's own list) before any resend. Who holds a part (a
turn, or the outbox for a part without one) proves it by its attempt in every step, and decides whether it may still go.
"""

import asyncio
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from auth.media_links import MediaLinks
from config import Settings
from database import Database
from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused
from models import Conversa, Empresa, Mensagem, Parte
from observability import get_logger
from ports import Clock, ListedMessage, MessageSender, OutgoingMessage, TwilioCredentials
from services.addresses import status_address
from services.checkpoints import Checkpoint
from services.circuits import Circuits
from services.delivery_status import bind
from services.pace import next_allowed
from services.parked import IN_DOUBT
from services.refusals import refused
from services.tuning import Tuning
from services.window import WINDOW_CLOSED, wait_for_customer, window_open

log = get_logger(__name__)

Outcome = Literal["done", "failed", "parked", "interrupted", "busy"]
"""`interrupted`: it may no longer be said, and the ledger says why. `busy`: not sent, Twilio takes nothing."""
_WHITE = re.compile(r"\s+")
_LOG_CODE = {"failed": "envio_recusado", "parked": "envio_parado"}
_ARRIVED = ("sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class PartWork:
    """One part in our hands."""

    id: UUID
    mensagem_id: int
    ordem: int
    estado: str
    remetente: str
    destinatario: str = field(repr=False)
    texto: str = field(repr=False)
    prazo: datetime | None
    tentada_em: datetime | None
    content_sid: str | None = None
    content_variables: Mapping[str, str] | None = field(default=None, repr=False)
    midia_id: UUID | None = None

    @classmethod
    def of(cls, parte: Parte, texto: str) -> "PartWork":
        return cls(
            id=parte.id,
            mensagem_id=parte.mensagem_id,
            ordem=parte.ordem,
            estado=parte.estado,
            remetente=parte.remetente,
            destinatario=parte.destinatario,
            texto=texto,
            prazo=parte.prazo,
            tentada_em=parte.tentada_em,
            content_sid=parte.content_sid,
            content_variables=parte.content_variables,
            midia_id=parte.midia_id,
        )


class Owner(Protocol):
    """Who holds a part."""

    @property
    def empresa_id(self) -> int: ...

    @property
    def conversa_id(self) -> int: ...

    @property
    def turno_id(self) -> int | None: ...

    @property
    def tentativa(self) -> int: ...

    async def keep(self, session: AsyncSession, *, now: datetime) -> None:
        """Prove in this transaction that the part is still held. Raises LostTurn otherwise."""

    async def allow(self, session: AsyncSession, conversa: Conversa, empresa: Empresa) -> bool:
        """Whether it may still be said, under the conversation's lock; if not, the ledger is told why here."""

    async def remaining(self, session: AsyncSession) -> Sequence[UUID]:
        """The parts still to go of what is being said, this one first."""


class PartSender:
    def __init__(
        self,
        *,
        settings: Settings,
        db: Database,
        clock: Clock,
        sender: MessageSender,
        circuits: Circuits,
        tuning: Tuning,
        checkpoint: Checkpoint,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._sender = sender
        self._circuits = circuits
        self._tuning = tuning
        self._checkpoint = checkpoint
        self._links = MediaLinks(settings.secret_key.get_secret_value(), public_url=settings.public_url, clock=clock)

    async def send(self, owner: Owner, empresa: Empresa, credentials: TwilioCredentials, part: PartWork) -> Outcome:
        """Send one part: release, write, record; look before any resend."""
        if part.estado == "sending":
            settled = await self._reconcile(owner, credentials, part)
            if settled != "absent":
                return await self._settled(owner, part, settled)
        for attempt in range(1, self._tuning.send_attempts + 1):
            released = await self._release(owner, part)
            if released == "closed":
                return await self.end(owner, part, "failed", WINDOW_CLOSED)
            if isinstance(released, str):
                return released
            part, not_after = released
            await self._checkpoint("released")
            message = OutgoingMessage(
                sender=part.remetente,
                to=part.destinatario,
                body=part.texto,
                status_callback=self._callback(empresa, credentials, part.id),
                media_url=self._links.address(part.midia_id) if part.midia_id else None,
                content_sid=part.content_sid,
                content_variables=json.dumps(part.content_variables) if part.content_variables else None,
            )
            try:
                with self._circuits.call(owner.empresa_id, "twilio"):
                    sent = await self._sender.send(credentials, message, not_after=not_after)
            except ProviderBusy as error:
                await self._back_to_prepared(owner, part)
                log.warning("send postponed", turno_id=owner.turno_id, reason=error.reason, attempt=attempt)
                if attempt < self._tuning.send_attempts:
                    await asyncio.sleep(self._backoff(attempt, error.retry_after))
            except ProviderRefused as error:
                code = error.vendor_code or error.reason
                if isinstance(error, ProviderAuthFailed):
                    code = f"twilio_credencial_{code}"
                return await self.end(owner, part, "failed", code[:60])
            except ProviderError as error:
                log.warning("send uncertain", turno_id=owner.turno_id, reason=error.reason)
                settled = await self._reconcile(owner, credentials, part)
                if settled != "absent":
                    return await self._settled(owner, part, settled)
            else:
                await self._checkpoint("written")
                await self._bind(owner, part, sent.sid)
                await self._checkpoint("bound")
                return "done"
        return "busy"

    async def end(self, owner: Owner, part: PartWork, estado: Literal["failed", "parked"], erro: str) -> Outcome:
        """This part does not go, visibly; what Twilio's number asks for is done. "done" when it has gone after all."""
        now = self._clock.now()
        async with self._db.tenant(owner.empresa_id) as session:
            await self._locked(session, owner)
            parte = await session.get_one(Parte, part.id, with_for_update=True)
            await owner.keep(session, now=now)
            if parte.estado in _ARRIVED:
                return "done"
            if parte.estado in ("prepared", "sending"):
                parte.estado, parte.erro = estado, erro
            acao = await refused(session, parte, erro, now=now, code=_LOG_CODE[estado])
        if acao == "alerta_configuracao":
            self._circuits.trip(owner.empresa_id, "twilio")
        return estado

    async def wait_needed(self, owner: Owner) -> float:
        """Seconds until WhatsApp takes another message to this person, by what was sent to them from any process."""
        tuning = self._tuning
        if not tuning.pair_seconds:
            return 0.0
        async with self._db.tenant(owner.empresa_id) as session:
            sent = await session.scalars(
                select(Parte.tentada_em)
                .join(Mensagem, Mensagem.id == Parte.mensagem_id)
                .where(Mensagem.conversa_id == owner.conversa_id, Mensagem.direcao == "saida")
                .order_by(Mensagem.id.desc())
                .limit(2 * tuning.pair_burst)
            )
            allowed = next_allowed(
                [each for each in sent if each is not None], burst=tuning.pair_burst, seconds=tuning.pair_seconds
            )
        return 0.0 if allowed is None else max(0.0, (allowed - self._clock.now()).total_seconds())

    async def _settled(self, owner: Owner, part: PartWork, settled: Literal["sent", "unknown"]) -> Outcome:
        if settled == "sent":
            return "done"
        return await self.end(owner, part, "parked", IN_DOUBT)

    def _callback(self, empresa: Empresa, credentials: TwilioCredentials, parte_id: UUID) -> str | None:
        """No callback for the real Twilio while our address is this machine: Twilio could not reach it."""
        if self._settings.public_url_is_loopback and credentials.base_url is None and not empresa.webhook_url:
            return None
        return status_address(empresa, self._settings.public_url, parte_id)

    async def _release(
        self, owner: Owner, part: PartWork
    ) -> tuple[PartWork, float] | Literal["done", "interrupted", "closed"]:
        """Commit `sending` if it may still be said; "done" when a late callback already settled the part.

        "closed": the 24-hour window has closed and the empresa has no template for that.
        Raises LostTurn when someone else owns the part.
        """
        async with self._db.tenant(owner.empresa_id) as session:
            conversa, empresa = await self._locked(session, owner)
            parte = await session.get_one(Parte, part.id, with_for_update=True)
            # Read when every lock is ours, so that waiting for one costs no deadline, and before the commit, so that
            # the monotonic deadline is never later than the committed one.
            now, monotonic = self._clock.now(), self._clock.monotonic()
            deadline = now + timedelta(seconds=self._tuning.send_deadline)
            await owner.keep(session, now=now)
            if parte.estado != "prepared":
                return "done"
            if not await owner.allow(session, conversa, empresa):
                return "interrupted"
            if part.content_sid is None and not window_open(conversa, now):
                if empresa.janela_content_sid is None:
                    return "closed"
                await wait_for_customer(session, conversa, empresa, await owner.remaining(session), now=now)
                return "interrupted"
            parte.estado, parte.tentativa, parte.tentada_em, parte.prazo = "sending", owner.tentativa, now, deadline
            parte.primeira_busca_em, parte.erro = None, None
        return replace(part, estado="sending", prazo=deadline, tentada_em=now), monotonic + self._tuning.send_deadline

    @staticmethod
    async def _locked(session: AsyncSession, owner: Owner) -> tuple[Conversa, Empresa]:
        row = (
            await session.execute(
                select(Conversa, Empresa)
                .join(Empresa, Empresa.id == Conversa.empresa_id)
                .where(Conversa.id == owner.conversa_id)
                .with_for_update(of=Conversa, key_share=True)
            )
        ).one()
        return row.Conversa, row.Empresa

    async def _bind(self, owner: Owner, part: PartWork, sid: str) -> bool:
        """Whether the part now carries this SID; another part may have taken it first."""
        async with self._db.tenant(owner.empresa_id) as session:
            parte = await session.get_one(Parte, part.id, with_for_update=True)
            await bind(session, parte, sid, now=self._clock.now())
            return parte.message_sid == sid

    async def _back_to_prepared(self, owner: Owner, part: PartWork) -> None:
        """Certainly not sent: the part waits again, if it is still this attempt's."""
        async with self._db.tenant(owner.empresa_id) as session:
            await session.execute(
                update(Parte)
                .where(Parte.id == part.id, Parte.estado == "sending", Parte.message_sid.is_(None))
                .values(estado="prepared", prazo=None)
            )
            await owner.keep(session, now=self._clock.now())

    def _backoff(self, attempt: int, retry_after: float | None) -> float:
        if retry_after is not None:
            return min(retry_after, 30.0)
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 (spreads retries, guards nothing)
        return jitter * min(self._tuning.backoff * (1 << attempt), 20.0)

    # --- A sending whose outcome is unknown ---

    async def _reconcile(
        self, owner: Owner, credentials: TwilioCredentials, part: PartWork
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
            if await self._proved_by_callback(owner, part):
                return "sent"
            now = self._clock.now()
            final = now >= certain_after
            try:
                sid = await self._look(owner, credentials, part)
            except ProviderError as error:
                log.warning("reconciliation cannot look", turno_id=owner.turno_id, reason=error.reason)
                if now >= max(give_up, certain_after + timedelta(seconds=tuning.settle)):
                    return "unknown"
            else:
                if sid is not None and await self._bind(owner, part, sid):
                    return "sent"
                if sid is None and final and looked:
                    await self._back_to_prepared(owner, part)
                    return "sent" if await self._proved_by_callback(owner, part) else "absent"
                looked = True
            await asyncio.sleep(tuning.look_every)

    async def _proved_by_callback(self, owner: Owner, part: PartWork) -> bool:
        async with self._db.tenant(owner.empresa_id) as session:
            await owner.keep(session, now=self._clock.now())
            return await session.scalar(select(Parte.message_sid).where(Parte.id == part.id)) is not None

    async def _look(self, owner: Owner, credentials: TwilioCredentials, part: PartWork) -> str | None:
        """The SID of an unbound message in Twilio's list that is this part."""
        since = (part.tentada_em or self._clock.now()) - timedelta(minutes=2)
        listed = await self._sender.list_messages(credentials, sender=part.remetente, to=part.destinatario, since=since)
        same = [message for message in listed if _is_this(message, part, since)]
        if not same:
            return None
        async with self._db.tenant(owner.empresa_id) as session:
            bound = set(
                await session.scalars(
                    select(Parte.message_sid).where(Parte.message_sid.in_([message.sid for message in same]))
                )
            )
            others = await self._other_texts(session, owner, part) if part.content_sid or part.midia_id else set()
        unbound = [message for message in same if message.sid not in bound]
        if alike := [message for message in unbound if _plain(message.body) == _plain(part.texto)]:
            return alike[-1].sid
        unbound = [message for message in unbound if _plain(message.body) not in others]
        return unbound[-1].sid if unbound else None

    @staticmethod
    async def _other_texts(session: AsyncSession, owner: Owner, part: PartWork) -> set[str]:
        """What else of this conversation is on its way: kind and count must not take it for this part."""
        rows = await session.scalars(
            select(Mensagem.texto)
            .join(Parte, Parte.mensagem_id == Mensagem.id)
            .where(Parte.conversa_id == owner.conversa_id, Parte.estado == "sending", Parte.id != part.id)
        )
        return {_plain(texto) for texto in rows}


def _plain(text: str) -> str:
    return _WHITE.sub(" ", text).strip()


def _is_this(message: ListedMessage, part: PartWork, since: datetime) -> bool:
    """By normalised body; a template (whose words Twilio fills in) and a file by kind and count."""
    if not message.direction.startswith("outbound") or (message.created_at is not None and message.created_at < since):
        return False
    if part.content_sid is not None:
        return True
    if part.midia_id is not None:
        return message.num_media == 1
    return message.num_media == 0 and _plain(message.body) == _plain(part.texto)
