"""The steps of a turn as they were taken: what the model answered and what each tool did.

They are written fenced, a tool's step in the transaction of its act, so that a turn taken up by another worker goes on
from here: the model is not asked again for what it decided, and no tool acts twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import TurnoPasso
from ports import ToolCall
from services.turns import TurnWork


@dataclass(frozen=True, slots=True)
class ModelStep:
    """One answer of the model that asked for tools."""

    modelo: str
    uso: Mapping[str, int]
    output_items: tuple[Mapping[str, Any], ...] = field(repr=False)
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolStep:
    """One call and its result. `efeito` is `{tipo, texto, codigo}` when something was done."""

    passo_id: int
    call_id: str
    nome: str
    argumentos: str = field(repr=False)
    resultado: Mapping[str, Any] = field(repr=False)
    efeito: Mapping[str, Any] | None = field(default=None, repr=False)
    publicar: int | None = None
    """The reservation that still has to be written to its sheet."""


async def load_steps(session: AsyncSession, turno_id: int) -> list[ModelStep | ToolStep]:
    rows = await session.scalars(select(TurnoPasso).where(TurnoPasso.turno_id == turno_id).order_by(TurnoPasso.ordem))
    found: list[ModelStep | ToolStep] = []
    for row in rows:
        data = row.dados
        if row.tipo == "modelo":
            calls = tuple(ToolCall(each["id"], each["nome"], each["argumentos"]) for each in data.get("chamadas", ()))
            found.append(ModelStep(str(data["modelo"]), data.get("uso") or {}, tuple(data.get("itens", ())), calls))
        else:
            found.append(
                ToolStep(
                    row.id, data["id"], data["nome"], data["argumentos"], data["resultado"], data.get("efeito"),
                    data.get("publicar"),
                )
            )  # fmt: skip
    return found


async def add_model_step(session: AsyncSession, work: TurnWork, step: ModelStep) -> None:
    await _add(
        session,
        work,
        "modelo",
        {
            "modelo": step.modelo,
            "uso": dict(step.uso),
            "itens": [dict(item) for item in step.output_items],
            "chamadas": [{"id": call.call_id, "nome": call.name, "argumentos": call.arguments} for call in step.calls],
        },
    )


async def add_tool_step(
    session: AsyncSession,
    work: TurnWork,
    call: ToolCall,
    *,
    resultado: Mapping[str, Any],
    efeito: Mapping[str, Any] | None,
    publicar: int | None,
) -> int:
    """The id of the step."""
    data: dict[str, Any] = {
        "id": call.call_id,
        "nome": call.name,
        "argumentos": call.arguments,
        "resultado": dict(resultado),
    }
    if efeito is not None:
        data["efeito"] = dict(efeito)
    if publicar is not None:
        data["publicar"] = publicar
    return await _add(session, work, "ferramenta", data)


async def rewrite_tool_step(
    session: AsyncSession, passo_id: int, *, resultado: Mapping[str, Any], efeito: Mapping[str, Any] | None
) -> None:
    """After what the step left to be done outside: its final result, and nothing more to publish."""
    passo = await session.get_one(TurnoPasso, passo_id, with_for_update=True)
    data = {key: value for key, value in passo.dados.items() if key not in ("publicar", "efeito")}
    data["resultado"] = _storable(dict(resultado))
    if efeito is not None:
        data["efeito"] = _storable(dict(efeito))
    passo.dados = data


async def add_final_step(
    session: AsyncSession, work: TurnWork, *, modelo: str | None, uso: Mapping[str, Any], erro: str | None
) -> None:
    """How the turn was decided: the whole usage and the model that wrote the reply."""
    await _add(session, work, "modelo", {"modelo": modelo, "uso": dict(uso), "erro": erro})


async def called_person(session: AsyncSession, turno_id: int) -> bool:
    """Whether a tool of this turn handed the conversation to a person."""
    found = await session.scalar(
        select(TurnoPasso.id)
        .where(TurnoPasso.turno_id == turno_id, TurnoPasso.dados["efeito"]["tipo"].astext == "pessoa")
        .limit(1)
    )
    return found is not None


async def _add(
    session: AsyncSession, work: TurnWork, tipo: Literal["modelo", "ferramenta"], dados: Mapping[str, Any]
) -> int:
    last = await session.scalar(select(func.max(TurnoPasso.ordem)).where(TurnoPasso.turno_id == work.turno_id))
    passo = TurnoPasso(
        empresa_id=work.empresa_id,
        turno_id=work.turno_id,
        ordem=(last or 0) + 1,
        tipo=tipo,
        dados=cast("dict[str, Any]", _storable(dados)),
    )
    session.add(passo)
    await session.flush()
    return passo.id


def _storable(value: Any) -> Any:
    """PostgreSQL's JSON holds no NUL and no lone surrogate; a model may write either."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {str(_storable(key)): _storable(child) for key, child in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_storable(child) for child in value]
    return value
