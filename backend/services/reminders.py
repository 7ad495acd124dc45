"""Reminders of confirmed reservations by the empresa's approved template, each once; and what its buttons answer.

Off until the empresa sets a template. Every process looks about once a minute and takes rows nobody else holds; a
reminder is marked in the transaction that hands it to the sending ledger. Nothing is written to anyone at night.
"""

import asyncio
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, DateTime, Select, func, literal_column, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from database import Database
from errors import AtendeError
from models import Conversa, Empresa, Mensagem, Parte, Reserva
from observability import get_logger
from ports import Clock, MessageTemplate
from services.activity_log import ActivityLog, add_log
from services.outgoing import queue_template
from services.refusals import address_is_dead
from services.templates import TemplateCatalog, render
from services.tuning import Tuning

log = get_logger(__name__)

DAY = range(8, 22)
"""Hours of the empresa's clock in which a reminder may go out."""
NOTICE = timedelta(hours=1)
"""Closer to the reservation a reminder is of no use: the customer is on the way."""
TELL_AGAIN = 3600.0
_AT_ONCE = 50
_KEY = "lembrete:"
_WEEKDAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
VARIABLES = ("1", "2", "3", "4", "5", "6")
"""What a reminder's template may use: name, day, time, people, reservation number, empresa."""

_CONFIRM = frozenset({"confirmo", "confirmar", "confirmado", "confirmada", "sim", "sim confirmo", "vou"})
_CANCEL = frozenset({"nao vou", "cancelar", "cancelo", "cancelar reserva", "nao", "nao vou mais", "nao irei"})
_NOT_WORD = re.compile(r"[^a-z0-9 ]+")


class Reminders:
    def __init__(
        self, *, db: Database, clock: Clock, templates: TemplateCatalog, activity: ActivityLog, tuning: Tuning
    ) -> None:
        self._db = db
        self._clock = clock
        self._templates = templates
        self._activity = activity
        self._tuning = tuning
        self._told: dict[int, float] = {}

    async def run(self) -> None:
        """Look until cancelled; an outage costs a look, not the loop."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("reminders interrupted", reason=type(error).__name__)
            except Exception:
                log.exception("reminders failed")
            await asyncio.sleep(self._tuning.reminders)

    async def look(self) -> int:
        """Hand over every reminder that is due. How many."""
        now = self._clock.now()
        async with self._db.system_scope() as session:
            empresas = list(
                await session.scalars(
                    select(Empresa).where(
                        Empresa.lembrete_content_sid.is_not(None),
                        Empresa.status == "ativo",
                        Empresa.excluida_em.is_(None),
                    )
                )
            )
        sent = 0
        for empresa in empresas:
            if now.astimezone(ZoneInfo(empresa.fuso_horario)).hour in DAY and await self._any_due(empresa, now):
                sent += await self._remind(empresa)
        return sent

    async def _any_due(self, empresa: Empresa, now: datetime) -> bool:
        """Before Twilio is asked about the template."""
        async with self._db.tenant(empresa.id) as session:
            return await session.scalar(select(_due(empresa, now).exists())) or False

    async def _remind(self, empresa: Empresa) -> int:
        template = await self._template(empresa)
        if template is None:
            return 0
        now = self._clock.now()
        async with self._db.tenant(empresa.id) as session:
            rows = (
                await session.execute(
                    _due(empresa, now)
                    .with_only_columns(Reserva, Conversa)
                    .order_by(Reserva.data, Reserva.horario, Reserva.id)
                    .limit(_AT_ONCE)
                    .with_for_update(of=Reserva, skip_locked=True)
                )
            ).all()
            for reserva, conversa in rows:
                await self._queue(session, empresa, template, reserva, conversa, now=now)
        return len(rows)

    async def _queue(
        self,
        session: AsyncSession,
        empresa: Empresa,
        template: MessageTemplate,
        reserva: Reserva,
        conversa: Conversa,
        *,
        now: datetime,
    ) -> None:
        reserva.lembrete_em = now
        if address_is_dead(conversa):
            return
        variables = {name: value for name, value in values_of(reserva, empresa).items() if name in template.variaveis}
        await queue_template(
            session,
            conversa,
            content_sid=template.content_sid,
            variables=variables,
            texto=render(template, variables),
            now=now,
            chave=f"{_KEY}{reserva.id}:{reserva.data:%Y%m%d}{reserva.horario:%H%M}",
        )
        add_log(
            session,
            "INFO",
            "lembrete_enviado",
            "Lembrete de reserva entregue para envio.",
            empresa_id=empresa.id,
            dados={"reserva_id": reserva.id, "conversa_id": conversa.id},
        )

    async def _template(self, empresa: Empresa) -> MessageTemplate | None:
        """The empresa's template when it can be used now; a person is told why not, once an hour."""
        try:
            template = await self._templates.get(empresa, empresa.lembrete_content_sid or "")
        except AtendeError as error:
            log.warning("reminders wait", empresa_id=empresa.id, reason=error.code)
            return None
        if template is None:
            wrong = "o modelo não existe na conta da Twilio."
        elif not template.approved:
            wrong = "o WhatsApp ainda não aprovou o modelo."
        elif not set(template.variaveis) <= set(VARIABLES):
            wrong = f"o modelo usa variáveis além de {{{{1}}}} a {{{{{VARIABLES[-1]}}}}}."
        else:
            return template
        if self._clock.monotonic() >= self._told.get(empresa.id, 0.0):
            self._told[empresa.id] = self._clock.monotonic() + TELL_AGAIN
            await self._activity.record(
                "ERROR",
                "lembrete_modelo_invalido",
                f"Os lembretes de {empresa.nome} não estão saindo: {wrong}",
                empresa_id=empresa.id,
            )
        return None


