"""Two machines talking to each other: noticed by repetition and by speed no person has, and ended by going quiet.

The decision is a pure function over recent exchanges. A silence is visible (a warning, and marks on the conversation)
and only a person ends it. Somebody who writes fast, or repeats a question, is a person and is never silenced for it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser
from errors import NotFound
from models import Conversa, Mensagem, Parte
from services.activity_log import add_log
from services.audit import audit, changes

_LOOK_BACK = timedelta(hours=24)
_LINES = 60
_COMPARED = 300
"""Characters of a text that are compared."""
_SAME = 0.95
_LONG_ENOUGH = 15
"""Shorter texts ("sim", "ok") say little by being equal."""

_ECHOES = 2
_PROMPT_REPEATS, _REPEATS = 4, 6
_PROMPT_SECONDS = 3.0
"""After our reply: an automatic answer comes within it, a person who reads and types does not."""
_MENU_EXCHANGES, _MENU_TEXTS = 8, 2
_FAST_EXCHANGES, _FAST_LENGTH = 6, 40
_FAST_BASE, _FAST_LETTERS = 1.0, 20
"""Seconds to begin, and letters a second: nobody reads and then types this fast, turn after turn."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a customer said in one turn and what we replied, if we have."""

    said: str = field(repr=False)
    came: datetime
    reply: str = field(default="", repr=False)
    replied: datetime | None = None


def why_quiet(exchanges: Sequence[Exchange]) -> str | None:
    """The reason to stop answering (`eco`, `repeticao`, `rapido_demais`), or None. The last exchange waits for us."""
    delays = [_delay(before, each) for before, each in pairwise(exchanges)]
    if _echoes(exchanges):
        return "eco"
    if _repeats(exchanges, delays) or _menu(exchanges, delays):
        return "repeticao"
    if _too_fast(exchanges, delays):
        return "rapido_demais"
    return None


def _delay(before: Exchange, each: Exchange) -> float | None:
    """Seconds from our reply to their next words; None when those were under way before it, or nothing was replied."""
    if before.replied is None or each.came < before.replied:
        return None
    return (each.came - before.replied).total_seconds()


def _echoes(exchanges: Sequence[Exchange]) -> bool:
    """Our own words come back, turn after turn."""
    pairs = list(pairwise(exchanges))[-_ECHOES:]
    return len(pairs) == _ECHOES and all(
        len(each.said) >= _LONG_ENOUGH and near_same(before.reply, each.said) for before, each in pairs
    )


def _repeats(exchanges: Sequence[Exchange], delays: Sequence[float | None]) -> bool:
    """The same words again and again: four times if at once after each reply, six times anyway."""
    if not exchanges:
        return False
    last = exchanges[-1]
    times = 1
    for each in reversed(exchanges[:-1]):
        if not near_same(each.said, last.said):
            break
        times += 1
    if len(last.said) < _LONG_ENOUGH:
        # A person may say "sim" to six different questions, but not six times to the same one.
        replies = [each.reply for each in exchanges[-_REPEATS:-1]]
        return times >= _REPEATS and all(near_same(replies[0], reply) for reply in replies)
    prompt = all(_is_prompt(delay) for delay in delays[-(_PROMPT_REPEATS - 1) :])
    return times >= _REPEATS or (times >= _PROMPT_REPEATS and prompt)


def _menu(exchanges: Sequence[Exchange], delays: Sequence[float | None]) -> bool:
    """One of two canned texts, at once, for many turns: another business's menu."""
    recent = exchanges[-_MENU_EXCHANGES:]
    if len(recent) < _MENU_EXCHANGES or not all(_is_prompt(delay) for delay in delays[-(_MENU_EXCHANGES - 1) :]):
        return False
    kinds: list[str] = []
    for each in recent:
        if len(each.said) < _LONG_ENOUGH:
            return False
        if not any(near_same(kind, each.said) for kind in kinds):
            kinds.append(each.said)
    return len(kinds) <= _MENU_TEXTS


def _too_fast(exchanges: Sequence[Exchange], delays: Sequence[float | None]) -> bool:
    """Long texts faster than anybody types them, for many turns in a row."""
    if len(delays) < _FAST_EXCHANGES:
        return False
    recent = zip(exchanges[-_FAST_EXCHANGES:], delays[-_FAST_EXCHANGES:], strict=True)
    return all(
        delay is not None and len(each.said) >= _FAST_LENGTH and delay <= _FAST_BASE + len(each.said) / _FAST_LETTERS
        for each, delay in recent
    )


