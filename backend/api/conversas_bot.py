"""What staff may tell the bot about one conversation: speak again after a silence, and forget what was said."""

from api.deps import ContainerDep, EmpresaDep, Id64, Session, User
from api.routing import group
from schemas.conversas import ConversaBot
from services.context import clear_memory
from services.loop_breaker import reactivate

router = group("conversas")


@router.post("/empresas/{slug}/conversas/{id}/reativar")
async def reactivate_conversa(
    conversa_id: Id64, empresa: EmpresaDep, session: Session, user: User, container: ContainerDep
) -> ConversaBot:
    """Let the bot answer again in a conversation where it was silenced. Harmless where it was not."""
    conversa = await reactivate(session, user, empresa.id, conversa_id, now=container.clock.now())
    return ConversaBot.model_validate(conversa)


@router.post("/empresas/{slug}/conversas/{id}/limpar-memoria")
async def clear_conversa_memory(
    conversa_id: Id64, empresa: EmpresaDep, session: Session, user: User, container: ContainerDep
) -> ConversaBot:
    """The bot forgets what was said until now; people still see all of it."""
    conversa = await clear_memory(session, user, empresa.id, conversa_id)
    # Even if this is lost, or comes before the commit: lines up to `memoria_desde_id` are not read from the cache.
    await container.context.forget(conversa_id)
    return ConversaBot.model_validate(conversa)
