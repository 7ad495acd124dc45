"""Where a credential comes from: one whole set, from one place, sent only to the address it belongs to."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from auth.secrets_box import SecretsBox
from config import Settings, Vendor
from container import Container
from errors import ProviderAuthFailed
from integrations.google_sheets_service import GoogleSheetsService
from models import Empresa
from ports import GoogleCredentials
from services.credentials import CredentialSource, chatwoot_place
from tests.api.test_empresas import SERVICE_ACCOUNT
from tests.panel_fixtures import Headers

URL = "/api/empresas/nossa"
ENVIRONMENT: Mapping[str, Any] = {
    "simulators_url": None,
    "twilio_account_sid": "AC" + "e" * 32,
    "twilio_auth_token": SecretStr("token-do-ambiente"),
    "openai_api_key": SecretStr("sk-do-ambiente"),
    "chatwoot_base_url": "https://chat.sistema.com.br",
    "chatwoot_api_key": SecretStr("token-do-sistema"),
    "google_credentials": SecretStr(SERVICE_ACCOUNT),
}
HERE = "https://chat.sistema.com.br/app/accounts/1/inbox/2"
ELSEWHERE = "https://chat.alheio.com.br/app/accounts/1/inbox/2"


def source(container: Container, **changes: Any) -> CredentialSource:
    settings = container.settings.model_copy(update={**ENVIRONMENT, **changes})
    return CredentialSource(settings, container.secrets_box)


def empresa(box: SecretsBox, **fields: str) -> Empresa:
    secret = ("twilio_token", "openai_key", "chatwoot_token", "google_credentials")
    stored = {name: box.encrypt(value) if name in secret else value for name, value in fields.items()}
    return Empresa(slug="casa", nome="Casa", **stored)


def test_a_whole_set_of_ones_own_comes_before_the_environments(container: Container) -> None:
    found, box = source(container), container.secrets_box
    own = empresa(
        box,
        twilio_sid="AC" + "1" * 32,
        twilio_token="meu-token",
        openai_key="sk-minha",
        chatwoot_origem=HERE,
        chatwoot_token="meu-chat",
        google_credentials=SERVICE_ACCOUNT.replace("robo@", "meu-robo@"),
    )
    twilio, openai, google, chatwoot = (
        found.twilio(own), found.openai(own), found.google(own), found.chatwoot(own)
    )  # fmt: skip
    assert twilio is not None
    assert (twilio.account_sid, twilio.auth_token) == ("AC" + "1" * 32, "meu-token")
    assert openai is not None
    assert openai.api_key == "sk-minha"
    assert google is not None
    assert google.service_account["client_email"].startswith("meu-robo@")
    assert chatwoot is not None
    assert chatwoot.api_token == "meu-chat"
    assert [found.origin(own, vendor) for vendor in Vendor] == ["empresa"] * 4
    assert [found.lacking(own, vendor) for vendor in Vendor] == [None] * 4
    nothing = empresa(box)
    assert [found.origin(nothing, vendor) for vendor in Vendor] == ["ambiente"] * 4


@pytest.mark.parametrize(
    ("half", "lacking"),
    [({"twilio_sid": "AC" + "1" * 32}, "Auth Token"), ({"twilio_token": "meu-token"}, "Account SID")],
)
def test_two_halves_never_make_a_set_and_the_missing_half_is_named(
    container: Container, half: dict[str, str], lacking: str
) -> None:
    found = source(container)
    begun = empresa(container.secrets_box, **half)
    credentials = found.twilio(begun)
    assert credentials is not None
    assert (credentials.account_sid, credentials.auth_token) == ("AC" + "e" * 32, "token-do-ambiente")
    assert lacking in (found.lacking(begun, Vendor.TWILIO) or "")
    assert found.origin(begun, Vendor.TWILIO) == "ambiente"
    alone = source(container, twilio_account_sid=None)
    assert alone.twilio(begun) is None, "half of the environment's set is no set either"


def test_the_environments_chatwoot_token_stays_with_its_own_server(container: Container) -> None:
    found, box = source(container), container.secrets_box
    typed = empresa(box, chatwoot_origem=ELSEWHERE)
    assert found.chatwoot(typed) is None, "the inbox is a number of another server"
    assert found.origin(typed, Vendor.CHATWOOT) is None
    assert "não é enviado a outro servidor" in (found.lacking(typed, Vendor.CHATWOOT) or "")
    for origem in (HERE, "1/2", None):
        shared = empresa(box, **({"chatwoot_origem": origem} if origem else {}))
        credentials = found.chatwoot(shared)
        assert credentials is not None
        assert (credentials.base_url, credentials.api_token) == ("https://chat.sistema.com.br", "token-do-sistema")
        assert found.lacking(shared, Vendor.CHATWOOT) is None
    token_only = empresa(box, chatwoot_token="meu-chat")
    assert "Falta o endereço" in (found.lacking(token_only, Vendor.CHATWOOT) or "")
    credentials = found.chatwoot(token_only)
    assert credentials is not None
    assert credentials.api_token == "token-do-sistema"


@pytest.mark.parametrize("origem", [ELSEWHERE, HERE, "1/2"])
def test_no_key_of_the_environment_ever_goes_to_an_address_that_was_typed(container: Container, origem: str) -> None:
    """Whatever is set of the environment and of the empresa, and whether or not the address is replaced."""
    box = container.secrets_box
    for base in ("https://chat.sistema.com.br", None):
        for token in ("meu-chat", None):
            fields = {"chatwoot_origem": origem} | ({"chatwoot_token": token} if token else {})
            credentials = source(container, chatwoot_base_url=base).chatwoot(empresa(box, **fields))
            if credentials is not None and credentials.api_token == "token-do-sistema":
                assert credentials.base_url == "https://chat.sistema.com.br"


async def test_a_service_account_typed_by_a_gestor_sends_its_proof_to_google_only(container: Container) -> None:
    """The environment's own document cannot be sent anywhere else either: address and key are one document."""
    crooked = json.loads(SERVICE_ACCOUNT.replace("oauth2.googleapis.com", "colecionador.exemplo.com"))
    sheets = GoogleSheetsService()
    for base_url in (None, "https://sheets.googleapis.com", "https://planilhas.exemplo.com.br"):
        with pytest.raises(ProviderAuthFailed) as refused:
            sheets.book(GoogleCredentials(crooked, base_url), "planilha")
        assert refused.value.reason == "token_address_not_allowed"
        with pytest.raises(ProviderAuthFailed):
            await sheets.inspect(GoogleCredentials(crooked, base_url), "planilha", tab=None)


