"""What a customer writes is shown as written: markup stays text, emoji and right-to-left text keep their shape."""

import pytest
from playwright.async_api import Locator, expect

from config import Settings
from devtools.headless import Screen
from tests.e2e.conftest import OpenVisit
from tests.e2e.panel import PANCIA, Panel
from tests.e2e.visit import Visit
from tests.stage import ANA

MARKUP = '<img src=x onerror="window.invaded=1"><script>window.invaded=1</script><b>oi</b> &lt;i&gt; {{7*7}}'
EMOJI = "👩‍👩‍👧‍👦 🍕 👍🏽 🇧🇷"
HEBREW = "שלום, יש לכם שולחן לארבעה?"
ARABIC = "مرحبا 2 بيتزا <b>من فضلك</b>"
NAME = "<u>Ana</u> Lima"
TEXTS = (MARKUP, EMOJI, HEBREW, ARABIC)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The buffer shows the texts too, for as long as the test looks at it."""
    return settings.model_copy(update={"buffer_seconds": 120, "buffer_max_seconds": 240})


async def test_typed_markup_is_text_and_every_script_is_legible(
    panel: Panel, open_visit: OpenVisit, screen: Screen
) -> None:
    visit = await open_visit(screen)
    for text in TEXTS:
        await panel.say(PANCIA, text, profile_name=NAME)
    await visit.log_in()

    await visit.open("/admin/buffer")
    await _check_texts(visit, visit.page.get_by_role("article", name=f"{NAME}, Pancia Piena"))
    await panel.answer_now(PANCIA, ANA)

    conversa = await panel.conversa(PANCIA)
    await visit.open(f"/admin/{PANCIA}/conversas/{conversa.id}")
    thread = visit.page.get_by_role("region", name=f"Conversa com {NAME}")
    await _check_texts(visit, thread)
    for text, direction in ((EMOJI, "ltr"), (HEBREW, "rtl"), (ARABIC, "rtl")):
        shown = thread.get_by_text(text, exact=True)
        assert await shown.evaluate("e => getComputedStyle(e).direction") == direction
    await thread.get_by_text("4 mensagens lidas como uma pergunta").wait_for()

    for place in (f"/admin/{PANCIA}", f"/admin/{PANCIA}/conversas"):
        await visit.open(place)
        await visit.page.get_by_text(NAME).first.wait_for()
        await _check_inert(visit)
    await visit.open(f"/admin/simulador?empresa={PANCIA}")
    phone = visit.page.get_by_role("region", name="Celular do cliente, conversa com Pancia Piena")
    await _check_texts(visit, phone)


async def _check_texts(visit: Visit, place: Locator) -> None:
    for text in TEXTS:
        shown = place.get_by_text(text, exact=True)
        await shown.wait_for()
        assert await shown.evaluate("e => e.childElementCount") == 0
        assert await shown.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), f"{text} is cut"
    await _check_inert(visit)


async def _check_inert(visit: Visit) -> None:
    assert await visit.page.evaluate("() => window.invaded") is None
    strange = "main :is(script, iframe, b, i, u), main img[src='x']"
    await expect(visit.page.locator(strange)).to_have_count(0)
    assert await visit.overflow() == []
