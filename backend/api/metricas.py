"""The counts of the dashboards: every empresa for superusers, one for who may see it."""

from api.deps import Ate, ContainerDep, Desde, EmpresaDep, Session, User
from api.routing import group
from auth.scope import require_superuser
from schemas.metricas import MetricasEmpresa, MetricasOut
from services.metrics import metrics_of_all, metrics_of_one
from services.periods import read_period

router = group("métricas")


@router.get("/metricas")
async def get_metricas(
    container: ContainerDep, session: Session, user: User, desde: Desde = None, ate: Ate = None
) -> MetricasOut:
    """Without dates, all time. Dates are days in the time zone of São Paulo."""
    require_superuser(user)
    return await metrics_of_all(session, read_period(desde, ate), now=container.clock.now())


@router.get("/empresas/{slug}/metricas")
async def get_empresa_metricas(
    container: ContainerDep, session: Session, empresa: EmpresaDep, desde: Desde = None, ate: Ate = None
) -> MetricasEmpresa:
    """Without dates, all time. Dates are days in the empresa's time zone."""
    period = read_period(desde, ate, zone=empresa.fuso_horario)
    return await metrics_of_one(session, empresa.id, period, now=container.clock.now())
