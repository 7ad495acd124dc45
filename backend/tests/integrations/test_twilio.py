"""Twilio over real HTTP: sends that are certain, refused or in doubt, the message list, the typing sign."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpcore
import httpx
import pytest

from embedded import free_port
from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain
from integrations.network import http_pool
from integrations.twilio_service import TwilioService, api_address
from ports import OutgoingMessage, TwilioCredentials
from tests.integrations.conftest import obeyed
from tests.integrations.local_server import Answer, Asked, local_server
from tests.stage import Simulators

ANA = "whatsapp:+5511988887777"
HOUSE = "whatsapp:+551140000001"
HELLO = OutgoingMessage(sender=HOUSE, to=ANA, body="Olá! Mesa às 20h 🍕")
AN_HOUR = timedelta(hours=1)


@pytest.fixture
async def window(sim: Simulators) -> None:
    """The 24-hour window is open, as after a message of the customer."""
    await sim.control("POST", "/twilio/window", sender=HOUSE, contact=ANA)


def server_credentials(url: str) -> TwilioCredentials:
    return TwilioCredentials("AC" + "7" * 32, "segredo", url)


@pytest.mark.usefixtures("window")
async def test_a_message_is_sent_as_the_vendor_wants_it(
    twilio: TwilioService, twilio_credentials: TwilioCredentials, sim: Simulators
) -> None:
    message = replace(HELLO, status_callback="https://atende.example/webhook/cantina/status?parte=1")
    sent = await twilio.send(twilio_credentials, message)
    assert sent.sid.startswith("SM")
    assert sent.status in ("accepted", "queued")
    [asked] = await obeyed(sim, "twilio")
    assert asked["form"] == {
        "To": [ANA], "From": [HOUSE], "Body": [HELLO.body], "StatusCallback": [message.status_callback]
    }  # fmt: skip
    assert asked["headers"]["authorization"] == "Basic ***"


@pytest.mark.usefixtures("window")
async def test_media_and_templates_are_sent(
    twilio: TwilioService, twilio_credentials: TwilioCredentials, sim: Simulators
) -> None:
    await twilio.send(twilio_credentials, replace(HELLO, media_url=f"{sim.url}/nada.png"))
    made = await sim.control("POST", "/twilio/contents", language="pt_BR", types={"twilio/text": {"body": "Oi {{1}}"}})
    template = replace(HELLO, body="", content_sid=made.json()["sid"], content_variables='{"1":"Ana"}')
    assert (await twilio.send(twilio_credentials, template)).sid
    asked = await obeyed(sim, "twilio", "/Messages.json")
    assert asked[0]["form"]["MediaUrl"] == [f"{sim.url}/nada.png"]
    assert "Body" not in asked[1]["form"]


async def test_outside_the_window_the_refusal_carries_the_vendors_number(
    twilio: TwilioService, twilio_credentials: TwilioCredentials, sim: Simulators
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        await twilio.send(twilio_credentials, replace(HELLO, to="telefone"))
    assert caught.value.vendor_code == "21211"
    assert len(await sim.requests("twilio")) == 1


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        ({"kind": "status", "status": 429, "retry_after": 3}, ProviderBusy, "http_429"),
        ({"kind": "status", "status": 500}, ProviderUncertain, "http_500"),
        ({"kind": "status", "status": 500, "after_perform": True}, ProviderUncertain, "http_500"),
        ({"kind": "status", "status": 403}, ProviderRefused, "http_403"),
        ({"kind": "hang"}, ProviderUncertain, "timeout"),
        ({"kind": "slow", "seconds": 3}, ProviderUncertain, "timeout"),
        ({"kind": "reset"}, ProviderUncertain, "connection_lost"),
        ({"kind": "reset", "after_perform": True}, ProviderUncertain, "connection_lost"),
        ({"kind": "malformed", "after_perform": True}, ProviderUncertain, "unreadable_answer"),
        ({"kind": "empty"}, ProviderUncertain, "unreadable_answer"),
    ],
)
async def test_a_failed_send_is_named_and_never_repeated(
    twilio: TwilioService,
    twilio_credentials: TwilioCredentials,
    sim: Simulators,
    fault: dict[str, Any],
    kind: type[ProviderError],
    reason: str,
) -> None:
    await sim.fault("twilio", **fault)
    with pytest.raises(ProviderError) as caught:
        await twilio.send(twilio_credentials, HELLO)
    assert (type(caught.value), caught.value.reason) == (kind, reason)
    assert caught.value.retry_after == fault.get("retry_after")
    assert ANA not in str(caught.value)
    assert len(await sim.requests("twilio")) == 1


async def test_a_wrong_token_is_the_companys_configuration(
    twilio: TwilioService, twilio_credentials: TwilioCredentials
) -> None:
    with pytest.raises(ProviderAuthFailed):
        await twilio.send(replace(twilio_credentials, auth_token="errado"), HELLO)
    with pytest.raises(ProviderAuthFailed) as caught:
        await twilio.send(replace(twilio_credentials, account_sid="AC../../x"), HELLO)
    assert caught.value.reason == "bad_account_sid"


async def test_a_success_without_a_sid_is_a_doubt(twilio: TwilioService) -> None:
    async with local_server(lambda _: Answer(201, body=b'{"status":"queued"}')) as server:
        with pytest.raises(ProviderUncertain):
            await twilio.send(server_credentials(server.url), HELLO)


async def test_a_refused_connection_sent_certainly_nothing(twilio: TwilioService) -> None:
    with pytest.raises(ProviderBusy) as caught:
        await twilio.send(server_credentials(f"http://127.0.0.1:{free_port()}"), HELLO)
    assert caught.value.reason == "unreachable"


async def test_a_vendor_that_hangs_up_after_reading_leaves_a_doubt(twilio: TwilioService) -> None:
    async with local_server(lambda _: None) as server:
        with pytest.raises(ProviderUncertain):
            await twilio.send(server_credentials(server.url), HELLO)


async def test_words_that_cannot_be_encoded_are_refused_and_not_in_doubt(twilio: TwilioService) -> None:
    async with local_server(lambda _: Answer()) as server:
        with pytest.raises(ProviderRefused):
            await twilio.send(server_credentials(server.url), replace(HELLO, body="\ud800"))
    assert server.asked == []


@pytest.mark.usefixtures("window")
async def test_past_its_deadline_nothing_is_written(
    twilio: TwilioService, twilio_credentials: TwilioCredentials, sim: Simulators
) -> None:
    with pytest.raises(ProviderBusy) as caught:
        await twilio.send(twilio_credentials, HELLO, not_after=time.monotonic() - 0.01)
    assert caught.value.reason == "too_late"
    assert await sim.requests("twilio") == []
    await twilio.send(twilio_credentials, HELLO, not_after=time.monotonic() + 5)


async def test_the_deadline_is_looked_at_when_the_connection_is_open_and_not_before(sim: Simulators) -> None:
    """A connection that took longer than the send may take: the request is dropped at the last instant."""
    looks = iter([0.0, 0.0, 0.0, 10.0])
    service = TwilioService(timeout=5, monotonic=lambda: next(looks, 10.0))
    async with local_server(lambda _: Answer(201, body=b'{"sid":"SM1"}')) as server:
        with pytest.raises(ProviderBusy) as caught:
            await service.send(server_credentials(server.url), HELLO, not_after=1.0)
    await service.aclose()
    assert caught.value.reason == "too_late"
    assert server.asked == []


async def test_time_spent_waiting_for_a_connection_leaves_no_doubt() -> None:
    """All connections of the pool are taken: the message certainly did not leave."""
    pool = http_pool(max_connections=1)
    pool.timeout = httpx.Timeout(None, pool=0.2)
    service = TwilioService(http=pool, timeout=2)
    async with local_server(lambda _: Answer(body=b"x")) as server, pool, pool.stream("GET", server.url):
        with pytest.raises(ProviderBusy):
            await service.send(server_credentials(server.url), HELLO)


@pytest.mark.usefixtures("window")
async def test_the_list_is_newest_first_across_pages_and_says_what_was_sent(
    twilio: TwilioService, twilio_credentials: TwilioCredentials, sim: Simulators
) -> None:
    since = datetime.now(UTC)
    for number in range(5):
        await twilio.send(twilio_credentials, replace(HELLO, body=f"parte {number}"))
    found = await twilio.list_messages(twilio_credentials, sender=HOUSE, to=ANA, since=since)
    assert [one.body for one in found] == [f"parte {n}" for n in (4, 3, 2, 1, 0)]
    assert (found[0].sender, found[0].to, found[0].direction, found[0].num_media) == (HOUSE, ANA, "outbound-api", 0)
    few = await twilio.list_messages(twilio_credentials, sender=HOUSE, to=None, since=since, limit=2)
    assert [one.body for one in few] == ["parte 4", "parte 3"]
    later = await twilio.list_messages(twilio_credentials, sender=None, to=ANA, since=since + AN_HOUR)
    assert list(later) == []
    for asked in await obeyed(sim, "twilio", "/Messages.json"):
        assert not any(name.startswith("DateSent") for name in asked["query"])


async def test_the_list_follows_pages_until_it_is_old_enough(twilio: TwilioService) -> None:
    start = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)

    def page(asked: Asked) -> Answer:
        number = int(asked.path.partition("Page=")[2].partition("&")[0] or 0)
        created = (start - timedelta(minutes=number)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        record = {"sid": f"SM{number}", "date_created": created, "num_media": "0", "body": None, "error_code": 63016}
        path = f"/2010-04-01/Accounts/AC{'7' * 32}/Messages.json"
        document = {"messages": [record], "next_page_uri": f"{path}?Page={number + 1}&PageSize=1", "page": number}
        return Answer(body=httpx.Response(200, json=document).content)

    async with local_server(page) as server:
        found = await twilio.list_messages(
            server_credentials(server.url), sender=HOUSE, to=ANA, since=start - timedelta(minutes=2, microseconds=-5)
        )
    assert [one.sid for one in found] == ["SM0", "SM1", "SM2"]
    assert [one.created_at for one in found][-1] == start - timedelta(minutes=2)
    assert found[0].error_code == "63016"
    assert len(server.asked) == 4
    assert {asked.headers["authorization"] for asked in server.asked} == {server.asked[0].headers["authorization"]}


async def test_a_page_that_points_elsewhere_is_not_followed(twilio: TwilioService) -> None:
    body = b'{"messages":[{"sid":"SM1","date_created":null}],"meta":{"key":"messages","next_page_url":"https://evil.example/x"}}'
    async with local_server(lambda _: Answer(body=body)) as server:
        with pytest.raises(ProviderRefused) as caught:
            await twilio.list_messages(
                server_credentials(server.url), sender=None, to=ANA, since=datetime.now(UTC) - AN_HOUR
            )
    assert caught.value.reason == "host_not_allowed"


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize("kind", ["status", "reset", "malformed", "empty"])
async def test_reading_the_list_is_tried_again(
    twilio: TwilioService, twilio_credentials: TwilioCredentials, sim: Simulators, kind: str
) -> None:
    await twilio.send(twilio_credentials, HELLO)
    await sim.fault("twilio", kind, times=2)
    found = await twilio.list_messages(twilio_credentials, sender=HOUSE, to=ANA, since=datetime.now(UTC) - AN_HOUR)
    assert len(found) == 1


async def test_typing_is_shown_under_the_customers_message(
    twilio: TwilioService, twilio_credentials: TwilioCredentials, sim: Simulators
) -> None:
    arrived = await sim.inbound(
        **{"webhook_url": f"http://127.0.0.1:{free_port()}/", "from": ANA, "to": HOUSE, "body": "oi", "wait": False}
    )
    await twilio.show_typing(twilio_credentials, arrived["message_sid"])
    [asked] = await obeyed(sim, "twilio", "/v2/Indicators/Typing.json")
    assert asked["form"] == {"channel": ["whatsapp"], "messageId": [arrived["message_sid"]]}


async def test_typing_never_holds_the_reply_and_never_raises_anything_unknown(
    twilio: TwilioService, twilio_credentials: TwilioCredentials, sim: Simulators
) -> None:
    await sim.fault("twilio", "hang")
    started = time.monotonic()
    with pytest.raises(ProviderError):
        await twilio.show_typing(twilio_credentials, "SM" + "0" * 32)
    assert time.monotonic() - started < 0.6
    with pytest.raises(ProviderError):
        await twilio.show_typing(twilio_credentials, "SM" + "0" * 32)


async def test_the_operators_environment_reaches_no_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "do-operador")
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(201, json={"sid": "SM1"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        service = TwilioService(http=http)
        await service.send(TwilioCredentials("AC" + "7" * 32, "segredo"), HELLO)
        with pytest.raises(ProviderAuthFailed):
            await service.send(TwilioCredentials("AC" + "7" * 32, ""), HELLO)
    assert [str(url) for url in asked] == [f"https://api.twilio.com/2010-04-01/Accounts/AC{'7' * 32}/Messages.json"]


async def test_running_out_of_time_while_still_connecting_leaves_no_doubt() -> None:
    class NobodyPicksUp(httpcore.AsyncMockBackend):
        async def connect_tcp(self, *_args: Any, **_kwargs: Any) -> httpcore.AsyncNetworkStream:
            await asyncio.sleep(5)
            raise AssertionError("the call should have ended")

    transport = httpx.AsyncHTTPTransport()
    transport._pool = httpcore.AsyncConnectionPool(network_backend=NobodyPicksUp([]))
    async with http_pool(transport=transport) as http:
        with pytest.raises(ProviderBusy):
            await TwilioService(http=http, timeout=0.2).send(server_credentials("http://127.0.0.1:1"), HELLO)


@pytest.mark.parametrize(
    ("url", "base_url", "address"),
    [
        ("https://api.twilio.com/a?b=1", None, "https://api.twilio.com/a?b=1"),
        ("https://api.twilio.com/a?b=1", "http://h:1/t", "http://h:1/t/a?b=1"),
        ("https://messaging.twilio.com/v2/x", "http://h:1/t/", "http://h:1/t/v2/x"),
        ("http://h:1/t/x", "http://h:1/t", "http://h:1/t/x"),
    ],
)
def test_every_twilio_host_is_replaced(url: str, base_url: str | None, address: str) -> None:
    assert api_address(url, base_url) == address


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/a", "https://api.twilio.com:8443/a", "https://twilio.com.evil.example/a",
        "https://eviltwilio.com/a", "https://user@api.twilio.com/a", "http://h:1/other",
    ],
)  # fmt: skip
def test_credentials_go_nowhere_else(url: str) -> None:
    with pytest.raises(ProviderRefused):
        api_address(url, "http://h:1/t")
