"""Every screen with real content, at both sizes, in both colour schemes: no axe violation, no sideways scroll."""

import base64
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

import pytest

from config import Settings
from devtools.headless import Screen
from models import Log, Pedido, Reserva, Turno
from tests.e2e.conftest import OpenVisit
from tests.e2e.panel import OSTRAS, PANCIA, Panel
from tests.e2e.visit import Visit
from tests.stage import ANA, BETO

AXE = Path(__file__).resolve().parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
LONG_WORD = "a" * 200
LONG_ADDRESS = "https://exemplo.com.br/" + "caminho/" * 30
STAFF, PASSWORD = "equipe@pancia.com.br", "uma senha só da equipe"


@dataclass(frozen=True, slots=True)
class Place:
    """A screen and the words that say it is complete."""

    name: str
    address: str
    words: str


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """What waits in the buffer goes on waiting."""
    return settings.model_copy(update={"buffer_seconds": 300, "buffer_max_seconds": 600})


@pytest.fixture
async def places(panel: Panel) -> list[Place]:
    """A panel with something of everything: each kind of message, a stopped reply, errors, a booking."""
    conversa = await _conversation(panel)
    await _records(panel)
    await panel.as_superuser(
        "POST", f"/api/empresas/{PANCIA}/fatos", titulo="Estacionamento", texto=f"Ao lado da casa. {LONG_WORD}"
    )
    await panel.as_superuser("POST", "/api/usuarios", email=STAFF, senha=PASSWORD, empresa_id=panel.empresas[PANCIA].id)
    await panel.say(PANCIA, "E ainda esta, que espera", profile_name="Ana Lima")
    await panel.say(OSTRAS, LONG_WORD, contact=BETO, profile_name=LONG_WORD)
    home = f"/admin/{PANCIA}"
    return [
        Place("dashboard", "/admin", "1 resposta parada em Pancia Piena"),
        Place("empresas", "/admin/empresas", "Umas e Ostras"),
        Place("buffer", "/admin/buffer", "E ainda esta, que espera"),
        Place("logs", "/admin/logs", "Falha que alguém precisa ver."),
        Place("logs, nothing found", "/admin/logs?nivel=CRITICAL", "Nada com estes filtros"),
        Place("simulator", f"/admin/simulador?empresa={PANCIA}", "E ainda esta, que espera"),
        Place("simulator, empty", "/admin/simulador?empresa=tinyteams", "Você é o cliente"),
        Place("empresa", home, "1 erro nas últimas 24 horas"),
        Place("empresa, empty", "/admin/tinyteams", "Nenhum cliente ainda"),
        Place("conversations", f"{home}/conversas", "E ainda esta, que espera"),
        Place("conversation", f"{home}/conversas/{conversa}", "Transcrição"),
        Place("no conversations", "/admin/tinyteams/conversas", "Nenhuma conversa ainda"),
        Place("bookings", f"{home}/reservas", "Ana Lima"),
        Place("no bookings", "/admin/tinyteams/reservas", "Nenhuma reserva ainda"),
        Place("orders", f"{home}/pedidos", "P-0001"),
        Place("no orders", "/admin/tinyteams/pedidos", "Nenhum pedido ainda"),
        Place("general settings", f"{home}/configuracao/geral", "Zona de perigo"),
        Place("settings", f"{home}/configuracao", "Configuração"),
        Place("prompt", f"{home}/configuracao/prompt", "Prompt inicial"),
        Place("hours", f"{home}/configuracao/horarios", "Feriados e dias especiais"),
        Place("booking rules", f"{home}/configuracao/reservas", "Aceitar reservas"),
        Place("menu", f"{home}/configuracao/cardapio", "Novo item"),
        Place("facts", f"{home}/configuracao/fatos", "Estacionamento"),
        Place("integrations", f"{home}/configuracao/integracoes", "Endereço do webhook"),
        Place("advanced", f"{home}/configuracao/avancado", "Juntar mensagens seguidas"),
        Place("unknown section", f"{home}/configuracao/nada", "Não há nada neste endereço"),
        Place("users", "/admin/usuarios", STAFF),
        Place("users, nobody found", "/admin/usuarios?q=ninguem", "Ninguém com estes filtros"),
        Place("audit", "/admin/auditoria", "Criou um fato"),
        Place("audit, nothing found", "/admin/auditoria?acao=senha_redefinida", "Nada com estes filtros"),
        Place("account", "/conta", "Trocar a senha"),
        Place("nothing here", "/admin/tinyteams/nada/aqui", "Não há nada neste endereço"),
    ]


