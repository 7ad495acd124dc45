"""Trying an integration: what each vendor may say to wrong configuration, in words and with what to do about it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisDown

from config import SIMULATOR_CHATWOOT_TOKEN, SIMULATOR_OPENAI_KEY, SIMULATOR_TWILIO_SID, SIMULATOR_TWILIO_TOKEN
from container import Container
from errors import TooManyAttempts
from integrations.chatwoot_service import ChatwootService
from integrations.google_sheets_service import GoogleSheetsService
from integrations.openai_service import OpenAIService
from integrations.twilio_service import TwilioService
from models import Empresa
from ports import GoogleCredentials
from schemas.conexoes import ConexaoOut, Integracao
from services import conexoes
from services.conexoes import ConnectionTester
from services.credentials import CredentialSource
from tests.integrations.conftest import obeyed
from tests.stage import Simulators

NUMBER = "+5511999990000"
VENDORS: tuple[Integracao, ...] = ("twilio", "openai", "google", "chatwoot")
GOOD_SHEET: list[list[Any]] = [["Nome", "Data", "Horário", "Pessoas"], ["Ana", "25/12/2026", "20:30", 4]]


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 25, 15, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


class Trial:
    """An empresa configured with sets of its own, and the tester of a product whose vendors live in the simulators."""

    def __init__(self, container: Container, sim: Simulators, tester: ConnectionTester) -> None:
        self.sim = sim
        self.tester = tester
        self._box = container.secrets_box
        self.empresa = Empresa(id=1, slug="pizzaria", nome="Pizzaria", fuso_horario="America/Sao_Paulo")

    def configure(self, **fields: Any) -> None:
        for name, value in fields.items():
            secret = name in ("openai_key", "twilio_token", "chatwoot_token", "google_credentials")
            setattr(self.empresa, name, self._box.encrypt(value) if secret and value is not None else value)

    async def test(self, vendor: Integracao) -> ConexaoOut:
        found = await self.tester.test(self.empresa, vendor)
        shown = found.model_dump_json()
        for secret in (SIMULATOR_OPENAI_KEY, SIMULATOR_TWILIO_SID, "PRIVATE KEY"):
            assert secret not in shown
        assert found.ok or found.o_que_fazer, "a failure says what to do"
        return found

    async def twilio_account(self, **fields: Any) -> None:
        account = {"sid": SIMULATOR_TWILIO_SID, "auth_token": SIMULATOR_TWILIO_TOKEN, **fields}
        await self.sim.control("POST", "/twilio/accounts", **account)

    async def sheet(self, rows: list[list[Any]], **fields: Any) -> None:
        body = {"id": "planilha-1", "sheets": {"Reservas": rows}, **fields}
        await self.sim.control("POST", "/google/spreadsheets", **body)


@pytest.fixture
async def patient_twilio() -> AsyncIterator[TwilioService]:
    """The SDK loads a domain at its first use, which takes longer than the shortened times of other tests."""
    service = TwilioService(timeout=2.0)
    yield service
    await service.aclose()


@pytest.fixture
async def trial(
    container: Container,
    sim: Simulators,
    openai: OpenAIService,
    patient_twilio: TwilioService,
    chatwoot: ChatwootService,
    sheets: GoogleSheetsService,
    google_credentials: GoogleCredentials,
    monkeypatch: pytest.MonkeyPatch,
) -> Trial:
    """Everything right, the account's only sender being the empresa's number."""
    settings = container.settings.model_copy(
        update={
            "twilio_base_url": f"{sim.url}/twilio",
            "openai_base_url": f"{sim.url}/openai/v1",
            "google_sheets_base_url": f"{sim.url}/google",
            "chatwoot_base_url": f"{sim.url}/chatwoot",
        }
    )
    tester = ConnectionTester(
        settings=settings,
        redis=container.redis,
        clock=FixedClock(),
        credentials=CredentialSource(settings, container.secrets_box),
        twilio=patient_twilio,
        openai=openai,
        sheets=sheets,
        chatwoot=chatwoot,
    )
    monkeypatch.setattr(conexoes, "PER_MINUTE", 1_000)
    trial = Trial(container, sim, tester)
    inbox = (await sim.control("POST", "/chatwoot/inboxes", name="Pizzaria")).json()
    trial.configure(
        twilio_sid=SIMULATOR_TWILIO_SID,
        twilio_token=SIMULATOR_TWILIO_TOKEN,
        twilio_number=NUMBER,
        openai_key=SIMULATOR_OPENAI_KEY,
        openai_model="gpt-6-luna",
        openai_transcription_model="gpt-transcribe",
        google_credentials=json.dumps(dict(google_credentials.service_account)),
        google_sheet_id="planilha-1",
        chatwoot_origem=f"{sim.url}/chatwoot/app/accounts/1/inbox/{inbox['id']}",
        chatwoot_token=SIMULATOR_CHATWOOT_TOKEN,
    )
    await trial.twilio_account(senders=[f"whatsapp:{NUMBER}"])
    await trial.sheet(GOOD_SHEET, shared_with=[str(google_credentials.service_account["client_email"])])
    return trial


def details(found: ConexaoOut) -> dict[str, str]:
    return {detail.rotulo: detail.valor for detail in found.detalhes}


@pytest.mark.parametrize("vendor", VENDORS)
async def test_what_is_right_is_said_to_be_right(trial: Trial, vendor: Integracao) -> None:
    found = await trial.test(vendor)
    assert found.ok, found
    assert (found.simulada, found.o_que_fazer) == (False, None)
    await obeyed(trial.sim, vendor)


async def test_details_say_what_was_found(trial: Trial) -> None:
    assert details(await trial.test("twilio"))["Remetente"] == "on-line"
    assert details(await trial.test("google"))["Colunas"] == "Nome, Data, Horário, Pessoas"
    assert details(await trial.test("google"))["Reservas lidas"] == "1"
    assert "Pizzaria" in details(await trial.test("chatwoot"))["Caixa de entrada"]


@pytest.mark.parametrize(
    ("vendor", "wrong", "said"),
    [
        ("twilio", {"twilio_token": "errado"}, "A Twilio recusou o Account SID ou o Auth Token."),
        ("twilio", {"twilio_sid": "AC" + "9" * 32}, "A Twilio recusou o Account SID ou o Auth Token."),
        ("twilio", {"twilio_number": "+5511900000000"}, "não é um remetente de WhatsApp desta conta"),
        ("openai", {"openai_key": "sk-errada"}, "A OpenAI recusou a chave."),
        ("openai", {"openai_model": "gpt-inventado"}, "não oferece a ela: gpt-inventado"),
        ("openai", {"openai_transcription_model": "whisper-9"}, "não oferece a ela: whisper-9"),
        ("google", {"google_sheet_id": "outra-planilha"}, "O Google não encontrou a planilha."),
        ("google", {"google_sheet_aba": "Agenda"}, "não tem a aba configurada"),
        ("chatwoot", {"chatwoot_token": "errado"}, "O Chatwoot recusou o token."),
    ],
)
async def test_what_is_wrong_is_named(trial: Trial, vendor: Integracao, wrong: dict[str, Any], said: str) -> None:
    trial.configure(**wrong)
    found = await trial.test(vendor)
    assert not found.ok
    assert said in found.mensagem


async def test_a_number_that_is_registered_but_not_on_the_air_is_told_apart(trial: Trial) -> None:
    number = f"whatsapp:{NUMBER}"
    await trial.twilio_account(senders=[number], sender_states={number: "PENDING_VERIFICATION"})
    found = await trial.test("twilio")
    assert not found.ok
    assert "ainda não está no ar" in found.mensagem
    assert details(found)["Remetente"] == "aguardando verificação"


async def test_a_suspended_account_is_told(trial: Trial) -> None:
    await trial.twilio_account(senders=None, status="suspended")
    found = await trial.test("twilio")
    assert not found.ok
    assert "suspensa" in found.mensagem


async def test_a_number_beyond_the_first_page_of_senders_is_found(trial: Trial) -> None:
    many = [f"whatsapp:+55119{number:08d}" for number in range(120)]
    await trial.twilio_account(senders=[*many, f"whatsapp:{NUMBER}"])
    assert (await trial.test("twilio")).ok


async def test_models_about_to_be_shut_down_are_warned_about(trial: Trial) -> None:
    trial.configure(openai_model="gpt-4o", openai_transcription_model="whisper-1")
    found = await trial.test("openai")
    assert found.ok
    assert found.o_que_fazer is not None
    assert "gpt-4o será desligado em 14/01/2027" in found.o_que_fazer
    assert "whisper-1 será desligado em 26/02/2027" in found.o_que_fazer


async def test_a_sheet_that_is_not_shared_names_the_account_to_share_it_with(trial: Trial) -> None:
    await trial.sheet(GOOD_SHEET, shared_with=[])
    email = "atende@simulador.iam.gserviceaccount.com"
    found = await trial.test("google")
    assert not found.ok
    assert found.mensagem == f"O Google recusou o acesso à planilha. Compartilhe-a com {email} como editor."

    await trial.sheet(GOOD_SHEET, viewers=[email])
    reading = await trial.test("google")
    assert not reading.ok
    assert "deixa ler a planilha, mas não escrever" in reading.mensagem
    assert reading.o_que_fazer == f"Compartilhe a planilha com {email} como editor."


async def test_the_trial_changes_nothing_in_the_sheet(trial: Trial) -> None:
    before = (await trial.sim.control("GET", "/google/spreadsheets/planilha-1")).json()
    assert (await trial.test("google")).ok
    assert (await trial.sim.control("GET", "/google/spreadsheets/planilha-1")).json() == before


async def test_rows_nobody_understands_are_counted_as_the_owner_counts(trial: Trial) -> None:
    email = "atende@simulador.iam.gserviceaccount.com"
    await trial.sheet([*GOOD_SHEET, ["Bia", "qualquer dia", "à noite", "uns dez"]], shared_with=[email])
    found = await trial.test("google")
    assert found.ok
    assert "linhas 3" in (found.o_que_fazer or "")


async def test_an_inbox_that_is_missing_or_of_the_wrong_kind_is_named(trial: Trial) -> None:
    here = f"{trial.sim.url}/chatwoot/app/accounts/1/inbox"
    trial.configure(chatwoot_origem=f"{here}/987")
    missing = await trial.test("chatwoot")
    assert not missing.ok
    assert "caixa de entrada de número 987" in missing.mensagem
    site = await trial.sim.control("POST", "/chatwoot/inboxes", name="Site", channel_type="Channel::WebWidget")
    trial.configure(chatwoot_origem=f"{here}/{site.json()['id']}")
    wrong = await trial.test("chatwoot")
    assert not wrong.ok
    assert "não é do tipo API" in wrong.mensagem
    trial.configure(chatwoot_origem=f"{trial.sim.url}/chatwoot/app/accounts/77/inbox/1")
    assert not (await trial.test("chatwoot")).ok


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "status", "status": 503}, "está com problemas no momento"),
        ({"kind": "hang", "seconds": 5}, "não respondeu a tempo"),
        ({"kind": "status", "status": 429}, "pediu para esperar"),
        ({"kind": "malformed"}, "está com problemas no momento"),
        ({"kind": "reset"}, "está com problemas no momento"),
    ],
)
async def test_a_vendor_in_trouble_is_told_apart_from_a_wrong_configuration(
    trial: Trial, vendor: Integracao, fault: dict[str, Any], said: str
) -> None:
    place = {"path_contains": "/v4/"} if vendor == "google" else {}
    await trial.sim.fault(vendor, **fault, **place, times=-1)
    began = asyncio.get_running_loop().time()
    found = await trial.test(vendor)
    assert asyncio.get_running_loop().time() - began < 4
    assert not found.ok
    assert said in found.mensagem, found


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "status", "status": 503}, "está com problemas no momento"),
        ({"kind": "reset"}, "Não foi possível chegar até o Google"),
        ({"kind": "status", "status": 400}, "O Google recusou a conta de serviço."),
    ],
)
async def test_google_refusing_the_token_is_told_too(trial: Trial, fault: dict[str, Any], said: str) -> None:
    await trial.sim.fault("google", **fault, path_contains="/token", times=-1)
    found = await trial.test("google")
    assert not found.ok
    assert said in found.mensagem, found


async def test_a_vendor_that_outlasts_every_bound_is_given_up(trial: Trial) -> None:
    trial.tester._total = 0.2
    await trial.sim.fault("openai", "hang", seconds=5, times=-1)
    assert "não respondeu a tempo" in (await trial.test("openai")).mensagem


async def test_nobody_there_at_all(trial: Trial, container: Container) -> None:
    settings = trial.tester._settings.model_copy(update={"openai_base_url": "http://127.0.0.1:9/v1"})
    trial.tester._credentials = CredentialSource(settings, container.secrets_box)
    assert "Não foi possível chegar até a OpenAI" in (await trial.test("openai")).mensagem


async def test_no_credentials_and_half_of_them_are_said(trial: Trial, container: Container) -> None:
    trial.configure(twilio_token=None, openai_key=None)
    half = await trial.test("twilio")
    assert not half.ok
    assert details(half)["Atenção"] == "Falta o Auth Token: sem ele, o Account SID da empresa não é usado."
    none = await trial.test("openai")
    assert "Não há credenciais para a OpenAI" in none.mensagem
    trial.configure(google_sheet_id=None)
    assert (await trial.test("google")).ok, "the book in PostgreSQL needs no sheet"


async def test_a_secret_that_no_key_opens_is_said(trial: Trial) -> None:
    trial.empresa.openai_key = "gAAAAA-de-outra-chave"
    found = await trial.test("openai")
    assert not found.ok
    assert "não pode mais ser lida" in found.mensagem


async def test_in_development_the_simulator_answers_and_says_so(container: Container, sim: Simulators) -> None:
    empresa = Empresa(id=2, slug="nova", nome="Nova", fuso_horario="America/Sao_Paulo", twilio_number=NUMBER)
    for vendor in VENDORS[:2]:
        found = await container.connections.test(empresa, vendor)
        assert (found.ok, found.simulada) == (True, True), found


async def test_many_trials_in_a_row_have_to_wait_and_a_dead_redis_stops_none(
    container: Container, sim: Simulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    empresa = Empresa(id=3, slug="nova", nome="Nova", fuso_horario="America/Sao_Paulo")
    other = Empresa(id=4, slug="outra", nome="Outra", fuso_horario="America/Sao_Paulo")
    for _ in range(conexoes.PER_MINUTE):
        await container.connections.test(empresa, "google")
    with pytest.raises(TooManyAttempts):
        await container.connections.test(empresa, "google")
    assert (await container.connections.test(other, "google")).ok

    async def down(_: str) -> int:
        raise RedisDown

    monkeypatch.setattr(container.redis, "incr", down)
    assert (await container.connections.test(empresa, "google")).ok
