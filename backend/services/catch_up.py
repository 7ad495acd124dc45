"""After an outage: customer messages that Twilio has and we have not, ingested under their own MessageSid.

Runs at start, soon after a store failed, and every few minutes. A message found this way takes the same road as one the
webhook brought; one that is already here changes nothing.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from database import Database
from errors import AtendeError, ProviderError
from models import Conversa, Empresa, Mensagem
from observability import get_logger
from ports import Clock, ListedMessage, MessageSender, TwilioCredentials
from services.activity_log import ActivityLog
from services.credentials import CredentialSource
from services.inbound import InboundMedia, InboundMessage, tipo_of
from services.intake import Intake
from services.phones import phone_of, whatsapp_address
from services.tuning import Tuning

log = get_logger(__name__)

OVERLAP = timedelta(minutes=10)
FARTHEST = timedelta(hours=24)
_NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}")


def own_numbers(used: Iterable[tuple[int, str]], configured: Iterable[tuple[int, str]]) -> Mapping[int, set[str]]:
    """The numbers whose messages certainly belong to one empresa, by empresa.

    An empresa with a number set owns that one. Another owns a number its customers wrote to, unless a second empresa's
    customers did too, or a second empresa has it set: Twilio's list cannot tell whose webhook was meant.
    """
    claimed: defaultdict[str, set[int]] = defaultdict(set)
    settled: dict[int, str] = {}
    for empresa_id, number in configured:
        settled[empresa_id] = whatsapp_address(number)
        claimed[settled[empresa_id]].add(empresa_id)
    for empresa_id, number in used:
        if empresa_id not in settled and _NUMBER.fullmatch(number):
            claimed[number].add(empresa_id)
    found: defaultdict[int, set[str]] = defaultdict(set)
    for number, empresas in claimed.items():
        if len(empresas) == 1:
            found[next(iter(empresas))].add(number)
    return found


class CatchUp:
    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        sender: MessageSender,
        credentials: CredentialSource,
        intake: Intake,
        activity: ActivityLog,
        tuning: Tuning,
    ) -> None:
        self._db = db
        self._clock = clock
        self._sender = sender
        self._credentials = credentials
        self._intake = intake
        self._activity = activity
        self._tuning = tuning

    async def run(self) -> None:
        """Look now, then every `catch_up` seconds or as soon as a store has failed, until cancelled."""
        while True:
            self._intake.store_failed.clear()
            try:
                await self.look()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("catch-up interrupted", reason=type(error).__name__)
                self._intake.store_failed.set()
            try:
                async with asyncio.timeout(self._tuning.catch_up):
                    await self._intake.store_failed.wait()
                await asyncio.sleep(self._tuning.sweep)  # An outage is rarely over at its first failure.
            except TimeoutError:
                pass

    async def look(self) -> int:
        """One pass over every empresa that has ever received a message; the number of messages ingested."""
        async with self._db.system_scope() as session:
            last = (
                await session.execute(
                    select(Empresa, func.max(Mensagem.created_at).label("last"))
                    .join(Mensagem, Mensagem.empresa_id == Empresa.id)
                    .where(Mensagem.direcao == "entrada", Empresa.excluida_em.is_(None))
                    .group_by(Empresa.id)
                )
            ).all()
            used = (await session.execute(select(Conversa.empresa_id, Conversa.numero).distinct())).all()
            set_numbers = (
                await session.execute(
                    select(Empresa.id, Empresa.twilio_number).where(Empresa.twilio_number.is_not(None))
                )
            ).all()
        numbers = own_numbers(
            [(row.empresa_id, row.numero) for row in used],
            [(row.id, row.twilio_number or "") for row in set_numbers],
        )
        found = 0
        for empresa, latest in last:
            try:
                found += await self._look_at(empresa, numbers.get(empresa.id, set()), latest)
            except (ProviderError, AtendeError) as error:
                log.warning("catch-up of an empresa failed", empresa_id=empresa.id, reason=type(error).__name__)
        return found

    async def _look_at(self, empresa: Empresa, numbers: Collection[str], latest: datetime) -> int:
        credentials = self._credentials.twilio(empresa)
        if credentials is None:
            return 0
        since = max(latest - OVERLAP, self._clock.now() - FARTHEST)
        ingested = 0
        for number in sorted(numbers):
            listed = await self._sender.list_messages(credentials, sender=None, to=number, since=since, limit=1000)
            inbound = [message for message in reversed(listed) if message.direction == "inbound"]
            for message in await self._missing(empresa.id, inbound):
                arrival = await self._as_inbound(credentials, message)
                if await self._intake.receive(empresa, arrival) is not None:
                    ingested += 1
        if ingested:
            await self._activity.record(
                "WARNING",
                "mensagens_recuperadas",
                "Mensagens que a Twilio não conseguiu entregar foram buscadas e guardadas.",
                empresa_id=empresa.id,
                dados={"quantidade": ingested},
            )
        return ingested

    async def _missing(self, empresa_id: int, listed: Sequence[ListedMessage]) -> list[ListedMessage]:
        if not listed:
            return []
        async with self._db.tenant(empresa_id) as session:
            known = set(
                await session.scalars(
                    select(Mensagem.message_sid).where(
                        Mensagem.empresa_id == empresa_id,
                        Mensagem.message_sid.in_([message.sid for message in listed]),
                    )
                )
            )
        return [message for message in listed if message.sid not in known]

    async def _as_inbound(self, credentials: TwilioCredentials, message: ListedMessage) -> InboundMessage:
        files = await self._sender.list_media(credentials, message.sid) if message.num_media else []
        media = tuple(InboundMedia(url, content_type or "application/octet-stream") for url, content_type in files)
        text = message.body.replace("\x00", "")
        return InboundMessage(
            message_sid=message.sid,
            endereco=message.sender[:255],
            numero=message.to[:255],
            telefone=phone_of(message.sender),
            nome=None,
            tipo=tipo_of(media, text),
            texto=text,
            dados={"recuperada": True},
            midias=media,
            sent_at=message.created_at,
        )
