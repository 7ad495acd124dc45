"""Addresses typed by people lead only to the public internet."""

import asyncio
from collections.abc import Callable

import httpcore
import httpx
import pytest

from errors import ProviderRefused
from integrations import network
from integrations.network import (
    PublicOnlyBackend,
    assert_public_address,
    guarded_transport,
    http_pool,
    is_public_ip,
    is_under,
)
from tests.integrations.local_server import Answer, local_server


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.10", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "nonsense",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public_ip(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public_ip(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://127.0.0.1/x", "address_not_public"),
        ("https://localhost:3000", "address_not_public"),
        ("https://[::1]/", "address_not_public"),
        ("https://169.254.169.254/latest/meta-data", "address_not_public"),
        ("https://2130706433/", "address_not_public"),
        ("http://8.8.8.8/", "address_not_https"),
        ("ftp://8.8.8.8/", "address_invalid"),
        ("https://8.8.8.8@127.0.0.1/", "address_invalid"),
        ("https://8.8.8.8:99999/", "address_invalid"),
        ("/relative", "address_invalid"),
    ],
)
async def test_a_typed_address_inside_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(ProviderRefused) as caught:
        await assert_public_address(url, vendor="chatwoot")
    assert caught.value.reason == reason


async def test_public_and_trusted_addresses_pass() -> None:
    await assert_public_address("https://8.8.8.8/chat", vendor="chatwoot")
    await assert_public_address("http://127.0.0.1:9000/x", vendor="chatwoot", trusted=["http://127.0.0.1:9000/base"])
    with pytest.raises(ProviderRefused):
        await assert_public_address("http://127.0.0.1:9001/x", vendor="chatwoot", trusted=["http://127.0.0.1:9000"])


async def test_a_name_that_changes_its_answer_after_the_check_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])

    async def rebinding(_host: str, _port: int) -> list[str]:
        return next(answers)

    monkeypatch.setattr(network, "resolve", rebinding)
    await assert_public_address("https://rebinding.example/", vendor="chatwoot")
    with pytest.raises(httpcore.ConnectError, match="not public"):
        await PublicOnlyBackend().connect_tcp("rebinding.example", 443)


async def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    async def mixed(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    monkeypatch.setattr(network, "resolve", mixed)
    with pytest.raises(ProviderRefused):
        await assert_public_address("https://mixed.example/", vendor="chatwoot")


async def test_the_guarded_transport_opens_nothing_to_an_untrusted_port_of_this_machine() -> None:
    async with local_server(lambda _: Answer(body=b"ok")) as trusted, local_server(lambda _: Answer()) as other:
        async with http_pool(transport=guarded_transport([trusted.url])) as http:
            assert (await http.get(trusted.url)).text == "ok"
            with pytest.raises(httpx.ConnectError):
                await http.get(other.url)
        assert other.asked == []


async def test_a_pool_keeps_no_cookie_and_follows_no_redirect() -> None:
    answers: list[Callable[[], Answer]] = [
        lambda: Answer(302, {"location": "/elsewhere", "set-cookie": "session=abc"}),
        lambda: Answer(200),
    ]
    async with local_server(lambda _: answers.pop(0)()) as server, http_pool() as http:
        assert (await http.get(server.url)).status_code == 302
        await http.get(server.url)
        assert "cookie" not in server.asked[1].headers
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://h:1/base/x", True),
        ("http://h:1/base", True),
        ("http://h:1/based", False),
        ("http://h:1/base/../x", False),
        ("http://h:1/base/%2e%2e/x", False),
        ("http://h:2/base/x", False),
        ("https://h:1/base/x", False),
        ("http://h:1@evil/base/x", False),
    ],
)
def test_being_under_an_address_means_origin_and_path(url: str, inside: bool) -> None:
    assert is_under(url, "http://h:1/base/") is inside


@pytest.mark.parametrize(
    "host",
    ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "127.1", "0", "[::ffff:169.254.169.254]"],
)
async def test_other_spellings_of_an_inside_address_are_refused_at_the_check_and_at_the_connection(host: str) -> None:
    with pytest.raises(ProviderRefused):
        await assert_public_address(f"https://{host}/", vendor="alert")
    with pytest.raises(httpcore.ConnectError):
        await PublicOnlyBackend().connect_tcp(host.strip("[]"), 443)


async def test_a_redirect_to_the_inside_is_not_followed_and_could_not_connect() -> None:
    async with local_server(lambda _: Answer(body=b"inside")) as inside:
        away = Answer(302, {"location": inside.url})
        async with (
            local_server(lambda _: away) as trusted,
            http_pool(transport=guarded_transport([trusted.url])) as http,
        ):
            assert (await http.get(trusted.url)).status_code == 302
            with pytest.raises(httpx.ConnectError):
                await http.get(trusted.url, follow_redirects=True)
        assert inside.asked == []
