"""Who I am, and my own password."""

from fastapi import Request

from api.deps import ContainerDep, Session, Sessions, User
from api.routing import group
from models import Empresa, Usuario
from schemas.common import Erro
from schemas.login import MeOut, MinhaEmpresa, TrocaSenhaIn
from services.login_limits import LoginLimits

router = group("sessão")


@router.get("/me")
async def get_me(user: User, session: Session) -> MeOut:
    usuario = await session.get_one(Usuario, user.id)
    empresa = await session.get(Empresa, user.empresa_id) if user.empresa_id is not None else None
    return MeOut(
        id=user.id,
        email=user.email,
        is_superuser=user.is_superuser,
        papel=user.papel,
        empresa=MinhaEmpresa(slug=empresa.slug, nome=empresa.nome) if empresa else None,
        trocar_senha=usuario.trocar_senha,
    )


@router.post(
    "/me/senha",
    status_code=204,
    responses={429: {"model": Erro, "description": "Muitas tentativas (`muitas_tentativas`)."}},
)
async def change_my_password(
    body: TrocaSenhaIn, request: Request, container: ContainerDep, user: User, sessions: Sessions
) -> None:
    """Needs the current password. Every other session of mine ends."""
    address = request.client.host if request.client else "?"
    limits = LoginLimits(container.redis)
    await limits.attempt(user.email, address)
    await sessions.change_password(
        user, current=body.senha_atual.get_secret_value(), new=body.senha_nova.get_secret_value()
    )
    await limits.succeeded(user.email, address)
