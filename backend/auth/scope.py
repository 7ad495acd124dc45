"""The one place that decides who may see which empresa. A foreign empresa and one that does not exist look the same.

Routes and services ask here and never compare empresas by themselves; row-level security stands behind it.
"""

import re
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from errors import Forbidden, NotFound
from models import Empresa

_SLUG = re.compile(r"[a-z0-9-]{1,100}")


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The person behind a request, as read from the database for this very request."""

    id: int
    email: str
    is_superuser: bool
    papel: Literal["gestor", "atendente"] | None
    empresa_id: int | None
    empresa_slug: str | None
    session_id: UUID
    trocar_senha: bool = False
    """Nothing but the own password may be touched until it is changed."""

    def __repr__(self) -> str:
        return f"CurrentUser(id={self.id})"

    @property
    def is_gestor(self) -> bool:
        """Whether they may change the empresas they see: a gestor their own, a superuser any."""
        return self.is_superuser or self.papel == "gestor"


def visible_empresas(user: CurrentUser) -> tuple[int, ...] | None:
    """The empresas whose rows the user may see; None means every one. Never empty for staff."""
    if user.is_superuser:
        return None
    return (_own_empresa(user),)


def may_see(user: CurrentUser, empresa_id: int | None) -> bool:
    """Whether a row of this empresa may be shown to the user. Rows of no empresa belong to superusers."""
    visible = visible_empresas(user)
    return visible is None or empresa_id in visible


async def accessible_empresa(
    session: AsyncSession, user: CurrentUser, slug: str, *, include_deleted: bool = False
) -> Empresa:
    """The empresa behind a slug. Raises NotFound when it is foreign, unknown or deleted, without telling which."""
    if not _SLUG.fullmatch(slug) or (not user.is_superuser and slug != user.empresa_slug):
        raise NotFound
    query = select(Empresa).where(Empresa.slug == slug)
    if not (include_deleted and user.is_superuser):
        query = query.where(Empresa.excluida_em.is_(None))
    empresa = (await session.execute(query)).scalar_one_or_none()
    if empresa is None or not may_see(user, empresa.id):
        raise NotFound
    return empresa


def require_superuser(user: CurrentUser) -> None:
    if not user.is_superuser:
        raise Forbidden


def require_gestor(user: CurrentUser) -> None:
    if not user.is_gestor:
        raise Forbidden


def _own_empresa(user: CurrentUser) -> int:
    if user.empresa_id is None:
        raise Forbidden
    return user.empresa_id
