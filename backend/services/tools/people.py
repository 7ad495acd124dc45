"""The tool that hands the conversation to a person. The bot falls silent when the turn that called it has ended."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from models import Empresa
from services.activity_log import add_log
from services.hours import load_opening
from services.opening import Opening
from services.spoken import spoken_when
from services.tools.base import Arguments, Effect, Outcome, Situation

_LOOK_AHEAD = 14


class ByPerson(Arguments):
    motivo: Annotated[str, Field(max_length=300, description="Em poucas palavras, para a equipe.")]


class AskForPerson:
    name = "falar_com_atendente"
    description = (
        "Chama uma pessoa da equipe para continuar a conversa. Use quando o cliente pedir uma pessoa, reclamar, ou "
        "quando você não puder resolver. O sistema avisa o cliente."
    )
    arguments = ByPerson
    acts = True

    def offered(self, _empresa: Empresa) -> bool:
        return True

    async def prepare(self, situation: Situation) -> None:
        pass

    async def act(self, session: AsyncSession, situation: Situation, _given: ByPerson) -> Outcome:
        opening = await load_opening(session, situation.empresa, since=situation.local_now.date())
        add_log(
            session,
            "WARNING",
            "pessoa_pedida",
            "Um cliente espera por uma pessoa da equipe.",
            empresa_id=situation.empresa.id,
            turno_id=situation.work.turno_id,
            dados={"conversa_id": situation.conversa.id},
        )
        text = when_someone_answers(opening, situation.local_now)
        return Outcome({"ok": True, "dito_pelo_sistema": True}, Effect("pessoa", text))


def when_someone_answers(opening: Opening, now: datetime) -> str:
    """What the customer hears: at once while the house is open, else when it opens. `now` is local."""
    if not opening.told or opening.is_open(now.date(), now.time()):
        return "Chamei uma pessoa da equipe para continuar com você por aqui."
    opens = next_opening(opening, now)
    if opens is None:
        return "Avisei a equipe. Alguém responde por aqui assim que possível."
    when = spoken_when(opens.date(), opens.time(), today=now.date())
    return f"Avisei a equipe. Estamos fechados agora e alguém responde por aqui a partir de {when}."


def next_opening(opening: Opening, now: datetime) -> datetime | None:
    for ahead in range(_LOOK_AHEAD):
        day = now.date() + timedelta(days=ahead)
        for hours in opening.ranges(day):
            opens = datetime.combine(day, hours.start, now.tzinfo)
            if opens > now:
                return opens
    return None