def test_without_any_set_a_vendor_is_off_in_production_and_simulated_elsewhere(container: Container) -> None:
    nothing = empresa(container.secrets_box)
    bare = CredentialSource(container.settings.model_copy(update={"environment": "production"}), container.secrets_box)
    assert [bare.origin(nothing, vendor) for vendor in Vendor] == [None] * 4
    assert (bare.twilio(nothing), bare.openai(nothing), bare.chatwoot(nothing)) == (None, None, None)
    played = container.credentials
    assert {played.origin(nothing, vendor) for vendor in Vendor} == {"simulador"}
    assert all(played.is_simulated(nothing, vendor) for vendor in Vendor)


def test_the_inbox_of_an_empresa_is_read_off_its_address(settings: Settings) -> None:
    assert chatwoot_place(Empresa(chatwoot_origem=ELSEWHERE), settings) == (1, 2)
    assert chatwoot_place(Empresa(chatwoot_origem="3/14"), settings) == (3, 14)
    assert chatwoot_place(Empresa(), settings) == (settings.chatwoot_account_id, None)


# --- Through the API ---


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("twilio_number", "+5511999998888"),
        ("chatwoot_origem", "https://chat.exemplo.com.br/app/accounts/3/inbox/14"),
        ("google_sheet_id", "1AbC-dEf_9"),
    ],
)
async def test_a_gestor_reaches_nothing_of_another_empresa_not_even_with_keys_of_their_own(
    client: httpx.AsyncClient, superuser: Headers, gestor: Headers, field: str, value: str
) -> None:
    owned = await client.patch("/api/empresas/alheia", json={field: value}, headers=dict(superuser))
    assert owned.status_code == 200
    keys = {"chatwoot_token": "meu-chat", "google_credentials": SERVICE_ACCOUNT, "twilio_token": "meu-token"}
    assert (await client.patch(URL, json=keys, headers=dict(gestor))).status_code == 200
    taken = await client.patch(URL, json={field: value}, headers=dict(gestor))
    assert (taken.status_code, taken.json()["code"]) == (403, "sem_permissao")
    refused = await client.patch(URL, json={field: value}, headers=dict(superuser))
    assert (refused.status_code, refused.json()["code"]) == (409, "conflito")
    assert (await client.get(URL, headers=dict(gestor))).json()[field] is None


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("3/14", "https://chat.sistema.com.br/app/accounts/3/inbox/14"),
        ("https://chat.sistema.com.br/app/accounts/3/inbox/14", "3/14"),
        ("https://chat.sistema.com.br/app/accounts/3/inbox/14", "https://outro.com.br/app/accounts/3/inbox/14"),
    ],
)
async def test_one_inbox_written_in_two_ways_is_still_one(
    client: httpx.AsyncClient, container: Container, superuser: Headers, theirs: str, ours: str
) -> None:
    """CHATWOOT_BASE_URL replaces the server of every address: only account and inbox tell them apart."""
    container.settings = container.settings.model_copy(update={"chatwoot_base_url": "https://chat.sistema.com.br"})
    first = await client.patch("/api/empresas/alheia", json={"chatwoot_origem": theirs}, headers=dict(superuser))
    assert first.status_code == 200
    second = await client.patch(URL, json={"chatwoot_origem": ours}, headers=dict(superuser))
    assert second.status_code == 409
    for free in ("3/15", "13/14", "https://chat.sistema.com.br/app/accounts/13/inbox/14"):
        assert (await client.patch(URL, json={"chatwoot_origem": free}, headers=dict(superuser))).status_code == 200


