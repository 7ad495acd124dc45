"""The people's side of the panel: an empresa and its gestor, a prompt published and taken back, access ended.

Each person is in a browser of their own, as they would be.
"""

from playwright.async_api import expect

from devtools.headless import DESKTOP, PHONE, Screen
from tests.e2e.conftest import OpenVisit
from tests.e2e.panel import PANCIA, Panel
from tests.e2e.visit import Visit

GESTORA, FIRST, OWN = "gestora@cantina.com.br", "uma primeira senha", "uma senha só da gestora"


async def test_superuser_makes_an_empresa_and_its_gestor_who_publishes_takes_back_and_is_put_out(
    open_visit: OpenVisit, screen: Screen
) -> None:
    superuser = await open_visit(DESKTOP)
    await superuser.log_in()
    await _create_empresa(superuser)
    await _create_gestor(superuser)

    gestor = await open_visit(screen)
    page = gestor.page
    await gestor.open("/admin/cantina-da-nonna/configuracao/prompt")
    await gestor.fill_login(GESTORA, FIRST)
    await expect(gestor.heading()).to_have_text("Escolha a sua senha")
    await page.get_by_label("Nova senha").fill(OWN)
    await page.get_by_role("button", name="Continuar").click()
    await gestor.expect_place("/admin/cantina-da-nonna/configuracao/prompt")

    editor = page.get_by_label("Como o atendente deve falar e agir")
    await editor.fill("Você atende a Cantina da Nonna.\nSeja breve.")
    await page.get_by_role("button", name="Publicar").click()
    await page.get_by_text("Versão 1 no ar", exact=True).wait_for()
    await editor.fill("Você atende a Cantina da Nonna.\nConte sempre a história da casa.")
    await page.get_by_label("O que mudou", exact=True).fill("Conta a história")
    await page.get_by_role("button", name="Publicar").click()
    await page.get_by_text("Versão 2 no ar", exact=True).wait_for()

    await page.get_by_role("button", name="Ver o que mudou na versão 2").click()
    difference = page.get_by_role("dialog", name="Versão 2")
    await expect(difference.locator("ins")).to_contain_text("Conte sempre a história da casa.")
    await expect(difference.locator("del")).to_contain_text("Seja breve.")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Voltar à versão 1").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Voltar a esta versão").click()
    await page.get_by_text("Versão 3 no ar", exact=True).wait_for()
    await expect(editor).to_have_value("Você atende a Cantina da Nonna.\nSeja breve.")

    await superuser.open("/admin/auditoria?empresa=cantina-da-nonna")
    record = superuser.page.get_by_role("listitem").filter(has_text="Voltou a uma versão do prompt")
    await expect(record.first).to_contain_text(GESTORA)
    await expect(record.first).to_contain_text("versão do prompt: 2")

    await _deactivate(superuser, GESTORA)
    gestor.expect_answer(401, "/api/.*")
    await _go(gestor, "Conversas")
    await page.get_by_text("Seu acesso foi desativado.").wait_for()
    await gestor.expect_place("/login")


async def test_one_time_code_lets_its_owner_choose_a_password_once(panel: Panel, open_visit: OpenVisit) -> None:
    superuser = await open_visit()
    page = superuser.page
    await superuser.log_in()
    await superuser.open("/admin/usuarios")
    await page.get_by_role("button", name="Novo usuário").click()
    form = page.get_by_role("dialog", name="Novo usuário")
    await form.get_by_label("E-mail").fill(GESTORA)
    await form.get_by_label("Empresa").select_option(label="Pancia Piena")
    await form.get_by_role("button", name="Criar usuário").click()
    shown = page.get_by_role("dialog", name="Código de acesso")
    code = await shown.get_by_role("group", name="Código").locator("code").inner_text()
    await shown.get_by_role("button", name="Pronto").click()
    await shown.wait_for(state="detached")
    assert code not in await page.content()

    visit = await open_visit(PHONE)
    await visit.open()
    await visit.page.get_by_role("link", name="Tenho um código de acesso").click()
    await _redeem(visit, code)
    await visit.page.get_by_text("Senha definida.").wait_for()
    await visit.fill_login(GESTORA, OWN)
    await visit.expect_place(f"/admin/{PANCIA}")
    assert not [address for address in [*superuser.addresses, *visit.addresses] if code in address]

    again = await open_visit(PHONE)
    again.expect_answer(422, "/api/senha/redefinir")
    await again.open("/redefinir")
    await _redeem(again, code)
    await expect(again.page.get_by_label("Código de acesso")).to_have_attribute("aria-invalid", "true")


