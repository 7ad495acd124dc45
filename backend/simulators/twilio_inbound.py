"""A customer writes: builds the webhook form exactly as Twilio sends it and delivers it signed.

A repeated MessageSid sends the stored form again, unchanged, which is what the vendor's retries look like.
"""

import base64
import binascii
import hashlib
import json
import time
from typing import Any

import httpx

from simulators.twilio_checks import CHANNEL, is_address
from simulators.twilio_signing import Delivery, deliver
from simulators.twilio_state import API_VERSION, DEFAULT_ACCOUNT_SID, Media, TwilioMessage, TwilioState, new_sid

REAL_HOST = "https://api.twilio.com"
_KNOWN = frozenset(
    {
        "webhook_url", "account_sid", "from", "to", "body", "profile_name", "media", "latitude", "longitude",
        "address", "label", "button_text", "button_payload", "list_id", "list_title", "referral",
        "replied_message_sid", "replied_message_sender", "message_sid", "extra", "sign_url", "signature",
        "auth_token", "forwarded", "wait", "message_type",
    }
)  # fmt: skip
_REFERRAL_NAMES = {
    "body": "ReferralBody",
    "headline": "ReferralHeadline",
    "source_id": "ReferralSourceId",
    "source_type": "ReferralSourceType",
    "source_url": "ReferralSourceUrl",
    "media_id": "ReferralMediaId",
    "media_content_type": "ReferralMediaContentType",
    "media_url": "ReferralMediaUrl",
    "ctwa_clid": "ReferralCtwaClid",
}


class InvalidInbound(ValueError):
    """The description of the incoming message makes no sense; the text says why, in Portuguese."""


class TwilioInbound:
    """Builds, stores and delivers incoming messages."""

    def __init__(self, state: TwilioState, client: httpx.AsyncClient) -> None:
        self.state = state
        self.client = client

    def prepare(self, description: dict[str, Any]) -> tuple[TwilioMessage, dict[str, str]]:
        """The stored message and, by sha256, what its audios are meant to say. Raises InvalidInbound."""
        unknown = set(description) - _KNOWN
        if unknown:
            raise InvalidInbound(f"campos desconhecidos: {', '.join(sorted(unknown))}")
        account_sid = str(description.get("account_sid") or DEFAULT_ACCOUNT_SID)
        if account_sid not in self.state.accounts:
            raise InvalidInbound("conta desconhecida: crie-a antes em /control/twilio/accounts")
        if not str(description.get("webhook_url", "")).startswith(("http://", "https://")):
            raise InvalidInbound("webhook_url deve ser um endereço http(s)")
        repeated = self.state.messages.get(str(description.get("message_sid") or ""))
        if repeated is not None and repeated.form is not None:
            return repeated, {}
        for name in ("from", "to"):
            if not is_address(str(description.get(name, ""))):
                raise InvalidInbound(f"{name} deve ser whatsapp:+E164 ou um identificador do WhatsApp")
        media, spoken = _read_media(description.get("media") or [])
        sid = str(description.get("message_sid") or new_sid("MM" if media else "SM"))
        now = time.time()
        message = TwilioMessage(
            sid=sid,
            account_sid=account_sid,
            sender=str(description["from"]),
            to=str(description["to"]),
            body=str(description.get("body") or ""),
            direction="inbound",
            status="received",
            created=now,
            updated=now,
            sent=now,
            media=media,
            listed_after=now + self.state.settings.list_lag_seconds,
        )
        message.form = _build_form(message, description)
        self.state.add_message(message)
        self.state.open_window(account_sid, message.to, message.sender)
        return message, spoken

    async def send(self, message: TwilioMessage, description: dict[str, Any]) -> Delivery:
        """Deliver a prepared message to its webhook."""
        account = self.state.accounts[message.account_sid]
        return await deliver(
            self.client,
            webhook_url=str(description["webhook_url"]),
            auth_token=str(description.get("auth_token") or account.auth_token),
            form=message.form or [],
            sign_url=description.get("sign_url"),
            forced_signature=description.get("signature"),
        )


