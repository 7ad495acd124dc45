"""Trying one integration of an empresa with the credentials it would use. No transaction is open meanwhile."""

from typing import Annotated

from fastapi import Path

from api.deps import ContainerDep, Slug, User, open_scope
from api.routing import group
from auth.scope import accessible_empresa, require_gestor
from observability import empresa_slug
from schemas.common import Erro
from schemas.conexoes import ConexaoOut, Integracao

router = group("empresas")


@router.post(
    "/empresas/{slug}/testar/{integracao}",
    responses={429: {"model": Erro, "description": "Muitos testes seguidos (`muitas_tentativas`)."}},
)
async def test_integration(
    slug: Slug,
    integracao: Annotated[Integracao, Path(description="O que testar.")],
    container: ContainerDep,
    user: User,
) -> ConexaoOut:
    """Asks the vendor once and answers what it said and what to do. A refusal of the vendor is no error of ours."""
    async with open_scope(container, user) as session:
        empresa = await accessible_empresa(session, user, slug)
        empresa_slug.set(empresa.slug)
        require_gestor(user)
    return await container.connections.test(empresa, integracao)
