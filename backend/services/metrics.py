"""The counts of the dashboards, one statement for any number of empresas."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from models import Atendimento, Conversa, Empresa, Log, Mensagem, Reserva, Turno
from schemas.metricas import LinhaEmpresa, MetricasEmpresa, MetricasOut
from services.periods import Period

_SUMMED = ("clientes_unicos", "atendimentos", "reservas", "respostas")
_ERRORS_WINDOW = timedelta(hours=24)


async def metrics_of_all(session: AsyncSession, period: Period, *, now: datetime) -> MetricasOut:
    """Every empresa that was not deleted, and their totals. A cliente belongs to one empresa, so sums count once."""
    query = _counts(period, now).where(Empresa.excluida_em.is_(None)).order_by(func.lower(Empresa.nome), Empresa.id)
    rows: Sequence[Row[*tuple[Any, ...]]] = (await session.execute(query)).all()
    lines = [LinhaEmpresa.model_validate(row) for row in rows]
    totals = {name: sum(getattr(line, name) for line in lines) for name in _SUMMED}
    return MetricasOut(**totals, empresas_ativas=sum(line.status == "ativo" for line in lines), empresas=lines)


async def metrics_of_one(session: AsyncSession, empresa_id: int, period: Period, *, now: datetime) -> MetricasEmpresa:
    query = _counts(period, now, empresa_id=empresa_id).where(Empresa.id == empresa_id)
    return MetricasEmpresa.model_validate((await session.execute(query)).one())


def _counts(period: Period, now: datetime, *, empresa_id: int | None = None) -> Select[*tuple[Any, ...]]:
    errors = [Log.nivel.in_(("ERROR", "CRITICAL")), Log.created_at >= now - _ERRORS_WINDOW]
    wrote = (
        _grouped(Mensagem.empresa_id, empresa_id, func.count(Conversa.cliente_id.distinct()))
        .join(Conversa, Conversa.id == Mensagem.conversa_id)
        .where(Mensagem.direcao == "entrada", *_within(Mensagem.created_at, period))
    )
    counts = {
        "clientes_unicos": wrote,
        "atendimentos": _grouped(Atendimento.empresa_id, empresa_id).where(*_within(Atendimento.aberto_em, period)),
        "reservas": _grouped(Reserva.empresa_id, empresa_id).where(*_within(Reserva.created_at, period)),
        "respostas": _grouped(Turno.empresa_id, empresa_id).where(
            Turno.respondido_em.is_not(None), *_within(Turno.respondido_em, period)
        ),
        "erros_24h": _grouped(Log.empresa_id, empresa_id).where(*errors),
        "parados": _grouped(Turno.empresa_id, empresa_id).where(Turno.estado == "parked"),
    }
    query: Select[*tuple[Any, ...]] = select(Empresa.id, Empresa.slug, Empresa.nome, Empresa.status)
    for name, count in counts.items():
        part = count.subquery(name)
        query = query.add_columns(func.coalesce(part.c.n, 0).label(name))
        query = query.outerjoin(part, part.c.empresa_id == Empresa.id)
    return query


def _grouped(column: InstrumentedAttribute[Any], empresa_id: int | None, count: Any = None) -> Select[*tuple[Any, ...]]:
    counted = func.count() if count is None else count
    query = select(column.label("empresa_id"), counted.label("n")).group_by(column)
    return query if empresa_id is None else query.where(column == empresa_id)


def _within(column: InstrumentedAttribute[Any], period: Period) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = []
    if period.since is not None:
        bounds.append(column >= period.since)
    if period.until is not None:
        bounds.append(column < period.until)
    return bounds
