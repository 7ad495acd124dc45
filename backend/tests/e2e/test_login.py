"""Entering and leaving the panel, and where the token is not."""

from playwright.async_api import expect

from config import DEFAULT_ADMIN_EMAIL
from devtools.headless import PHONE, Screen
from tests.e2e.conftest import OpenVisit
from tests.e2e.panel import PANCIA
from tests.e2e.visit import Visit

SEEDED = ["TinyTeams", "Pancia Piena", "Umas e Ostras"]


async def test_wrong_password_is_told_in_place_and_the_right_one_opens_the_dashboard(
    open_visit: OpenVisit, screen: Screen
) -> None:
    visit = await open_visit(screen)
    page = visit.page
    visit.expect_answer(401, "/api/login")
    await visit.open("/admin")
    await page.get_by_label("E-mail").fill(DEFAULT_ADMIN_EMAIL)
    password = page.get_by_label("Senha", exact=True)
    await password.fill("não é esta")
    await page.get_by_role("button", name="Entrar").click()
    await expect(password).to_have_attribute("aria-invalid", "true")
    await expect(password).to_have_accessible_description("E-mail ou senha incorretos.")
    await expect(password).to_be_focused()
    await visit.expect_place("/login")
    await expect(page.get_by_label("E-mail")).to_have_value(DEFAULT_ADMIN_EMAIL)

    await visit.fill_login()
    await visit.expect_place("/admin")
    rows = page.get_by_role("region", name="Empresas").get_by_role("listitem")
    await expect(rows).to_have_count(3)
    for row, nome in zip(await rows.all(), sorted(SEEDED), strict=True):
        await expect(row).to_contain_text(nome)
    await visit.wait_figures({"Empresas ativas": "3", "Respostas": "0"})


async def test_session_outlives_a_reload_and_ends_with_logout(open_visit: OpenVisit) -> None:
    visit = await open_visit(PHONE)
    page = visit.page
    await visit.log_in()
    await visit.open("/admin/logs")
    await expect(visit.heading()).to_have_text("Logs e erros")
    await page.reload()
    await expect(visit.heading()).to_have_text("Logs e erros")
    await visit.expect_place("/admin/logs")

    await visit.open("/conta")
    await page.get_by_role("button", name="Sair").click()
    await page.get_by_role("heading", name="Entrar no Atende Ai").wait_for()
    assert not [cookie for cookie in await page.context.cookies() if cookie["value"]]
    await page.reload()
    await visit.open("/admin")
    await page.get_by_role("button", name="Entrar").wait_for()
    await visit.expect_place("/login")


async def test_address_asked_for_before_the_login_is_shown_after_it(open_visit: OpenVisit) -> None:
    visit = await open_visit()
    wanted = f"/admin/logs?empresa={PANCIA}&nivel=ERROR"
    await visit.open(wanted)
    await visit.page.get_by_role("button", name="Entrar").wait_for()
    await visit.fill_login()
    await visit.expect_place(wanted)
    await expect(visit.page.get_by_label("Nível")).to_have_value("ERROR")


async def test_token_is_in_no_address_and_in_no_storage(open_visit: OpenVisit) -> None:
    visit = await open_visit()
    page = visit.page
    tokens: list[str] = []
    page.on("request", lambda request: tokens.append(request.headers.get("authorization", "")))
    await visit.log_in()
    for place in ("/admin/buffer", "/admin/simulador", f"/admin/{PANCIA}", "/conta"):
        await visit.open(place)
        await visit.heading().wait_for()
    await page.reload()
    await visit.heading().wait_for()
    secrets = {token.removeprefix("Bearer ") for token in tokens if token}
    assert len(secrets) == 2, "one token of the login and one of the reload"
    [cookie] = [cookie for cookie in await page.context.cookies() if cookie["name"] == "atende_refresh"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    secrets.add(cookie["value"])

    kept = await _everything_kept(visit)
    assert kept, "the panel remembers something, or this test looks in the wrong place"
    for secret in secrets:
        assert not [address for address in visit.addresses if secret in address]
        assert secret not in kept


async def _everything_kept(visit: Visit) -> str:
    kept: str = await visit.page.evaluate(
        """async () => JSON.stringify([
             {...localStorage}, {...sessionStorage}, document.cookie, await indexedDB.databases(), history.state])"""
    )
    return kept
