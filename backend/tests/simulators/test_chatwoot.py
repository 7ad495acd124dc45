"""The simulated Chatwoot, driven by plain HTTP as the product does."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.simulators.conftest import Control, check_recorded
from tests.simulators.receiver import Receiver
from tests.vendor_schemas import needs_schemas

PHONE = "+5511999990000"


@pytest.fixture
async def chatwoot(simulators_url: str, control: Control) -> AsyncIterator[httpx.AsyncClient]:
    base = f"{simulators_url}/chatwoot/api/v1/accounts/1"
    headers = {"api_access_token": "simulador"}
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as client:
        yield client


async def inbox_id(chatwoot: httpx.AsyncClient, name: str = "pancia-piena") -> int:
    inboxes = (await chatwoot.get("/inboxes")).json()["payload"]
    return next(int(i["id"]) for i in inboxes if i["name"] == name)


async def open_conversation(chatwoot: httpx.AsyncClient) -> dict[str, Any]:
    inbox = await inbox_id(chatwoot)
    contact = (await chatwoot.post("/contacts", json={"inbox_id": inbox, "name": "Ana", "phone_number": PHONE})).json()
    made = await chatwoot.post(
        "/conversations",
        json={
            "source_id": contact["payload"]["contact_inbox"]["source_id"],
            "inbox_id": inbox,
            "contact_id": contact["payload"]["contact"]["id"],
        },
    )
    assert made.status_code == 200
    conversation: dict[str, Any] = made.json()
    return conversation


async def test_the_first_account_has_an_api_inbox_for_each_empresa(chatwoot: httpx.AsyncClient) -> None:
    inboxes = (await chatwoot.get("/inboxes")).json()["payload"]
    assert [i["name"] for i in inboxes] == ["tinyteams", "pancia-piena", "umas-e-ostras"]
    assert {i["channel_type"] for i in inboxes} == {"Channel::Api"}


@pytest.mark.parametrize(
    ("headers", "document"),
    [
        ({}, {"errors": ["You need to sign in or sign up before continuing."]}),
        ({"api_access_token": "wrong"}, {"error": "Invalid Access Token"}),
    ],
)
async def test_a_missing_or_wrong_token_is_refused(
    simulators_url: str, control: Control, headers: dict[str, str], document: dict[str, Any]
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{simulators_url}/chatwoot/api/v1/accounts/1/inboxes", headers=headers)
    assert (answer.status_code, answer.json()) == (401, document)


async def test_the_hyphen_form_of_the_header_works(chatwoot: httpx.AsyncClient) -> None:
    del chatwoot.headers["api_access_token"]
    assert (await chatwoot.get("/inboxes", headers={"api-access-token": "simulador"})).status_code == 200


async def test_contacts_are_unique_and_found_by_part_of_the_phone(chatwoot: httpx.AsyncClient) -> None:
    await open_conversation(chatwoot)
    again = await chatwoot.post("/contacts", json={"inbox_id": 1, "phone_number": PHONE})
    assert (again.status_code, again.json()["message"]) == (422, "Phone number has already been taken")
    wrong = await chatwoot.post("/contacts", json={"inbox_id": 1, "phone_number": "11 99999"})
    assert wrong.json()["message"] == "Phone number should be in e164 format"
    for index in range(20):
        await chatwoot.post("/contacts", json={"inbox_id": 1, "name": f"Pessoa {index:02d}"})
    found = (await chatwoot.get("/contacts/search", params={"q": "9999900"})).json()
    assert [c["phone_number"] for c in found["payload"]] == [PHONE]
    page = (await chatwoot.get("/contacts/search", params={"q": "pessoa", "page": 2})).json()
    assert (page["meta"]["count"], len(page["payload"])) == (20, 5)


async def test_numbers_of_conversations_count_per_account(
    chatwoot: httpx.AsyncClient, control: Control, simulators_url: str
) -> None:
    assert (await open_conversation(chatwoot))["id"] == 1
    await control.post("chatwoot/accounts", id=2, token="outra", inboxes=["pancia-piena"])
    base = f"{simulators_url}/chatwoot/api/v1/accounts/2"
    async with httpx.AsyncClient(base_url=base, headers={"api_access_token": "outra"}, trust_env=False) as other:
        assert (await open_conversation(other))["id"] == 1
        foreign = await other.get(f"{simulators_url}/chatwoot/api/v1/accounts/1/inboxes")
    assert foreign.status_code == 401


async def test_messages_labels_and_statuses(chatwoot: httpx.AsyncClient) -> None:
    talk = f"/conversations/{(await open_conversation(chatwoot))['id']}"
    incoming = await chatwoot.post(f"{talk}/messages", json={"content": "Oi", "message_type": "incoming"})
    assert (incoming.json()["message_type"], incoming.json()["sender_type"]) == (0, "Contact")
    await chatwoot.post(f"{talk}/messages", json={"content": "Olá!"})
    listed = (await chatwoot.get(f"{talk}/messages")).json()["payload"]
    assert [m["content"] for m in listed] == ["Oi", "Olá!"]
    await chatwoot.post(f"{talk}/labels", json={"labels": ["vip", "reserva"]})
    assert (await chatwoot.post(f"{talk}/labels", json={"labels": ["bot"]})).json() == {"payload": ["bot"]}
    toggled = await chatwoot.post(f"{talk}/toggle_status", json={"status": "resolved"})
    assert toggled.json()["payload"]["current_status"] == "resolved"
    await chatwoot.post(f"{talk}/messages", json={"content": "Voltei", "message_type": "incoming"})
    assert (await chatwoot.get(talk)).json()["status"] == "open"
    assert (await chatwoot.post(f"{talk}/toggle_status", json={"status": "x"})).status_code == 422
    assert (await chatwoot.get("/conversations/999")).json() == {"error": "Resource could not be found"}


async def test_incoming_messages_are_only_for_api_inboxes(chatwoot: httpx.AsyncClient, control: Control) -> None:
    inbox = await control.post("chatwoot/inboxes", name="site", channel_type="Channel::WebWidget")
    contact = (await chatwoot.post("/contacts", json={"inbox_id": inbox["id"], "name": "Bia"})).json()["payload"]
    source = contact["contact_inbox"]["source_id"]
    talk = (await chatwoot.post("/conversations", json={"source_id": source, "inbox_id": inbox["id"]})).json()
    answer = await chatwoot.post(
        f"/conversations/{talk['id']}/messages", json={"content": "Oi", "message_type": "incoming"}
    )
    assert (answer.status_code, answer.json()["error"]) == (422, "Incoming messages are only allowed in Api inboxes")


async def test_attachments_come_as_multipart_and_can_be_fetched(chatwoot: httpx.AsyncClient) -> None:
    talk = (await open_conversation(chatwoot))["id"]
    answer = await chatwoot.post(
        f"/conversations/{talk}/messages",
        data={"content": "foto", "message_type": "incoming"},
        files={"attachments[]": ("foto.png", b"PNG!", "image/png")},
    )
    attachment = answer.json()["attachments"][0]
    assert attachment["file_type"] == "image"
    assert (await chatwoot.get(attachment["data_url"])).content == b"PNG!"


async def test_a_bot_may_write_but_not_see_contacts(chatwoot: httpx.AsyncClient, control: Control) -> None:
    talk = (await open_conversation(chatwoot))["id"]
    await control.post("chatwoot/bots", token="robo")
    headers = {"api_access_token": "robo"}
    written = await chatwoot.post(f"/conversations/{talk}/messages", json={"content": "oi"}, headers=headers)
    assert written.json()["sender_type"] == "AgentBot"
    assert (await chatwoot.get("/contacts", headers=headers)).status_code == 401


async def test_webhooks_are_signed_and_a_redelivery_keeps_its_id(
    chatwoot: httpx.AsyncClient, control: Control, receiver: Receiver
) -> None:
    await control.post("chatwoot/webhooks", url=f"{receiver.url}/hook", secret="s3gredo")
    talk = (await open_conversation(chatwoot))["id"]
    await control.post("chatwoot/staff", conversation_id=talk, content="Já vejo para você.", status="resolved")
    arrived = await receiver.wait_for(4)
    events = {json.loads(a.body)["event"] for a in arrived}
    assert {"conversation_created", "message_created", "conversation_status_changed"} <= events
    for call in arrived:
        signed = call.headers["x-chatwoot-timestamp"].encode() + b"." + call.body
        expected = "sha256=" + hmac.new(b"s3gredo", signed, hashlib.sha256).hexdigest()
        assert call.headers["x-chatwoot-signature"] == expected
    message = next(json.loads(a.body) for a in arrived if json.loads(a.body)["event"] == "message_created")
    assert (message["message_type"], message["private"], message["conversation"]["id"]) == ("outgoing", False, talk)
    await asyncio.sleep(0.1)
    deliveries = await control.get("chatwoot/deliveries")
    await control.post(f"chatwoot/deliveries/{deliveries[0]['delivery']}/redeliver")
    assert receiver.arrived[-1].headers["x-chatwoot-delivery"] == deliveries[0]["delivery"]


async def test_an_older_server_does_not_sign(chatwoot: httpx.AsyncClient, control: Control, receiver: Receiver) -> None:
    await control.post("chatwoot/settings", sign_webhooks=False)
    await control.post("chatwoot/webhooks", url=receiver.url)
    await open_conversation(chatwoot)
    assert "x-chatwoot-signature" not in (await receiver.wait_for(1))[0].headers


async def test_the_staff_page_lists_answers_and_resolves(chatwoot: httpx.AsyncClient, simulators_url: str) -> None:
    talk = (await open_conversation(chatwoot))["id"]
    await chatwoot.post(f"/conversations/{talk}/messages", json={"content": "<b>Oi</b>", "message_type": "incoming"})
    page = f"{simulators_url}/chatwoot/app/accounts/1/conversations/{talk}"
    assert "Ana" in (await chatwoot.get(f"{simulators_url}/chatwoot/app/")).text
    shown = (await chatwoot.get(page)).text
    assert "&lt;b&gt;Oi" in shown
    assert "Resolver" in shown
    await chatwoot.post(page, data={"content": "Tudo certo!", "action": "reply"})
    await chatwoot.post(page, data={"action": "resolved"})
    foreign = await chatwoot.post(page, data={"action": "open"}, headers={"origin": "http://mal.example"})
    assert foreign.status_code == 403
    found = (await chatwoot.get(f"/conversations/{talk}")).json()
    assert (found["status"], found["messages"][0]["content"]) == ("resolved", "Tudo certo!")


@needs_schemas
async def test_what_is_sent_here_obeys_the_vendors_schema(chatwoot: httpx.AsyncClient, control: Control) -> None:
    talk = f"/conversations/{(await open_conversation(chatwoot))['id']}"
    await chatwoot.post(f"{talk}/messages", json={"content": "Oi", "message_type": "incoming", "private": False})
    await chatwoot.post(f"{talk}/toggle_status", json={"status": "resolved"})
    await chatwoot.post(f"{talk}/labels", json={"labels": ["bot"]})
    await chatwoot.get("/contacts/search", params={"q": "999"})
    assert len(await check_recorded(control, "chatwoot")) == 7