async def test_every_screen_is_accessible_and_fits_the_width(
    places: list[Place], open_visit: OpenVisit, screen: Screen
) -> None:
    visit = await open_visit(screen, reduced_motion="reduce")
    await visit.open()
    await visit.page.get_by_role("button", name="Entrar").click()
    await visit.page.get_by_text("Informe seu e-mail.").wait_for()
    found = await _problems(visit, "login")
    await visit.open("/redefinir")
    await visit.page.get_by_role("button", name="Definir senha").click()
    await visit.page.get_by_text("Cole o código que você recebeu.").wait_for()
    found += await _problems(visit, "one-time code")
    await visit.open()
    await visit.fill_login()
    for place in places:
        await _show(visit, place)
        found += await _problems(visit, place.name)
    assert not found, "\n".join(found)


async def test_everything_that_opens_over_a_screen_is_accessible(
    panel: Panel, open_visit: OpenVisit, screen: Screen
) -> None:
    visit = await open_visit(screen, reduced_motion="reduce")
    page = visit.page
    await visit.log_in()
    await visit.open("/admin/simulador?empresa=tinyteams")
    await page.get_by_role("button", name="Anexar e outras ações").click()
    await page.get_by_role("menuitem", name="Localização").wait_for()
    found = await _problems(visit, "attach menu")
    await page.get_by_role("menuitem", name="Localização").click()
    await page.get_by_role("dialog", name="Enviar localização").wait_for()
    found += await _problems(visit, "location")
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="detached")
    await page.get_by_role("button", name="Enviar áudio").click()
    await page.get_by_role("dialog", name="Enviar áudio").wait_for()
    found += await _problems(visit, "voice note")
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="detached")
    await page.get_by_role("button", name="Mais" if screen.phone else "trocar de empresa", exact=screen.phone).click()
    await page.get_by_role("dialog").wait_for()
    found += await _problems(visit, "menu")
    assert not found, "\n".join(found)


async def test_closed_door_and_unknown_empresa_are_accessible_too(
    panel: Panel, open_visit: OpenVisit, screen: Screen
) -> None:
    await panel.add_staff(PANCIA, STAFF, PASSWORD, papel="gestor")
    visit = await open_visit(screen, reduced_motion="reduce")
    visit.expect_answer(404, "/api/empresas/nenhuma(/.*)?")
    await visit.open()
    await visit.fill_login(STAFF, PASSWORD)
    found: list[str] = []
    for place in (
        Place("own empresa", f"/admin/{PANCIA}", "Nenhum cliente ainda"),
        Place("buffer of the staff", "/admin/buffer", "Nenhuma conversa esperando"),
        Place("closed door", "/admin/simulador", "Esta tela é só para superusuários"),
        Place("unknown empresa", "/admin/nenhuma", "Não encontramos o que você procura."),
        Place("people of the gestor", "/admin/usuarios", STAFF),
        Place("audit of the gestor", "/admin/auditoria", "Trocou a própria senha"),
        Place("settings of the gestor", f"/admin/{PANCIA}/configuracao/integracoes", "Definido pela administração"),
    ):
        await _show(visit, place)
        found += await _problems(visit, place.name)
    assert not found, "\n".join(found)


async def test_first_password_is_asked_for_accessibly(panel: Panel, open_visit: OpenVisit, screen: Screen) -> None:
    await panel.as_superuser("POST", "/api/usuarios", email=STAFF, senha=PASSWORD, empresa_id=panel.empresas[PANCIA].id)
    visit = await open_visit(screen, reduced_motion="reduce")
    await visit.open()
    await visit.fill_login(STAFF, PASSWORD)
    await visit.page.get_by_text("Escolha uma que só você conheça.").wait_for()
    await visit.page.get_by_role("button", name="Continuar").click()
    found = await _problems(visit, "first password")
    assert not found, "\n".join(found)


async def test_dialogs_of_the_administration_are_accessible(
    panel: Panel, open_visit: OpenVisit, screen: Screen
) -> None:
    await panel.add_staff(PANCIA, STAFF, PASSWORD)
    visit = await open_visit(screen, reduced_motion="reduce")
    page = visit.page
    await visit.log_in()
    home = f"/admin/{PANCIA}/configuracao"
    found: list[str] = []
    for address, opener in (
        ("/admin/empresas", "Nova empresa"),
        ("/admin/usuarios", "Novo usuário"),
        ("/admin/usuarios", STAFF),
        (f"{home}/horarios", "Adicionar dia"),
        (f"{home}/fatos", "Novo fato"),
        (f"{home}/cardapio", "Novo item"),
        (f"{home}/prompt", "Ver o que mudou na versão 1"),
        (f"{home}/geral", "Excluir"),
    ):
        await visit.open(address)
        await page.get_by_role("button", name=opener).first.click()
        await page.locator("[role=dialog], [role=alertdialog]").wait_for()
        await visit.settled()
        found += await _problems(visit, f"dialog of {opener}")
        await page.keyboard.press("Escape")
        await page.locator("[role=dialog], [role=alertdialog]").wait_for(state="detached")
    assert not found, "\n".join(found)


