"""What routes ask for: the container, who is asking, a transaction of their empresas, and the empresa of a slug.

`settled_user` is put on the router group, so that a new route is protected by default, also from a password that
somebody else set.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import CurrentUser, accessible_empresa, visible_empresas
from errors import NotAuthenticated, PasswordChangeRequired
from models import Empresa
from observability import empresa_slug
from schemas.common import INT32_MAX, INT64_MAX, Storable
from services.empresas import EmpresaService
from services.sessions import SessionService

if TYPE_CHECKING:
    from container import Container

bearer = OAuth2PasswordBearer(tokenUrl="/api/login", auto_error=False, scheme_name="bearer")


def get_container(request: Request) -> "Container":
    container: Container = request.app.state.container
    return container


ContainerDep = Annotated["Container", Depends(get_container)]


def session_service(container: ContainerDep) -> SessionService:
    return SessionService(container.db, passwords=container.passwords, tokens=container.tokens, clock=container.clock)


Sessions = Annotated[SessionService, Depends(session_service)]


async def current_user(sessions: Sessions, token: Annotated[str | None, Depends(bearer)]) -> CurrentUser:
    if not token:
        raise NotAuthenticated
    return await sessions.authenticate(token)


User = Annotated[CurrentUser, Depends(current_user)]


async def settled_user(user: User) -> CurrentUser:
    """Refuses everything while the password is one that somebody else set."""
    if user.trocar_senha:
        raise PasswordChangeRequired
    return user


def open_scope(container: "Container", user: CurrentUser) -> AbstractAsyncContextManager[AsyncSession]:
    """A transaction over exactly the empresas the user may see."""
    visible = visible_empresas(user)
    return container.db.system_scope() if visible is None else container.db.tenant(*visible)


async def scoped_session(container: ContainerDep, user: User) -> AsyncIterator[AsyncSession]:
    """The request's one transaction; it commits before the answer leaves."""
    async with open_scope(container, user) as session:
        yield session


Session = Annotated[AsyncSession, Depends(scoped_session, scope="function")]

Slug = Annotated[str, Path(max_length=100, description="Endereço da empresa.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Itens por página.")]
Cursor = Annotated[str | None, Query(max_length=200, description="O `next_cursor` da página anterior.")]
Search = Annotated[str | None, Query(max_length=100, description="Texto a procurar."), Storable]
EmpresaFilter = Annotated[str | None, Query(alias="empresa", max_length=100, description="Só desta empresa (slug).")]
Desde = Annotated[str | None, Query(max_length=40, description="Data (o dia inteiro) ou instante ISO, incluído.")]
Ate = Annotated[str | None, Query(max_length=40, description="Data (o dia incluído) ou instante ISO (excluído).")]
Id32 = Annotated[int, Path(alias="id", ge=1, le=INT32_MAX)]
Id64 = Annotated[int, Path(alias="id", ge=1, le=INT64_MAX)]


async def empresa_by_slug(slug: Slug, session: Session, user: User) -> Empresa:
    empresa = await accessible_empresa(session, user, slug)
    empresa_slug.set(empresa.slug)
    return empresa


EmpresaDep = Annotated[Empresa, Depends(empresa_by_slug)]


async def empresa_filter(session: Session, user: User, empresa: EmpresaFilter = None) -> int | None:
    """The id behind `?empresa=slug`; a foreign slug is a 404. None when no filter was given."""
    return (await accessible_empresa(session, user, empresa)).id if empresa is not None else None


FilteredEmpresa = Annotated[int | None, Depends(empresa_filter)]


def empresa_service(container: ContainerDep) -> EmpresaService:
    return EmpresaService(container.settings, box=container.secrets_box, credentials=container.credentials)


Empresas = Annotated[EmpresaService, Depends(empresa_service)]
