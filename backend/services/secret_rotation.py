"""Puts every stored secret under the first key of ENCRYPTION_KEYS, in bounded batches that may stop and start again.

What already is under the first key is left as it stands, so a second run only does what is left. What no key opens is
reported by empresa and field and never touched. Secrets are neither shown nor logged.
"""

from dataclasses import dataclass

from sqlalchemy import select, update

from auth.secrets_box import SecretsBox, UnreadableSecret
from database import Database
from models import Empresa
from services.empresas import SECRETS

BATCH = 50


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a run found; `unreadable` holds (slug, field)."""

    rewritten: int
    current: int
    unreadable: tuple[tuple[str, str], ...]


async def rotate_secrets(db: Database, box: SecretsBox, *, batch: int = BATCH) -> Rotation:
    """One walk over every empresa, the deleted ones too. Each batch commits on its own; rows in it wait for it."""
    rewritten, current, last = 0, 0, 0
    unreadable: list[tuple[str, str]] = []
    while True:
        async with db.system_scope() as session:
            rows = (
                await session.execute(
                    select(Empresa.id, Empresa.slug, *(getattr(Empresa, name) for name in SECRETS))
                    .where(Empresa.id > last)
                    .order_by(Empresa.id)
                    .limit(batch)
                    .with_for_update(key_share=True)
                )
            ).all()
            for row in rows:
                last = row.id
                fresh: dict[str, str] = {}
                for name in SECRETS:
                    cipher = getattr(row, name)
                    if cipher is None:
                        continue
                    if box.is_current(cipher):
                        current += 1
                        continue
                    try:
                        fresh[name] = box.rotate(cipher)
                    except UnreadableSecret:
                        unreadable.append((row.slug, name))
                if fresh:
                    # Not a change of the empresa: `updated_at` stays what it is.
                    unchanged = {"updated_at": Empresa.updated_at}
                    await session.execute(update(Empresa).where(Empresa.id == row.id).values(**fresh, **unchanged))
                    rewritten += len(fresh)
        if len(rows) < batch:
            return Rotation(rewritten, current, tuple(unreadable))
