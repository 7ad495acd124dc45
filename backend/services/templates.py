"""The templates of an empresa's Twilio account, kept for a moment, and their words with the variables put in.

Asks Twilio outside any transaction. Which template may be sent, and to whom, is decided by who sends it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from errors import Conflict, InvalidData
from models import Empresa
from ports import Clock, MessageSender, MessageTemplate
from services.circuits import Circuits
from services.credentials import CredentialSource

KEEP = 60.0
"""Seconds."""
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class _Kept:
    account: str
    until: float
    templates: Sequence[MessageTemplate]


class TemplateCatalog:
    def __init__(
        self, *, sender: MessageSender, credentials: CredentialSource, circuits: Circuits, clock: Clock
    ) -> None:
        self._sender = sender
        self._credentials = credentials
        self._circuits = circuits
        self._clock = clock
        self._kept: dict[int, _Kept] = {}

    async def list(self, empresa: Empresa) -> Sequence[MessageTemplate]:
        """Every template, by name. Raises Conflict without credentials, ProviderError when Twilio does not answer."""
        credentials = self._credentials.twilio(empresa)
        if credentials is None:
            raise Conflict("A empresa ainda não tem as credenciais da Twilio.", code="twilio_sem_credencial")
        kept = self._kept.get(empresa.id)
        if kept is not None and kept.account == credentials.account_sid and self._clock.monotonic() < kept.until:
            return kept.templates
        with self._circuits.call(empresa.id, "twilio-content"):
            found = await self._sender.list_templates(credentials)
        templates = sorted(found, key=lambda template: (template.nome.casefold(), template.content_sid))
        self._kept[empresa.id] = _Kept(credentials.account_sid, self._clock.monotonic() + KEEP, templates)
        return templates

    async def get(self, empresa: Empresa, content_sid: str) -> MessageTemplate | None:
        """One of them; None when the account has no such template."""
        return next((each for each in await self.list(empresa) if each.content_sid == content_sid), None)

    async def sendable(self, empresa: Empresa, content_sid: str, variables: Mapping[str, str]) -> MessageTemplate:
        """The template when it may be sent with these variables. Raises InvalidData naming what is wrong."""
        template = await self.get(empresa, content_sid)
        if template is None:
            raise InvalidData([("content_sid", "Este modelo não existe na conta da Twilio.")])
        if not template.approved:
            raise InvalidData([("content_sid", "O WhatsApp ainda não aprovou este modelo.")])
        missing = [name for name in template.variaveis if not variables.get(name, "").strip()]
        if missing:
            raise InvalidData([(f"variaveis.{name}", "Preencha esta variável do modelo.") for name in missing])
        unknown = sorted(set(variables) - set(template.variaveis))
        if unknown:
            raise InvalidData([(f"variaveis.{name}", "O modelo não tem esta variável.") for name in unknown])
        return template


def render(template: MessageTemplate, variables: Mapping[str, str]) -> str:
    """What the customer will read, as far as the template's words are known."""
    return _VARIABLE.sub(lambda found: variables.get(found[1], found[0]), template.texto) or f"[{template.nome}]"
