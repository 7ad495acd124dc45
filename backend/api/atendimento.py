"""Staff take a conversation over, write in it and give it back."""

from api.deps import ContainerDep, EmpresaDep, Id64, Session, Slug, User, open_scope
from api.routing import CONFLICT, group
from auth.scope import accessible_empresa
from models import Conversa
from observability import empresa_slug
from schemas.conversas import AtendimentoAtual, MensagemIn, MensagemOut
from services.handoff import give_back, in_flight, lock_conversa, send_as_person, take_over
from services.inbox import read_mensagem

router = group("conversas")


@router.post("/empresas/{slug}/conversas/{id}/mensagens", status_code=201, responses=CONFLICT)
async def send_message(
    body: MensagemIn, slug: Slug, conversa_id: Id64, container: ContainerDep, user: User
) -> MensagemOut:
    """Send free text, or an approved template, as a person, who becomes the conversation's voice.

    409 `janela_fechada` when only a template may go, 409 `cliente_saiu` when nothing may.
    """
    async with open_scope(container, user) as session:
        empresa = await accessible_empresa(session, user, slug)
        await lock_conversa(session, empresa.id, conversa_id)
    empresa_slug.set(empresa.slug)
    template = None
    if body.content_sid is not None:  # Twilio is asked: no transaction is open meanwhile.
        template = await container.templates.sendable(empresa, body.content_sid, body.variaveis)
    async with open_scope(container, user) as session:
        mensagem = await send_as_person(
            session,
            user,
            await lock_conversa(session, empresa.id, conversa_id),
            now=container.clock.now(),
            texto=body.texto,
            template=template,
            variables=body.variaveis,
            chave=f"painel:{user.id}:{conversa_id}:{body.chave}" if body.chave else None,
        )
        return await read_mensagem(session, empresa.id, mensagem)


@router.post("/empresas/{slug}/conversas/{id}/assumir")
async def take_over_conversa(
    conversa_id: Id64, empresa: EmpresaDep, session: Session, user: User, container: ContainerDep
) -> AtendimentoAtual:
    """The bot is silent from here on; what it already released is counted in `em_envio`."""
    conversa = await lock_conversa(session, empresa.id, conversa_id)
    sending = await take_over(session, user, conversa, now=container.clock.now())
    return _show(conversa, sending)


@router.post("/empresas/{slug}/conversas/{id}/devolver")
async def give_back_conversa(conversa_id: Id64, empresa: EmpresaDep, session: Session, user: User) -> AtendimentoAtual:
    """The bot answers what the customer writes from here on, never what came before."""
    conversa = await lock_conversa(session, empresa.id, conversa_id)
    await give_back(session, user, conversa)
    return _show(conversa, await in_flight(session, conversa))


def _show(conversa: Conversa, sending: int) -> AtendimentoAtual:
    return AtendimentoAtual(
        id=conversa.id,
        atendido_por="pessoa" if conversa.atendido_por == "pessoa" else "bot",
        responsavel_id=conversa.responsavel_id,
        assumida_em=conversa.assumida_em,
        em_envio=sending,
    )
