"""The panel API in one tree. Authentication sits on the group: what is not listed as public needs a session.

Only `me` works with a password that somebody else set: every other group asks for the change first.
"""

from fastapi import APIRouter, Depends

from api import (
    auditoria,
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
    senha,
    simulador,
    usuarios,
)
from api.deps import current_user, settled_user

_protected = APIRouter(dependencies=[Depends(settled_user)])
for _group in (
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
    auditoria,
    midias,
    simulador,
):
    _protected.include_router(_group.router)

router = APIRouter()
router.include_router(health.router)
for _public in (login.router, senha.router, midias.public_router):
    router.include_router(_public, prefix="/api")
router.include_router(me.router, prefix="/api", dependencies=[Depends(current_user)])
router.include_router(_protected, prefix="/api")
