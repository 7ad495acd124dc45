"""The webhook's door: who may come in, what is refused, and that a refusal stores nothing."""

from urllib.parse import urlencode

import httpx
import pytest

from config import SIMULATOR_TWILIO_TOKEN
from models import Parte, StatusRecebido
from tests.stage import Live
from webhooks.signature import twilio_signature

PAIRS = [
    ("MessageSid", "SM" + "1" * 32),
    ("From", "whatsapp:+5511988887777"),
    ("To", "whatsapp:+551140000001"),
    ("Body", "Oi"),
    ("CampoNovo", "1"),
]


async def _post(
    live: Live,
    pairs: list[tuple[str, str]],
    *,
    path: str = "/webhook/pizzaria",
    token: str = SIMULATOR_TWILIO_TOKEN,
    signed: list[tuple[str, str]] | None = None,
    url: str | None = None,
) -> httpx.Response:
    signature = twilio_signature(token, url or live.url + path, pairs if signed is None else signed)
    async with httpx.AsyncClient() as http:
        return await http.post(
            live.url + path,
            content=urlencode(pairs),
            headers={"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"},
        )


async def test_signed_message_gets_empty_twiml(live: Live) -> None:
    answer = await _post(live, PAIRS)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response/>")
    assert len(await live.entradas()) == 1


async def test_repeated_parameters_and_ports_are_accepted(live: Live) -> None:
    repeated = [*PAIRS, ("Extra", "b"), ("Extra", "a"), ("Extra", "b")]
    assert (await _post(live, repeated)).status_code == 200
    without_port = "http://localhost/webhook/pizzaria"
    pairs = [("MessageSid", "SM" + "2" * 32), *PAIRS[1:]]
    assert (await _post(live, pairs, url=without_port)).status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"token": "outro"},
        {"signed": PAIRS[:-1]},
        {"url": "https://malvado.example/webhook/pizzaria"},
    ],
    ids=["wrong token", "changed fields", "other address"],
)
async def test_forged_request_is_refused_and_stores_nothing(live: Live, fault: dict[str, object]) -> None:
    answer = await _post(live, PAIRS, **fault)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert await live.entradas() == []


async def test_missing_signature_is_refused(live: Live) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{live.url}/webhook/pizzaria", data=dict(PAIRS))
    assert answer.status_code == 403


async def test_signature_of_another_empresas_token_is_refused(live: Live) -> None:
    box = live.container.secrets_box
    await live.change("mercado", twilio_sid="AC" + "6" * 32, twilio_token=box.encrypt("token-do-mercado"))
    path = "/webhook/mercado"
    assert (await _post(live, PAIRS, path=path)).status_code == 403
    assert (await _post(live, PAIRS, path=path, token="token-do-mercado")).status_code == 200
    assert (await _post(live, PAIRS, token="token-do-mercado")).status_code == 403


async def test_configured_public_address_is_what_is_signed(live: Live) -> None:
    await live.change("pizzaria", webhook_url="https://proxy.example/w/pizza#rc=5&rp=all")
    assert (await _post(live, PAIRS)).status_code == 403
    assert (await _post(live, PAIRS, url="https://proxy.example/w/pizza")).status_code == 200


async def test_unknown_and_removed_empresas_are_not_found(live: Live) -> None:
    assert (await _post(live, PAIRS, path="/webhook/nao-existe")).status_code == 404
    await live.change("pizzaria", excluida_em=live.container.clock.now())
    answer = await _post(live, PAIRS)
    assert (answer.status_code, answer.json()["code"]) == (404, "nao_encontrado")


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
async def test_signed_form_without_identity_is_unprocessable(live: Live, missing: str) -> None:
    answer = await _post(live, [pair for pair in PAIRS if pair[0] != missing])
    assert (answer.status_code, answer.json()["code"]) == (422, "dados_invalidos")


async def test_megabyte_body_is_refused_declared_or_streamed(live: Live) -> None:
    async def chunks() -> object:
        for _ in range(1024):
            yield b"x" * 1024

    async with httpx.AsyncClient() as http:
        declared = await http.post(f"{live.url}/webhook/pizzaria", content=b"x" * 1024 * 1024)
        streamed = await http.post(f"{live.url}/webhook/pizzaria", content=chunks())  # type: ignore[arg-type]
    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert declared.json()["code"] == "corpo_grande"


async def test_other_methods_are_not_allowed(live: Live) -> None:
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{live.url}/webhook/pizzaria")).status_code == 405


async def test_status_without_a_known_part_is_kept_and_creates_no_message(live: Live) -> None:
    pairs = [("MessageSid", "SM" + "9" * 32), ("MessageStatus", "delivered"), ("To", "x"), ("From", "y")]
    for path in ("/webhook/pizzaria/status?parte=4a39b69e-3a3c-4a52-9a57-3ac5c6a0b7d1", "/webhook/pizzaria"):
        assert (await _post(live, pairs, path=path)).status_code == 200
    assert await live.entradas() == []
    assert len(await live.rows(StatusRecebido)) == 2


async def test_message_sent_to_the_status_address_is_still_a_message(live: Live) -> None:
    assert (await _post(live, PAIRS, path="/webhook/pizzaria/status")).status_code == 200
    assert len(await live.entradas()) == 1


async def test_trailing_slash_is_not_found_and_repeats_no_host(live: Live) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{live.url}/webhook/pizzaria/", headers={"Host": "malvado.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_late_and_out_of_order_statuses_never_move_a_part_back(live: Live) -> None:
    await live.sim.control("POST", "/twilio/settings", callbacks=False)
    await live.say("pizzaria", "Onde fica?")
    await live.wait_replies("pizzaria", 1)
    [parte] = await live.partes()

    async def report(status: str) -> str:
        pairs = [("MessageSid", str(parte.message_sid)), ("MessageStatus", status)]
        assert (await _post(live, pairs, path=f"/webhook/pizzaria/status?parte={parte.id}")).status_code == 200
        [now] = await live.rows(Parte)
        return str(now.estado)

    assert [await report(status) for status in ("read", "sent", "delivered", "failed")] == ["read"] * 4


async def test_status_of_another_empresas_part_changes_nothing(live: Live) -> None:
    await live.sim.control("POST", "/twilio/settings", callbacks=False)
    await live.say("pizzaria", "Onde fica?")
    await live.wait_replies("pizzaria", 1)
    [parte] = await live.partes()
    pairs = [("MessageSid", str(parte.message_sid)), ("MessageStatus", "failed")]
    assert (await _post(live, pairs, path=f"/webhook/mercado/status?parte={parte.id}")).status_code == 200
    assert [each.estado for each in await live.partes()] == ["sent"]
