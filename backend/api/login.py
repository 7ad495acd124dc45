"""Login, refresh and logout: the only routes that touch the refresh cookie.

The cookie is httpOnly, SameSite=Strict and sent to /api only. Refresh and logout ride on it, so they also refuse a
request that a browser says comes from another origin (auth/origin.py); no custom header is needed by scripts.
"""

from typing import Annotated

from fastapi import Cookie, Depends, Form, Request, Response

from api.deps import ContainerDep, Sessions, bearer
from api.routing import group
from auth.origin import is_same_site_page, is_straight_from_loopback
from auth.tokens import RefreshToken
from errors import Forbidden, NotAuthenticated
from schemas.common import Erro
from schemas.login import TokenOut
from services.login_limits import LoginLimits
from services.sessions import Grant

COOKIE = "atende_refresh"
_COOKIE_PATH = "/api"

router = group("sessão", public=True)


@router.post(
    "/login",
    responses={
        401: {"model": Erro, "description": "E-mail ou senha incorretos (`credenciais_invalidas`)."},
        429: {"model": Erro, "description": "Muitas tentativas (`muitas_tentativas`)."},
    },
)
async def login(
    request: Request,
    response: Response,
    container: ContainerDep,
    sessions: Sessions,
    username: Annotated[str, Form(max_length=255)],
    password: Annotated[str, Form(max_length=200)],
) -> TokenOut:
    email = username.strip().lower()
    address = request.client.host if request.client else "?"
    limits = LoginLimits(container.redis)
    await limits.attempt(email, address)
    production = container.settings.production
    straight = not production and is_straight_from_loopback(address, request.headers)
    grant = await sessions.login(email, password, default_password_allowed=straight)
    await limits.succeeded(email, address)
    return _hand_out(response, grant, secure=production)


@router.post("/refresh", responses={401: {"model": Erro, "description": "Sem sessão (`nao_autenticado`)."}})
async def refresh(
    request: Request,
    response: Response,
    container: ContainerDep,
    sessions: Sessions,
    atende_refresh: Annotated[str | None, Cookie(include_in_schema=False)] = None,
) -> TokenOut:
    """Trade the cookie for a new pair."""
    _refuse_foreign_page(request, container.settings.cors_origins)
    if not atende_refresh:
        raise NotAuthenticated
    grant = await sessions.refresh(RefreshToken.parse(atende_refresh))
    return _hand_out(response, grant, secure=container.settings.production)


@router.post("/logout", status_code=204)
async def logout(
    request: Request,
    container: ContainerDep,
    sessions: Sessions,
    token: Annotated[str | None, Depends(bearer)],
    atende_refresh: Annotated[str | None, Cookie(include_in_schema=False)] = None,
) -> Response:
    """End the session of the cookie, and of the access token when one is given. Never fails for being late."""
    _refuse_foreign_page(request, container.settings.cors_origins)
    try:
        if token:
            await sessions.end((await sessions.authenticate(token)).session_id)
    except NotAuthenticated:
        pass
    try:
        if atende_refresh:
            await sessions.logout(RefreshToken.parse(atende_refresh))
    except NotAuthenticated:
        pass
    response = Response(status_code=204)
    response.delete_cookie(
        COOKIE, path=_COOKIE_PATH, secure=container.settings.production, httponly=True, samesite="strict"
    )
    return response


def _hand_out(response: Response, grant: Grant, *, secure: bool) -> TokenOut:
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        COOKIE,
        str(grant.refresh_token),
        max_age=grant.refresh_seconds,
        path=_COOKIE_PATH,
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    return TokenOut(access_token=grant.access_token, token_type="bearer", expires_in=grant.expires_in)


def _refuse_foreign_page(request: Request, allowed_origins: list[str]) -> None:
    if not is_same_site_page(request.headers, allowed_origins=allowed_origins):
        raise Forbidden("Esta operação só pode ser feita a partir do painel.")
