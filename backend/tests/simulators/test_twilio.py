"""The simulated Twilio, driven by the real twilio SDK and plain HTTP."""

import asyncio
import base64
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from tests.simulators.conftest import Control, check_recorded
from tests.simulators.receiver import Receiver
from tests.vendor_schemas import needs_schemas

SID, TOKEN = "AC" + "5" * 32, "simulador"
CONTACT, SENDER = "whatsapp:+5511999990000", "whatsapp:+551140000000"


class Mapped(TwilioHttpClient):  # type: ignore[misc]
    """The SDK's own client with every Twilio host replaced."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        _, _, rest = url.partition(".twilio.com")
        return super().request(method, self.base + rest, *args, **kwargs)


@pytest.fixture
def twilio(simulators_url: str) -> Client:
    return Client(SID, TOKEN, http_client=Mapped(f"{simulators_url}/twilio"))


async def send(twilio: Client, **kwargs: Any) -> Any:
    given = {"to": CONTACT, "from_": SENDER, "body": "Olá!"} | kwargs
    return await asyncio.to_thread(twilio.messages.create, **given)


async def inbound(control: Control, receiver: Receiver, **kwargs: Any) -> Any:
    given = {"webhook_url": f"{receiver.url}/webhook/x", "from": CONTACT, "to": SENDER, "body": "Oi"} | kwargs
    return await control.post("twilio/inbound", **given)


async def test_a_message_is_queued_then_delivered_with_signed_callbacks(
    twilio: Client, control: Control, receiver: Receiver
) -> None:
    await inbound(control, receiver)
    callback = f"{receiver.url}/status?parte=1"
    message = await send(twilio, status_callback=callback)
    assert (message.status, message.direction, message.date_sent) == ("queued", "outbound-api", None)
    arrived = (await receiver.wait_for(3))[1:]
    assert [a.form["MessageStatus"] for a in arrived] == ["sent", "delivered"]
    for call in arrived:
        assert call.form["MessageSid"] == message.sid
        assert RequestValidator(TOKEN).validate(callback, call.form, call.headers["x-twilio-signature"])
    fetched = await asyncio.to_thread(twilio.messages(message.sid).fetch)
    assert fetched.status == "delivered"
    assert fetched.date_sent is not None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": "whatsapp:11999"}, 21211),
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"body": ""}, 21619),
        ({"body": "x" * 1601}, 21617),
        ({"media_url": ["ftp://x/y.png"]}, 21620),
        ({"status_callback": "not an address"}, 21609),
        ({"content_sid": "HX" + "0" * 32}, 21655),
        ({"to": "+5511999990000"}, 21910),
        ({"to": SENDER}, 63031),
        ({"validity_period": 40_000}, 20001),
        ({"messaging_service_sid": "MG" + "0" * 32}, 21701),
    ],
)
async def test_a_wrong_message_is_refused_with_the_vendors_code(
    twilio: Client, control: Control, given: dict[str, Any], code: int
) -> None:
    with pytest.raises(TwilioRestException) as caught:
        await send(twilio, **given)
    assert (caught.value.status, caught.value.code) == (400, code)


async def test_exactly_1600_characters_and_a_whatsapp_user_id_are_accepted(twilio: Client, control: Control) -> None:
    message = await send(twilio, to="whatsapp:BR.1502576394655843", body="é" * 1600)
    assert message.sid.startswith("SM")


async def test_wrong_credentials_get_20003(simulators_url: str, control: Control) -> None:
    client = Client(SID, "wrong", http_client=Mapped(f"{simulators_url}/twilio"))
    with pytest.raises(TwilioRestException) as caught:
        await send(client)
    assert (caught.value.status, caught.value.code) == (401, 20003)


async def test_a_sender_that_is_not_of_the_account_gets_63007(twilio: Client, control: Control) -> None:
    await control.post("twilio/accounts", sid=SID, auth_token=TOKEN, senders=[SENDER])
    with pytest.raises(TwilioRestException) as caught:
        await send(twilio, from_="whatsapp:+551149999999")
    assert caught.value.code == 63007


async def test_free_form_outside_the_window_is_accepted_and_then_fails(
    twilio: Client, control: Control, receiver: Receiver
) -> None:
    message = await send(twilio, status_callback=f"{receiver.url}/status")
    assert message.status == "queued"
    call = (await receiver.wait_for(1))[0]
    assert (call.form["MessageStatus"], call.form["ErrorCode"]) == ("failed", "63016")
    assert (await asyncio.to_thread(twilio.messages(message.sid).fetch)).error_code == 63016


async def test_the_list_filters_pages_and_is_newest_first(twilio: Client, control: Control, receiver: Receiver) -> None:
    await inbound(control, receiver)
    sids = [(await send(twilio, body=f"parte {i}")).sid for i in range(5)]
    await send(twilio, to="whatsapp:+5511988887777", body="outro")
    found = await asyncio.to_thread(twilio.messages.list, to=CONTACT, from_=SENDER, page_size=2)
    assert [m.sid for m in found] == sids[::-1]
    await asyncio.sleep(0.3)
    since = datetime.now(UTC) - timedelta(minutes=1)
    recent = await asyncio.to_thread(twilio.messages.list, to=CONTACT, date_sent_after=since)
    assert {m.sid for m in recent} == set(sids)
    future = datetime.now(UTC) + timedelta(minutes=1)
    assert await asyncio.to_thread(twilio.messages.list, to=CONTACT, date_sent_after=future) == []


async def test_the_list_can_lag_behind(twilio: Client, control: Control) -> None:
    await control.post("twilio/settings", list_lag_seconds=0.4)
    await send(twilio)
    assert await asyncio.to_thread(twilio.messages.list, to=CONTACT) == []
    await asyncio.sleep(0.45)
    assert len(await asyncio.to_thread(twilio.messages.list, to=CONTACT)) == 1


async def test_an_incoming_message_is_signed_as_twilio_signs_it(control: Control, receiver: Receiver) -> None:
    answer = await inbound(control, receiver, profile_name="Ana 🍕", body="a&b=ç", extra={"Novo": "campo"})
    assert (answer["status_code"], answer["attempts"], answer["body"]) == (200, 1, "<Response/>")
    call = receiver.arrived[0]
    assert RequestValidator(TOKEN).validate(f"{receiver.url}/webhook/x", call.form, call.headers["x-twilio-signature"])
    assert call.form["WaId"] == "5511999990000"
    assert (call.form["MessageType"], call.form["SmsStatus"], call.form["NumMedia"]) == ("text", "received", "0")
    assert "i-twilio-idempotency-token" not in call.headers


async def test_a_repeat_sends_the_same_form_again(control: Control, receiver: Receiver) -> None:
    first = await inbound(control, receiver)
    await inbound(control, receiver, message_sid=first["message_sid"], body="ignored")
    assert receiver.arrived[0].body == receiver.arrived[1].body


@pytest.mark.parametrize(
    ("fragment", "statuses", "attempts"),
    [
        ("", [503, 200], 1),
        ("#rc=2&rp=5xx", [503, 503, 200], 3),
        ("#rc=3&rp=4xx", [503, 200], 1),
        ("#rc=1&rp=all", [0, 200], 2),
    ],
)
async def test_retries_follow_the_connection_overrides(
    control: Control, receiver: Receiver, fragment: str, statuses: list[int], attempts: int
) -> None:
    receiver.statuses = statuses
    answer = await inbound(control, receiver, webhook_url=f"{receiver.url}/webhook/x{fragment}")
    assert answer["attempts"] == attempts
    assert all(a.path == "/webhook/x" for a in receiver.arrived)
    if attempts > 1:
        assert "i-twilio-idempotency-token" in receiver.arrived[-1].headers


async def test_a_refused_connection_is_tried_once_more(control: Control, receiver: Receiver) -> None:
    answer = await inbound(control, receiver, webhook_url="http://127.0.0.1:9/webhook/x")
    assert (answer["status_code"], answer["attempts"]) == (None, 2)


async def test_media_redirects_to_a_host_that_refuses_authorization(
    simulators_url: str, control: Control, receiver: Receiver
) -> None:
    audio = {"content_type": "audio/ogg", "base64": base64.b64encode(b"OggS-audio").decode()}
    await inbound(control, receiver, media=[audio])
    form = receiver.arrived[0].form
    assert (form["NumMedia"], form["MediaContentType0"], form["MessageType"]) == ("1", "audio/ogg", "audio")
    assert form["MediaUrl0"].startswith("https://api.twilio.com/2010-04-01/Accounts/")
    url = form["MediaUrl0"].replace("https://api.twilio.com", f"{simulators_url}/twilio")
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(url)).status_code == 401
        answer = await client.get(url, auth=(SID, TOKEN))
        assert answer.status_code == 307
        location = answer.headers["location"]
        assert httpx.URL(location).host == "localhost"
        refused = await client.get(location, auth=(SID, TOKEN))
        assert refused.status_code == 400
        assert "Only one auth mechanism" in refused.text
        assert (await client.get(location)).content == b"OggS-audio"


async def test_outgoing_media_is_fetched_and_shown_in_the_chat(
    twilio: Client, control: Control, receiver: Receiver
) -> None:
    receiver.files["/menu.png"] = ("image/png", b"PNG!")
    await inbound(control, receiver)
    await send(twilio, media_url=[f"{receiver.url}/menu.png"])
    await receiver.wait_for(2)
    assert "authorization" not in receiver.arrived[1].headers
    await asyncio.sleep(0.2)
    chat = await control.get("twilio/messages", contact=CONTACT, sender=SENDER)
    assert [m["direction"] for m in chat] == ["inbound", "outbound"]
    media = chat[1]["media"][0]
    assert media["content_type"] == "image/png"
    assert (await control.client.get(media["url"])).content == b"PNG!"


async def test_typing_needs_an_incoming_message_of_the_account(
    simulators_url: str, control: Control, receiver: Receiver
) -> None:
    sid = (await inbound(control, receiver))["message_sid"]
    async with httpx.AsyncClient(auth=(SID, TOKEN), trust_env=False) as client:
        url = f"{simulators_url}/twilio/v2/Indicators/Typing.json"
        good = await client.post(url, data={"channel": "whatsapp", "messageId": sid})
        assert good.json() == {"success": True}
        wrong = await client.post(url, data={"channel": "whatsapp", "messageId": "SM" + "0" * 32})
        assert (wrong.status_code, wrong.json()["code"]) == (404, 20404)


async def test_fail_next_ends_an_accepted_message_badly(twilio: Client, control: Control, receiver: Receiver) -> None:
    await inbound(control, receiver)
    await control.post("twilio/fail-next", error_code=63024)
    message = await send(twilio)
    await asyncio.sleep(0.3)
    fetched = await asyncio.to_thread(twilio.messages(message.sid).fetch)
    assert (fetched.status, fetched.error_code) == ("undelivered", 63024)


async def test_templates_are_listed_and_sent(twilio: Client, control: Control) -> None:
    made = await control.post(
        "twilio/contents", friendly_name="lembrete", language="pt_BR", types={"twilio/text": {"body": "Oi, {{1}}!"}}
    )
    listed = await asyncio.to_thread(twilio.content.v1.contents.list)
    assert [c.sid for c in listed] == [made["sid"]]
    message = await send(twilio, body=None, content_sid=made["sid"], content_variables='{"1":"Ana"}')
    assert message.body == "Oi, Ana!"


@needs_schemas
async def test_what_the_sdk_sends_obeys_the_vendors_schema(
    twilio: Client, control: Control, receiver: Receiver
) -> None:
    await inbound(control, receiver)
    message = await send(twilio, status_callback=f"{receiver.url}/s", media_url=[f"{receiver.url}/a"])
    await asyncio.to_thread(twilio.messages(message.sid).fetch)
    await asyncio.to_thread(twilio.messages.list, to=CONTACT, date_sent_after=datetime.now(UTC), page_size=20)
    await asyncio.to_thread(twilio.messages(message.sid).media.list)
    assert len(await check_recorded(control, "twilio")) == 4


async def test_the_sdk_survives_many_messages_quickly(twilio: Client, control: Control) -> None:
    started = time.monotonic()
    await asyncio.gather(*(send(twilio, body=str(i)) for i in range(50)))
    assert time.monotonic() - started < 10
    assert len(await control.requests("twilio")) == 50
