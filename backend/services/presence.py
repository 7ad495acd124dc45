"""The typing sign (and read mark) under the customer's message while the bot thinks. Decoration, never in the way.

It runs beside the turn, gives up in seconds and reports nothing: a reply is neither delayed nor failed by it, and its
failures say nothing about whether messages can be sent.
"""

from sqlalchemy import select

from database import Database
from errors import ProviderBusy, ProviderError, ProviderRefused
from models import Conversa, Empresa, Mensagem
from observability import get_logger
from ports import Clock, MessageSender
from services.circuits import Circuits
from services.credentials import CredentialSource
from services.tasks import TaskGroup
from services.tuning import Tuning
from services.turns import TurnWork

log = get_logger(__name__)


class Presence:
    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        sender: MessageSender,
        credentials: CredentialSource,
        circuits: Circuits,
        tasks: TaskGroup,
        tuning: Tuning,
    ) -> None:
        self._db = db
        self._clock = clock
        self._sender = sender
        self._credentials = credentials
        self._circuits = circuits
        self._tasks = tasks
        self._tuning = tuning
        self._not_before: dict[int, float] = {}
        """By empresa: its account does not have the sign (a public beta), so it is not asked for a while."""

    def thinking(self, work: TurnWork) -> None:
        """Show that an answer is being written, without waiting for anything."""
        if not work.mensagem_ids or self._circuits.is_open(work.empresa_id, "twilio"):
            return
        if self._clock.monotonic() >= self._not_before.get(work.empresa_id, 0.0):
            self._tasks.start(self._show(work), name=f"typing-{work.turno_id}")

    async def _show(self, work: TurnWork) -> None:
        try:
            async with self._db.tenant(work.empresa_id) as session:
                empresa = await session.get_one(Empresa, work.empresa_id)
                row = (
                    await session.execute(
                        select(Mensagem.message_sid, Conversa.endereco, Conversa.atendido_por)
                        .join(Conversa, Conversa.id == Mensagem.conversa_id)
                        .where(Mensagem.id == work.mensagem_ids[-1])
                    )
                ).one()
            credentials = self._credentials.twilio(empresa)
            if credentials is None or not row.message_sid or not row.endereco.startswith("whatsapp:"):
                return
            if row.atendido_por == "bot":
                await self._sender.show_typing(credentials, row.message_sid)
        except ProviderRefused as error:
            self._not_before[work.empresa_id] = self._clock.monotonic() + self._tuning.typing_again
            log.info("typing sign refused", empresa_id=work.empresa_id, reason=error.reason, code=error.vendor_code)
        except (ProviderBusy, ProviderError) as error:
            log.info("typing sign not shown", empresa_id=work.empresa_id, reason=error.reason)
        except Exception as error:  # noqa: BLE001 (a store that is down is the turn's to report)
            log.info("typing sign not shown", empresa_id=work.empresa_id, reason=type(error).__name__)