def _is_prompt(delay: float | None) -> bool:
    return delay is not None and delay <= _PROMPT_SECONDS


def near_same(one: str, other: str) -> bool:
    """Whether two texts are the same but for case, accents, punctuation and a few letters.

    Other numbers make another text ("mesa para 4", "mesa para 6"), except in long boilerplate.
    """
    first, second = _plain(one), _plain(other)
    if first == second:
        return bool(first)
    if min(len(first), len(second)) < _LONG_ENOUGH:
        return False
    if re.findall(r"\d+", first) != re.findall(r"\d+", second) and min(len(first), len(second)) < 60:
        return False
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.real_quick_ratio() >= _SAME and matcher.quick_ratio() >= _SAME and matcher.ratio() >= _SAME


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text[: _COMPARED * 2].casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", letters))[:_COMPARED]


# --- The conversation as it is in PostgreSQL ---


async def judge(session: AsyncSession, conversa: Conversa, waiting: Sequence[Mensagem], *, now: datetime) -> str | None:
    """Why the bot should go quiet here instead of answering `waiting`; None when it should answer."""
    since = max(filter(None, (now - _LOOK_BACK, conversa.reativada_em)))
    rows = await session.execute(
        select(
            Mensagem.turno_id, Mensagem.direcao, Mensagem.autor, Mensagem.created_at, Parte.enviada_em,
            func.left(func.coalesce(func.nullif(Mensagem.texto, ""), Mensagem.transcricao, ""), _COMPARED).label(
                "said"
            ),
        )
        .outerjoin(Parte, Parte.mensagem_id == Mensagem.id)
        .where(Mensagem.conversa_id == conversa.id, Mensagem.id < waiting[0].id, Mensagem.created_at > since)
        .order_by(Mensagem.id.desc())
        .limit(_LINES)
    )  # fmt: skip
    turns: dict[int, tuple[list[str], list[datetime], list[str], list[datetime]]] = {}
    for row in rows:
        if row.autor == "pessoa":
            break  # What came before a person spoke counts no more.
        if row.turno_id is None:
            continue
        said, came, reply, replied = turns.setdefault(row.turno_id, ([], [], [], []))
        if row.direcao == "entrada":
            said.append(row.said)
            came.append(row.created_at)
        elif row.enviada_em is not None:
            reply.append(row.said)
            replied.append(row.enviada_em)
    exchanges = [
        Exchange(" ".join(said[::-1]), min(came), " ".join(reply[::-1]), max(replied, default=None))
        for _, (said, came, reply, replied) in sorted(turns.items())
        if came
    ]
    words = " ".join(each.texto or each.transcricao or "" for each in waiting)
    return why_quiet([*exchanges, Exchange(words, waiting[0].created_at)])


def quiet(session: AsyncSession, conversa: Conversa, reason: str, *, now: datetime) -> None:
    """Silence the bot in this conversation and tell people."""
    conversa.silenciada_em, conversa.silenciada_motivo = now, reason
    report_silence(session, empresa_id=conversa.empresa_id, conversa_id=conversa.id, reason=reason)


def report_silence(session: AsyncSession, *, empresa_id: int, conversa_id: int, reason: str) -> None:
    add_log(
        session,
        "WARNING",
        "conversa_silenciada",
        "O atendente virtual parou de responder nesta conversa e espera que uma pessoa a veja.",
        empresa_id=empresa_id,
        dados={"conversa_id": conversa_id, "motivo": reason},
    )


def lift(conversa: Conversa, *, now: datetime) -> None:
    """End a silence: what was said until now counts no more."""
    conversa.silenciada_em = conversa.silenciada_motivo = None
    conversa.reativada_em = now


async def reactivate(
    session: AsyncSession, user: CurrentUser, empresa_id: int, conversa_id: int, *, now: datetime
) -> Conversa:
    """A person ends a silence; where there is none, nothing changes. Raises NotFound."""
    conversa = await session.scalar(
        select(Conversa)
        .where(Conversa.id == conversa_id, Conversa.empresa_id == empresa_id)
        .with_for_update(key_share=True)
    )
    if conversa is None:
        raise NotFound
    if conversa.silenciada_em is None:
        return conversa
    before = {"silenciada_em": conversa.silenciada_em, "silenciada_motivo": conversa.silenciada_motivo}
    lift(conversa, now=now)
    after = {"silenciada_em": None, "silenciada_motivo": None}
    audit(
        session, user, "conversa_reativada", alvo_tipo="conversa", alvo_id=conversa_id, empresa_id=empresa_id,
        mudancas=changes(before, after),
    )  # fmt: skip
    return conversa