async def test_what_is_typed_and_not_saved_is_not_left_behind_without_asking(open_visit: OpenVisit) -> None:
    visit = await open_visit()
    page = visit.page
    await visit.log_in()
    await visit.open(f"/admin/{PANCIA}")
    await visit.settled()
    await visit.open(f"/admin/{PANCIA}/configuracao/geral")
    await page.get_by_label("Nome").fill("Pancia Piena do Centro")

    await page.get_by_role("link", name="Avançado").click()
    question = page.get_by_role("alertdialog", name="Sair sem salvar?")
    await question.get_by_role("button", name="Continuar editando").click()
    await question.wait_for(state="detached")
    await visit.expect_place(f"/admin/{PANCIA}/configuracao/geral")
    await expect(page.get_by_label("Nome")).to_have_value("Pancia Piena do Centro")

    await page.go_back()
    await question.wait_for()
    await visit.expect_place(f"/admin/{PANCIA}/configuracao/geral")
    await question.get_by_role("button", name="Continuar editando").click()
    await page.get_by_role("button", name="Salvar", exact=True).click()
    await page.get_by_text("Alterações salvas.", exact=True).wait_for()
    await page.go_back()
    await visit.expect_place(f"/admin/{PANCIA}")
    await expect(visit.heading()).to_have_text("Pancia Piena do Centro")


async def test_day_is_closed_and_reopened_in_one_tap(panel: Panel, open_visit: OpenVisit) -> None:
    visit = await open_visit(PHONE)
    page = visit.page
    await visit.log_in()
    await visit.open(f"/admin/{PANCIA}/configuracao/horarios")
    closed = page.get_by_role("switch", name="Fechar hoje")
    await closed.click()
    await page.get_by_text("Hoje está fechado.", exact=True).wait_for()
    await expect(closed).to_be_checked()
    days = await panel.as_superuser("GET", f"/api/empresas/{PANCIA}/dias")
    assert [day["fechado"] for day in days["items"]] == [True]
    await closed.click()
    await page.get_by_text("Hoje voltou a abrir no horário de sempre.", exact=True).wait_for()
    assert (await panel.as_superuser("GET", f"/api/empresas/{PANCIA}/dias"))["items"] == []


async def test_connection_is_tried_and_its_answer_read(open_visit: OpenVisit) -> None:
    visit = await open_visit()
    page = visit.page
    await visit.log_in()
    await visit.open(f"/admin/{PANCIA}/configuracao/integracoes")
    await page.get_by_role("button", name="Testar conexão: OpenAI").click()
    card = page.get_by_role("region", name="OpenAI")
    await expect(card.get_by_role("status")).to_contain_text("Simulada")
    await page.get_by_label("Chave da OpenAI").fill("sk-teste-1234567890abcdef")
    await expect(page.get_by_role("button", name="Testar conexão: OpenAI")).to_have_attribute("aria-disabled", "true")
    await page.get_by_role("button", name="Salvar", exact=True).click()
    await card.get_by_text("termina em …cdef").wait_for()
    assert "sk-teste-1234567890abcdef" not in await page.content()


async def _create_empresa(visit: Visit) -> None:
    page = visit.page
    await visit.open("/admin/empresas")
    await page.get_by_role("button", name="Nova empresa").click()
    await page.get_by_label("Nome").fill("Cantina da Nonna")
    await expect(page.get_by_label("Endereço no sistema")).to_have_value("cantina-da-nonna")
    await page.get_by_role("button", name="Criar empresa").click()
    done = page.get_by_role("dialog", name="Cantina da Nonna está pronta")
    await expect(done.locator("code")).to_have_text(f"{visit.url}/webhook/cantina-da-nonna#rc=5&rp=all")
    await done.get_by_role("link", name="Criar o gestor").click()
    await visit.expect_place("/admin/usuarios?empresa=cantina-da-nonna")


async def _create_gestor(visit: Visit) -> None:
    page = visit.page
    await page.get_by_role("button", name="Novo usuário").click()
    form = page.get_by_role("dialog", name="Novo usuário")
    await form.get_by_label("E-mail").fill(GESTORA)
    await form.get_by_role("radio", name="Gestor").click()
    await expect(form.get_by_label("Empresa").locator("option:checked")).to_have_text("Cantina da Nonna")
    await form.get_by_role("radio", name="Primeira senha").click()
    await form.get_by_label("Primeira senha", exact=True).fill(FIRST)
    await form.get_by_role("button", name="Criar usuário").click()
    await form.wait_for(state="detached")
    await page.get_by_role("button", name=GESTORA).wait_for()


async def _deactivate(visit: Visit, email: str) -> None:
    page = visit.page
    await visit.open("/admin/usuarios")
    await page.get_by_role("button", name=email).click()
    await page.get_by_role("button", name="Desativar acesso").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Desativar").click()
    await page.get_by_role("button", name=email).filter(has_text="Desativado").wait_for()


async def _redeem(visit: Visit, code: str) -> None:
    await visit.page.get_by_label("Código de acesso").fill(f" {code} ")
    await visit.page.get_by_label("Nova senha").fill(OWN)
    await visit.page.get_by_role("button", name="Definir senha").click()


async def _go(visit: Visit, place: str) -> None:
    """The next click of somebody whose panel is still open: in the sidebar, or in the bar of a phone."""
    await visit.page.get_by_role("link", name=place, exact=True).filter(visible=True).first.click()
