"""Twilio's form becomes a message: every type is told apart, everything is cleaned, nothing unknown is lost."""

import pytest

from services.phones import phone_of
from webhooks.form import clean, delivery_status, inbound_from, parse_form

BASE = {"MessageSid": "SM1", "From": "whatsapp:+5511988887777", "To": "whatsapp:+551140000001", "Body": "Oi"}


@pytest.mark.parametrize(
    ("fields", "tipo"),
    [
        ({}, "texto"),
        ({"NumMedia": "1", "MediaUrl0": "u", "MediaContentType0": "audio/ogg; codecs=opus"}, "audio"),
        ({"NumMedia": "1", "MediaUrl0": "u", "MediaContentType0": "image/jpeg"}, "imagem"),
        ({"NumMedia": "1", "MediaUrl0": "u", "MediaContentType0": "image/webp"}, "figurinha"),
        ({"NumMedia": "1", "MediaUrl0": "u", "MediaContentType0": "video/mp4"}, "video"),
        ({"NumMedia": "1", "MediaUrl0": "u", "MediaContentType0": "application/pdf"}, "documento"),
        ({"NumMedia": "1", "MediaUrl0": "u", "MediaContentType0": "text/vcard"}, "contato"),
        ({"NumMedia": "1", "MediaUrl0": "u"}, "documento"),
        ({"Body": "", "Latitude": "-23.5", "Longitude": "-46.6"}, "localizacao"),
        ({"Body": "Sim", "ButtonText": "Sim", "ButtonPayload": "confirma"}, "botao"),
        ({"Body": ""}, "outro"),
    ],
)
def test_each_type_is_told_apart(fields: dict[str, str], tipo: str) -> None:
    message = inbound_from(BASE | fields)
    assert message is not None
    assert message.tipo == tipo


def test_ad_referral_and_unknown_fields_are_kept() -> None:
    message = inbound_from(
        BASE | {"ReferralHeadline": "Rodízio", "ReferralNumMedia": "0", "NovoCampo": "x", "ListId": "l1"}
    )
    assert message is not None
    assert message.dados == {"anuncio": {"Headline": "Rodízio"}, "outros": {"NovoCampo": "x"}, "lista_id": "l1"}


def test_every_message_of_twilio_carries_an_empty_referral_that_is_no_ad() -> None:
    message = inbound_from(BASE | {"ReferralNumMedia": "0"})
    assert message is not None
    assert message.dados == {}


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_without_identity_there_is_no_message(missing: str) -> None:
    assert inbound_from({name: value for name, value in BASE.items() if name != missing}) is None


@pytest.mark.parametrize("count", ["-1", "abc", "99999999999", "²", ""])
def test_hostile_media_count_is_no_media(count: str) -> None:
    message = inbound_from(BASE | {"NumMedia": count, "MediaUrl0": "u"})
    assert message is not None
    assert message.midias == ()


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        (b"Body=a%00b", "ab"),
        ("Body=olá 👋🏽".encode(), "olá 👋🏽"),
        ("Body=مرحبا بكم".encode(), "مرحبا بكم"),
        (b"Body=%ff", "\ufffd"),
        (b"Body=%f0%9f%91", "\ufffd"),
    ],
    ids=["nul", "emoji", "right to left", "not utf-8", "cut in half"],
)
def test_text_is_storable_whatever_the_bytes(raw: bytes, stored: str) -> None:
    assert clean(dict(parse_form(raw))["Body"]) == stored


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"MessageStatus": "delivered"}, "delivered"),
        ({"SmsStatus": "sent"}, "sent"),
        ({"SmsStatus": "received"}, None),
        ({"MessageStatus": "novo"}, None),
        ({}, None),
    ],
)
def test_delivery_reports_are_told_from_messages(form: dict[str, str], status: str | None) -> None:
    assert delivery_status(form) == status


@pytest.mark.parametrize(
    ("address", "wa_id", "phone"),
    [
        ("whatsapp:+5511988887777", None, "+5511988887777"),
        ("whatsapp:+551188887777", None, "+5511988887777"),
        ("whatsapp:+551133334444", None, "+551133334444"),
        ("whatsapp:+14155550100", None, "+14155550100"),
        ("whatsapp:BR.1502576394655843", None, None),
        ("whatsapp:BR.1502576394655843", "5511988887777", "+5511988887777"),
        ("whatsapp:BR.1502576394655843", "<script>", None),
    ],
)
def test_phone_is_known_only_when_there_is_one(address: str, wa_id: str | None, phone: str | None) -> None:
    assert phone_of(address, wa_id) == phone
