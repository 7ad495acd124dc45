"""Changing ENCRYPTION_KEYS as docs/decisions/0013 says, with two processes at work at every step."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg2
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import select

from auth.secrets_box import SecretsBox, UnreadableSecret
from config import Settings
from container import Container
from models import Empresa
from services.secret_rotation import rotate_secrets

BACKEND = Path(__file__).resolve().parents[2]
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


class Process:
    """What one process does with secrets: write one for an empresa, read every one."""

    def __init__(self, container: Container, *keys: str) -> None:
        self._db = container.db
        self._box = SecretsBox(keys)

    async def write(self, slug: str, plain: str) -> None:
        async with self._db.system_scope() as session:
            empresa = await session.scalar(select(Empresa).where(Empresa.slug == slug))
            if empresa is None:
                empresa = Empresa(slug=slug, nome=slug)
                session.add(empresa)
            empresa.openai_key = self._box.encrypt(plain)
            empresa.twilio_token = self._box.encrypt(f"t-{plain}")

    async def read(self) -> dict[str, tuple[str, str]]:
        """Raises UnreadableSecret for a secret this process cannot open."""
        async with self._db.system_scope() as session:
            rows = (await session.execute(select(Empresa.slug, Empresa.openai_key, Empresa.twilio_token))).all()
        return {
            row.slug: (self._box.decrypt(row.openai_key), self._box.decrypt(row.twilio_token))
            for row in rows
            if row.openai_key
        }


async def reencrypt(settings: Settings, keys: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The operators' command, as they run it."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"DATABASE_URL": settings.database_url or "", "ENCRYPTION_KEYS": ",".join(keys)}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "cli", "reencrypt"],
        cwd=BACKEND,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_the_whole_recipe_leaves_no_moment_without_a_readable_secret(
    container: Container, settings: Settings
) -> None:
    expected: dict[str, tuple[str, str]] = {}

    async def both_work(one: Process, other: Process, step: str) -> None:
        """Each writes, and each reads all that was ever written."""
        for name, process in (("um", one), ("dois", other)):
            slug = f"{step}-{name}"
            await process.write(slug, f"chave-{slug}")
            expected[slug] = (f"chave-{slug}", f"t-chave-{slug}")
        assert await one.read() == await other.read() == expected

    await both_work(Process(container, OLD), Process(container, OLD), "antes")
    await both_work(Process(container, OLD, NEW), Process(container, OLD), "por-ultimo")
    await both_work(Process(container, NEW, OLD), Process(container, OLD, NEW), "primeiro")

    readers = (Process(container, NEW, OLD), Process(container, OLD, NEW))
    rotating = asyncio.ensure_future(reencrypt(settings, [NEW, OLD]))
    reads = 0
    while not rotating.done():
        for reader in readers:
            assert await reader.read() == expected
            reads += 1
        await asyncio.sleep(0.01)
    done = rotating.result()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "cifrados de novo com a primeira chave: 10." in done.stdout
    assert "já estavam com ela: 2." in done.stdout
    assert reads > 2
    assert not any(plain in done.stdout + done.stderr for pair in expected.values() for plain in pair)

    await both_work(Process(container, NEW), Process(container, NEW, OLD), "depois")
    with pytest.raises(UnreadableSecret):
        await Process(container, OLD).read()
    again = await reencrypt(settings, [NEW])
    assert "cifrados de novo com a primeira chave: 0." in again.stdout


async def test_what_no_key_opens_is_named_left_alone_and_ends_in_failure(
    container: Container, settings: Settings
) -> None:
    lost = Fernet.generate_key().decode()
    await Process(container, OLD).write("legivel", "segredo-legivel")
    await Process(container, lost).write("perdida", "segredo-perdido")
    done = await reencrypt(settings, [NEW, OLD])
    assert done.returncode == 1
    assert "openai_key da empresa perdida" in done.stdout
    assert "twilio_token da empresa perdida" in done.stdout
    assert "cifrados de novo com a primeira chave: 2." in done.stdout
    async with container.db.system_scope() as session:
        kept = await session.scalar(select(Empresa.openai_key).where(Empresa.slug == "perdida"))
    assert kept is not None
    assert SecretsBox([lost]).decrypt(kept) == "segredo-perdido"


def _as_owner(database_url: str, statement: str) -> None:
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


async def test_a_run_that_is_cut_short_is_finished_by_the_next(container: Container, database_url: str) -> None:
    old, both = Process(container, OLD), SecretsBox([NEW, OLD])
    for number in range(7):
        await old.write(f"empresa-{number}", f"segredo-{number}")
    _as_owner(database_url, "ALTER TABLE empresas ADD CONSTRAINT cut CHECK (slug <> 'empresa-4') NOT VALID")
    async with container.db.system_scope() as session:
        before = (await session.execute(select(Empresa.slug, Empresa.updated_at))).all()
    try:
        with pytest.raises(Exception, match="cut"):
            await rotate_secrets(container.db, both, batch=2)
    finally:
        _as_owner(database_url, "ALTER TABLE empresas DROP CONSTRAINT cut")
    rest = await rotate_secrets(container.db, both, batch=2)
    assert (rest.rewritten, rest.current, rest.unreadable) == (6, 8, ())
    assert len(await Process(container, NEW).read()) == 7
    async with container.db.system_scope() as session:
        after = (await session.execute(select(Empresa.slug, Empresa.updated_at))).all()
    assert sorted(after) == sorted(before), "nothing of the empresas themselves changed"


async def test_a_running_process_keeps_answering_across_the_rotation(container: Container, settings: Settings) -> None:
    """The credential source caches what it decrypted; a rewritten ciphertext is simply new to it."""
    keys = [SecretStr(OLD), SecretStr(NEW)]
    running = await Container.open(settings.model_copy(update={"encryption_keys": keys}))
    try:
        await Process(container, OLD).write("viva", "sk-viva")
        async with running.db.system_scope() as session:
            empresa = (await session.scalars(select(Empresa).where(Empresa.slug == "viva"))).one()
        first = running.credentials.openai(empresa)
        await rotate_secrets(container.db, SecretsBox([NEW, OLD]))
        async with running.db.system_scope() as session:
            empresa = (await session.scalars(select(Empresa).where(Empresa.slug == "viva"))).one()
        second = running.credentials.openai(empresa)
        assert first is not None
        assert second is not None
        assert first.api_key == second.api_key == "sk-viva"
    finally:
        await running.close()
