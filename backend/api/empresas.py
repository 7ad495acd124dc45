"""The empresas: list, create, read, change, delete and restore."""

from typing import Annotated

from fastapi import Query

from api.deps import ContainerDep, Cursor, EmpresaDep, Empresas, Limit, Search, Session, Slug, User
from api.routing import CONFLICT, group
from auth.scope import accessible_empresa, require_superuser
from schemas.empresas import EmpresaIn, EmpresaOut, EmpresaPatch, EmpresasPagina

router = group("empresas")


@router.get("/empresas")
async def list_empresas(
    session: Session,
    user: User,
    empresas: Empresas,
    q: Search = None,
    excluidas: Annotated[bool, Query(description="Inclui as excluídas (só superusuário).")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> EmpresasPagina:
    items, next_cursor = await empresas.list_empresas(
        session, user, search=q, include_deleted=excluidas, limit=limit, cursor=cursor
    )
    return EmpresasPagina(items=items, next_cursor=next_cursor)


@router.post("/empresas", status_code=201, responses=CONFLICT)
async def create_empresa(body: EmpresaIn, session: Session, user: User, empresas: Empresas) -> EmpresaOut:
    return await empresas.create(session, user, body)


@router.get("/empresas/{slug}")
async def get_empresa(empresa: EmpresaDep, user: User, empresas: Empresas) -> EmpresaOut:
    return empresas.show(empresa, user)


@router.patch("/empresas/{slug}", responses=CONFLICT)
async def update_empresa(
    body: EmpresaPatch, empresa: EmpresaDep, session: Session, user: User, empresas: Empresas
) -> EmpresaOut:
    """Absent fields keep their value; null clears; an empty secret is refused."""
    return await empresas.update(session, user, empresa, body)


@router.delete("/empresas/{slug}", status_code=204)
async def delete_empresa(
    empresa: EmpresaDep,
    container: ContainerDep,
    session: Session,
    user: User,
    empresas: Empresas,
    confirmar: Annotated[str | None, Query(max_length=100, description="O endereço da empresa, de novo.")] = None,
) -> None:
    """Closes its webhooks at once. Can be undone with `restaurar` until the data are purged."""
    await empresas.delete(session, user, empresa, confirmation=confirmar, now=container.clock.now())


@router.post("/empresas/{slug}/restaurar", responses=CONFLICT)
async def restore_empresa(
    slug: Slug, container: ContainerDep, session: Session, user: User, empresas: Empresas
) -> EmpresaOut:
    """Within 30 days of the deletion."""
    empresa = await accessible_empresa(session, user, slug, include_deleted=True)
    require_superuser(user)
    return await empresas.restore(session, user, empresa, now=container.clock.now())
