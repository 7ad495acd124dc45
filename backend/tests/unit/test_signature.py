"""Twilio's signature: our direct HMAC against the SDK's own validator and against vectors computed by hand."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from webhooks.form import parse_form
from webhooks.signature import port_variants, signature_is_valid, signed_addresses, twilio_signature

TOKEN = "12345"
URL = "https://api.tinyteams.app/webhook/pancia-piena"
PAIRS = [("To", "whatsapp:+18005551212"), ("From", "whatsapp:+14158675309"), ("Body", "olá")]


class _Multi(dict[str, list[str]]):
    """The SDK reads repeated parameters through `getlist`."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def _sdk(url: str, pairs: list[tuple[str, str]]) -> str:
    values = _Multi()
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return str(RequestValidator(TOKEN).compute_signature(url, values))


def test_signature_is_the_hmac_of_url_and_sorted_pairs() -> None:
    text = f"{URL}Bodyolá" + "Fromwhatsapp:+14158675309" + "Towhatsapp:+18005551212"
    expected = base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()
    assert twilio_signature(TOKEN, URL, PAIRS) == expected


_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.lists(st.tuples(_TEXT.filter(bool), _TEXT), max_size=8))
def test_signature_equals_the_sdks_for_any_pairs(pairs: list[tuple[str, str]]) -> None:
    assert twilio_signature(TOKEN, URL, pairs) == _sdk(URL, pairs)


def test_repeated_parameters_are_sorted_and_counted_once() -> None:
    repeated = [*PAIRS, ("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "b")]
    assert twilio_signature(TOKEN, URL, repeated) == _sdk(URL, repeated)
    assert twilio_signature(TOKEN, URL, repeated) == twilio_signature(
        TOKEN, URL, [*PAIRS, ("MediaUrl", "a"), ("MediaUrl", "b")]
    )


@pytest.mark.parametrize(
    ("signed", "configured"),
    [
        ("https://api.tinyteams.app:443/w", "https://api.tinyteams.app/w"),
        ("https://api.tinyteams.app/w", "https://api.tinyteams.app:443/w"),
        ("http://localhost/w", "http://localhost:8001/w"),
        ("http://localhost:8001/w", "http://localhost:8001/w"),
        ("http://[::1]/w", "http://[::1]:8001/w"),
    ],
)
def test_port_may_be_signed_or_not(signed: str, configured: str) -> None:
    assert signature_is_valid(TOKEN, [configured], PAIRS, twilio_signature(TOKEN, signed, PAIRS))


@pytest.mark.parametrize(
    ("token", "url", "pairs"),
    [
        ("54321", URL, PAIRS),
        (TOKEN, URL + "x", PAIRS),
        (TOKEN, URL.replace("https", "http"), PAIRS),
        (TOKEN, URL, [*PAIRS[:2], ("Body", "outro")]),
        (TOKEN, URL, [*PAIRS, ("Novo", "1")]),
        (TOKEN, URL, PAIRS[:2]),
    ],
    ids=["wrong token", "other address", "other scheme", "changed body", "added field", "missing field"],
)
def test_anything_changed_is_refused(token: str, url: str, pairs: list[tuple[str, str]]) -> None:
    assert not signature_is_valid(TOKEN, [URL], PAIRS, twilio_signature(token, url, pairs))


@pytest.mark.parametrize("given", ["", "AAAA", "não é base64", "\udcff"])
def test_garbage_signature_is_refused_without_failing(given: str) -> None:
    assert not signature_is_valid(TOKEN, [URL], PAIRS, given)


def test_bytes_that_are_not_utf8_still_verify() -> None:
    pairs = parse_form(b"Body=%ff%fe&From=a\xe9b")
    digest = hmac.new(TOKEN.encode(), URL.encode() + b"Body\xff\xfeFroma\xe9b", hashlib.sha1).digest()
    assert signature_is_valid(TOKEN, [URL], pairs, base64.b64encode(digest).decode())


def test_fragment_is_never_signed_and_the_query_is() -> None:
    assert signed_addresses("https://x.app/w#rc=5&rp=all", "", "") == ["https://x.app/w"]
    assert signed_addresses("https://x.app/w/", "/status", "parte=1") == ["https://x.app/w/status?parte=1"]


def test_port_variants_keep_the_rest_of_the_address() -> None:
    assert port_variants("https://x.app:8443/w?a=1") == ["https://x.app:8443/w?a=1", "https://x.app/w?a=1"]
