"""The public addresses of an empresa's webhooks. They come from configuration, never from a request's Host."""

from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from models import Empresa

RETRY_FRAGMENT = "#rc=5&rp=all"
"""Twilio repeats a failed delivery only when the address ends like this."""


def webhook_address(empresa: Empresa, public_url: str) -> str:
    """The address Twilio calls, without fragment."""
    return (empresa.webhook_url or f"{public_url}/webhook/{empresa.slug}").split("#", 1)[0]


def belongs_to_another(address: str | None, slug: str, public_url: str) -> bool:
    """Whether an address is a webhook of ours under another slug, where reports would go astray."""
    if not address:
        return False
    parts, ours = urlsplit(address.lower()), urlsplit(public_url.lower())
    prefix = f"{ours.path.rstrip('/')}/webhook/"
    if parts.netloc != ours.netloc or not parts.path.startswith(prefix):
        return False
    return parts.path.removeprefix(prefix).split("/", 1)[0] != slug


def address_to_copy(empresa: Empresa, public_url: str) -> str:
    """What a person pastes into Twilio's console."""
    return webhook_address(empresa, public_url) + RETRY_FRAGMENT


def status_address(empresa: Empresa, public_url: str, parte_id: UUID) -> str:
    """Where Twilio reports what became of one part of ours."""
    parts = urlsplit(webhook_address(empresa, public_url))
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/status", f"parte={parte_id}", ""))
