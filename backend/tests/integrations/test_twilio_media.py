"""Media: the empresa's credentials go to Twilio once, for its own account, and never along a redirect."""

import base64
from collections.abc import Callable

import pytest

from embedded import free_port
from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain
from integrations.twilio_media import media_address, redirect_address
from integrations.twilio_service import TwilioService
from ports import TwilioCredentials
from tests.integrations.conftest import obeyed
from tests.integrations.local_server import Answer, Asked, local_server
from tests.stage import Simulators

SID = "AC" + "7" * 32
PATH = f"/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1"
TWILIO_URL = f"https://api.twilio.com{PATH}"
VOICE = b"OggS" + bytes(range(256)) * 40


def credentials(base_url: str | None) -> TwilioCredentials:
    return TwilioCredentials(SID, "segredo", base_url)


def basic(asked: Asked) -> str:
    return base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()


async def test_a_voice_note_is_fetched_through_the_redirect_without_credentials(
    twilio: TwilioService, twilio_credentials: TwilioCredentials, sim: Simulators
) -> None:
    await sim.inbound(
        **{
            "webhook_url": f"http://127.0.0.1:{free_port()}/",
            "from": "whatsapp:+5511988887777",
            "to": "whatsapp:+551140000001",
            "media": [{"content_type": "audio/ogg; codecs=opus", "base64": base64.b64encode(VOICE).decode()}],
            "wait": False,
        }
    )
    listed = await sim.control(
        "GET", "/twilio/messages?contact=whatsapp:%2B5511988887777&sender=whatsapp:%2B551140000001"
    )
    message = listed.json()[0]
    media_sid = message["media"][0]["url"].rpartition("/")[2]
    sid = twilio_credentials.account_sid
    url = f"https://api.twilio.com/2010-04-01/Accounts/{sid}/Messages/{message['sid']}/Media/{media_sid}"
    found = await twilio.fetch_media(twilio_credentials, url, max_bytes=1_000_000)
    assert found.content == VOICE
    assert found.content_type.startswith("audio/ogg")
    first, second = await obeyed(sim, "twilio")
    assert (first["status"], second["status"]) == (307, 200)
    assert "authorization" in first["headers"]
    assert "authorization" not in second["headers"]


async def test_only_the_first_request_carries_the_credentials(twilio: TwilioService) -> None:
    async with local_server(lambda _: Answer(200, {"content-type": "image/png"}, b"png")) as store:
        away = Answer(307, {"location": f"{store.url.replace('127.0.0.1', 'localhost')}/file?ticket=1"})
        async with local_server(lambda _: away) as api:
            found = await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=100)
    assert (found.content, found.content_type) == (b"png", "image/png")
    assert (api.asked[0].path, basic(api.asked[0])) == (PATH, f"{SID}:segredo")
    assert [asked.path for asked in store.asked] == ["/file?ticket=1"]
    assert "authorization" not in store.asked[0].headers


async def test_a_redirect_back_to_the_api_carries_no_credentials_either(twilio: TwilioService) -> None:
    answers = [Answer(302, {"location": "/again"}), Answer(200, {}, b"x")]
    async with local_server(lambda _: answers.pop(0)) as api:
        await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=100)
    assert ["authorization" in asked.headers for asked in api.asked] == [True, False]


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/x",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://api.twilio.com@evil/x",
        "",
    ],
)
async def test_a_redirect_to_a_foreign_place_is_refused(twilio: TwilioService, location: str) -> None:
    async with local_server(lambda _: Answer(302, {"location": location})) as api:
        with pytest.raises(ProviderRefused) as caught:
            await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=100)
    assert caught.value.reason == "host_not_allowed"


async def test_redirects_end_after_three(twilio: TwilioService) -> None:
    async with local_server(lambda _: Answer(302, {"location": "/round"})) as api:
        with pytest.raises(ProviderRefused) as caught:
            await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=100)
    assert caught.value.reason == "too_many_redirects"
    assert len(api.asked) == 4


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://evil.example" + PATH, "host_not_allowed"),
        ("http://api.twilio.com" + PATH, "host_not_allowed"),
        ("https://api.twilio.com:444" + PATH, "host_not_allowed"),
        ("https://api.twilio.com.evil.example" + PATH, "host_not_allowed"),
        ("https://evil.example#api.twilio.com" + PATH, "host_not_allowed"),
        ("https://evil.example\\@api.twilio.com" + PATH, "host_not_allowed"),
        ("https://a:b@api.twilio.com" + PATH, "host_not_allowed"),
        ("http://127.0.0.1:9" + PATH, "host_not_allowed"),
        ("", "host_not_allowed"),
        (TWILIO_URL.replace("777", "888"), "foreign_account"),
        (f"https://api.twilio.com/2010-04-01/Accounts/AC1/../{SID}/Messages/MM1/Media/ME1", "host_not_allowed"),
        (f"https://api.twilio.com/2010-04-01/Accounts/{SID}/%2e%2e/AC1/Media/ME1", "host_not_allowed"),
        (f"https://api.twilio.com/x?y=/Accounts/{SID}/", "foreign_account"),
    ],
)
@pytest.mark.parametrize("base_url", [None, "http://127.0.0.1:9999/twilio"])
def test_credentials_go_only_to_twilio_and_only_for_the_own_account(
    url: str, reason: str, base_url: str | None
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        media_address(credentials(base_url), url)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("url", "base_url", "address"),
    [
        (TWILIO_URL, None, TWILIO_URL),
        (TWILIO_URL, "http://127.0.0.1:9/t", f"http://127.0.0.1:9/t{PATH}"),
        (f"http://127.0.0.1:9/t{PATH}", "http://127.0.0.1:9/t", f"http://127.0.0.1:9/t{PATH}"),
    ],
)
def test_where_a_media_address_leads(url: str, base_url: str | None, address: str) -> None:
    assert media_address(credentials(base_url), url) == address


