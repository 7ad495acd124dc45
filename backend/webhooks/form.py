"""Twilio's form turned into an InboundMessage: every field is hostile until cleaned here. Unknown fields are kept."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from services.inbound import InboundMedia, InboundMessage, tipo_of
from services.phones import phone_of

MAX_TEXT = 65_536
_MAX_MEDIA = 10
_STANDARD = {
    "MessageSid", "SmsSid", "SmsMessageSid", "AccountSid", "From", "To", "Body", "NumMedia", "NumSegments", "SmsStatus",
    "ApiVersion", "WaId", "ProfileName", "MessagingServiceSid", "ChannelPrefix", "ChannelMetadata", "MessageType",
    "ReferralNumMedia",
}  # fmt: skip
_NAMES = {
    "Latitude": "latitude", "Longitude": "longitude", "Address": "endereco", "Label": "rotulo",
    "ButtonText": "botao_texto", "ButtonPayload": "botao_valor", "ListId": "lista_id", "ListTitle": "lista_titulo",
    "OriginalRepliedMessageSid": "responde_a", "OriginalRepliedMessageSender": "responde_a_autor",
    "Forwarded": "encaminhada", "FrequentlyForwarded": "muito_encaminhada", "ExternalUserId": "id_externo",
}  # fmt: skip
_DELIVERY_STATUSES = {
    "accepted", "scheduled", "queued", "sending", "sent", "delivered", "read", "undelivered", "failed",
    "partially_delivered", "canceled",
}  # fmt: skip
_KNOWN_TYPES = {
    "text", "image", "audio", "voice", "video", "document", "location", "button", "interactive", "sticker", "contacts",
}  # fmt: skip
_MEDIA_FIELD = re.compile(r"Media(Url|ContentType|Sid)\d+")
_CONTENT_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}")


def parse_form(body: bytes) -> list[tuple[str, str]]:
    """The pairs in order; bytes that are not UTF-8 stay as surrogate escapes, so that the signature still matches."""
    return parse_qsl(
        body.decode("ascii", "surrogateescape"), keep_blank_values=True, errors="surrogateescape", max_num_fields=1000
    )


def clean(value: str, limit: int = MAX_TEXT) -> str:
    """Storable text: no NUL, no half characters, at most `limit` characters."""
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text.replace("\x00", "")[:limit]


def delivery_status(form: Mapping[str, str]) -> str | None:
    """The status when the form reports on a message of ours; None when it is a customer's message."""
    status = (form.get("MessageStatus") or form.get("SmsStatus") or "").lower()
    return status if status in _DELIVERY_STATUSES else None


def inbound_from(form: Mapping[str, str]) -> InboundMessage | None:
    """The message, or None when MessageSid or From is missing."""
    sid = clean(form.get("MessageSid") or form.get("SmsSid") or "", 64).strip()
    sender = clean(form.get("From", ""), 255).strip()
    if not sid or not sender:
        return None
    media = _media(form)
    texto = clean(form.get("Body", ""))
    return InboundMessage(
        message_sid=sid,
        endereco=sender,
        numero=clean(form.get("To", ""), 255).strip(),
        telefone=phone_of(sender, form.get("WaId")),
        nome=clean(form.get("ProfileName", ""), 255).strip() or None,
        tipo=_tipo(form, media),
        texto=texto,
        dados=_extras(form),
        midias=media,
    )


def _media(form: Mapping[str, str]) -> tuple[InboundMedia, ...]:
    count = form.get("NumMedia", "0")
    total = min(int(count), _MAX_MEDIA) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    found = []
    for index in range(total):
        if url := form.get(f"MediaUrl{index}"):
            declared = clean(form.get(f"MediaContentType{index}", ""), 120).split(";")[0].strip().lower()
            content_type = declared if _CONTENT_TYPE.fullmatch(declared) else "application/octet-stream"
            found.append(InboundMedia(clean(url, 2000), content_type))
    return tuple(found)


def _tipo(form: Mapping[str, str], media: tuple[InboundMedia, ...]) -> str:
    if media:
        return "figurinha" if form.get("MessageType") == "sticker" else tipo_of(media, "")
    if form.get("Latitude") and form.get("Longitude"):
        return "localizacao"
    if form.get("ButtonText") or form.get("ButtonPayload") or form.get("ListId"):
        return "botao"
    return tipo_of((), form.get("Body", ""))


def _extras(form: Mapping[str, str]) -> dict[str, Any]:
    """Everything that is not a standard field: known ones under our names, the ad under `anuncio`, the rest kept."""
    found: dict[str, Any] = {}
    ad: dict[str, str] = {}
    rest: dict[str, str] = {}
    for name, value in form.items():
        if not value or name in _STANDARD or _MEDIA_FIELD.fullmatch(name):
            continue
        text = clean(value, 2000)
        if name in _NAMES:
            found[_NAMES[name]] = text
        elif name.startswith("Referral"):
            ad[clean(name, 60).removeprefix("Referral")] = text
        elif len(rest) < 40:
            rest[clean(name, 60)] = text
    kind = clean(form.get("MessageType", ""), 30).strip().lower()
    if kind and kind not in _KNOWN_TYPES:
        found["tipo_whatsapp"] = kind
    if ad:
        found["anuncio"] = ad
    if rest:
        found["outros"] = rest
    return found
