"""The composition root: opens everything once, in the lifespan, and closes it in reverse order.

Tests pass doubles or shortened settings as keyword arguments; nobody else builds a service.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx
from redis.asyncio import BlockingConnectionPool, Redis

from auth.passwords import PasswordHasher
from auth.secrets_box import SecretsBox
from auth.tokens import TokenService
from config import Settings
from database import Database
from integrations.chatwoot_service import ChatwootService
from integrations.google_sheets_service import GoogleSheetsService
from integrations.openai_service import OpenAIService
from integrations.twilio_service import TwilioService
from ports import ChatModel, Clock, Crm, MessageSender, Transcriber
from services.activity_log import ActivityLog
from services.alarm import Alarm
from services.attendant import Attendant
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
from services.parked import ParkedWork
from services.purge import Purge
from services.recovery import Recovery
from services.tasks import TaskGroup
from services.tuning import Tuning

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
    sender: MessageSender
    sheets: GoogleSheetsService
    crm: Crm
    connections: ConnectionTester
    http: httpx.AsyncClient
    tuning: Tuning
    circuits: Circuits
    buffer: MessageBuffer
    media: MediaService
    context: ContextStore
    delivery: Delivery
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
        twilio = TwilioService(timeout=self.tuning.request_timeout)
        self._exit.push_async_callback(twilio.aclose)
        self.sender = overrides.get("sender") or twilio
        self.sheets = GoogleSheetsService()
        self._exit.push_async_callback(self.sheets.aclose)
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
            credentials=self.credentials,
            activity=self.activity,
            tasks=self.tasks,
            tuning=tuning,
        )
        self.delivery = Delivery(
            settings=settings,
            db=self.db,
            clock=self.clock,
            sender=self.sender,
            credentials=self.credentials,
            circuits=self.circuits,
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
            chat_model=self.chat_model,
            credentials=self.credentials,
            delivery=self.delivery,
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
        self.parked = ParkedWork(db=self.db, buffer=self.buffer, clock=self.clock)
        self.purge = Purge(db=self.db, redis=self.redis, clock=self.clock)
        self.alarm = Alarm(
            buffer=self.buffer, attendant=self.attendant, tasks=self.tasks, activity=self.activity, tuning=tuning
        )

    def start(self) -> None:
        """Start the loops of this process: the alarm, the sweep, the catch-up and the purge."""
        self._alarm_loop = self._loops.start(self.alarm.run(), name="alarm")
        self._loops.start(self.recovery.run(), name="sweep")
        self._loops.start(self.catch_up.run(), name="catch-up")
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
