"""Chatwoot over real HTTP: contacts compared exactly, conversations reused, messages written once."""

from dataclasses import replace
from typing import Any

import pytest

from embedded import free_port
from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain
from integrations.chatwoot_service import ChatwootService
from ports import ChatwootCredentials, CrmContact
from tests.integrations.conftest import QUICK, obeyed
from tests.integrations.local_server import Answer, local_server
from tests.stage import Simulators

ANA = "+5511988887777"


async def inbox_of(chatwoot: ChatwootService, credentials: ChatwootCredentials, name: str = "pancia-piena") -> int:
    found = await chatwoot.find_inbox(credentials, account_id=1, name=name)
    assert found is not None
    return found


async def make(
    chatwoot: ChatwootService, credentials: ChatwootCredentials, *, phone: str | None = ANA, identifier: str = "c-1"
) -> CrmContact:
    inbox = await inbox_of(chatwoot, credentials)
    return await chatwoot.create_contact(
        credentials, account_id=1, inbox_id=inbox, name="Ana", phone=phone, identifier=identifier
    )


async def find(
    chatwoot: ChatwootService, credentials: ChatwootCredentials, *phones: str, identifier: str = ""
) -> CrmContact | None:
    inbox = await inbox_of(chatwoot, credentials)
    return await chatwoot.find_contact(credentials, account_id=1, inbox_id=inbox, phones=phones, identifier=identifier)


async def test_an_inbox_is_found_by_its_name(
    chatwoot: ChatwootService, chatwoot_credentials: ChatwootCredentials, sim: Simulators
) -> None:
    assert await chatwoot.find_inbox(chatwoot_credentials, account_id=1, name="Pancia-Piena ") is not None
    assert await chatwoot.find_inbox(chatwoot_credentials, account_id=1, name="pancia") is None
    await obeyed(sim, "chatwoot")


async def test_a_conversation_goes_from_nothing_to_a_message_and_is_then_reused(
    chatwoot: ChatwootService, chatwoot_credentials: ChatwootCredentials, sim: Simulators
) -> None:
    inbox = await inbox_of(chatwoot, chatwoot_credentials)
    assert await find(chatwoot, chatwoot_credentials, ANA, identifier="c-1") is None
    contact = await make(chatwoot, chatwoot_credentials)
    assert contact.source_id is not None
    opened = await chatwoot.open_conversation(chatwoot_credentials, account_id=1, inbox_id=inbox, contact=contact)
    for incoming, private in ((True, False), (False, False), (False, True)):
        written = await chatwoot.add_message(
            chatwoot_credentials,
            account_id=1,
            conversation_id=opened,
            content="Olá",
            incoming=incoming,
            private=private,
            attributes={"atende_id": "m-1"},
        )
        assert written.conversation_id == opened
    again = await chatwoot.open_conversation(chatwoot_credentials, account_id=1, inbox_id=inbox, contact=contact)
    assert again == opened
    found = await find(chatwoot, chatwoot_credentials, ANA)
    assert found == contact
    asked = await obeyed(sim, "chatwoot", "/messages")
    assert [(a["json"]["message_type"], a["json"]["private"]) for a in asked] == [
        ("incoming", False), ("outgoing", False), ("outgoing", True)
    ]  # fmt: skip
    assert asked[0]["json"]["content_attributes"] == {"atende_id": "m-1"}
    await obeyed(sim, "chatwoot")


async def test_a_resolved_conversation_is_left_and_a_new_one_opened(
    chatwoot: ChatwootService, chatwoot_credentials: ChatwootCredentials, sim: Simulators
) -> None:
    inbox = await inbox_of(chatwoot, chatwoot_credentials)
    contact = await make(chatwoot, chatwoot_credentials)
    first = await chatwoot.open_conversation(chatwoot_credentials, account_id=1, inbox_id=inbox, contact=contact)
    address = f"accounts/1/conversations/{first}/toggle_status"
    await chatwoot._call(chatwoot_credentials, "POST", address, body={"status": "resolved"})
    second = await chatwoot.open_conversation(chatwoot_credentials, account_id=1, inbox_id=inbox, contact=contact)
    assert second != first


async def test_conversations_of_other_inboxes_are_not_taken(
    chatwoot: ChatwootService, chatwoot_credentials: ChatwootCredentials, sim: Simulators
) -> None:
    contact = await make(chatwoot, chatwoot_credentials)
    here = await inbox_of(chatwoot, chatwoot_credentials)
    there = await inbox_of(chatwoot, chatwoot_credentials, "umas-e-ostras")
    first = await chatwoot.open_conversation(chatwoot_credentials, account_id=1, inbox_id=here, contact=contact)
    elsewhere = replace(contact, source_id=None)
    other = await chatwoot.open_conversation(chatwoot_credentials, account_id=1, inbox_id=there, contact=elsewhere)
    assert first != other
    await obeyed(sim, "chatwoot", "/contact_inboxes")


