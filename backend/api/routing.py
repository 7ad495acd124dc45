"""How every group of routes is built: stable operation ids (the function's name) and the documented errors."""

from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from schemas.common import Erro, ErroValidacao

_PUBLIC_ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"model": ErroValidacao, "description": "Dados inválidos (`dados_invalidos`)."},
    503: {"model": Erro, "description": "Indisponível (`indisponivel`)."},
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"model": Erro, "description": "Sem sessão (`nao_autenticado`)."},
    403: {"model": Erro, "description": "Papel insuficiente (`sem_permissao`)."},
    404: {"model": Erro, "description": "Não existe, ou é de outra empresa (`nao_encontrado`)."},
    **_PUBLIC_ERRORS,
}
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Erro, "description": "Conflito (`conflito`)."}}


def route_name(route: APIRoute) -> str:
    return route.name


def group(tag: str, *, public: bool = False) -> APIRouter:
    """A router for one noun."""
    responses = _PUBLIC_ERRORS if public else _ERRORS
    return APIRouter(tags=[tag], generate_unique_id_function=route_name, responses=responses)
