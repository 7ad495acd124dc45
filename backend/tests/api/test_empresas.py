"""Configuring an empresa: validation, secrets that never come back, and what only one empresa may use."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from container import Container
from errors import InvalidData
from models import Empresa, Log
from schemas.empresas import EmpresaPatch
from services.empresas import CONFIGURATION, EmpresaService
from tests.panel_fixtures import Headers
from tests.panel_world import World, bearer

URL = "/api/empresas/nossa"
SECRET = "sk-um-segredo-bem-comprido-1234"
SERVICE_ACCOUNT = json.dumps(
    {
        "type": "service_account",
        "client_email": "robo@projeto.iam.gserviceaccount.com",
        "private_key": "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n",
        "private_key_id": "0123456789abcdef9f7e",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
)


async def stored(container: Container, slug: str = "nossa") -> Empresa:
    async with container.db.system_scope() as session:
        return (await session.execute(select(Empresa).where(Empresa.slug == slug))).scalar_one()


async def patch(client: httpx.AsyncClient, headers: Headers, **fields: Any) -> httpx.Response:
    return await client.patch(URL, json=fields, headers=dict(headers))


async def test_a_new_empresa_starts_with_the_defaults_of_the_table(
    client: httpx.AsyncClient, container: Container, superuser: Headers
) -> None:
    body = {"nome": "  Café da Esquina ", "slug": "cafe-da-esquina"}
    created = await client.post("/api/empresas", json=body, headers=dict(superuser))
    assert created.status_code == 201
    found = created.json()
    assert found["nome"] == "Café da Esquina"
    assert (found["status"], found["usar_buffer"], found["mensagem_quebrada"]) == ("ativo", True, False)
    assert found["fuso_horario"] == "America/Sao_Paulo"
    assert found["webhook"] == f"{container.settings.public_url}/webhook/cafe-da-esquina#rc=5&rp=all"
    assert found["simulada"] == {"twilio": True, "openai": True, "google": True, "chatwoot": True}
    assert found["created_at"].endswith("Z")
    assert (await client.get("/api/empresas/cafe-da-esquina", headers=dict(superuser))).json() == found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "Maiúscula"),
        ("slug", "com espaço"),
        ("slug", "-ponta"),
        ("slug", "admin"),
        ("slug", "buffer"),
        ("slug", "a"),
        ("slug", "x" * 61),
        ("nome", "   "),
        ("nome", "nulo\x00"),
    ],
)
async def test_a_slug_or_name_that_cannot_be_used_is_refused(
    client: httpx.AsyncClient, superuser: Headers, field: str, value: str
) -> None:
    body = {"nome": "Nova", "slug": "nova", field: value}
    refused = await client.post("/api/empresas", json=body, headers=dict(superuser))
    assert (refused.status_code, refused.json()["code"]) == (422, "dados_invalidos")
    assert [error["campo"] for error in refused.json()["errors"]] == [field]


async def test_a_slug_is_used_once_even_after_a_deletion(client: httpx.AsyncClient, superuser: Headers) -> None:
    again = await client.post("/api/empresas", json={"nome": "Outra", "slug": "nossa"}, headers=dict(superuser))
    assert (again.status_code, again.json()["code"]) == (409, "conflito")
    await client.delete(URL, params={"confirmar": "nossa"}, headers=dict(superuser))
    after = await client.post("/api/empresas", json={"nome": "Outra", "slug": "nossa"}, headers=dict(superuser))
    assert after.status_code == 409
    assert "restaurada" in after.json()["detail"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "ligado"),
        ("status", None),
        ("fuso_horario", "Brasil/Lugar"),
        ("twilio_number", "11 99999-8888"),
        ("twilio_number", "whatsapp:5511999998888"),
        ("twilio_sid", "AC123"),
        ("webhook_url", "nossa.com.br/webhook"),
        ("webhook_url", "ftp://nossa.com.br/webhook"),
        ("webhook_url", "https://usuario:senha@nossa.com.br/"),
        ("chatwoot_origem", "https://chat.exemplo.com.br/app/inbox/1"),
        ("google_sheet_id", "https://exemplo.com.br/planilha"),
        ("openai_key", ""),
        ("openai_key", "   "),
        ("twilio_token", ""),
        ("chatwoot_token", "com espaço"),
        ("google_credentials", "{}"),
        ("google_credentials", "não é json"),
        ("horas_para_responder", 0),
        ("horas_para_responder", 25),
        ("nome", None),
        ("usar_buffer", None),
        ("prompt", "x" * 40_001),
        ("openai_model", "um modelo?"),
        ("slug", "outro"),
        ("inventado", 1),
        ("id", 9),
        ("excluida_em", None),
    ],
)
async def test_what_does_not_fit_is_refused_by_field_and_in_portuguese(
    client: httpx.AsyncClient, container: Container, superuser: Headers, field: str, value: object
) -> None:
    before = (await client.get(URL, headers=dict(superuser))).json()
    refused = await patch(client, superuser, **{field: value})
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["campo"] == field
    assert not any(word in error["mensagem"] for word in ("Input", "should", "valid ", "String", "Value error"))
    assert (await client.get(URL, headers=dict(superuser))).json() == before


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("twilio_number", "+55 (11) 99999-8888", "+5511999998888"),
        ("twilio_number", "whatsapp:+5511999998888", "whatsapp:+5511999998888"),
        ("google_sheet_id", "https://docs.google.com/spreadsheets/d/1AbC-dEf_9/edit#gid=0", "1AbC-dEf_9"),
        ("google_sheet_id", "1AbC-dEf_9", "1AbC-dEf_9"),
        ("chatwoot_origem", "3/14", "3/14"),
        (
            "chatwoot_origem",
            "https://Chat.Exemplo.com.br/app/accounts/3/inbox/14?page=1",
            "https://chat.exemplo.com.br/app/accounts/3/inbox/14",
        ),
        ("fuso_horario", "America/Manaus", "America/Manaus"),
        ("prompt", None, None),
        ("mensagem_falha", "Já volto.", "Já volto."),
    ],
)
async def test_what_people_paste_is_kept_in_one_form(
    client: httpx.AsyncClient, superuser: Headers, field: str, given: object, kept: object
) -> None:
    changed = await patch(client, superuser, **{field: given})
    assert changed.status_code == 200, changed.text
    assert changed.json()[field] == kept


async def test_the_webhook_address_is_the_one_twilio_calls(client: httpx.AsyncClient, gestor: Headers) -> None:
    changed = await patch(client, gestor, webhook_url="https://tunel.exemplo.com.br/webhook/nossa")
    assert changed.json()["webhook"] == "https://tunel.exemplo.com.br/webhook/nossa#rc=5&rp=all"


async def test_a_secret_is_kept_cleared_or_replaced_and_never_comes_back(
    client: httpx.AsyncClient, container: Container, gestor: Headers
) -> None:
    changed = await patch(client, gestor, openai_key=f" {SECRET} ", chatwoot_token="curto")
    assert (changed.json()["openai_key_definida"], changed.json()["openai_key_final"]) == (True, "1234")
    assert (changed.json()["chatwoot_token_definida"], changed.json()["chatwoot_token_final"]) == (True, None)
    assert changed.json()["simulada"]["openai"] is False
    cipher = (await stored(container)).openai_key
    assert cipher is not None
    assert SECRET not in cipher
    assert container.secrets_box.decrypt(cipher) == SECRET

    untouched = await patch(client, gestor, prompt="novo")
    assert untouched.json()["openai_key_final"] == "1234"
    assert (await stored(container)).openai_key == cipher

    cleared = await patch(client, gestor, openai_key=None)
    assert (cleared.json()["openai_key_definida"], cleared.json()["openai_key_final"]) == (False, None)
    for response in (changed, untouched, cleared, await client.get("/api/empresas", headers=dict(gestor))):
        assert SECRET not in response.text
        assert cipher not in response.text
    async with container.db.system_scope() as session:
        logs = (await session.execute(select(Log.mensagem, Log.dados))).all()
    assert SECRET not in str(logs)


async def test_the_google_key_is_shown_by_its_id_only(client: httpx.AsyncClient, gestor: Headers) -> None:
    changed = await patch(client, gestor, google_credentials=SERVICE_ACCOUNT)
    assert (changed.json()["google_credentials_definida"], changed.json()["google_credentials_final"]) == (True, "9f7e")


async def test_an_atendente_does_not_read_how_the_attendant_is_set_up(
    client: httpx.AsyncClient, gestor: Headers, superuser: Headers, atendente: Headers
) -> None:
    setup = {"prompt": "segredo da casa", "mensagem_falha": "Já volto.", "openai_model": "gpt-4.1", "temperatura": 0.4}
    await patch(client, gestor, **setup)
    await patch(client, superuser, twilio_number="+5511999998888", google_sheet_id="1AbC-dEf_9")
    whole = (await client.get(URL, headers=dict(gestor))).json()
    seen = (await client.get(URL, headers=dict(atendente))).json()
    listed = (await client.get("/api/empresas", headers=dict(atendente))).json()["items"]
    assert listed == [seen]
    assert seen.keys() == whole.keys()
    hidden = {name for name in seen if seen[name] != whole[name]}
    assert hidden == {*setup, "twilio_number", "google_sheet_id", *(name for name in CONFIGURATION if whole[name])}
    assert {seen[name] for name in hidden} == {None}
    assert (seen["nome"], seen["fuso_horario"]) == (whole["nome"], whole["fuso_horario"])


async def test_an_atendente_reads_the_empresa_without_the_ends_of_its_secrets(
    client: httpx.AsyncClient, gestor: Headers, atendente: Headers
) -> None:
    await patch(client, gestor, openai_key=SECRET)
    seen = (await client.get(URL, headers=dict(atendente))).json()
    assert (seen["openai_key_definida"], seen["openai_key_final"]) == (True, None)


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("twilio_number", "+5511999998888", "whatsapp:+5511999998888"),
        ("google_sheet_id", "1AbC-dEf_9", "1AbC-dEf_9"),
        ("chatwoot_origem", "https://chat.exemplo.com.br/app/accounts/3/inbox/14", "https://CHAT.exemplo.com.br/app/accounts/3/inbox/14"),
    ],
)  # fmt: skip
async def test_a_number_inbox_or_sheet_belongs_to_one_empresa(
    client: httpx.AsyncClient, superuser: Headers, field: str, first: str, second: str
) -> None:
    assert (await patch(client, superuser, **{field: first})).status_code == 200
    taken = await client.patch("/api/empresas/alheia", json={field: second}, headers=dict(superuser))
    assert (taken.status_code, taken.json()["code"]) == (409, "conflito")
    born = {"nome": "Nova", "slug": "nova", field: second}
    assert (await client.post("/api/empresas", json=born, headers=dict(superuser))).status_code == 409
    assert (await patch(client, superuser, **{field: first})).status_code == 200, "its own is not taken"


@pytest.mark.parametrize(
    ("field", "value"),
    [("twilio_number", "+5511999998888"), ("chatwoot_origem", "1/2"), ("google_sheet_id", "1AbC-dEf_9")],
)
async def test_only_a_superuser_points_an_empresa_at_shared_things(
    client: httpx.AsyncClient, superuser: Headers, gestor: Headers, field: str, value: str
) -> None:
    refused = await patch(client, gestor, **{field: value})
    assert (refused.status_code, refused.json()["code"]) == (403, "sem_permissao")
    await patch(client, superuser, **{field: value})
    unchanged = await patch(client, gestor, **{field: value, "prompt": "o formulário inteiro"})
    assert unchanged.status_code == 200
    assert (await patch(client, gestor, **{field: None})).status_code == 403


async def test_a_gestor_pauses_and_resumes_but_does_not_undo_a_deactivation(
    client: httpx.AsyncClient, superuser: Headers, gestor: Headers
) -> None:
    assert (await patch(client, gestor, status="pausado")).status_code == 200
    assert (await patch(client, gestor, status="ativo")).status_code == 200
    assert (await patch(client, gestor, status="inativo")).status_code == 403
    assert (await patch(client, superuser, status="inativo")).status_code == 200
    assert (await patch(client, gestor, status="ativo")).status_code == 403


async def test_a_deleted_empresa_is_gone_everywhere_and_comes_back_whole(
    client: httpx.AsyncClient, container: Container, world: World, superuser: Headers, gestor: Headers
) -> None:
    root = dict(superuser)
    for wrong in ({}, {"confirmar": "alheia"}):
        refused = await client.delete(URL, params=wrong, headers=root)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["campo"] == "confirmar"
    assert (await client.delete(URL, params={"confirmar": "nossa"}, headers=root)).status_code == 204

    for path in ("", "/metricas", "/clientes", "/conversas", f"/conversas/{world.ours.conversa_id}", "/reservas"):
        assert (await client.get(URL + path, headers=root)).status_code == 404, path
    assert (await client.get(f"/api/midias/{world.ours.midia_id}", headers=root)).status_code == 404
    assert (await client.get("/api/logs", params={"empresa": "nossa"}, headers=root)).status_code == 404
    assert (await client.get("/api/me", headers=dict(gestor))).status_code == 401, "its people are out"
    slugs = {item["slug"] for item in (await client.get("/api/empresas", headers=root)).json()["items"]}
    assert slugs == {"alheia"}
    everything = await client.get("/api/empresas", params={"excluidas": True}, headers=root)
    assert {item["slug"]: item["excluida_em"] is not None for item in everything.json()["items"]} == {
        "nossa": True,
        "alheia": False,
    }
    assert [line["slug"] for line in (await client.get("/api/metricas", headers=root)).json()["empresas"]] == ["alheia"]

    restored = await client.post(f"{URL}/restaurar", headers=root)
    assert (restored.status_code, restored.json()["excluida_em"]) == (200, None)
    assert (await client.get("/api/me", headers=dict(gestor))).status_code == 200


async def test_what_another_empresa_took_meanwhile_keeps_a_deleted_one_from_returning(
    client: httpx.AsyncClient, superuser: Headers
) -> None:
    root = dict(superuser)
    await patch(client, superuser, twilio_number="+5511999998888")
    await client.delete(URL, params={"confirmar": "nossa"}, headers=root)
    taken = await client.patch("/api/empresas/alheia", json={"twilio_number": "+5511999998888"}, headers=root)
    assert taken.status_code == 200
    assert (await client.post(f"{URL}/restaurar", headers=root)).status_code == 409


async def test_staff_list_only_their_own_and_never_the_deleted(
    client: httpx.AsyncClient, container: Container, world: World, gestor: Headers
) -> None:
    items = (await client.get("/api/empresas", headers=dict(gestor))).json()["items"]
    assert [item["slug"] for item in items] == ["nossa"]
    assert (await client.get("/api/empresas", params={"excluidas": True}, headers=dict(gestor))).status_code == 403
    foreign = await bearer(container, world.theirs.gestor_id)
    found = await client.get("/api/empresas", params={"q": "nossa"}, headers=dict(foreign))
    assert found.json()["items"] == []


async def test_a_production_service_account_sends_its_key_to_google_only(container: Container) -> None:
    crooked = SERVICE_ACCOUNT.replace("oauth2.googleapis.com", "colecionador.exemplo.com")
    production = container.settings.model_copy(update={"environment": "production"})
    service = EmpresaService(production, box=container.secrets_box, credentials=container.credentials)
    with pytest.raises(InvalidData):
        service._columns(EmpresaPatch.model_validate({"google_credentials": crooked}))
    service._columns(EmpresaPatch.model_validate({"google_credentials": SERVICE_ACCOUNT}))