@pytest.mark.parametrize(
    ("url", "base_url", "allowed"),
    [
        ("https://mms.twiliocdn.com/x", None, True),
        ("https://media.us1.twilio.com/x", None, True),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC/x?sig=1", None, True),
        ("https://media.twiliocdn.com.s3-external-1.amazonaws.com/AC/x", None, True),
        ("https://media.twiliocdn.com.s3.amazonaws.com/x", None, True),
        ("https://s3.us-east-1.amazonaws.com/media.twiliocdn.com/x", None, True),
        ("https://s3.amazonaws.com/another-bucket/x", None, False),
        ("https://s3.amazonaws.com/media.twiliocdn.com/../other/x", None, False),
        ("https://media.twiliocdn.com.evil.s3.amazonaws.com/x", None, False),
        ("https://evil-s3.amazonaws.com/media.twiliocdn.com/x", None, False),
        ("https://s3.amazonaws.com.evil.example/media.twiliocdn.com/x", None, False),
        ("http://mms.twiliocdn.com/x", None, False),
        ("http://127.0.0.1:9/x", None, False),
        ("http://localhost:7/x", "http://127.0.0.1:9/t", True),
        ("http://10.0.0.1/x", "http://127.0.0.1:9/t", False),
        ("http://sim.internal:7/x", "http://sim.internal:9/t", True),
        ("http://127.0.0.1:7/x", "http://sim.internal:9/t", False),
        ("https://mms.twiliocdn.com/x", "http://127.0.0.1:9/t", True),
    ],
)
def test_where_a_redirect_may_lead(url: str, base_url: str | None, allowed: bool) -> None:
    if allowed:
        assert redirect_address(credentials(base_url), url) == url
    else:
        with pytest.raises(ProviderRefused):
            redirect_address(credentials(base_url), url)


@pytest.mark.parametrize("announced", [True, False])
async def test_what_is_too_large_is_left(twilio: TwilioService, announced: bool) -> None:
    headers = {} if announced else {"transfer-encoding": "chunked"}
    body = bytes(200) if announced else b"c8\r\n" + bytes(200) + b"\r\n0\r\n\r\n"

    async with local_server(lambda _: Answer(200, headers, body)) as api:
        with pytest.raises(ProviderRefused) as caught:
            await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=199)
        if announced:
            assert (await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=200)).content == bytes(200)
    assert caught.value.reason == "too_large"


async def test_a_fresh_address_that_is_not_ready_is_asked_again(twilio: TwilioService) -> None:
    answers = [Answer(404), Answer(404), Answer(200, {}, b"pronto")]
    async with local_server(lambda _: answers.pop(0)) as api:
        found = await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=100)
    assert found.content == b"pronto"
    assert found.content_type == "application/octet-stream"


async def test_a_media_that_never_appears_is_refused(twilio: TwilioService) -> None:
    async with local_server(lambda _: Answer(404)) as api:
        with pytest.raises(ProviderRefused) as caught:
            await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=100)
    assert (caught.value.reason, len(api.asked)) == ("media_not_found", 3)


@pytest.mark.parametrize(
    ("answer", "kind", "tries"),
    [
        (lambda _: Answer(401), ProviderAuthFailed, 1),
        (lambda _: Answer(403), ProviderRefused, 1),
        (lambda _: Answer(429, {"retry-after": "0"}), ProviderBusy, 3),
        (lambda _: Answer(500), ProviderUncertain, 3),
        (lambda _: Answer(200), ProviderUncertain, 3),
        (lambda _: Answer(200, {"content-length": "50"}, b"cut"), ProviderUncertain, 3),
        (lambda _: None, ProviderUncertain, 3),
    ],
)
async def test_other_failures_have_their_names_and_reads_are_repeated(
    twilio: TwilioService, answer: Callable[[Asked], Answer | None], kind: type[ProviderError], tries: int
) -> None:
    async with local_server(answer) as api:
        with pytest.raises(ProviderError) as caught:
            await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=100)
    assert type(caught.value) is kind
    assert len(api.asked) == tries


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="cardapio.pdf"', "cardapio.pdf"),
        ("inline; filename*=UTF-8''card%C3%A1pio.pdf", "cardápio.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="..\\\\..\\\\x.exe"', "x.exe"),
        ('attachment; filename="."', None),
        ("attachment", None),
    ],
)
async def test_the_file_name_is_bare(twilio: TwilioService, header: str, name: str | None) -> None:
    async with local_server(lambda _: Answer(200, {"content-disposition": header}, b"x")) as api:
        assert (await twilio.fetch_media(credentials(api.url), TWILIO_URL, max_bytes=9)).filename == name
