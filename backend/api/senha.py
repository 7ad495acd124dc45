"""A new password with a one-time code: public, because who uses it cannot enter. The code comes in the body only."""

from fastapi import Request

from api.deps import ContainerDep
from api.routing import group
from schemas.common import Erro
from schemas.login import RedefinirSenhaIn
from services.access_codes import redeem_code
from services.login_limits import LoginLimits

router = group("sessão", public=True)

_ACCOUNT = "#redefinir"
"""Stands for the account in the limits, which is not known before the code is: no e-mail looks like this."""


@router.post(
    "/senha/redefinir",
    status_code=204,
    responses={429: {"model": Erro, "description": "Muitas tentativas (`muitas_tentativas`)."}},
)
async def reset_password(body: RedefinirSenhaIn, request: Request, container: ContainerDep) -> None:
    """Every session of the account ends. A code that does not work is always the same 422 `codigo_invalido`."""
    address = request.client.host if request.client else "?"
    limits = LoginLimits(container.redis)
    await limits.attempt(_ACCOUNT, address)
    await redeem_code(
        container.db,
        code=body.codigo.get_secret_value(),
        new_password=body.senha_nova.get_secret_value(),
        passwords=container.passwords,
        clock=container.clock,
    )
    await limits.succeeded(_ACCOUNT, address)
