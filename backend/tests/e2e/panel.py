"""The product as the browser tests use it from outside: customers who write, and the superuser's own API."""

from typing import Any

import httpx
from sqlalchemy import select

from config import DEFAULT_ADMIN_EMAIL, DEFAULT_ADMIN_PASSWORD
from models import Empresa
from tests.stage import Live

PANCIA = "pancia-piena"
OSTRAS = "umas-e-ostras"


class Panel(Live):
    """The running product with its seeded empresas."""

    async def load_empresas(self) -> None:
        async with self.container.db.system_scope() as session:
            for empresa in await session.scalars(select(Empresa)):
                self.empresas[empresa.slug] = empresa

    def number(self, slug: str) -> str:
        """The number the simulator screen invents for an empresa that has none."""
        return f"whatsapp:+5511400000{self.empresas[slug].id:02}"

    async def as_superuser(self, method: str, path: str, **json: Any) -> Any:
        """One request of the superuser's to the API."""
        async with httpx.AsyncClient(base_url=self.url, timeout=20) as client:
            form = {"username": DEFAULT_ADMIN_EMAIL, "password": DEFAULT_ADMIN_PASSWORD}
            login = (await client.post("/api/login", data=form)).raise_for_status()
            headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
            answer = await client.request(method, path, json=json or None, headers=headers)
            return answer.raise_for_status().json()

    async def add_staff(self, slug: str, email: str, password: str, *, papel: str = "atendente") -> None:
        """Somebody of this empresa who has already put a password of their own in place of the first one."""
        first = "a primeira senha, que todos sabem"
        empresa_id = self.empresas[slug].id
        await self.as_superuser("POST", "/api/usuarios", email=email, senha=first, papel=papel, empresa_id=empresa_id)
        async with httpx.AsyncClient(base_url=self.url, timeout=20) as client:
            login = (await client.post("/api/login", data={"username": email, "password": first})).raise_for_status()
            headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
            change = {"senha_atual": first, "senha_nova": password}
            (await client.post("/api/me/senha", json=change, headers=headers)).raise_for_status()

    async def answer_now(self, slug: str, contact: str) -> None:
        """Do not wait for the window: answer what this customer wrote, and let everything settle."""
        conversa = await self.conversa(slug, contact)
        assert await self.container.buffer.force(conversa.id)
        await self.settled(20)
