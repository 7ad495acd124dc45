"""The turn's ledger in PostgreSQL: who may work on it, what was decided, how it ended.

A turn takes messages only where `turno_id` is null; a conversation has at most one unfinished turn; every change is
fenced by the attempt number, so a worker that lost its lease changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from errors import LostTurn
from models import UNFINISHED, Conversa, Empresa, Mensagem, Parte, Turno, TurnoPasso
from services.activity_log import add_log
from services.inbound import kind_of
from services.message_buffer import Kind


@dataclass(frozen=True, slots=True)
class TurnWork:
    """A turn in our hands: its identity and the attempt that fences every step."""

    turno_id: int
    tentativa: int
    estado: str
    empresa_id: int
    conversa_id: int
    atendimento_id: int
    mensagem_ids: tuple[int, ...]
    single: bool
    """Of an audio or an unbuffered message: a new text never sends it back."""


async def take_turn(
    session: AsyncSession, *, conversa_id: int, up_to: int, lost: bool, lost_allowed: int, now: datetime
) -> TurnWork | None:
    """Resume the conversation's unfinished turn, or open one over its oldest group still to answer.

    `up_to` is the last message of the batch. None when there is nothing (more) to answer. The conversation's row lock
    keeps two workers from deciding at once.
    """
    row = (
        await session.execute(
            select(Conversa, Empresa)
            .join(Empresa, Empresa.id == Conversa.empresa_id)
            .where(Conversa.id == conversa_id)
            .with_for_update(of=Conversa, key_share=True)
        )
    ).one_or_none()
    if row is None:
        return None
    conversa, empresa = row
    turno = await session.scalar(select(Turno).where(Turno.conversa_id == conversa_id, Turno.estado.in_(UNFINISHED)))
    if turno is not None:
        resumed = await _resume(session, turno, lost=lost, lost_allowed=lost_allowed, now=now)
        if resumed is not None:
            return resumed
    waiting = list(
        await session.scalars(
            select(Mensagem)
            .where(
                Mensagem.conversa_id == conversa_id,
                Mensagem.destino == "responder",
                Mensagem.turno_id.is_(None),
                Mensagem.id <= up_to,
            )
            .order_by(Mensagem.id)
        )
    )
    waiting = _set_aside(session, waiting, empresa, conversa, now)
    if not waiting:
        return None
    return await _open(session, waiting, empresa, now)


async def _resume(
    session: AsyncSession, turno: Turno, *, lost: bool, lost_allowed: int, now: datetime
) -> TurnWork | None:
    turno.tentativa += 1
    turno.perdas += 1 if lost else 0
    turno.updated_at = now
    if turno.perdas > lost_allowed:
        park_turn(session, turno, "trabalhador_perdido", now=now)
        await session.flush()
        return None
    rows = (
        await session.execute(
            select(Mensagem.id)
            .where(Mensagem.turno_id == turno.id, Mensagem.direcao == "entrada")
            .order_by(Mensagem.id)
        )
    ).scalars()
    return TurnWork(
        turno.id, turno.tentativa, turno.estado, turno.empresa_id, turno.conversa_id, turno.atendimento_id,
        tuple(rows), turno.avulso,
    )  # fmt: skip


async def _open(session: AsyncSession, waiting: Sequence[Mensagem], empresa: Empresa, now: datetime) -> TurnWork:
    kinds = [kind_of(empresa, mensagem.tipo) for mensagem in waiting]
    size = 1
    while kinds[0] is Kind.GROUPED and size < len(kinds) and kinds[size] is Kind.GROUPED:
        size += 1
    group = waiting[:size]
    turno = Turno(
        empresa_id=empresa.id,
        conversa_id=group[0].conversa_id,
        atendimento_id=group[-1].atendimento_id,
        estado="claimed",
        tentativa=1,
        avulso=kinds[0] is Kind.SOLO,
        updated_at=now,
    )
    session.add(turno)
    await session.flush()
    for mensagem in group:
        mensagem.turno_id = turno.id
        mensagem.destino = "em_turno"
    return TurnWork(
        turno.id, 1, "claimed", turno.empresa_id, turno.conversa_id, turno.atendimento_id,
        tuple(mensagem.id for mensagem in group), turno.avulso,
    )  # fmt: skip


def _set_aside(
    session: AsyncSession, waiting: Sequence[Mensagem], empresa: Empresa, conversa: Conversa, now: datetime
) -> list[Mensagem]:
    """Keep what the bot may still answer; the rest says why not."""
    kept = []
    oldest = now - timedelta(hours=empresa.horas_para_responder)
    for mensagem in waiting:
        reason = None
        if empresa.status != "ativo" or empresa.excluida_em is not None:
            reason = "empresa_pausada" if empresa.status == "pausado" else "empresa_inativa"
        elif conversa.atendido_por == "pessoa":
            reason = "pessoa_atendendo"
        elif mensagem.created_at < oldest:
            reason = "tarde_demais"
        if reason is None:
            kept.append(mensagem)
            continue
        mensagem.destino, mensagem.motivo = "nao_responder", reason
        add_log(
            session,
            "WARNING" if reason == "tarde_demais" else "INFO",
            f"mensagem_nao_respondida_{reason}",
            "Uma mensagem que esperava resposta ficou para as pessoas.",
            empresa_id=empresa.id,
            dados={"conversa_id": conversa.id, "mensagem_id": mensagem.id},
        )
    return kept


async def fenced(session: AsyncSession, work: TurnWork, **values: Any) -> None:
    """Change the turn while it is still ours. Raises LostTurn otherwise."""
    result = await session.execute(
        update(Turno)
        .where(Turno.id == work.turno_id, Turno.tentativa == work.tentativa, Turno.estado.in_(UNFINISHED))
        .values(**values)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise LostTurn(f"turn {work.turno_id} attempt {work.tentativa}")


async def release_turn(session: AsyncSession, work: TurnWork, *, now: datetime) -> None:
    """Give the messages back before the buffer takes them again: a newer text will be answered with them."""
    await fenced(session, work, estado="redone", updated_at=now, concluido_em=now)
    await session.execute(
        update(Mensagem)
        .where(Mensagem.turno_id == work.turno_id, Mensagem.direcao == "entrada")
        .values(turno_id=None, destino="responder")
    )


async def record_decision(
    session: AsyncSession,
    work: TurnWork,
    *,
    parts: Sequence[str],
    remetente: str,
    destinatario: str,
    modelo: str | None,
    uso: dict[str, Any],
    erro: str | None,
    prompt_versao: int | None = None,
    now: datetime,
) -> None:
    """What will be said, made permanent before anything is sent; the model is not asked again after this."""
    await fenced(
        session,
        work,
        estado="sending",
        modelo=modelo,
        uso=uso,
        erro=erro,
        prompt_versao=prompt_versao,
        updated_at=now,
    )
    session.add(
        TurnoPasso(
            empresa_id=work.empresa_id,
            turno_id=work.turno_id,
            ordem=1,
            tipo="modelo",
            dados={"modelo": modelo, "uso": uso, "erro": erro},
        )
    )
    for order, text in enumerate(parts):
        mensagem = Mensagem(
            empresa_id=work.empresa_id,
            conversa_id=work.conversa_id,
            atendimento_id=work.atendimento_id,
            turno_id=work.turno_id,
            direcao="saida",
            autor="bot",
            tipo="texto",
            texto=text,
            created_at=now,
        )
        session.add(mensagem)
        await session.flush()
        session.add(
            Parte(
                id=uuid4(),
                empresa_id=work.empresa_id,
                conversa_id=work.conversa_id,
                turno_id=work.turno_id,
                mensagem_id=mensagem.id,
                ordem=order,
                estado="prepared",
                remetente=remetente,
                destinatario=destinatario,
            )
        )


def park_turn(session: AsyncSession, turno: Turno, reason: str, *, now: datetime) -> None:
    """Stop here, visibly: a person may retry it from the panel."""
    turno.estado, turno.erro, turno.updated_at, turno.concluido_em = "parked", reason, now, now
    add_log(
        session,
        "ERROR",
        f"turno_parado_{reason}",
        "Uma resposta ficou parada e precisa de atenção.",
        empresa_id=turno.empresa_id,
        turno_id=turno.id,
        dados={"conversa_id": turno.conversa_id},
    )
