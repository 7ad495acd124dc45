"""Takes the pictures of the documentation from a running `make run`: `python -m devtools.screenshots <its address>`.

It writes to an empresa as an invented customer through the simulator and saves what a person would see under
docs/images. Give that `make run` a fresh DATA_DIR, because nothing is cleaned up, and an invented ADMIN_EMAIL with its
ADMIN_PASSWORD: the same two are read here, and the address is in the pictures.
"""

import argparse
import asyncio
from pathlib import Path

from playwright.async_api import Browser, Locator, Page

from config import DEFAULT_ADMIN_EMAIL, DEFAULT_ADMIN_PASSWORD, ROOT, Settings, load_settings
from devtools.browser import find_chromium
from devtools.headless import DESKTOP, PHONE, Screen, chromium

IMAGES = ROOT / "docs" / "images"
PATIENCE_MS = 30_000

FIRST = ("Oi, boa tarde!", "Vocês abrem no sábado?", "Quanto custa a margherita?")
SPOKEN = "E vocês entregam? Qual é a taxa de entrega?"
LAST = ("Aceitam Pix?", "Tem refrigerante?", "Obrigada!")


async def main(address: str, folder: Path, settings: Settings, browser_path: str) -> None:
    """Take every picture. Raises playwright's TimeoutError naming what did not appear."""
    async with chromium(browser_path) as browser:
        desk = await _enter(browser, DESKTOP, address, settings, folder / "login.png")
        await _talk(desk, address)
        for text in LAST:
            await _write(desk, text)
        await desk.get_by_text("3 mensagens no buffer").wait_for()
        await _save(desk, folder / "simulador.png")
        await desk.goto(f"{address}/#/admin/buffer")
        await desk.get_by_role("article", name="Ana Lima").wait_for()
        await _save(desk, folder / "buffer.png")
        await desk.get_by_role("button", name="Processar agora").click()
        await desk.get_by_text("Nenhuma conversa esperando").wait_for()

        phone = await _enter(browser, PHONE, address, settings)
        await phone.goto(f"{address}/#/admin/simulador?empresa=pancia-piena")
        await _replies(phone).nth(2).wait_for()
        await _save(phone, folder / "simulador-celular.png")
        await desk.goto(f"{address}/#/admin/pancia-piena")
        await desk.get_by_role("link", name="Ana Lima").first.click()
        thread = desk.get_by_role("region", name="Conversa com Ana Lima")
        await thread.get_by_text("3 mensagens lidas como uma pergunta").nth(1).wait_for()
        await thread.locator("[aria-valuetext]:not([aria-valuetext$='0:00'])").wait_for()
        await _save(desk, folder / "conversa.png")
        await desk.goto(f"{address}/#/admin")
        row = desk.get_by_role("listitem").filter(has_text="Pancia Piena").filter(has_text="Respostas3")
        await row.wait_for()
        await _save(desk, folder / "painel.png")


async def _enter(
    browser: Browser, screen: Screen, address: str, settings: Settings, picture: Path | None = None
) -> Page:
    """A page of the superuser's, with a picture of the login on the way."""
    password = settings.admin_password.get_secret_value() if settings.admin_password else DEFAULT_ADMIN_PASSWORD
    context = await browser.new_context(**screen.context_options(), reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_role("button", name="Entrar").wait_for()
    if picture is not None:
        await _save(page, picture)
    await page.get_by_label("E-mail").fill(settings.admin_email or DEFAULT_ADMIN_EMAIL)
    await page.get_by_label("Senha", exact=True).fill(password)
    await page.get_by_role("button", name="Entrar").click()
    await page.get_by_role("heading", name="Visão geral").wait_for()
    return page


async def _talk(page: Page, address: str) -> None:
    """Three quick texts and a voice note, each answered."""
    await page.goto(f"{address}/#/admin/simulador?empresa=pancia-piena")
    for text in FIRST:
        await _write(page, text)
    await _replies(page).nth(0).wait_for()
    await page.get_by_role("button", name="Enviar áudio").click()
    await page.get_by_label("O que é dito no áudio").fill(SPOKEN)
    await page.get_by_role("button", name="Enviar áudio de exemplo").click()
    await _replies(page).nth(1).wait_for()


async def _write(page: Page, text: str) -> None:
    await page.get_by_label("Mensagem", exact=True).fill(text)
    await page.get_by_role("button", name="Enviar", exact=True).click()
    await page.get_by_role("listitem").filter(has_text=text).first.wait_for()


def _replies(page: Page) -> Locator:
    return page.get_by_label("Mensagens do celular").get_by_role("listitem").filter(has_text="Empresa: ")


async def _save(page: Page, path: Path) -> None:
    """The window as it is once nothing on it is loading."""
    await page.wait_for_function("() => !document.body.textContent.includes('Carregando…')")
    await page.evaluate("() => document.fonts.ready")
    await page.evaluate("() => document.activeElement.blur()")
    picture = await page.screenshot(path=path, animations="disabled")
    print(f"{path}: {len(picture) / 1000:.0f} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fotografa as telas de um `make run` para a documentação.")
    parser.add_argument("address", help="por exemplo http://localhost:8011")
    parser.add_argument("--folder", type=Path, default=IMAGES)
    given = parser.parse_args()
    settings = load_settings()
    found = find_chromium(settings.chromium_path, say=print)
    if found is None:
        parser.exit(1, "Não há Chromium nesta máquina nem como instalar um.\n")
    asyncio.run(main(given.address.rstrip("/"), given.folder.resolve(), settings, found))