async def test_a_phone_is_compared_exactly_beyond_the_first_page(
    chatwoot: ChatwootService, chatwoot_credentials: ChatwootCredentials
) -> None:
    for number in range(20):
        phone = f"{ANA}{number:02d}"[:15]
        await make(chatwoot, chatwoot_credentials, phone=phone if number < 1 else None, identifier=f"z{ANA}{number}")
    wanted = await make(chatwoot, chatwoot_credentials, phone=ANA, identifier="zz")
    found = await find(chatwoot, chatwoot_credentials, ANA)
    assert found is not None
    assert found.id == wanted.id
    assert await find(chatwoot, chatwoot_credentials, ANA[:-1]) is None


async def test_a_contact_without_a_phone_is_known_by_its_identifier(
    chatwoot: ChatwootService, chatwoot_credentials: ChatwootCredentials
) -> None:
    made = await make(chatwoot, chatwoot_credentials, phone=None, identifier="BR.1502576394655843")
    found = await find(chatwoot, chatwoot_credentials, identifier="BR.1502576394655843")
    assert found is not None
    assert (found.id, found.phone) == (made.id, None)


async def test_a_contact_somebody_else_made_meanwhile_is_taken(
    chatwoot: ChatwootService, chatwoot_credentials: ChatwootCredentials
) -> None:
    first = await make(chatwoot, chatwoot_credentials)
    assert (await make(chatwoot, chatwoot_credentials)).id == first.id


@pytest.mark.parametrize(
    ("fault", "kind", "reason", "tries"),
    [
        ({"kind": "status", "status": 429}, ProviderBusy, "http_429", 3),
        ({"kind": "status", "status": 500}, ProviderUncertain, "http_500", 1),
        ({"kind": "hang"}, ProviderUncertain, "timeout", 1),
        ({"kind": "reset"}, ProviderUncertain, "connection_lost", 1),
        ({"kind": "malformed", "after_perform": True}, ProviderUncertain, "unreadable_answer", 1),
        ({"kind": "empty"}, ProviderUncertain, "unreadable_answer", 1),
        ({"kind": "status", "status": 422}, ProviderRefused, "http_422", 1),
    ],
)
async def test_a_write_in_doubt_is_not_repeated(
    chatwoot: ChatwootService,
    chatwoot_credentials: ChatwootCredentials,
    sim: Simulators,
    fault: dict[str, Any],
    kind: type[ProviderError],
    reason: str,
    tries: int,
) -> None:
    await sim.fault("chatwoot", times=-1, path_contains="/messages", **fault)
    with pytest.raises(ProviderError) as caught:
        await chatwoot.add_message(chatwoot_credentials, account_id=1, conversation_id=1, content="Olá", incoming=True)
    assert (type(caught.value), caught.value.reason) == (kind, reason)
    assert len(await sim.requests("chatwoot", "/messages")) == tries


@pytest.mark.parametrize("kind", ["status", "reset", "malformed", "hang"])
async def test_reads_are_repeated(
    chatwoot: ChatwootService, chatwoot_credentials: ChatwootCredentials, sim: Simulators, kind: str
) -> None:
    await sim.fault("chatwoot", kind, times=2)
    assert await inbox_of(chatwoot, chatwoot_credentials)


async def test_wrong_tokens_accounts_and_conversations_are_refused(
    chatwoot: ChatwootService, chatwoot_credentials: ChatwootCredentials
) -> None:
    for token in ("errado", "", "é"):
        with pytest.raises(ProviderAuthFailed):
            await chatwoot.find_inbox(replace(chatwoot_credentials, api_token=token), account_id=1, name="x")
    with pytest.raises(ProviderRefused) as caught:
        await chatwoot.find_inbox(chatwoot_credentials, account_id=99, name="x")
    assert caught.value.reason == "http_404"


async def test_an_address_typed_by_people_leads_nowhere_inside() -> None:
    chatwoot = ChatwootService(retry_policy=QUICK)
    async with local_server(lambda _: Answer(body=b"{}")) as server:
        for address in (server.url, server.url.replace("http:", "https:"), "https://169.254.169.254", "not an address"):
            with pytest.raises(ProviderRefused):
                await chatwoot.find_inbox(ChatwootCredentials(address, "segredo"), account_id=1, name="x")
        assert server.asked == []
    await chatwoot.aclose()


async def test_a_server_that_redirects_or_answers_without_end_gets_nothing_more() -> None:
    answers = [Answer(302, {"location": "https://8.8.8.8/"}), Answer(200, {}, b" " * (5 * 1024 * 1024))]
    async with local_server(lambda _: answers.pop(0)) as server:
        chatwoot = ChatwootService(retry_policy=replace(QUICK, attempts=1), trusted_addresses=[server.url])
        for kind in (ProviderRefused, ProviderUncertain):
            with pytest.raises(kind):
                await chatwoot.find_inbox(ChatwootCredentials(server.url, "segredo"), account_id=1, name="x")
        await chatwoot.aclose()
    assert len(server.asked) == 2


async def test_a_refused_connection_is_certainly_nothing() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    chatwoot = ChatwootService(retry_policy=QUICK, trusted_addresses=[address])
    with pytest.raises(ProviderBusy):
        await chatwoot.add_message(
            ChatwootCredentials(address, "segredo"), account_id=1, conversation_id=1, content="x", incoming=False
        )
    await chatwoot.aclose()
