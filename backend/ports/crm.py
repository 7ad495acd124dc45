"""The shared inbox of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ports.base import ChatwootCredentials


@dataclass(frozen=True, slots=True)
class CrmContact:
    id: int
    source_id: str | None
    phone: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class CrmMessage:
    id: int
    conversation_id: int


class Crm(Protocol):
    async def find_contact(
        self,
        credentials: ChatwootCredentials,
        *,
        account_id: int,
        inbox_id: int,
        phones: Sequence[str],
        identifier: str,
    ) -> CrmContact | None: ...

    async def create_contact(
        self,
        credentials: ChatwootCredentials,
        *,
        account_id: int,
        inbox_id: int,
        name: str | None,
        phone: str | None,
        identifier: str,
    ) -> CrmContact: ...

    async def open_conversation(
        self, credentials: ChatwootCredentials, *, account_id: int, inbox_id: int, contact: CrmContact
    ) -> int:
        """The display id of the contact's open conversation in this inbox, made when there is none."""
        ...

    async def add_message(
        self,
        credentials: ChatwootCredentials,
        *,
        account_id: int,
        conversation_id: int,
        content: str,
        incoming: bool,
        private: bool = False,
        attributes: Mapping[str, Any] | None = None,
    ) -> CrmMessage: ...

    async def find_inbox(self, credentials: ChatwootCredentials, *, account_id: int, name: str) -> int | None: ...
