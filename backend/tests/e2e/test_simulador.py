"""The main job as a person sees it: quick texts become one reply, a voice note gets its own, everything is shown."""

from playwright.async_api import FloatRect, Locator, expect

from devtools.headless import Screen
from tests.e2e.conftest import OpenVisit
from tests.e2e.panel import PANCIA, Panel
from tests.e2e.visit import Visit
from tests.stage import ANA

TEXTS = ("Vocês abrem na segunda?", "Quanto custa a margherita?", "Aceitam Pix?")
SPOKEN = "Quanto custa a funghi?"


async def test_quick_texts_get_one_reply_and_a_voice_note_its_own(
    panel: Panel, open_visit: OpenVisit, screen: Screen
) -> None:
    visit = await open_visit(screen)
    page = visit.page
    await visit.log_in()
    await _open_simulator(visit, screen)
    await _pick_empresa(visit, screen, "Pancia Piena")
    phone = page.get_by_role("region", name="Celular do cliente, conversa com Pancia Piena")

    await phone.evaluate(_NOTE_WAITS)
    field = phone.get_by_label("Mensagem", exact=True)
    for text in TEXTS:
        await field.fill(text)
        await field.press("Enter")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("")
    for text in TEXTS:
        await phone.get_by_text(text, exact=True).wait_for()

    replies = _replies(phone)
    await expect(replies).to_have_count(1)
    for said in ("na segunda não abrimos", "58,00", "Pix"):
        await expect(replies.first).to_contain_text(said)
    await panel.settled(20)
    assert len(await panel.replies(PANCIA, ANA)) == 1
    await expect(phone.get_by_role("timer")).to_have_count(0)
    waits: list[str] = await page.evaluate("() => window.waits")
    seconds = [int(wait.split()[-2]) for wait in waits if wait.startswith("3 mensagens no buffer")]
    assert len(seconds) >= 2, waits
    assert seconds == sorted(set(seconds), reverse=True), waits

    await phone.get_by_role("button", name="Enviar áudio").click()
    dialog = page.get_by_role("dialog", name="Enviar áudio")
    await dialog.get_by_label("O que é dito no áudio").fill(SPOKEN)
    await dialog.get_by_role("button", name="Enviar áudio de exemplo").click()
    await dialog.wait_for(state="detached")
    await phone.get_by_role("button", name="Ouvir mensagem de voz").wait_for()
    await expect(replies).to_have_count(2)
    await expect(replies.last).to_contain_text("74,00")
    await panel.settled(20)
    assert len(await panel.replies(PANCIA, ANA)) == 2

    await page.get_by_role("link", name="Ver a conversa no painel").click()
    await _check_conversation(visit)
    await visit.open("/admin")
    await visit.wait_figures({"Clientes únicos": "1", "Atendimentos": "1", "Respostas": "2", "Reservas": "0"})
    row = page.get_by_role("region", name="Empresas").get_by_role("listitem").filter(has_text="Pancia Piena")
    await expect(row.get_by_role("definition")).to_have_text(["1", "1", "0", "2"])


async def _check_conversation(visit: Visit) -> None:
    thread = visit.page.get_by_role("region", name="Conversa com Ana Lima")
    group = thread.get_by_role("list").filter(has_text=TEXTS[0])
    await expect(group.get_by_role("listitem")).to_have_count(3)
    for bubble, text in zip(await group.get_by_role("listitem").all(), TEXTS, strict=True):
        await expect(bubble).to_contain_text(text)
    await expect(group.locator("..")).to_contain_text("3 mensagens lidas como uma pergunta")
    assert await group.evaluate(_BRACKET_HEIGHT) > 0.8 * (await _box(group))["height"], "the bracket spans the texts"

    bubbles = thread.get_by_role("listitem")
    await expect(bubbles).to_have_count(6)
    order = [TEXTS[0], TEXTS[1], TEXTS[2], "58,00", SPOKEN, "74,00"]
    for bubble, text in zip(await bubbles.all(), order, strict=True):
        await expect(bubble).to_contain_text(text)
    voice = bubbles.nth(4)
    await expect(voice).to_contain_text("Transcrição")
    await expect(voice.get_by_role("slider", name="Posição da mensagem de voz")).to_have_attribute(
        "aria-valuetext", "0:00 de 0:01"
    )
    await voice.get_by_role("button", name="Ouvir mensagem de voz").click()
    await voice.get_by_role("button", name="Pausar mensagem de voz").wait_for()
    await voice.get_by_role("button", name="Ouvir mensagem de voz").wait_for()


async def _box(place: Locator) -> FloatRect:
    box = await place.bounding_box()
    assert box is not None
    return box


async def _open_simulator(visit: Visit, screen: Screen) -> None:
    if screen.phone:
        await visit.page.get_by_role("button", name="Mais").click()
    await visit.page.get_by_role("link", name="Simulador").click()
    await expect(visit.heading()).to_have_text("Simulador")


async def _pick_empresa(visit: Visit, screen: Screen, nome: str) -> None:
    page = visit.page
    if screen.phone:
        await page.get_by_role("button", name="Trocar", exact=True).click()
    await page.get_by_label("Empresa", exact=True).select_option(label=nome)
    if screen.phone:
        await page.get_by_role("button", name="Fechar").click()
        await page.get_by_role("dialog").wait_for(state="detached")


def _replies(phone: Locator) -> Locator:
    return phone.get_by_role("listitem").filter(has_text="Empresa: ")


# What the chat said about the wait, each time the words changed: a countdown is gone before anybody can ask twice.
_NOTE_WAITS = """phone => {
  window.waits = [];
  new MutationObserver(() => {
    const timer = phone.querySelector("[role=timer]");
    if (!timer?.checkVisibility()) return;
    const words = timer.parentElement.textContent.replace(timer.textContent, ` ${timer.textContent}`);
    if (words !== window.waits.at(-1)) window.waits.push(words);
  }).observe(phone, { subtree: true, childList: true, characterData: true });
}"""

_BRACKET_HEIGHT = """group => {
  const line = getComputedStyle(group, "::before");
  return line.content === "none" || line.borderLeftStyle === "none" ? 0 : parseFloat(line.height);
}"""
