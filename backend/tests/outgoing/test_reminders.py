"""Reminders with a clock that is moved, the typing sign, and the pace towards one person, on the running product."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from config import Settings
from models import Auditoria, Conversa, Log, Mensagem, Parte, Reserva
from services.pace import next_allowed
from services.reminders import reminded_reservation, reminder_answer
from services.tuning import Tuning
from tests.outgoing.test_outbox import ended, loose, opened, queue, said
from tests.stage import Live, Simulators, serve, until

REMINDER = {
    "friendly_name": "lembrete_de_reserva",
    "language": "pt_BR",
    "variables": {"1": "Fulano", "2": "sábado", "3": "20h"},
    "types": {
        "twilio/quick-reply": {
            "body": "Oi, {{1}}! Sua mesa é {{2}}, às {{3}}.",
            "actions": [{"title": "Confirmo", "id": "confirmo"}, {"title": "Não vou", "id": "nao_vou"}],
        }
    },
}
NOON = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
"""12:00 in São Paulo, a Friday."""


class MovedClock:
    """Stands at an instant; the monotonic clock goes on, because leases and deadlines are real."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def monotonic(self) -> float:
        import time as clock

        return clock.monotonic()

    def move_to(self, instant: datetime) -> None:
        self.shift = instant - datetime.now(UTC)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def live(
    clean: None, settings: Settings, tuning: Tuning, sim: Simulators, clock: MovedClock
) -> AsyncIterator[Live]:
    async with serve(settings, tuning=tuning, clock=clock) as container:
        stage = Live(settings=settings, container=container, sim=sim)
        await stage.add_empresa("pizzaria", nome="Pizzaria da Vila", numero="+551140000001")
        yield stage


async def reserve(live: Live, conversa: Conversa, **fields: Any) -> Reserva:
    reserva = Reserva(
        **{
            "empresa_id": conversa.empresa_id,
            "cliente_id": conversa.cliente_id,
            "conversa_id": conversa.id,
            "codigo": f"R{len(await live.rows(Reserva)) + 1}",
            "nome": "Ana",
            "data": date(2026, 11, 28),
            "horario": time(11, 30),
            "pessoas": 2,
            "created_at": NOON - timedelta(days=5),
            **fields,
        }
    )
    async with live.container.db.tenant(conversa.empresa_id) as session:
        session.add(reserva)
    return reserva


async def reminding(live: Live, clock: MovedClock, **content: Any) -> tuple[Conversa, str]:
    conversa = await opened(live)
    made = (await live.sim.control("POST", "/twilio/contents", **{**REMINDER, **content})).json()
    await live.change("pizzaria", lembrete_content_sid=made["sid"])
    clock.move_to(NOON)
    return conversa, made["sid"]


async def test_due_reservation_is_reminded_once_by_template_though_the_window_is_closed(
    live: Live, clock: MovedClock
) -> None:
    conversa, content_sid = await reminding(live, clock)
    await live.sim.control(
        "POST", "/twilio/window", sender=live.number("pizzaria"), contact=conversa.endereco, open=False
    )
    await reserve(live, conversa)
    assert [await live.container.reminders.look() for _ in range(3)] == [1, 0, 0]
    [parte] = await ended(live)
    assert parte.content_sid == content_sid
    assert await said(live) == ["Oi, Ana! Sua mesa é sábado, 28/11, às 11h30."]
    [reserva] = await live.rows(Reserva)
    assert reserva.lembrete_em is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "cancelada"},
        {"status": "pendente"},
        {"data": date(2026, 11, 28), "horario": time(12, 30)},  # not yet within 24 hours
        {"data": date(2026, 11, 27), "horario": time(12, 30)},  # too close to be of use
        {"data": date(2026, 11, 26)},
        {"created_at": NOON - timedelta(minutes=15)},  # made when it was already time to remind
        {"created_at": NOON - timedelta(hours=2)},  # made a moment ago
        {"conversa_id": None},
    ],
    ids=["cancelled", "pending", "early", "close", "past", "made late", "made lately", "no conversation"],
)
async def test_other_reservations_are_left_alone(live: Live, clock: MovedClock, fields: dict[str, Any]) -> None:
    conversa, _ = await reminding(live, clock)
    await reserve(live, conversa, **fields)
    assert await live.container.reminders.look() == 0
    assert await loose(live) == []


async def test_nobody_is_woken_at_night_and_the_morning_makes_up_for_it(live: Live, clock: MovedClock) -> None:
    conversa, _ = await reminding(live, clock)
    await live.change("pizzaria", lembrete_horas=12)
    await reserve(live, conversa, data=date(2026, 11, 28), horario=time(13, 0))
    clock.move_to(datetime(2026, 11, 28, 4, 30, tzinfo=UTC))  # 1:30
    assert await live.container.reminders.look() == 0
    clock.move_to(datetime(2026, 11, 28, 11, 5, tzinfo=UTC))  # 8:05
    assert await live.container.reminders.look() == 1


