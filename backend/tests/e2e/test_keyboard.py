"""The panel without a mouse: every stop shows that it has the focus, and the main work needs only the keyboard."""

import pytest
from playwright.async_api import Page, expect

from config import DEFAULT_ADMIN_EMAIL, DEFAULT_ADMIN_PASSWORD, Settings
from tests.e2e.conftest import OpenVisit
from tests.e2e.panel import PANCIA, Panel
from tests.stage import ANA

MANY_STOPS = 60


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"buffer_seconds": 0.6})


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_login_with_the_keyboard_alone(open_visit: OpenVisit, color_scheme: str) -> None:
    visit = await open_visit(color_scheme=color_scheme, reduced_motion="reduce")
    page = visit.page
    await visit.open()
    await page.get_by_role("button", name="Entrar").wait_for()
    assert await _tab(page) == "E-mail"
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("E-mail")).to_have_accessible_description("Informe seu e-mail.")
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await page.keyboard.type(DEFAULT_ADMIN_EMAIL)
    assert await _tab(page) == "Senha"
    await page.keyboard.type(DEFAULT_ADMIN_PASSWORD)
    assert await _tab(page) == "Mostrar senha"
    await page.keyboard.press("Space")
    await expect(page.get_by_label("Senha", exact=True)).to_have_attribute("type", "text")
    await page.keyboard.press("Space")
    await expect(page.get_by_label("Senha", exact=True)).to_have_attribute("type", "password")
    assert await _tab(page) == "Entrar"
    await page.keyboard.press("Enter")
    await visit.expect_place("/admin")

    await visit.heading().wait_for()
    assert await _tab(page) == "Ir para o conteúdo"
    await expect(page.get_by_role("link", name="Ir para o conteúdo")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    await visit.expect_place("/admin")
    assert await _tab(page) in ("Hoje", "7 dias", "Tudo")


async def test_simulator_with_the_keyboard_alone(panel: Panel, open_visit: OpenVisit) -> None:
    visit = await open_visit(reduced_motion="reduce")
    page = visit.page
    await visit.log_in()
    await _tab_to(page, "Simulador")
    await page.keyboard.press("Enter")
    await visit.expect_place("/admin/simulador")
    await expect(visit.heading()).to_have_text("Simulador")

    await _tab_to(page, "Empresa")
    await page.keyboard.type("Pancia")
    await expect(page.get_by_label("Empresa", exact=True)).to_have_value(PANCIA)
    await _tab_to(page, "Mensagem")
    await page.keyboard.type("Quanto custa")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("a margherita?")
    await page.keyboard.press("Enter")
    phone = page.get_by_role("region", name="Celular do cliente, conversa com Pancia Piena")
    replies = phone.get_by_role("listitem").filter(has_text="Empresa: ")
    await expect(replies).to_contain_text(["58,00"])
    assert len(await panel.replies(PANCIA, ANA)) == 1

    attach = page.get_by_role("button", name="Anexar e outras ações")
    await _tab_to(page, "Anexar e outras ações", backwards=True)
    await page.keyboard.press("Enter")
    await _check_menu_item(page, "Áudio")
    await page.keyboard.press("Escape")
    await expect(attach).to_be_focused()
    await page.keyboard.press("Enter")
    for name in ("Áudio", "Imagem", "Documento", "Localização"):
        await _check_menu_item(page, name)
        await page.keyboard.press("Enter" if name == "Localização" else "ArrowDown")
    await page.get_by_role("dialog", name="Enviar localização").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="detached")
    await expect(attach).to_be_focused()

    await _tab_to(page, "Enviar áudio")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Enviar áudio")
    await dialog.wait_for()
    for _ in range(8):
        await _tab(page)
        assert await dialog.evaluate("e => e.contains(document.activeElement)"), "the focus stays in the dialog"
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="detached")
    await expect(page.get_by_role("button", name="Enviar áudio")).to_be_focused()
    await page.keyboard.press("Enter")
    await _tab_to(page, "Enviar áudio de exemplo")
    await page.keyboard.press("Enter")
    await expect(replies).to_have_count(2)


async def test_every_stop_of_every_screen_shows_the_focus(panel: Panel, open_visit: OpenVisit) -> None:
    await panel.say(PANCIA, "Quanto custa a margherita?", profile_name="Ana Lima")
    await panel.wait_replies(PANCIA, 1, seconds=20)
    conversa = await panel.conversa(PANCIA)
    visit = await open_visit(reduced_motion="reduce")
    await visit.log_in()
    home = f"/admin/{PANCIA}"
    for place, words in (
        (home, "Conversas recentes"),
        (f"{home}/conversas/{conversa.id}", "Com o bot"),
        ("/admin", "Precisam de você"),
        ("/admin/logs", "Resposta enviada"),
        ("/admin/empresas", "Umas e Ostras"),
        ("/conta", "Trocar a senha"),
    ):
        await visit.open(place)
        await visit.page.get_by_text(words).first.wait_for()
        await visit.settled()
        await visit.page.get_by_role("link", name="Ir para o conteúdo").focus()
        stops = [await _tab(visit.page)]
        while stops[-1] and len(stops) < MANY_STOPS:
            stops.append(await _tab(visit.page))
        assert 8 < len(stops) < MANY_STOPS, f"{place}: {stops}"


async def _tab_to(page: Page, name: str, *, backwards: bool = False) -> None:
    """Press Tab until this control has the focus; every stop on the way has to show it."""
    stops: list[str] = []
    while len(stops) < MANY_STOPS:
        stops.append(await _tab(page, backwards=backwards))
        if stops[-1] == name:
            return
    raise AssertionError(f"no stop is called {name!r}: {stops}")


async def _tab(page: Page, *, backwards: bool = False) -> str:
    """The name of the next stop; empty past the last one, where the focus leaves the page."""
    await page.keyboard.press("Shift+Tab" if backwards else "Tab")
    return await _check_focus_shows(page)


async def _check_menu_item(page: Page, name: str) -> None:
    """This item of the menu has the focus, and looks like no other."""
    item = page.get_by_role("menuitem", name=name)
    await expect(item).to_be_focused()
    looks: list[bool] = await page.get_by_role("menuitem").evaluate_all(_STANDS_OUT)
    assert looks.count(True) == 1, f"{name}: {looks}"


async def _check_focus_shows(page: Page) -> str:
    name, problem = await page.evaluate(_FOCUS)
    assert problem is None, f"{name}: {problem}"
    return str(name)


_STANDS_OUT = """items => items.map(item => {
  const { backgroundColor } = getComputedStyle(item);
  const behind = getComputedStyle(item.parentElement).backgroundColor;
  return backgroundColor !== "rgba(0, 0, 0, 0)" && backgroundColor !== behind;
})"""

# An outline that is drawn, or a look that differs from the one without focus; and the element is on the screen.
_FOCUS = """() => {
  const e = document.activeElement;
  if (e === document.body) return ["", null];
  const name = (e.labels?.[0]?.textContent ?? e.getAttribute("aria-label") ?? e.textContent).trim();
  const box = e.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) return [name, "has no size"];
  const outside = box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth;
  if (outside) return [name, "is off the screen"];
  const style = getComputedStyle(e);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  if (outlined && style.outlineColor !== "rgba(0, 0, 0, 0)") return [name, null];
  const look = () => [style.boxShadow, style.borderColor, style.backgroundColor, style.color].join("|");
  const focused = look();
  e.blur();
  const plain = look();
  e.focus();
  return [name, focused === plain ? "looks the same with and without the focus" : null];
}"""
