"""The judge: compares what customers wrote, what the simulated Twilio carried and what PostgreSQL says became of it.

It knows nothing of how the product works, only its promises: every accepted message is in one finished turn, every
part of a finished turn is one message at Twilio and the other way round, and both sides keep their order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from database import Database
from models import Conversa, Empresa, Mensagem, Parte, Turno
from tests.chaos.customers import Customer
from tests.stage import Simulators

_ARRIVED = ("sent", "delivered", "read")


@dataclass
class Verdict:
    """The counts of one scenario. `notes` names each violation by ids."""

    scenario: str
    conversations: int = 0
    messages: int = 0
    replies: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    parked: int = 0
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.scenario}: {self.conversations} conversations, {self.messages} messages, {self.replies} replies; "
            f"lost {self.lost}, doubled {self.doubled}, out of order {self.out_of_order}, parked {self.parked}"
        )

    def count(self, what: str, note: str) -> None:
        setattr(self, what, getattr(self, what) + 1)
        self.notes.append(f"{what}: {note}")

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.parked)


@dataclass
class _Ledger:
    """One conversation's rows."""

    entradas: list[Mensagem]
    turnos: dict[int, Turno]
    partes: list[tuple[Parte, str]]


async def judge(scenario: str, customers: Iterable[Customer], db: Database, sim: Simulators) -> Verdict:
    """Count the violations in the conversations of these customers. Everything must have settled before."""
    verdict = Verdict(scenario)
    for customer in customers:
        verdict.conversations += 1
        verdict.messages += len(customer.accepted)
        ledger = await _ledger(db, customer)
        chat = await sim.messages(customer.contact, customer.number)
        outbound = [message for message in chat if message["direction"] == "outbound"]
        verdict.replies += len(outbound)
        _questions(verdict, customer, ledger)
        _replies(verdict, customer, ledger, outbound)
    return verdict


async def _ledger(db: Database, customer: Customer) -> _Ledger:
    async with db.system_scope() as session:
        conversa_id = (
            select(Conversa.id)
            .join(Empresa, Empresa.id == Conversa.empresa_id)
            .where(Empresa.slug == customer.slug, Conversa.endereco == customer.contact)
            .scalar_subquery()
        )
        entradas = await session.scalars(
            select(Mensagem)
            .where(Mensagem.conversa_id == conversa_id, Mensagem.direcao == "entrada")
            .order_by(Mensagem.id)
        )
        turnos = await session.scalars(select(Turno).where(Turno.conversa_id == conversa_id))
        partes = await session.execute(
            select(Parte, Mensagem.texto)
            .join(Mensagem, Mensagem.id == Parte.mensagem_id)
            .where(Parte.conversa_id == conversa_id)
            .order_by(Parte.turno_id, Parte.ordem)
        )
        return _Ledger(
            list(entradas), {turno.id: turno for turno in turnos}, [(parte, texto) for parte, texto in partes]
        )


def _questions(verdict: Verdict, customer: Customer, ledger: _Ledger) -> None:
    stored = Counter(entrada.message_sid for entrada in ledger.entradas)
    for accepted in customer.accepted:
        if stored[accepted] == 0:
            verdict.count("lost", f"{accepted} was accepted and is not stored")
    for sid, times in stored.items():
        if times > 1:
            verdict.count("doubled", f"{sid} is stored {times} times")
    parked = set()
    for entrada in ledger.entradas:
        turno = ledger.turnos.get(entrada.turno_id or 0)
        if turno is None:
            verdict.count("lost", f"message {entrada.id} has no turn ({entrada.destino}, {entrada.motivo})")
        elif turno.estado == "parked":
            parked.add((turno.id, turno.erro))
        elif turno.estado != "done":
            verdict.count("lost", f"message {entrada.id} is in turn {turno.id}, which is {turno.estado}")
    for turno_id, erro in sorted(parked):
        verdict.count("parked", f"turn {turno_id} ({erro})")
    arrived = [entrada.message_sid for entrada in ledger.entradas]
    if arrived != [sid for sid in customer.accepted if sid in stored]:
        verdict.count("out_of_order", f"messages of {customer.contact} were stored in another order")
    order = [entrada.turno_id for entrada in ledger.entradas if entrada.turno_id]
    if order != sorted(order):
        verdict.count("out_of_order", f"turns of {customer.contact}: {order}")


def _replies(verdict: Verdict, customer: Customer, ledger: _Ledger, outbound: list[dict[str, Any]]) -> None:
    at_twilio = {message["sid"]: message for message in outbound}
    parts_of: dict[int, int] = defaultdict(int)
    expected: list[str] = []
    for parte, texto in ledger.partes:
        turno_id = parte.turno_id or 0
        parts_of[turno_id] += 1
        message = at_twilio.get(parte.message_sid or "")
        if ledger.turnos[turno_id].estado == "done" and (message is None or parte.estado not in _ARRIVED):
            verdict.count("lost", f"part {parte.id} of turn {turno_id} ({parte.estado}) did not reach the customer")
        if message is None:
            continue
        if message["body"] != texto:
            verdict.count("doubled", f"part {parte.id} is bound to a message with another text")
        expected.append(message["sid"])
    for turno in ledger.turnos.values():
        if turno.estado == "done" and not parts_of[turno.id]:
            verdict.count("lost", f"turn {turno.id} said nothing")
    bound = set(expected)
    for message in outbound:
        # Where a send is parked as uncertain, its message at Twilio has no part: that is what parked means.
        if message["sid"] not in bound and not any(parte.erro == "envio_incerto" for parte, _ in ledger.partes):
            verdict.count("doubled", f"{message['sid']} at Twilio belongs to no part")
    if [message["sid"] for message in outbound if message["sid"] in bound] != expected:
        verdict.count("out_of_order", f"replies to {customer.contact} went out in another order")
