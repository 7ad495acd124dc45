"""Work that stopped visibly, and its second chance: the turn goes back to where its ledger stands.

A part whose sending is in doubt is looked for at Twilio before it is sent again; what was certainly not sent is sent.
"""

from sqlalchemy import CursorResult, case, select, update
from sqlalchemy.exc import IntegrityError

from database import Database
from errors import Conflict
from models import Conversa, Mensagem, Parte, Turno
from ports import Clock
from services.activity_log import add_log
from services.message_buffer import MessageBuffer
from services.outgoing import Doorbell

IN_DOUBT = "envio_incerto"


class ParkedWork:
    def __init__(self, *, db: Database, buffer: MessageBuffer, clock: Clock, doorbell: Doorbell) -> None:
        self._db = db
        self._buffer = buffer
        self._clock = clock
        self._doorbell = doorbell

    async def retry(self, *, empresa_id: int, conversa_id: int) -> bool:
        """Take up again what stopped in the conversation: messages without a turn, and its oldest parked turn.

        False when nothing is parked.

        Raises Conflict while another turn of the conversation is being answered.
        """
        loose = await self._retry_loose(empresa_id, conversa_id)
        return await self._retry_turn(empresa_id, conversa_id) or loose

    async def _retry_turn(self, empresa_id: int, conversa_id: int) -> bool:
        now = self._clock.now()
        try:
            async with self._db.tenant(empresa_id) as session:
                await session.execute(select(Conversa.id).where(Conversa.id == conversa_id).with_for_update())
                turno = await session.scalar(
                    select(Turno)
                    .where(Turno.conversa_id == conversa_id, Turno.estado == "parked")
                    .order_by(Turno.id)
                    .limit(1)
                )
                if turno is None:
                    return False
                parts = await session.scalars(select(Parte.id).where(Parte.turno_id == turno.id).limit(1))
                turno.estado = "sending" if parts.first() is not None else "claimed"
                turno.erro, turno.concluido_em, turno.perdas = None, None, 0
                turno.tentativa += 1
                turno.updated_at = now
                mine = update(Parte).where(Parte.turno_id == turno.id, Parte.estado == "parked")
                await session.execute(mine.where(Parte.erro == IN_DOUBT).values(estado="sending", erro=None))
                await session.execute(mine.values(estado="prepared", erro=None))
                mensagem_ids = list(
                    await session.scalars(
                        select(Mensagem.id)
                        .where(Mensagem.turno_id == turno.id, Mensagem.direcao == "entrada")
                        .order_by(Mensagem.id)
                    )
                )
                add_log(
                    session,
                    "INFO",
                    "turno_retomado",
                    "Uma resposta parada foi tentada de novo.",
                    empresa_id=empresa_id,
                    turno_id=turno.id,
                    dados={"conversa_id": conversa_id},
                )
        except IntegrityError:
            raise Conflict("Há uma resposta em andamento nesta conversa. Tente de novo em instantes.") from None
        await self._buffer.restore(conversa_id=conversa_id, empresa_id=empresa_id, mensagem_ids=mensagem_ids)
        return True

    async def _retry_loose(self, empresa_id: int, conversa_id: int) -> bool:
        """A new attempt number: whoever still holds one of these parts changes nothing any more."""
        async with self._db.tenant(empresa_id) as session:
            await session.execute(select(Conversa.id).where(Conversa.id == conversa_id).with_for_update())
            result = await session.execute(
                update(Parte)
                .where(Parte.conversa_id == conversa_id, Parte.turno_id.is_(None), Parte.estado == "parked")
                .values(
                    estado=case((Parte.erro == IN_DOUBT, "sending"), else_="prepared"),
                    erro=None,
                    reservada_ate=None,
                    tentativa=Parte.tentativa + 1,
                )
            )
            assert isinstance(result, CursorResult)
            if result.rowcount == 0:
                return False
            add_log(
                session,
                "INFO",
                "envio_retomado",
                "Mensagens paradas no envio foram tentadas de novo.",
                empresa_id=empresa_id,
                dados={"conversa_id": conversa_id, "partes": result.rowcount},
            )
            self._doorbell.ring_after(session)
        return True
