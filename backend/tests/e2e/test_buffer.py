"""The buffer screen: who waits, how long, and the button that does not wait."""

import asyncio
import json
import re

import pytest
from playwright.async_api import Locator, expect

from config import Settings
from devtools.headless import DESKTOP, PHONE, Screen
from models import Turno
from tests.e2e.conftest import OpenVisit
from tests.e2e.panel import PANCIA, Panel
from tests.e2e.visit import Visit
from tests.stage import ANA


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A window that only the button can cut short."""
    return settings.model_copy(update={"buffer_seconds": 120, "buffer_max_seconds": 240})


async def test_waiting_conversation_is_answered_once_however_often_the_button_is_clicked(
    panel: Panel, open_visit: OpenVisit, screen: Screen
) -> None:
    visit = await open_visit(screen)
    await visit.log_in()
    await visit.open("/admin/buffer")
    await visit.page.get_by_text("Nenhuma conversa esperando").wait_for()
    await _two_texts(panel)

    row = visit.page.get_by_role("article", name="Ana Lima, Pancia Piena")
    waiting = row.get_by_role("list", name="2 mensagens esperando").get_by_role("listitem")
    await expect(waiting).to_contain_text(["Oi, tudo bem?", "Quanto custa a margherita?"])
    first = await _seconds_left(row)
    assert 90 < first <= 120
    await expect(row.get_by_role("timer")).not_to_have_text(f"{first} s")
    assert await _seconds_left(row) < first

    await row.get_by_role("button", name="Processar agora").dblclick()
    await row.wait_for(state="detached")
    await visit.page.get_by_text("Nenhuma conversa esperando").wait_for()
    await _check_one_reply(panel)


async def test_two_people_click_at_the_same_time_and_the_customer_gets_one_reply(
    panel: Panel, open_visit: OpenVisit
) -> None:
    visits: list[Visit] = [await open_visit(DESKTOP), await open_visit(PHONE)]
    for visit in visits:
        await visit.log_in()
        await visit.open("/admin/buffer")
    await _two_texts(panel)
    buttons = [visit.page.get_by_role("button", name="Processar agora a conversa de Ana Lima") for visit in visits]
    for button in buttons:
        await button.wait_for()
    await asyncio.gather(*(button.click() for button in buttons))
    for visit in visits:
        await visit.page.get_by_text("Nenhuma conversa esperando").wait_for()
    await _check_one_reply(panel)


async def test_button_clicked_after_the_reply_left_says_so(panel: Panel, open_visit: OpenVisit) -> None:
    visit = await open_visit()
    visit.expect_answer(404, r"/api/buffer/\d+/processar")
    await visit.log_in()
    await visit.open("/admin/buffer")
    await _two_texts(panel)
    button = visit.page.get_by_role("button", name="Processar agora")
    await button.wait_for()
    # The screen goes on showing what was true a moment ago, as on a slow connection.
    async with visit.page.expect_response("**/api/buffer?**") as listing:
        earlier = json.loads(await (await listing.value).text())
    await visit.page.route("**/api/buffer?**", lambda route: route.fulfill(json=earlier))
    await panel.answer_now(PANCIA, ANA)
    await button.click()
    await visit.page.get_by_text("Esta conversa já tinha sido processada.", exact=True).wait_for()
    await visit.page.unroute_all(behavior="wait")
    await visit.page.get_by_text("Nenhuma conversa esperando").wait_for()
    await _check_one_reply(panel)


async def _two_texts(panel: Panel) -> None:
    await panel.say(PANCIA, "Oi, tudo bem?", profile_name="Ana Lima")
    await panel.say(PANCIA, "Quanto custa a margherita?", profile_name="Ana Lima")


async def _seconds_left(row: Locator) -> int:
    text = await row.get_by_role("timer").text_content()
    found = re.fullmatch(r"(\d+) s", text or "")
    assert found, text
    return int(found[1])


async def _check_one_reply(panel: Panel) -> None:
    [reply] = await panel.wait_replies(PANCIA, 1, contact=ANA, seconds=20)
    assert "58,00" in reply
    turnos = await panel.rows(Turno)
    assert [turno.estado for turno in turnos] == ["done"]
