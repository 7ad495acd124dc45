"""The moment a reply becomes permanent: the turn's outcome, its last step and the parts that will be sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from models import Mensagem, Parte
from services.steps import add_final_step
from services.turns import TurnWork, fenced


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
    prompt_versao: int | None,
    now: datetime,
) -> None:
    """What will be said, made permanent before anything is sent; the model is not asked again after this."""
    await fenced(
        session,
        work,
        undecided=True,
        estado="sending",
        modelo=modelo,
        uso=uso,
        erro=erro,
        prompt_versao=prompt_versao,
        updated_at=now,
    )
    await add_final_step(session, work, modelo=modelo, uso=uso, erro=erro)
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