def _due(empresa: Empresa, now: datetime) -> Select[Any]:
    """Reservations to be reminded of now: not those made when it was already time to remind of them."""
    ahead = timedelta(hours=empresa.lembrete_horas)
    local: ColumnElement[Any] = literal_column("(reservas.data + reservas.horario)")
    starts = type_coerce(func.timezone(empresa.fuso_horario, local), DateTime(timezone=True))
    return (
        select(Reserva.id)
        .join(Conversa, Conversa.id == Reserva.conversa_id)
        .where(
            Reserva.empresa_id == empresa.id,
            Reserva.status == "confirmada",
            Reserva.lembrete_em.is_(None),
            Reserva.data.between(
                now.astimezone(UTC).date() - timedelta(days=1), (now + ahead).date() + timedelta(days=1)
            ),
            starts > now + NOTICE,
            starts <= now + ahead,
            Reserva.created_at <= starts - ahead,
            Conversa.optout_em.is_(None),
        )
    )


def values_of(reserva: Reserva, empresa: Empresa) -> Mapping[str, str]:
    """The variables of a reminder, by their numbers. None of them is ever empty: WhatsApp refuses that (63013)."""
    hour = f"{reserva.horario:%Hh%M}".removesuffix("00")
    return {
        "1": reserva.nome.strip() or "cliente",
        "2": f"{_WEEKDAYS[reserva.data.weekday()]}, {reserva.data:%d/%m}",
        "3": hour,
        "4": str(reserva.pessoas),
        "5": reserva.codigo,
        "6": empresa.nome,
    }


def reminder_answer(mensagem: Mensagem) -> Literal["confirmar", "cancelar"] | None:
    """What a tapped button of a reminder says; None for anything typed, and for other buttons."""
    if mensagem.tipo != "botao":
        return None
    dados = mensagem.dados
    for said in (dados.get("botao_valor"), dados.get("botao_texto"), mensagem.texto):
        plain = _plain(str(said or ""))
        if plain in _CONFIRM:
            return "confirmar"
        if plain in _CANCEL:
            return "cancelar"
    return None


async def reminded_reservation(session: AsyncSession, mensagem: Mensagem) -> Reserva | None:
    """The reservation a button answers for: the one whose reminder was tapped, else the only one reminded of lately."""
    tapped = mensagem.dados.get("responde_a")
    if tapped:
        chave = await session.scalar(
            select(Parte.chave).where(
                Parte.empresa_id == mensagem.empresa_id,
                Parte.conversa_id == mensagem.conversa_id,
                Parte.message_sid == str(tapped),
            )
        )
        if chave is not None and chave.startswith(_KEY):
            return await session.get(Reserva, int(chave.removeprefix(_KEY).partition(":")[0]))
        if chave is not None:
            return None
    lately: Sequence[Reserva] = (
        await session.scalars(
            select(Reserva)
            .where(
                Reserva.empresa_id == mensagem.empresa_id,
                Reserva.conversa_id == mensagem.conversa_id,
                Reserva.status == "confirmada",
                Reserva.lembrete_em.is_not(None),
                Reserva.data >= (mensagem.created_at - timedelta(days=1)).date(),
            )
            .limit(2)
        )
    ).all()
    return lately[0] if len(lately) == 1 else None


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return " ".join(_NOT_WORD.sub(" ", bare.replace("_", " ")).split())
