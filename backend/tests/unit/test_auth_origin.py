"""Where a request comes from."""

import pytest

from auth.origin import is_same_site_page, is_straight_from_loopback

HOST = {"host": "localhost:8001"}


@pytest.mark.parametrize(
    ("client", "headers", "straight"),
    [
        ("127.0.0.1", HOST, True),
        ("::1", {"host": "[::1]:8001"}, True),
        ("127.0.0.1", {"host": "127.0.0.1:8001"}, True),
        ("127.0.0.1", {"host": "test"}, True),
        ("127.0.0.1", {}, True),
        ("127.0.0.1", {"host": "panel.exemplo.com"}, False),
        ("127.0.0.1", {"host": "10.0.0.7:8001"}, False),
        ("127.0.0.1", {**HOST, "x-forwarded-for": "127.0.0.1"}, False),
        ("127.0.0.1", {**HOST, "X-Forwarded-Proto": "https"}, False),
        ("127.0.0.1", {**HOST, "forwarded": "for=127.0.0.1"}, False),
        ("127.0.0.1", {**HOST, "X-Real-IP": "127.0.0.1"}, False),
        ("127.0.0.1", {**HOST, "cf-connecting-ip": "1.2.3.4"}, False),
        ("192.168.0.10", HOST, False),
        ("testclient", HOST, False),
        (None, HOST, False),
    ],
)
def test_only_this_machine_without_a_proxy_is_straight(
    client: str | None, headers: dict[str, str], straight: bool
) -> None:
    assert is_straight_from_loopback(client, headers) is straight


@pytest.mark.parametrize(
    ("headers", "honoured"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin", "origin": "http://localhost:5175"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({**HOST, "origin": "http://localhost:8001"}, True),
        ({**HOST, "origin": "http://localhost:9000"}, False),
        ({**HOST, "origin": "null"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "https://painel.exemplo.com"}, True),
    ],
)
def test_a_cookie_is_honoured_from_our_page_and_from_scripts(headers: dict[str, str], honoured: bool) -> None:
    assert is_same_site_page(headers, allowed_origins=["https://painel.exemplo.com"]) is honoured
