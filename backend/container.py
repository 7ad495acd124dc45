"""The composition root: opens everything once, in the lifespan, and closes it in reverse order.

Tests pass doubles or shortened settings as keyword arguments; nobody else builds a service.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx
from redis.asyncio import BlockingConnectionPool, Redis
from sqlalchemy.exc import SQLAlchemyError

from auth.passwords import PasswordHasher
from auth.secrets_box import SecretsBox
from auth.tokens import TokenService
from config import Settings
from database import Database
from integrations.base import RetryPolicy
from integrations.chatwoot_service import ChatwootService
from integrations.google_sheets_service import GoogleSheetsService
from integrations.openai_service import OpenAIService
from integrations.pdf_service import PdfService
from integrations.twilio_service import TwilioService
from observability import get_logger
from ports import ChatModel, Clock, Crm, DocumentReader, MessageSender, Transcriber
from services.activity_log import ActivityLog
from services.alarm import Alarm
from services.attendant import Attendant
from services.booking import Booking
from services.catch_up import CatchUp
from services.checkpoints import Checkpoint, pass_by
from services.circuits import Circuits
from services.clock import SystemClock
from services.conexoes import ConnectionTester
from services.context import ContextStore
from services.credentials import CredentialSource
from services.delivery import Delivery
from services.intake import Intake
from services.media import MediaService
from services.message_buffer import MessageBuffer, Window
from services.outbox import Outbox
from services.outgoing import DOORBELL, Doorbell
from services.parked import ParkedWork
from services.presence import Presence
from services.purge import Purge
from services.reasoning import Reasoner
from services.recovery import Recovery
from services.reminders import Reminders
from services.sending import PartSender
from services.sheet_quota import SheetQuota
from services.sheet_sync import SheetSync
from services.sheet_writer import SheetWriter
from services.tasks import TaskGroup
from services.templates import TemplateCatalog
from services.tools.toolbox import Toolbox
from services.tuning import Tuning

log = get_logger(__name__)

STOP_CLAIMING = 6.0
"""Seconds for the last claim to come home at shutdown."""


class Container:
    """Everything the edges need, by name. Built by `Container.open`, closed by `close`."""

    settings: Settings
    db: Database
    redis: Redis
    clock: Clock
    tasks: TaskGroup
    secrets_box: SecretsBox
    passwords: PasswordHasher
    tokens: TokenService
    credentials: CredentialSource
    activity: ActivityLog
    chat_model: ChatModel
    transcriber: Transcriber
    documents: DocumentReader
    sender: MessageSender
    sheets: GoogleSheetsService
    sheet_sync: SheetSync
    sheet_writer: SheetWriter
    booking: Booking
    crm: Crm
    connections: ConnectionTester
    http: httpx.AsyncClient
    tuning: Tuning
    circuits: Circuits
    buffer: MessageBuffer
    media: MediaService
    context: ContextStore
    doorbell: Doorbell
    part_sender: PartSender
    delivery: Delivery
    reasoner: Reasoner
    outbox: Outbox
    templates: TemplateCatalog
    reminders: Reminders
    presence: Presence
    attendant: Attendant
    intake: Intake
    recovery: Recovery
    catch_up: CatchUp
    parked: ParkedWork
    purge: Purge
    alarm: Alarm

    def __init__(self) -> None:
        self._exit = AsyncExitStack()
        self._loops = TaskGroup()
        self._alarm_loop: asyncio.Task[Any] | None = None

    @classmethod
    async def open(cls, settings: Settings, **overrides: Any) -> "Container":
        """Open every part; what is passed by name in `overrides` is used as it is and not closed."""
        container = cls()
        try:
            await container._open(settings, overrides)
        except BaseException:
            await container._exit.aclose()
            raise
        return container

    async def _open(self, settings: Settings, overrides: dict[str, Any]) -> None:
        self.settings = settings
        self.tuning = overrides.get("tuning") or Tuning()
        self._checkpoint: Checkpoint = overrides.get("checkpoint") or pass_by
        self.clock = overrides.get("clock") or SystemClock()
        self.db = Database.open(settings)
        self._exit.push_async_callback(self.db.close)
        try:
            await self.db.check_wall()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning(
                "database not reachable at start", reason=type(error).__name__
            )  # the first connection asks again
        self.doorbell = Doorbell()
        self.db.carried[DOORBELL] = self.doorbell
        self.redis = open_redis(settings)
        self._exit.push_async_callback(self.redis.aclose)
        self.http = httpx.AsyncClient(timeout=httpx.Timeout(10, connect=5))
        self._exit.push_async_callback(self.http.aclose)
        self.tasks = TaskGroup()
        self.secrets_box = SecretsBox([key.get_secret_value() for key in settings.encryption_keys])
        self.passwords = PasswordHasher()
        self.tokens = TokenService(settings.secret_key.get_secret_value(), clock=self.clock)
        self.credentials = CredentialSource(settings, self.secrets_box)
        self.activity = ActivityLog(self.db)

        self._open_integrations(overrides)
        self._build_message_path()

    def _open_integrations(self, overrides: dict[str, Any]) -> None:
        openai = OpenAIService(timeout=self.tuning.model_timeout)
        self._exit.push_async_callback(openai.aclose)
        self.chat_model = overrides.get("chat_model") or openai
        self.transcriber = overrides.get("transcriber") or openai
        self.documents = overrides.get("documents") or PdfService()
        twilio = TwilioService(timeout=self.tuning.request_timeout)
        self._exit.push_async_callback(twilio.aclose)
        self.sender = overrides.get("sender") or twilio
        google = GoogleSheetsService(
            timeout=self.tuning.request_timeout,
            retry_policy=RetryPolicy(attempts=4, base=2 * self.tuning.backoff, cap=32 * self.tuning.backoff, total=60),
            quota=SheetQuota(self.redis, per_minute=self.tuning.sheet_calls, burst=self.tuning.sheet_burst),
        )
        self._exit.push_async_callback(google.aclose)
        self.sheets = overrides.get("sheets") or google
        chatwoot = ChatwootService(
            trusted_addresses=[url for url in (self.settings.chatwoot_base_url, self.settings.simulators_url) if url]
        )
        self._exit.push_async_callback(chatwoot.aclose)
        self.crm = overrides.get("crm") or chatwoot
        self.connections = ConnectionTester(
            settings=self.settings,
            redis=self.redis,
            clock=self.clock,
            credentials=self.credentials,
            twilio=twilio,
            openai=openai,
            sheets=self.sheets,
            chatwoot=chatwoot,
        )

    def _build_message_path(self) -> None:
        settings, tuning = self.settings, self.tuning
        window = Window(settings.buffer_seconds, settings.buffer_max_seconds, settings.buffer_max_messages)
        self.buffer = MessageBuffer(self.redis, window, lease_seconds=tuning.lease)
        self.circuits = Circuits(self.clock, open_seconds=tuning.circuit_open)
        self.context = ContextStore(self.redis)
        self.media = MediaService(
            settings=settings,
            db=self.db,
            redis=self.redis,
            clock=self.clock,
            sender=self.sender,
            transcriber=self.transcriber,
            documents=self.documents,
            credentials=self.credentials,
            activity=self.activity,
            tasks=self.tasks,
            tuning=tuning,
        )
        self.part_sender = PartSender(
            settings=settings,
            db=self.db,
            clock=self.clock,
            sender=self.sender,
            circuits=self.circuits,
            tuning=tuning,
            checkpoint=self._checkpoint,
        )
        self.delivery = Delivery(
            db=self.db,
            clock=self.clock,
            part_sender=self.part_sender,
            credentials=self.credentials,
            tuning=tuning,
        )
        self.outbox = Outbox(
            db=self.db,
            clock=self.clock,
            part_sender=self.part_sender,
            credentials=self.credentials,
            doorbell=self.doorbell,
            tasks=self.tasks,
            tuning=tuning,
        )
        self.templates = TemplateCatalog(
            sender=self.sender, credentials=self.credentials, circuits=self.circuits, clock=self.clock
        )
        self.reminders = Reminders(
            db=self.db, clock=self.clock, templates=self.templates, activity=self.activity, tuning=tuning
        )
        self.presence = Presence(
            db=self.db,
            clock=self.clock,
            sender=self.sender,
            credentials=self.credentials,
            circuits=self.circuits,
            tasks=self.tasks,
            tuning=tuning,
        )
        self._build_book()
        self.reasoner = Reasoner(
            db=self.db,
            clock=self.clock,
            chat_model=self.chat_model,
            toolbox=Toolbox(db=self.db, clock=self.clock, booking=self.booking, checkpoint=self._checkpoint),
            tuning=tuning,
            checkpoint=self._checkpoint,
        )
        self.attendant = Attendant(
            settings=settings,
            db=self.db,
            clock=self.clock,
            buffer=self.buffer,
            context=self.context,
            media=self.media,
            reasoner=self.reasoner,
            booking=self.booking,
            credentials=self.credentials,
            delivery=self.delivery,
            presence=self.presence,
            circuits=self.circuits,
            tuning=tuning,
            checkpoint=self._checkpoint,
        )
        self.intake = Intake(
            db=self.db,
            clock=self.clock,
            buffer=self.buffer,
            media=self.media,
            tasks=self.tasks,
            checkpoint=self._checkpoint,
        )
        self.recovery = Recovery(db=self.db, clock=self.clock, buffer=self.buffer, media=self.media, tuning=tuning)
        self.catch_up = CatchUp(
            db=self.db,
            clock=self.clock,
            sender=self.sender,
            credentials=self.credentials,
            intake=self.intake,
            activity=self.activity,
            tuning=tuning,
        )
        self.purge = Purge(db=self.db, redis=self.redis, clock=self.clock)
        self.parked = ParkedWork(db=self.db, buffer=self.buffer, clock=self.clock, doorbell=self.doorbell)
        self.alarm = Alarm(
            buffer=self.buffer, attendant=self.attendant, tasks=self.tasks, activity=self.activity, tuning=tuning
        )

    def _build_book(self) -> None:
        self.sheet_sync = SheetSync(
            db=self.db,
            redis=self.redis,
            clock=self.clock,
            books=self.sheets,
            credentials=self.credentials,
            circuits=self.circuits,
            activity=self.activity,
            tasks=self.tasks,
            tuning=self.tuning,
        )
        self.sheet_writer = SheetWriter(db=self.db, clock=self.clock, sync=self.sheet_sync, tuning=self.tuning)
        self.booking = Booking(db=self.db, sheets=self.sheet_sync)

    def start(self) -> None:
        """Start the loops of this process: the message path first, then what keeps it in order."""
        self._alarm_loop = self._loops.start(self.alarm.run(), name="alarm")
        self._loops.start(self.recovery.run(), name="sweep")
        self._loops.start(self.catch_up.run(), name="catch-up")
        self._loops.start(self.sheet_writer.run(), name="sheets")
        self._loops.start(self.outbox.run(), name="outbox")
        self._loops.start(self.reminders.run(), name="reminders")
        self._loops.start(self.purge.run(), name="purge")

    async def close(self) -> None:
        """Claim nothing more, let running turns end or hand them over, then close every pool."""
        if hasattr(self, "alarm"):
            self.alarm.stop()
            if self._alarm_loop is not None:
                # A claim in flight must come home: cancelled, its batches would wait for their lease to end.
                await asyncio.wait({self._alarm_loop}, timeout=STOP_CLAIMING)
            await self._loops.drain(grace=0)
            await self.tasks.drain(grace=self.tuning.drain)
        await self._exit.aclose()


def open_redis(settings: Settings) -> Redis:
    """A pool that waits for a free connection instead of failing, with short timeouts."""
    pool = BlockingConnectionPool.from_url(
        settings.redis_url or "",
        max_connections=50,
        timeout=5,
        socket_timeout=5,
        socket_connect_timeout=3,
        health_check_interval=15,
        decode_responses=True,
    )
    return Redis.from_pool(pool)
