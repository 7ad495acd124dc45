"""The message templates that may be sent to a customer when the 24-hour window is closed."""

from api.deps import ContainerDep, Slug, User, open_scope
from api.routing import CONFLICT, group
from auth.scope import accessible_empresa
from observability import empresa_slug
from schemas.modelos import ModeloOut, ModelosPagina

router = group("modelos")


@router.get("/empresas/{slug}/modelos", responses=CONFLICT)
async def list_modelos(slug: Slug, container: ContainerDep, user: User) -> ModelosPagina:
    """Every template of the empresa's Twilio account, approved or not, as it was within the last minute."""
    # Twilio is asked: no transaction is open meanwhile.
    async with open_scope(container, user) as session:
        empresa = await accessible_empresa(session, user, slug)
    empresa_slug.set(empresa.slug)
    templates = await container.templates.list(empresa)
    return ModelosPagina(items=[ModeloOut.model_validate(template) for template in templates], next_cursor=None)