async def test_without_a_template_or_with_one_that_is_not_approved_nothing_goes_out(
    live: Live, clock: MovedClock
) -> None:
    conversa, _ = await reminding(live, clock, situacao="pending")
    await reserve(live, conversa)
    assert [await live.container.reminders.look() for _ in range(2)] == [0, 0]
    [record] = await live.rows(Log, Log.nivel == "ERROR")
    assert record.code == "lembrete_modelo_invalido"
    await live.change("pizzaria", lembrete_content_sid=None)
    assert await live.container.reminders.look() == 0
    assert await loose(live) == []


async def test_tapped_button_is_an_answer_to_its_own_reservation(live: Live, clock: MovedClock) -> None:
    conversa, _ = await reminding(live, clock)
    first = await reserve(live, conversa)
    await reserve(live, conversa, horario=time(11, 0))
    assert await live.container.reminders.look() == 2
    await ended(live)
    async with live.container.db.tenant(conversa.empresa_id) as session:
        parte = next(
            each for each in await loose(live) if each.chave and each.chave.startswith(f"lembrete:{first.id}:")
        )
        tapped = Mensagem(
            empresa_id=conversa.empresa_id,
            conversa_id=conversa.id,
            tipo="botao",
            texto="Não vou",
            dados={"botao_valor": "nao_vou", "botao_texto": "Não vou", "responde_a": parte.message_sid},
            created_at=NOON,
        )
        found = await reminded_reservation(session, tapped)
        assert found is not None
        assert found.id == first.id
        tapped.dados = {"botao_texto": "Não vou"}
        assert await reminded_reservation(session, tapped) is None  # two were reminded of: it could be either
    assert reminder_answer(tapped) == "cancelar"


@pytest.mark.parametrize(
    ("tipo", "dados", "answer"),
    [
        ("botao", {"botao_valor": "confirmo"}, "confirmar"),
        ("botao", {"botao_texto": "Confirmo"}, "confirmar"),
        ("botao", {"botao_texto": "Não vou"}, "cancelar"),
        ("botao", {"botao_valor": "nao_vou", "botao_texto": "❌ Não vou"}, "cancelar"),
        ("botao", {"botao_texto": "Ver cardápio"}, None),
        ("texto", {}, None),
    ],
)
def test_only_the_buttons_of_a_reminder_are_its_answer(tipo: str, dados: dict[str, str], answer: str | None) -> None:
    assert reminder_answer(Mensagem(tipo=tipo, texto="não vou" if tipo == "texto" else "", dados=dados)) == answer


async def test_typing_is_shown_under_the_latest_message_and_never_in_the_way(live: Live) -> None:
    await live.sim.fault("twilio", "hang", seconds=4, path_contains="/Indicators/Typing.json")
    first = await live.say("pizzaria", "Oi")
    second = await live.say("pizzaria", "Onde fica?")
    await live.wait_replies_of("pizzaria", 1, seconds=3)
    [asked] = await live.sim.requests("twilio", "/Indicators/Typing.json")
    assert asked["form"]["messageId"] == [second["message_sid"]]
    assert first["message_sid"] != second["message_sid"]


async def test_account_without_the_typing_sign_is_not_asked_again(live: Live) -> None:
    await live.sim.fault("twilio", "status", status=404, times=-1, path_contains="/Indicators/Typing.json")
    await opened(live)

    async def asked() -> int:
        return len(await live.sim.requests("twilio", "/Indicators/Typing.json"))

    await until(asked, "the sign to be asked for")
    await live.settled()
    await live.say("pizzaria", "E amanhã?")
    await live.wait_replies("pizzaria", 2)
    assert await asked() == 1
    assert not live.container.circuits.is_open(live.empresas["pizzaria"].id, "twilio")


def test_pace_lets_a_burst_go_and_then_one_message_at_a_time() -> None:
    def after(*seconds: float) -> float:
        allowed = next_allowed([NOON + timedelta(seconds=each) for each in seconds], burst=4, seconds=6)
        assert allowed is not None
        return (allowed - NOON).total_seconds()

    assert next_allowed([], burst=4, seconds=6) is None
    assert after(0) < 0
    assert after(0, 0, 0) == 0
    assert after(0, 0, 0, 0) == 6
    assert after(6, 0, 0, 0, 0) == 12
    assert after(0, 0, 0, 0, 100) < 100


async def test_loose_texts_keep_the_pace_in_order(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    conversa = await opened(live)
    paced = Tuning(**{**{name: getattr(live.container.tuning, name) for name in Tuning.__slots__}, "pair_seconds": 0.6})
    monkeypatch.setattr(live.container.part_sender, "_tuning", paced)
    await queue(live, conversa, *(str(number) for number in range(7)))
    await ended(live)
    assert await said(live) == [str(number) for number in range(7)]
    sent = [parte.tentada_em for parte in await live.rows(Parte, Parte.turno_id.is_(None)) if parte.tentada_em]
    assert (max(sent) - min(sent)).total_seconds() > 0.6 * 2


async def test_audit_rows_are_written_by_the_acts_of_people_only(live: Live, clock: MovedClock) -> None:
    conversa, _ = await reminding(live, clock)
    await reserve(live, conversa)
    await live.container.reminders.look()
    assert await live.rows(Auditoria) == []