async def _show(visit: Visit, place: Place) -> None:
    await visit.open(place.address)
    await visit.page.get_by_text(place.words).filter(visible=True).first.wait_for()
    await visit.settled()


async def _problems(visit: Visit, name: str) -> list[str]:
    """What axe finds in the page as it is, in the light and in the dark, and what is wider than the screen."""
    if not await visit.page.evaluate("() => 'axe' in window"):
        await visit.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = await visit.page.evaluate(_RUN_AXE, [])
    await visit.page.emulate_media(color_scheme="dark")
    found += [f"in the dark, {violation}" for violation in await visit.page.evaluate(_RUN_AXE, _ABOUT_COLOUR)]
    await visit.page.emulate_media(color_scheme="light")
    return [f"{name}: {problem}" for problem in [*found, *await visit.overflow()]]


async def _conversation(panel: Panel) -> int:
    """Each kind of message, answered; returns the id of the conversation."""
    await panel.say(PANCIA, "Oi 👋🏽", profile_name="Ana Lima")
    await panel.say(PANCIA, LONG_WORD, profile_name="Ana Lima")
    await panel.say(PANCIA, LONG_ADDRESS, profile_name="Ana Lima")
    await panel.say(PANCIA, "שלום, יש לכם שולחן?", profile_name="Ana Lima")
    image, document = ({"content_type": kind, "base64": PIXEL} for kind in ("image/png", "application/pdf"))
    await panel.say(PANCIA, "Olhem", media=[image], profile_name="Ana Lima")
    await panel.say(PANCIA, media=[document], profile_name="Ana Lima")
    await panel.say(PANCIA, latitude=-23.56141, longitude=-46.65588, label="Avenida Paulista", profile_name="Ana Lima")
    await panel.answer_now(PANCIA, ANA)
    voice = {"content_type": "audio/ogg", "base64": _ogg(), "spoken_text": "Aceitam Pix?"}
    await panel.say(PANCIA, media=[voice], profile_name="Ana Lima")
    await panel.settled(20)
    return (await panel.conversa(PANCIA, ANA)).id


async def _records(panel: Panel) -> None:
    """What would take a long failure to come about: a stopped reply, an error and a booking."""
    conversa = await panel.conversa(PANCIA, ANA)
    now = panel.container.clock.now()
    async with panel.container.db.system_scope() as session:
        [atendimento_id] = {turno.atendimento_id for turno in await panel.rows(Turno)}
        ids = {"empresa_id": conversa.empresa_id, "conversa_id": conversa.id}
        session.add(Turno(**ids, atendimento_id=atendimento_id, estado="parked", updated_at=now))
        session.add(Log(nivel="ERROR", code="teste", mensagem="Falha que alguém precisa ver.", **_empresa(ids)))
        booking = {"codigo": "R1", "data": date(2026, 12, 24), "horario": time(20), "pessoas": 4}
        session.add(Reserva(**ids, cliente_id=conversa.cliente_id, nome="Ana Lima", **booking))
        items = [{"nome": "Margherita", "quantidade": 2, "preco_centavos": 5200, "observacao": LONG_WORD}]
        order = {"codigo": "P-0001", "itens": items, "modo": "retirada", "total_centavos": 10_400}
        session.add(Pedido(**ids, cliente_id=conversa.cliente_id, nome="Ana Lima", **order))


def _empresa(ids: dict[str, int]) -> dict[str, int]:
    return {"empresa_id": ids["empresa_id"]}


def _ogg() -> str:
    return base64.b64encode(b"OggS" + bytes(24)).decode()


# Nothing else of a page changes with the colour scheme.
_ABOUT_COLOUR = ["color-contrast", "link-in-text-block"]

_RUN_AXE = """async rules => {
  const only = rules.length ? { runOnly: rules } : {};
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...only });
  return violations.map(({ id, help, nodes }) =>
    `${id} (${help}): ` + nodes.map(({ target, any }) => `${target} ${any.map(a => a.message)}`).join(" ; "));
}"""
