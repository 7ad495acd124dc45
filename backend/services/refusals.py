"""What follows from Twilio's refusal of a part, whether it came with the answer or with a later delivery status.

Everything happens in the caller's transaction, with the conversation's row locked before the part's: marks on the
conversation, the alert people read, and the one second chance of a message that certainly did not arrive.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Conversa, Empresa, Mensagem, Parte
from services.activity_log import add_log
from services.outgoing import DOORBELL, Doorbell
from services.twilio_codes import Acao, explain, sentence
from services.window import wait_for_customer

SLOWER = timedelta(seconds=60)
"""After WhatsApp asked to send less."""
_AGAIN = "outra-vez:"


async def refused(session: AsyncSession, parte: Parte, erro: str | None, *, now: datetime, code: str) -> Acao | None:
    """Mark, alert and log after `parte` ended with `erro`. `code` is the log's. Returns the action taken."""
    meaning = explain(erro)
    acao = meaning.acao if meaning else None
    conversa = await session.get_one(Conversa, parte.conversa_id)
    if acao == "marcar_saida" and conversa.optout_em is None:
        conversa.optout_em = now
    elif acao == "marcar_invalido":
        conversa.contato_invalido_em = now
    words = sentence(erro) or "A mensagem não pôde ser entregue."
    if acao in ("alerta_configuracao", "alerta"):
        empresa = await session.get_one(Empresa, parte.empresa_id)
        words = f"{empresa.nome}: {words}"
    add_log(
        session,
        "ERROR",
        code,
        f"{_BEGIN[code]} {words}" + (f" ({erro})" if erro else ""),
        empresa_id=parte.empresa_id,
        turno_id=parte.turno_id,
        dados={"parte_id": str(parte.id), "conversa_id": parte.conversa_id, "codigo": erro, "acao": acao},
    )
    return acao


def address_is_dead(conversa: Conversa) -> bool:
    """Whether Twilio said that nobody is there, and nobody has written since."""
    at, last = conversa.contato_invalido_em, conversa.ultima_entrada_em
    return at is not None and (last is None or last <= at)


_BEGIN = {
    "envio_recusado": "Uma mensagem não saiu pelo WhatsApp.",
    "envio_parado": "Uma mensagem ficou parada no envio e pode ser tentada de novo.",
    "mensagem_nao_entregue": "O WhatsApp não entregou uma mensagem nossa.",
}


async def second_chance(session: AsyncSession, parte: Parte, acao: Acao | None, *, now: datetime) -> None:
    """A message that WhatsApp said it did not deliver goes once more, later or after the customer writes.

    Only after a delivery status, which is certain. The copy belongs to no turn, whatever the first one did.
    """
    if acao not in ("recuar", "usar_modelo") or parte.content_sid is not None:
        return
    if parte.chave is not None and parte.chave.startswith(_AGAIN):
        return
    empresa = await session.get_one(Empresa, parte.empresa_id)
    if acao == "usar_modelo" and empresa.janela_content_sid is None:
        return
    first = await session.get_one(Mensagem, parte.mensagem_id)
    copy = Mensagem(
        empresa_id=first.empresa_id,
        conversa_id=first.conversa_id,
        atendimento_id=first.atendimento_id,
        turno_id=first.turno_id,
        direcao="saida",
        autor=first.autor,
        usuario_id=first.usuario_id,
        tipo=first.tipo,
        texto=first.texto,
        created_at=now,
    )
    session.add(copy)
    await session.flush()
    again = Parte(
        id=uuid4(),
        empresa_id=parte.empresa_id,
        conversa_id=parte.conversa_id,
        mensagem_id=copy.id,
        estado="prepared",
        remetente=parte.remetente,
        destinatario=parte.destinatario,
        midia_id=parte.midia_id,
        chave=f"{_AGAIN}{parte.id}",
        created_at=now,
        reservada_ate=now + SLOWER if acao == "recuar" else None,
    )
    session.add(again)
    await session.flush()
    if acao == "usar_modelo":
        conversa = await session.get_one(Conversa, parte.conversa_id)
        await wait_for_customer(session, conversa, empresa, [again.id], now=now)
    doorbell: Doorbell | None = session.info.get(DOORBELL)
    if doorbell is not None:
        doorbell.ring_after(session)


async def expire_waiting(session: AsyncSession, *, before: datetime) -> int:
    """End the texts that waited for their customer since before this instant, visibly. How many."""
    rows = (
        await session.execute(
            update(Parte)
            .where(
                Parte.turno_id.is_(None),
                Parte.estado == "prepared",
                Parte.erro == "aguarda_cliente",
                Parte.created_at < before,
            )
            .values(estado="cancelled", erro="janela_expirou")
            .returning(Parte.id, Parte.empresa_id, Parte.conversa_id)
        )
    ).all()
    for row in rows:
        add_log(
            session,
            "WARNING",
            "mensagem_expirada",
            "Uma mensagem não foi enviada: o cliente não voltou a escrever a tempo.",
            empresa_id=row.empresa_id,
            dados={"parte_id": str(row.id), "conversa_id": row.conversa_id},
        )
    return len(rows)
