"""Where a credential comes from, for one empresa and one vendor, in one place.

The empresa's own complete set → the environment's → outside production, the simulator → none. Sets are never mixed.
A configured *_BASE_URL replaces the vendor's address for every empresa.
"""

import json
import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from auth.secrets_box import SecretsBox
from config import (
    SIMULATOR_CHATWOOT_TOKEN,
    SIMULATOR_OPENAI_KEY,
    SIMULATOR_TWILIO_SID,
    SIMULATOR_TWILIO_TOKEN,
    Settings,
    Vendor,
)
from models import Empresa
from ports import ChatwootCredentials, GoogleCredentials, OpenAICredentials, TwilioCredentials

_HALF_TWILIO = {
    True: "Falta o Auth Token: sem ele, o Account SID da empresa não é usado.",
    False: "Falta o Account SID: sem ele, o Auth Token da empresa não é usado.",
}


class CredentialSource:
    def __init__(self, settings: Settings, box: SecretsBox) -> None:
        self._settings = settings
        self._open = lru_cache(maxsize=1024)(box.decrypt)
        """A ciphertext never changes its meaning, and every webhook needs a token."""

    def twilio(self, empresa: Empresa) -> TwilioCredentials | None:
        base_url = self._settings.twilio_base_url
        if empresa.twilio_sid and empresa.twilio_token:
            return TwilioCredentials(empresa.twilio_sid, self._open(empresa.twilio_token), base_url)
        if self._settings.twilio_account_sid and self._settings.twilio_auth_token:
            token = self._settings.twilio_auth_token.get_secret_value()
            return TwilioCredentials(self._settings.twilio_account_sid, token, base_url)
        if self._settings.simulated(Vendor.TWILIO):
            return TwilioCredentials(SIMULATOR_TWILIO_SID, SIMULATOR_TWILIO_TOKEN, self._simulator("twilio"))
        return None

    def openai(self, empresa: Empresa) -> OpenAICredentials | None:
        base_url = self._settings.openai_base_url
        if empresa.openai_key:
            return OpenAICredentials(self._open(empresa.openai_key), base_url)
        if self._settings.openai_api_key:
            return OpenAICredentials(self._settings.openai_api_key.get_secret_value(), base_url)
        if self._settings.simulated(Vendor.OPENAI):
            return OpenAICredentials(SIMULATOR_OPENAI_KEY, self._simulator("openai/v1"))
        return None

    def google(self, empresa: Empresa) -> GoogleCredentials | None:
        base_url = self._settings.google_sheets_base_url
        if empresa.google_credentials:
            return GoogleCredentials(json.loads(self._open(empresa.google_credentials)), base_url)
        if self._environment_google is not None:
            return GoogleCredentials(self._environment_google, base_url)
        return None

    def chatwoot(self, empresa: Empresa) -> ChatwootCredentials | None:
        """An empresa's own set is its address (the start of `chatwoot_origem`) and its token."""
        settings = self._settings
        own_address = _chatwoot_address(empresa.chatwoot_origem)
        if own_address and empresa.chatwoot_token:
            address = settings.chatwoot_base_url or own_address
            return ChatwootCredentials(address, self._open(empresa.chatwoot_token))
        if self._elsewhere(own_address):
            return None  # its account and inbox are numbers of another server
        if settings.chatwoot_base_url and settings.chatwoot_api_key:
            return ChatwootCredentials(settings.chatwoot_base_url, settings.chatwoot_api_key.get_secret_value())
        if settings.simulated(Vendor.CHATWOOT):
            return ChatwootCredentials(self._simulator("chatwoot"), SIMULATOR_CHATWOOT_TOKEN)
        return None

    def origin(self, empresa: Empresa, vendor: Vendor) -> Literal["empresa", "ambiente", "simulador"] | None:
        """Whose set this empresa uses; None when there is none."""
        if self._has_own(empresa, vendor):
            return "empresa"
        if vendor is Vendor.CHATWOOT and self._elsewhere(_chatwoot_address(empresa.chatwoot_origem)):
            return None
        if self._settings.has_credentials(vendor):
            return "ambiente"
        return "simulador" if self._settings.simulated(vendor) else None

    def lacking(self, empresa: Empresa, vendor: Vendor) -> str | None:
        """What keeps a set the empresa began from being used, as a sentence for people; None when nothing is begun."""
        match vendor:
            case Vendor.TWILIO if bool(empresa.twilio_sid) != bool(empresa.twilio_token):
                return _HALF_TWILIO[bool(empresa.twilio_sid)]
            case Vendor.CHATWOOT if empresa.chatwoot_token and not _chatwoot_address(empresa.chatwoot_origem):
                return "Falta o endereço completo da caixa de entrada: sem ele, o token da empresa não é usado."
            case Vendor.CHATWOOT if not empresa.chatwoot_token and self._elsewhere(
                _chatwoot_address(empresa.chatwoot_origem)
            ):
                return "Falta o token deste Chatwoot: o do sistema não é enviado a outro servidor."
        return None

    def is_simulated(self, empresa: Empresa, vendor: Vendor) -> bool:
        """Whether this empresa reaches the simulator for this vendor."""
        return not self._has_own(empresa, vendor) and self._settings.simulated(vendor)

    def _has_own(self, empresa: Empresa, vendor: Vendor) -> bool:
        return {
            Vendor.TWILIO: bool(empresa.twilio_sid and empresa.twilio_token),
            Vendor.OPENAI: bool(empresa.openai_key),
            Vendor.GOOGLE: bool(empresa.google_credentials),
            Vendor.CHATWOOT: bool(_chatwoot_address(empresa.chatwoot_origem) and empresa.chatwoot_token),
        }[vendor]

    def _elsewhere(self, address: str | None) -> bool:
        """Whether an address is of another server than the one the environment's key belongs to."""
        ours = self._settings.chatwoot_base_url
        return address is not None and ours is not None and address.lower() != ours.rstrip("/").lower()

    def _simulator(self, path: str) -> str:
        return f"{self._settings.simulators_url}/{path}"

    @cached_property
    def _environment_google(self) -> Mapping[str, Any] | None:
        """GOOGLE_CREDENTIALS is a path or the JSON itself."""
        if self._settings.google_credentials is None:
            return None
        raw = self._settings.google_credentials.get_secret_value().strip()
        found: Mapping[str, Any] = json.loads(raw if raw.startswith("{") else Path(raw).read_text())
        return found


def _chatwoot_address(origem: str | None) -> str | None:
    """The server part of `{base}/app/accounts/{account}/inbox/{inbox}`; None for the short form."""
    if not origem or "://" not in origem:
        return None
    base = origem.split("/app/accounts/", 1)[0].rstrip("/")
    return base if urlsplit(base).hostname else None


def chatwoot_place(empresa: Empresa, settings: Settings) -> tuple[int, int | None]:
    """(account, inbox) of `chatwoot_origem`; without it the environment's account, and the inbox is found by name."""
    numbers = re.search(r"([0-9]+)/(?:inbox/)?([0-9]+)$", empresa.chatwoot_origem or "")
    if numbers is None:
        return settings.chatwoot_account_id, None
    return int(numbers.group(1)), int(numbers.group(2))