async def test_what_is_missing_of_a_set_is_said_where_it_is_configured(
    client: httpx.AsyncClient, gestor: Headers
) -> None:
    none = (await client.get(URL, headers=dict(gestor))).json()["credenciais"]
    assert none["twilio"] == {"origem": "simulador", "falta": None}
    half = await client.patch(URL, json={"twilio_sid": "AC" + "1" * 32}, headers=dict(gestor))
    assert half.json()["credenciais"]["twilio"]["origem"] == "simulador"
    assert "Falta o Auth Token" in half.json()["credenciais"]["twilio"]["falta"]
    whole = await client.patch(URL, json={"twilio_token": "meu-token"}, headers=dict(gestor))
    assert whole.json()["credenciais"]["twilio"] == {"origem": "empresa", "falta": None}


async def test_an_empresa_does_not_take_the_webhook_address_of_another(
    client: httpx.AsyncClient, container: Container, gestor: Headers, superuser: Headers
) -> None:
    """Twilio's reports would be signed for the other empresa and stored with it."""
    public = container.settings.public_url
    for address in (f"{public}/webhook/alheia", f"{public}/webhook/alheia/status", f"{public.upper()}/WEBHOOK/alheia"):
        for headers in (gestor, superuser):
            refused = await client.patch(URL, json={"webhook_url": address}, headers=dict(headers))
            assert refused.status_code == 422, address
            assert refused.json()["errors"][0]["campo"] == "webhook_url"
    own = await client.patch(URL, json={"webhook_url": f"{public}/webhook/nossa"}, headers=dict(gestor))
    assert own.status_code == 200
    born = {"nome": "Nova", "slug": "nova", "webhook_url": f"{public}/webhook/nossa"}
    assert (await client.post("/api/empresas", json=born, headers=dict(superuser))).status_code == 422
