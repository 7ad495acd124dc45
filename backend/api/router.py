"""The panel API in one tree. Authentication sits on the group: what is not listed as public needs a session."""

from fastapi import APIRouter, Depends

from api import (
    buffer,
    clientes,
    conexoes,
    conhecimento,
    conversas,
    empresas,
    health,
    login,
    logs,
    me,
    metricas,
    midias,
    prompts,
    reservas,
    simulador,
    usuarios,
)
from api.deps import current_user

_protected = APIRouter(dependencies=[Depends(current_user)])
for _group in (
    me,
    empresas,
    prompts,
    conhecimento,
    conexoes,
    metricas,
    clientes,
    conversas,
    reservas,
    buffer,
    logs,
    usuarios,
    midias,
    simulador,
):
    _protected.include_router(_group.router)

router = APIRouter()
router.include_router(health.router)
for _public in (login.router, midias.public_router):
    router.include_router(_public, prefix="/api")
router.include_router(_protected, prefix="/api")
