"""The composition root: opens everything once, in the lifespan, and closes it in reverse order.

Tests pass doubles or shortened settings as keyword arguments; nobody else builds a service.
"""

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
from services.clock import SystemClock
from services.credentials import CredentialSource
from services.tasks import TaskGroup


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
    http: httpx.AsyncClient

    def __init__(self) -> None:
        self._exit = AsyncExitStack()

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
        self.activity = ActivityLog(self.db, self.tasks)

        openai = OpenAIService()
        self._exit.push_async_callback(openai.aclose)
        self.chat_model = overrides.get("chat_model") or openai
        self.transcriber = overrides.get("transcriber") or openai
        twilio = TwilioService()
        self._exit.push_async_callback(twilio.aclose)
        self.sender = overrides.get("sender") or twilio
        self.sheets = GoogleSheetsService()
        self._exit.push_async_callback(self.sheets.aclose)
        chatwoot = ChatwootService()
        self._exit.push_async_callback(chatwoot.aclose)
        self.crm = overrides.get("crm") or chatwoot

    async def close(self) -> None:
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