def _read_media(items: Any) -> tuple[list[Media], dict[str, str]]:
    if not isinstance(items, list):
        raise InvalidInbound("media deve ser uma lista")
    media: list[Media] = []
    spoken: dict[str, str] = {}
    for item in items:
        try:
            content = base64.b64decode(item["base64"], validate=True)
            content_type = str(item["content_type"])
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise InvalidInbound("cada mídia precisa de content_type e base64 válidos") from error
        filename = str(item["filename"]) if item.get("filename") else None
        media.append(Media(new_sid("ME"), content_type, content, time.time(), filename))
        if item.get("spoken_text") is not None:  # "" is an audio in which nobody speaks
            spoken[hashlib.sha256(content).hexdigest()] = str(item["spoken_text"])
    return media, spoken


def _message_type(message: TwilioMessage, description: dict[str, Any]) -> str:
    """What WhatsApp calls it; `message_type` says it for kinds that no other field tells, such as a reaction."""
    if description.get("message_type") is not None:
        return str(description["message_type"])
    if description.get("latitude") is not None:
        return "location"
    if description.get("list_id") is not None:
        return "interactive"
    if description.get("button_text") is not None or description.get("button_payload") is not None:
        return "button"
    if message.media:
        content_type = message.media[0].content_type.split(";")[0].lower()
        if content_type == "image/webp":
            return "sticker"
        if content_type in ("text/vcard", "text/x-vcard"):
            return "contacts"
        kind = content_type.split("/")[0]
        return kind if kind in ("image", "audio", "video") else "document"
    return "text"


def _build_form(message: TwilioMessage, description: dict[str, Any]) -> list[tuple[str, str]]:
    form: dict[str, str] = {
        "SmsMessageSid": message.sid,
        "NumMedia": str(len(message.media)),
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "Body": message.body,
        "To": message.to,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": message.sid,
        "AccountSid": message.account_sid,
        "From": message.sender,
        "ApiVersion": API_VERSION,
        "MessageType": _message_type(message, description),
    }
    profile = description.get("profile_name")
    if profile is not None:
        form["ProfileName"] = str(profile)
    if message.sender.startswith(CHANNEL):
        address = message.sender.removeprefix(CHANNEL)
        context: dict[str, str] = {"ProfileName": str(profile or "")}
        if address.startswith("+"):
            form["WaId"] = context["WaId"] = address[1:]
        else:
            form["ExternalUserId"] = context["ExternalUserId"] = address
        form["ChannelPrefix"] = "whatsapp"
        form["ChannelMetadata"] = json.dumps({"type": "whatsapp", "data": {"context": context}})
    for index, item in enumerate(message.media):
        path = f"/{API_VERSION}/Accounts/{message.account_sid}/Messages/{message.sid}/Media/{item.sid}"
        form[f"MediaUrl{index}"] = REAL_HOST + path
        form[f"MediaContentType{index}"] = item.content_type
    _add_optional(form, description)
    for name, value in (description.get("extra") or {}).items():
        form[str(name)] = str(value)
    pairs = list(form.items())
    for name, value in (description.get("extra") or {}).items():
        if isinstance(value, list):
            pairs = [p for p in pairs if p[0] != name] + [(str(name), str(v)) for v in value]
    return pairs


def _add_optional(form: dict[str, str], description: dict[str, Any]) -> None:
    plain = {
        "latitude": "Latitude",
        "longitude": "Longitude",
        "address": "Address",
        "label": "Label",
        "button_text": "ButtonText",
        "button_payload": "ButtonPayload",
        "list_id": "ListId",
        "list_title": "ListTitle",
        "replied_message_sid": "OriginalRepliedMessageSid",
        "replied_message_sender": "OriginalRepliedMessageSender",
    }
    for given, name in plain.items():
        if description.get(given) is not None:
            form[name] = str(description[given])
    if description.get("forwarded"):
        form["Forwarded"] = "true"
    for given, value in (description.get("referral") or {}).items():
        form[_REFERRAL_NAMES.get(given, given)] = str(value)
