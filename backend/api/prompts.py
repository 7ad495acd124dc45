"""Versions of an empresa's prompt: list, publish, compare and go back."""

from typing import Annotated

from fastapi import Path, Query

from api.deps import Cursor, EmpresaDep, Limit, Session, User
from api.routing import group
from schemas.common import INT32_MAX
from schemas.prompts import DiferencaOut, PromptIn, PromptsPagina, PromptVersaoOut
from services import prompts as service

router = group("prompts")

Numero = Annotated[int, Path(ge=1, le=INT32_MAX, description="Número da versão.")]
Com = Annotated[int | None, Query(ge=0, le=INT32_MAX, description="A outra versão; sem ela, a anterior.")]


@router.get("/empresas/{slug}/prompts")
async def list_prompts(
    empresa: EmpresaDep, session: Session, user: User, limit: Limit = 50, cursor: Cursor = None
) -> PromptsPagina:
    items, next_cursor = await service.list_versions(session, user, empresa, limit=limit, cursor=cursor)
    return PromptsPagina(items=items, next_cursor=next_cursor)


@router.post("/empresas/{slug}/prompts", status_code=201)
async def publish_prompt(body: PromptIn, empresa: EmpresaDep, session: Session, user: User) -> PromptVersaoOut:
    """Used from the next reply on. The same text again makes no new version."""
    return await service.publish(session, user, empresa, body.texto, body.nota)


@router.post("/empresas/{slug}/prompts/{numero}/restaurar")
async def restore_prompt(numero: Numero, empresa: EmpresaDep, session: Session, user: User) -> PromptVersaoOut:
    """A new version with the text of that one."""
    return await service.restore(session, user, empresa, numero)


@router.get("/empresas/{slug}/prompts/{numero}/diferenca")
async def diff_prompt(
    numero: Numero, empresa: EmpresaDep, session: Session, user: User, com: Com = None
) -> DiferencaOut:
    """Line by line, from version `com` to this one."""
    return await service.difference(session, user, empresa, numero, com=com)
