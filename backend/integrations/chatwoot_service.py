"""Chatwoot: the shared inbox where people watch conversations and take them over.

The address of a Chatwoot may be typed by an empresa's users, so every connection goes through the guarded
transport and every answer is read up to a bound. Nothing that writes is repeated after a doubt.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import httpx

from errors import ProviderAuthFailed, ProviderRefused, ProviderUncertain
from integrations.base import (
    RetryPolicy,
    Wire,
    error_for_status,
    http_failures,
    json_object,
    parse_retry_after,
    retry,
    safe_code,
)
from integrations.network import assert_public_address, guarded_transport, http_pool
from ports import ChatwootCredentials, CrmContact, CrmInbox, CrmMessage

VENDOR = "chatwoot"

MAX_ANSWER_BYTES = 4 * 1024 * 1024
MAX_SEARCH_PAGES = 5
SEARCH_PAGE = 15


class ChatwootService:
    """`Crm` over Chatwoot's application API (`/api/v1/accounts/{id}`).

    `trusted_addresses` are the base addresses from the environment or the simulators; any other must be https to
    the public internet. `timeout` is seconds per call. Source: Chatwoot's swagger and its source.
    """

    def __init__(
        self,
        *,
        http: httpx.AsyncClient | None = None,
        timeout: float = 10.0,
        retry_policy: RetryPolicy | None = None,
        trusted_addresses: Collection[str] = (),
    ) -> None:
        self._http = http
        self._owned: httpx.AsyncClient | None = None
        self._timeout = timeout
        self._policy = retry_policy or RetryPolicy(attempts=3, total=25.0)
        self._trusted = tuple(trusted_addresses)

    async def aclose(self) -> None:
        """Close the pool, when it is ours."""
        pool, self._owned = self._owned, None
        if pool is not None:
            await pool.aclose()

    async def find_contact(
        self,
        credentials: ChatwootCredentials,
        *,
        account_id: int,
        inbox_id: int,
        phones: Sequence[str],
        identifier: str,
    ) -> CrmContact | None:
        """The contact with exactly this identifier, else with exactly one of these phones (`+E164`), in that order.

        Chatwoot's search is fuzzy and paged by 15, so up to five pages are read and compared here.
        """
        wanted = [("identifier", identifier), *(("phone_number", phone) for phone in phones)]
        for name, value in wanted:
            if not value:
                continue
            found = await self._search(credentials, account_id, value, field=name)
            if found is not None:
                return _contact(found, inbox_id=inbox_id)
        return None

    async def _search(
        self, credentials: ChatwootCredentials, account_id: int, text: str, *, field: str
    ) -> Mapping[str, Any] | None:
        for page in range(1, MAX_SEARCH_PAGES + 1):
            answer = await self._call(
                credentials, "GET", f"accounts/{account_id}/contacts/search", params={"q": text, "page": str(page)}
            )
            contacts = _objects(answer.get("payload"))
            for contact in contacts:
                if contact.get(field) == text:
                    return contact
            if len(contacts) < SEARCH_PAGE:
                break
        return None

    async def create_contact(
        self,
        credentials: ChatwootCredentials,
        *,
        account_id: int,
        inbox_id: int,
        name: str | None,
        phone: str | None,
        identifier: str,
    ) -> CrmContact:
        """A new contact attached to the inbox; one that exists already (somebody was faster) is returned instead."""
        body: dict[str, Any] = {"inbox_id": inbox_id, "identifier": identifier}
        if name:
            body["name"] = name
        if phone:
            body["phone_number"] = phone
        try:
            answer = await self._call(credentials, "POST", f"accounts/{account_id}/contacts", body=body)
        except ProviderRefused as refused:
            if refused.reason != "http_422":
                raise
            existing = await self.find_contact(
                credentials,
                account_id=account_id,
                inbox_id=inbox_id,
                phones=[phone] if phone else [],
                identifier=identifier,
            )
            if existing is None:
                raise
            return existing
        payload = _object(answer.get("payload")) or answer
        contact = _object(payload.get("contact")) or payload
        made = _contact(contact, inbox_id=inbox_id)
        source = _object(payload.get("contact_inbox")).get("source_id")
        return CrmContact(id=made.id, source_id=source if isinstance(source, str) else made.source_id, phone=made.phone)

    async def open_conversation(
        self, credentials: ChatwootCredentials, *, account_id: int, inbox_id: int, contact: CrmContact
    ) -> int:
        """The display id of the contact's latest unresolved conversation in the inbox, or of a new one.

        An attempt that ended in doubt is safe to repeat: the next call finds the conversation it made.
        """
        answer = await self._call(credentials, "GET", f"accounts/{account_id}/contacts/{contact.id}/conversations")
        ids = [
            conversation["id"]
            for conversation in _objects(answer.get("payload"))
            if conversation.get("inbox_id") == inbox_id
            and conversation.get("status") != "resolved"
            and isinstance(conversation.get("id"), int)
        ]
        if ids:
            return int(max(ids))
        source_id = contact.source_id or await self._attach(credentials, account_id, inbox_id, contact.id)
        body = {"source_id": source_id, "inbox_id": inbox_id, "contact_id": contact.id, "status": "open"}
        made = await self._call(credentials, "POST", f"accounts/{account_id}/conversations", body=body)
        return _id(made)

    async def _attach(self, credentials: ChatwootCredentials, account_id: int, inbox_id: int, contact_id: int) -> str:
        """Give the contact a source id in the inbox; Chatwoot makes it up for API inboxes."""
        made = await self._call(
            credentials,
            "POST",
            f"accounts/{account_id}/contacts/{contact_id}/contact_inboxes",
            body={"inbox_id": inbox_id},
        )
        source_id = made.get("source_id")
        if not isinstance(source_id, str) or not source_id:
            raise ProviderUncertain(VENDOR, "unreadable_answer")
        return source_id

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
    ) -> CrmMessage:
        """Write one message, once: from the customer (`incoming`, API inboxes only), from us, or a private note.

        `attributes` become `content_attributes`, where a caller can recognise its own messages when they echo back.
        """
        body: dict[str, Any] = {
            "content": content,
            "message_type": "incoming" if incoming else "outgoing",
            "private": private,
        }
        if attributes:
            body["content_attributes"] = dict(attributes)
        made = await self._call(
            credentials, "POST", f"accounts/{account_id}/conversations/{conversation_id}/messages", body=body
        )
        return CrmMessage(id=_id(made), conversation_id=conversation_id)

    async def find_inbox(self, credentials: ChatwootCredentials, *, account_id: int, name: str) -> int | None:
        """The id of the inbox with this name, capitals apart; None when there is none or more than one."""
        answer = await self._call(credentials, "GET", f"accounts/{account_id}/inboxes")
        ids = [
            inbox["id"]
            for inbox in _objects(answer.get("payload"))
            if str(inbox.get("name", "")).strip().casefold() == name.strip().casefold()
            and isinstance(inbox.get("id"), int)
        ]
        return int(ids[0]) if len(ids) == 1 else None

    async def list_inboxes(self, credentials: ChatwootCredentials, *, account_id: int) -> Sequence[CrmInbox]:
        """Every inbox of the account that the token may see."""
        answer = await self._call(credentials, "GET", f"accounts/{account_id}/inboxes")
        return [
            CrmInbox(
                id=_id(inbox),
                name=str(inbox.get("name") or ""),
                is_api=str(inbox.get("channel_type", "")) == "Channel::Api",
            )
            for inbox in _objects(answer.get("payload"))
        ]

    async def _call(
        self,
        credentials: ChatwootCredentials,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One call, repeated when certainly not performed, and for reads also when in doubt."""
        token = credentials.api_token
        if not token or not token.isascii() or not token.isprintable():
            raise ProviderAuthFailed(VENDOR, "malformed_key")
        url = f"{credentials.base_url.rstrip('/')}/api/v1/{path}"
        try:
            content = None if body is None else json.dumps(body).encode("ascii")
        except (TypeError, ValueError):
            raise ProviderRefused(VENDOR, "unencodable_request") from None
        headers = {"api_access_token": token, "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"

        async def ask(seconds_left: float) -> dict[str, Any]:
            wire = Wire()
            async with http_failures(VENDOR, total=min(self._timeout, seconds_left), wire=wire):
                await assert_public_address(url, vendor=VENDOR, trusted=self._trusted)
                async with self._pool().stream(
                    method,
                    url,
                    params=params,
                    content=content,
                    headers=headers,
                    follow_redirects=False,
                    extensions={"trace": wire.trace},
                ) as response:
                    answer = await _read(response)
            if response.status_code >= 300:
                raise error_for_status(
                    VENDOR,
                    response.status_code,
                    vendor_code=safe_code(_error_code(answer)),
                    retry_after=parse_retry_after(response.headers),
                )
            return json_object(VENDOR, answer)

        return await retry(ask, policy=self._policy, uncertain=method == "GET")

    def _pool(self) -> httpx.AsyncClient:
        if self._http is not None:
            return self._http
        if self._owned is None:
            self._owned = http_pool(transport=guarded_transport(self._trusted))
        return self._owned


async def _read(response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_ANSWER_BYTES:
            raise ProviderUncertain(VENDOR, "answer_too_large")
    return bytes(content)


def _error_code(answer: bytes) -> object:
    """Chatwoot's errors are sentences; only a few servers add a code."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return found.get("code") if isinstance(found, dict) else None


def _contact(found: Mapping[str, Any], *, inbox_id: int) -> CrmContact:
    source = next(
        (
            link.get("source_id")
            for link in _objects(found.get("contact_inboxes"))
            if _object(link.get("inbox")).get("id") == inbox_id
        ),
        None,
    )
    phone = found.get("phone_number")
    return CrmContact(
        id=_id(found),
        source_id=source if isinstance(source, str) and source else None,
        phone=phone if isinstance(phone, str) and phone else None,
    )


def _id(found: Mapping[str, Any]) -> int:
    value = found.get("id")
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProviderUncertain(VENDOR, "unreadable_answer")
    return value


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
