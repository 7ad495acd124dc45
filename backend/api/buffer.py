"""What waits in the buffer, and the button that does not wait."""

from redis.exceptions import RedisError

from api.deps import ContainerDep, FilteredEmpresa, Id64, Session, User
from api.routing import group
from errors import NotFound, Unavailable
from schemas.buffer import BufferPagina, ProcessarOut
from services.buffer_view import require_conversa, show_buffer

router = group("buffer")

_REDIS_DOWN = "O buffer está fora do ar neste momento. As mensagens recebidas estão guardadas e serão respondidas."


@router.get("/buffer")
async def list_buffer(
    container: ContainerDep, session: Session, user: User, empresa_id: FilteredEmpresa
) -> BufferPagina:
    """Conversations that wait or are being answered, the next due first, then parked turns. Staff see their own."""
    try:
        entries = await container.buffer.snapshot()
    except (RedisError, OSError):
        raise Unavailable(_REDIS_DOWN) from None
    items = await show_buffer(session, user, entries, empresa_id=empresa_id)
    return BufferPagina(items=items, next_cursor=None)


@router.post("/buffer/{id}/processar", status_code=202)
async def process_now(conversa_id: Id64, container: ContainerDep, session: Session, user: User) -> ProcessarOut:
    """Answer now what waits in this conversation (`id` of the conversa), or take up again what stopped in it.

    Harmless while it is already running.
    """
    empresa_id = await require_conversa(session, user, conversa_id)
    try:
        forced = await container.buffer.force(conversa_id) or await container.parked.retry(
            empresa_id=empresa_id, conversa_id=conversa_id
        )
    except (RedisError, OSError):
        raise Unavailable(_REDIS_DOWN) from None
    if not forced:
        raise NotFound("Não há nada esperando nesta conversa.")
    return ProcessarOut(id=conversa_id, estado="processando")
