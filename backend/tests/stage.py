"""What tests do with the stage: run the app, speak as a customer, look at what Twilio and the tables hold."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg2
import uvicorn
from sqlalchemy import select, update

from config import Settings
from container import Container
from main import create_app
from models import Conversa, Empresa, Mensagem, Parte, Turno

PROMPT = (
    "Você atende a casa com cordialidade. Abrimos de terça a domingo, das 18h às 23h. "
    "A pizza margherita custa R$ 52,00. Ficamos na Rua das Flores, 10."
)
ANA = "whatsapp:+5511988887777"
BETO = "whatsapp:+5511977776666"


def empty_database(url: str) -> None:
    """Every table of ours, as their owner: the application's role may not."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
            names = ", ".join(name for (name,) in cursor.fetchall())
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    finally:
        connection.close()


class Simulators:
    """The control side of the simulators."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.AsyncClient(base_url=f"{url}/control", timeout=40)

    async def wait_until_ready(self) -> None:
        await until(self._healthy, "the simulators to start", seconds=20)

    async def _healthy(self) -> bool:
        try:
            return (await self._http.get("/health")).is_success
        except httpx.TransportError:
            return False

    async def reset(self) -> None:
        (await self._http.post("/reset")).raise_for_status()
        (await self._http.post("/openai/settings", json={"latency_seconds": 0})).raise_for_status()

    async def close(self) -> None:
        await self._http.aclose()

    async def inbound(self, **fields: Any) -> dict[str, Any]:
        answer = await self._http.post("/twilio/inbound", json=fields)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def messages(self, contact: str, sender: str) -> list[dict[str, Any]]:
        answer = await self._http.get("/twilio/messages", params={"contact": contact, "sender": sender})
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    async def fault(self, vendor: str, kind: str, **fields: Any) -> None:
        answer = await self._http.post("/faults", json={"vendor": vendor, "kind": kind, **fields})
        answer.raise_for_status()

    async def no_faults(self) -> None:
        (await self._http.delete("/faults")).raise_for_status()

    async def requests(self, vendor: str, path_contains: str = "") -> list[dict[str, Any]]:
        answer = await self._http.get("/requests", params={"vendor": vendor, "path_contains": path_contains})
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    async def control(self, method: str, path: str, **fields: Any) -> httpx.Response:
        answer = await self._http.request(method, path, json=fields or None)
        answer.raise_for_status()
        return answer


async def until(
    condition: Callable[[], Awaitable[Any]], what: str, *, seconds: float = 10.0, every: float = 0.03
) -> Any:
    """Wait for a condition and return what it returned; fails naming what did not happen."""
    deadline = time.monotonic() + seconds
    while True:
        if found := await condition():
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        await asyncio.sleep(every)


@asynccontextmanager
async def serve(settings: Settings, **overrides: Any) -> AsyncIterator[Container]:
    """The application under uvicorn on its own port, in this loop."""
    app = create_app(settings, **overrides)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=settings.port, log_config=None, access_log=False, lifespan="on")
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.ensure_future(server.serve())
    try:
        while not server.started:
            if running.done():
                running.result()
            await asyncio.sleep(0.01)
        yield app.state.container
    finally:
        server.should_exit = True
        await running


@dataclass
class Live:
    """The running product, the vendors' side, and short ways to use both."""

    settings: Settings
    container: Container
    sim: Simulators
    empresas: dict[str, Empresa] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.settings.public_url

    async def add_empresa(self, slug: str, *, nome: str, numero: str | None = None, **fields: Any) -> Empresa:
        empresa = Empresa(slug=slug, nome=nome, prompt=PROMPT, twilio_number=numero, **fields)
        async with self.container.db.system_scope() as session:
            session.add(empresa)
            await session.flush()
            await session.refresh(empresa)
        self.empresas[slug] = empresa
        return empresa

    async def change(self, slug: str, **values: Any) -> None:
        async with self.container.db.system_scope() as session:
            await session.execute(update(Empresa).where(Empresa.slug == slug).values(**values))

    def webhook(self, slug: str) -> str:
        return f"{self.url}/webhook/{slug}#rc=5&rp=all"

    def number(self, slug: str) -> str:
        return f"whatsapp:{self.empresas[slug].twilio_number or '+551140009999'}"

    async def say(self, slug: str, body: str = "", *, contact: str = ANA, **fields: Any) -> dict[str, Any]:
        """One customer message, signed and delivered by the simulated Twilio."""
        return await self.sim.inbound(
            **{
                "webhook_url": self.webhook(slug),
                "from": contact,
                "to": self.number(slug),
                "body": body,
                "profile_name": "Cliente",
                **fields,
            }
        )

    async def replies(self, slug: str, contact: str = ANA) -> list[str]:
        chat = await self.sim.messages(contact, self.number(slug))
        return [message["body"] for message in chat if message["direction"] == "outbound"]

    async def wait_replies(self, slug: str, count: int = 1, *, contact: str = ANA, seconds: float = 10) -> list[str]:
        """The replies once there are `count`, after checking for a moment that no other follows."""

        await self.wait_replies_of(slug, count, contact=contact, seconds=seconds)
        await self.settled()
        found = await self.replies(slug, contact)
        assert len(found) == count, found
        return found

    async def wait_replies_of(self, slug: str, count: int, *, contact: str = ANA, seconds: float = 10) -> None:
        """Wait until this customer has `count` replies, whatever else is going on."""

        async def enough() -> bool:
            return len(await self.replies(slug, contact)) >= count

        await until(enough, f"{count} replies of {slug}", seconds=seconds)

    async def settled(self, seconds: float = 10) -> None:
        """Nothing waits, nothing runs: every message is in a finished turn or says why not."""

        async def quiet() -> bool:
            if await self.container.buffer.snapshot():
                return False
            async with self.container.db.system_scope() as session:
                waiting = await session.scalar(select(Mensagem.id).where(Mensagem.destino == "responder").limit(1))
                running = await session.scalar(
                    select(Turno.id).where(Turno.estado.in_(("claimed", "thinking", "acting", "sending"))).limit(1)
                )
            return waiting is None and running is None

        await until(quiet, "everything to settle", seconds=seconds)

    async def rows(self, model: type[Any], *where: Any) -> list[Any]:
        async with self.container.db.system_scope() as session:
            return list(await session.scalars(select(model).where(*where).order_by(model.created_at, model.id)))

    async def entradas(self) -> list[Mensagem]:
        async with self.container.db.system_scope() as session:
            return list(
                await session.scalars(select(Mensagem).where(Mensagem.direcao == "entrada").order_by(Mensagem.id))
            )

    async def partes(self) -> list[Parte]:
        async with self.container.db.system_scope() as session:
            return list(await session.scalars(select(Parte).order_by(Parte.turno_id, Parte.ordem)))

    async def conversa(self, slug: str, contact: str = ANA) -> Conversa:
        async with self.container.db.system_scope() as session:
            return (
                await session.scalars(
                    select(Conversa).where(Conversa.empresa_id == self.empresas[slug].id, Conversa.endereco == contact)
                )
            ).one()
