"""A member of one empresa's staff sees that empresa and nothing of another, whatever address is typed."""

import asyncio

import pytest
from playwright.async_api import Response, expect

from config import Settings
from tests.e2e.conftest import OpenVisit
from tests.e2e.panel import OSTRAS, PANCIA, Panel
from tests.e2e.visit import Visit
from tests.stage import ANA, BETO

EMAIL, PASSWORD = "equipe@pancia.com.br", "uma senha só da equipe"
SECRETS = ("Umas e Ostras", "Beto Sigiloso", "segredo das ostras", "97777-6666", "5511977776666")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Messages stay in the buffer for as long as the test looks at it."""
    return settings.model_copy(update={"buffer_seconds": 120, "buffer_max_seconds": 240})


async def test_staff_see_their_own_empresa_and_no_other(panel: Panel, open_visit: OpenVisit) -> None:
    foreign = await _two_empresas_with_a_conversation_each(panel)
    visit = await open_visit()
    bodies: list[asyncio.Task[str]] = []
    visit.page.on("response", lambda response: _keep_body(bodies, response))
    await visit.open()
    await visit.fill_login(EMAIL, PASSWORD)
    await visit.expect_place(f"/admin/{PANCIA}")
    await expect(visit.heading()).to_have_text("Pancia Piena")
    await visit.wait_figures({"Clientes únicos": "1", "Respostas": "1"}, "Números da empresa")

    visit.expect_answer(404, rf"/api/empresas/{OSTRAS}(/.*)?")
    for place in ("", "/conversas", f"/conversas/{foreign}", "/reservas", "/configuracao/integracoes"):
        await visit.open(f"/admin/{OSTRAS}{place}")
        await expect(visit.page.get_by_role("alert").first).to_contain_text("Não encontramos o que você procura.")
        await _nothing_foreign(visit)
    for place in ("/admin", "/admin/empresas", "/admin/simulador", f"/admin/simulador?empresa={OSTRAS}"):
        await visit.open(place)
        await visit.page.get_by_text("Esta tela é só para superusuários").wait_for()
        await _nothing_foreign(visit)
    for place in ("/admin/usuarios", "/admin/auditoria", f"/admin/{PANCIA}/configuracao/prompt"):
        await visit.open(place)
        await visit.page.get_by_text("Esta tela é só para gestores").wait_for()

    await visit.open("/admin/buffer")
    await expect(visit.page.get_by_role("article")).to_have_count(1)
    await expect(visit.page.get_by_role("article")).to_contain_text("E vocês entregam?")
    await _nothing_foreign(visit)
    await visit.open("/admin/logs")
    await visit.page.get_by_text("Resposta enviada").first.wait_for()
    await _nothing_foreign(visit)
    visit.expect_answer(404, "/api/logs")
    await visit.open(f"/admin/logs?empresa={OSTRAS}")
    await expect(visit.page.get_by_role("alert")).to_contain_text("Não encontramos")
    await _nothing_foreign(visit)

    # Typed into a new tab, where nothing is loaded yet.
    await visit.page.goto("about:blank")
    await visit.open(f"/admin/{OSTRAS}/conversas/{foreign}")
    await expect(visit.page.get_by_role("alert").first).to_contain_text("Não encontramos o que você procura.")
    await _nothing_foreign(visit)
    received = await asyncio.gather(*bodies)
    assert len(received) > 10
    assert not [body for body in received for secret in SECRETS if secret in body]


async def _two_empresas_with_a_conversation_each(panel: Panel) -> int:
    """The id of the conversation the staff may not see."""
    for slug, contact, name, text in (
        (PANCIA, ANA, "Ana Lima", "Quanto custa a margherita?"),
        (OSTRAS, BETO, "Beto Sigiloso", "Este é o segredo das ostras"),
    ):
        await panel.say(slug, text, contact=contact, profile_name=name)
        await panel.answer_now(slug, contact)
    await panel.say(PANCIA, "E vocês entregam?", profile_name="Ana Lima")
    await panel.say(OSTRAS, "Mais um segredo das ostras", contact=BETO, profile_name="Beto Sigiloso")
    await panel.add_staff(PANCIA, EMAIL, PASSWORD)
    return (await panel.conversa(OSTRAS, BETO)).id


def _keep_body(bodies: list[asyncio.Task[str]], response: Response) -> None:
    if "/api/" in response.url:
        bodies.append(asyncio.ensure_future(response.text()))


async def _nothing_foreign(visit: Visit) -> None:
    html = await visit.page.content()
    assert not [secret for secret in SECRETS if secret in html]
