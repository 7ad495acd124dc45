"""Days out of the ordinary: closed, with other hours, or open but full. One call closes tonight; one call undoes it.

A gestor decides about closing and hours. Who stands on the floor may say that the house is full.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser, require_gestor
from errors import Conflict, InvalidData, NotFound
from models import DiaEspecial, Empresa
from schemas.conhecimento import DiaEspecialIn
from services.audit import audit, changes

MAX_DIAS = 400
"""Days still to come."""
FURTHEST = timedelta(days=731)

_COLUMNS = ("fechado", "lotado", "horarios", "motivo")


async def list_dias(
    session: AsyncSession, empresa: Empresa, *, desde: date | None, ate: date | None, now: datetime
) -> Sequence[DiaEspecial]:
    """From `desde` (today, when None) to `ate`, both included."""
    query = select(DiaEspecial).where(
        DiaEspecial.empresa_id == empresa.id, DiaEspecial.data >= (desde or _today(empresa, now))
    )
    if ate is not None:
        query = query.where(DiaEspecial.data <= ate)
    return (await session.scalars(query.order_by(DiaEspecial.data).limit(2 * MAX_DIAS))).all()


async def put_dia(
    session: AsyncSession, user: CurrentUser, empresa: Empresa, data: date, wanted: DiaEspecialIn, *, now: datetime
) -> DiaEspecial:
    """Make the day what the body says. Raises Forbidden when a person of the floor changes more than `lotado`."""
    _check(empresa, data, wanted, now)
    await session.refresh(empresa, with_for_update={"key_share": True})
    dia = await _find(session, empresa, data)
    horarios = None if wanted.horarios is None else [list(part) for part in wanted.horarios]
    asked = {"fechado": wanted.fechado, "lotado": wanted.lotado, "horarios": horarios, "motivo": wanted.motivo}
    before = _state(dia)
    if before["fechado"] != asked["fechado"] or before["horarios"] != asked["horarios"]:
        require_gestor(user)
    if dia is None:
        await _refuse_more(session, empresa, now)
        dia = DiaEspecial(empresa_id=empresa.id, data=data)
        session.add(dia)
    found = changes(before, asked)
    for name, value in asked.items():
        setattr(dia, name, value)
    if found:
        dia.usuario_id = user.id
        audit(session, user, "dia_definido", alvo_tipo="dia", alvo_id=data, empresa_id=empresa.id, mudancas=found)
    await session.flush()
    return dia


async def delete_dia(session: AsyncSession, user: CurrentUser, empresa: Empresa, data: date) -> None:
    """Make the day as usual. Raises NotFound when it already is."""
    await session.refresh(empresa, with_for_update={"key_share": True})
    dia = await _find(session, empresa, data)
    if dia is None:
        raise NotFound("Este dia já segue o horário normal.")
    if dia.fechado or dia.horarios is not None:
        require_gestor(user)
    found = changes(_state(dia), _state(None))
    audit(session, user, "dia_removido", alvo_tipo="dia", alvo_id=data, empresa_id=empresa.id, mudancas=found)
    await session.delete(dia)
    await session.flush()


def _check(empresa: Empresa, data: date, wanted: DiaEspecialIn, now: datetime) -> None:
    today = _today(empresa, now)
    if data < today - timedelta(days=1):  # after midnight, last night is still being served
        raise InvalidData([("data", "Este dia já passou.")])
    if data > today + FURTHEST:
        raise InvalidData([("data", "Escolha um dia dos próximos dois anos.")])
    if wanted.fechado and wanted.horarios:
        raise InvalidData([("horarios", "Um dia fechado não tem horários.")])
    if wanted.horarios == []:
        raise InvalidData([("horarios", "Para um dia sem horários, marque-o como fechado.")])
    if not wanted.fechado and not wanted.lotado and wanted.horarios is None:
        raise InvalidData(
            [("fechado", "Diga o que muda: fechado, lotado ou outros horários. Para o dia voltar ao normal, exclua-o.")]
        )


async def _find(session: AsyncSession, empresa: Empresa, data: date) -> DiaEspecial | None:
    query = select(DiaEspecial).where(DiaEspecial.empresa_id == empresa.id, DiaEspecial.data == data)
    return (await session.scalars(query)).one_or_none()


async def _refuse_more(session: AsyncSession, empresa: Empresa, now: datetime) -> None:
    query = select(func.count()).where(DiaEspecial.empresa_id == empresa.id, DiaEspecial.data >= _today(empresa, now))
    if (await session.execute(query)).scalar_one() >= MAX_DIAS:
        raise Conflict(f"O limite é de {MAX_DIAS} dias especiais por vir.")


def _state(dia: DiaEspecial | None) -> dict[str, object]:
    if dia is None:
        return {"fechado": False, "lotado": False, "horarios": None, "motivo": None}
    return {name: getattr(dia, name) for name in _COLUMNS}


def _today(empresa: Empresa, now: datetime) -> date:
    return now.astimezone(ZoneInfo(empresa.fuso_horario)).date()
