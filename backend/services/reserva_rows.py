"""What is common to everyone who touches a row of `reservas`: its code, its clean text, and what its sheet still owes.

No rules of the house and no capacity here; nothing is sent or asked.
"""

import random
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import Empresa, Reserva
from services.opening import to_instant

Published = Literal["confirmada", "pendente", "recusada"]

CODE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""No vowels, and nothing that looks like something else: the code is read aloud and typed again."""
_CODE_TRIES = 20
_NOTES_LIMIT = 500

PUBLISH_GRACE = timedelta(seconds=15)
"""For so long a new change is left to whoever made it; then the worker writes it."""

REFUSED = frozenset({"sem_vagas", "alterada_pela_casa", "tarde_demais"})
"""`planilha_erro` of a row whose last change was not taken."""

_BACKOFF_FIRST = 5.0
_BACKOFF_CAP = 900.0
_MULTI_SPACE = re.compile(r"\s+")


def new_code(length: int = 4) -> str:
    return "R-" + "".join(secrets.choice(CODE_LETTERS) for _ in range(length))


def bare_code(code: str) -> str:
    """A code as people may type it: `r 7kq4`, `R7KQ4` and `R-7KQ4` are the same."""
    decomposed = unicodedata.normalize("NFKD", code)
    return "".join(letter for letter in decomposed.casefold() if letter.isalnum())


async def add_with_code(session: AsyncSession, reserva: Reserva) -> None:
    """Insert under a code that nobody of the empresa has."""
    for attempt in range(_CODE_TRIES):
        reserva.codigo = new_code(4 + attempt // 5)
        taken = await session.scalar(
            select(Reserva.id).where(Reserva.empresa_id == reserva.empresa_id, Reserva.codigo == reserva.codigo)
        )
        if taken is not None:
            continue
        try:
            async with session.begin_nested():
                session.add(reserva)
        except IntegrityError:
            continue  # taken in this very moment by another transaction
        await session.refresh(reserva)
        return
    raise RuntimeError("no free code found")


def clean_line(text: str, limit: int) -> str:
    """One line that PostgreSQL and a sheet's cell can hold, with nothing that turns or formats what follows it."""
    plain = "".join(
        letter for letter in _storable(text) if unicodedata.category(letter) != "Cf" and letter not in "*_~`"
    )
    return _MULTI_SPACE.sub(" ", plain).strip()[:limit].strip()


def clean_notes(text: str | None) -> str | None:
    return _storable(text or "").strip()[:_NOTES_LIMIT].strip() or None


def _storable(text: str) -> str:
    return "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn")
    )


def starts_at(empresa: Empresa, reserva: Reserva) -> datetime:
    """The UTC instant of its start."""
    return to_instant(reserva.data, reserva.horario, ZoneInfo(empresa.fuso_horario))


def leave_for_sheet(reserva: Reserva, empresa: Empresa, now: datetime) -> None:
    """Note that the sheet, if the empresa has one, does not know this yet."""
    if not empresa.google_sheet_id:
        return
    reserva.planilha_estado = "pendente"
    reserva.planilha_tentativas = 0
    reserva.planilha_erro = None
    reserva.planilha_proxima_em = now + PUBLISH_GRACE


def postpone(reserva: Reserva, *, reason: str, now: datetime, at_least: float | None) -> None:
    """The sheet could not be told: the next try comes later each time, and never for all rows at the same moment."""
    reserva.planilha_tentativas += 1
    reserva.planilha_erro = reason[:60]
    pause = min(_BACKOFF_CAP, _BACKOFF_FIRST * 2 ** min(reserva.planilha_tentativas - 1, 10))
    seconds = max(at_least or 0.0, pause * (0.5 + random.random() / 2))  # noqa: S311 (spreads load, guards nothing)
    reserva.planilha_proxima_em = now + timedelta(seconds=seconds)


def published(reserva: Reserva) -> Published:
    """Whether the last change of this row stands."""
    if reserva.planilha_estado == "pendente":
        return "pendente"
    return "recusada" if reserva.planilha_erro in REFUSED else "confirmada"


def shown(reserva: Reserva) -> dict[str, Any]:
    """The fields people change, for the audit."""
    names = ("nome", "telefone", "data", "horario", "pessoas", "status", "observacoes")
    return {name: getattr(reserva, name) for name in names}
