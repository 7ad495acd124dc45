"""A secret that came in is nowhere to be read: not in an answer, not in a log line, not in any column."""

import base64
import json
import logging
from collections.abc import Iterator

import httpx
import psycopg2
import pytest
from fastapi import FastAPI
from psycopg2 import sql

from container import Container
from observability import configure_logging
from tests.panel_fixtures import Headers
from tests.panel_world import World
from tests.test_tenancy import address

SERVICE_ACCOUNT = {
    "type": "service_account",
    "client_email": "robo@projeto.iam.gserviceaccount.com",
    "private_key": "-----BEGIN PRIVATE KEY-----\nsegredo-da-planilha-5e1f\n-----END PRIVATE KEY-----\n",
    "token_uri": "https://oauth2.googleapis.com/token",
}
SECRETS = {
    "openai_key": "sk-segredo-da-openai-7f3a9c",
    "twilio_token": "segredodatwilio0123456789abcdef",
    "chatwoot_token": "segredo-do-chatwoot-81bd",
    "chatwoot_webhook_secret": "segredo-do-aviso-42aa",
    "google_credentials": json.dumps(SERVICE_ACCOUNT),
}
PASSWORDS = (
    "senha dada pela gestora 9d",
    "senha escolhida com código 3b",
    "senha trocada por mim 6e",
    "senha errada 1c",
)


@pytest.fixture
def lines(container: Container, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Everything the product logs, down to the smallest, as it would be printed."""
    configure_logging(container.settings)
    found: list[str] = []
    root = logging.getLogger()
    formatter = root.handlers[0].formatter
    assert formatter is not None
    printed = formatter.format

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(printed(record))

    kept = Kept()
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    yield found
    root.removeHandler(kept)
    configure_logging(container.settings)


async def test_no_secret_can_be_read_back_anywhere(
    app: FastAPI,
    client: httpx.AsyncClient,
    world: World,
    superuser: Headers,
    gestor: Headers,
    database_url: str,
    lines: list[str],
) -> None:
    answers: list[str] = []

    async def ask(method: str, path: str, headers: Headers | None = None, **options: object) -> httpx.Response:
        response = await client.request(method, path, headers=dict(headers or {}), **options)  # type: ignore[arg-type]
        answers.append(f"{response.text} {response.headers}")
        return response

    given, chosen, own, wrong = PASSWORDS
    saved = await ask("PATCH", "/api/empresas/nossa", superuser, json={**SECRETS, "twilio_sid": f"AC{'1' * 32}"})
    assert saved.status_code == 200, saved.text
    created = await ask("POST", "/api/usuarios", gestor, json={"email": "nova@nossa.com.br", "senha": given})
    them = created.json()["id"]
    code = (await ask("POST", f"/api/usuarios/{them}/codigo", gestor)).json()["codigo"]
    answers.pop()  # the one answer that shows it, once
    await ask("POST", "/api/senha/redefinir", json={"codigo": code, "senha_nova": chosen})
    await ask("POST", "/api/login", data={"username": "nova@nossa.com.br", "password": wrong})
    entered = await ask("POST", "/api/login", data={"username": "nova@nossa.com.br", "password": chosen})
    tokens = [entered.json()["access_token"], entered.cookies["atende_refresh"].partition(".")[2]]
    answers.pop()  # tokens are handed out here, and at each refresh, to their owner only
    mine = {"Authorization": f"Bearer {tokens[0]}"}
    await ask("POST", "/api/me/senha", mine, json={"senha_atual": wrong, "senha_nova": own})
    await ask("POST", "/api/me/senha", mine, json={"senha_atual": chosen, "senha_nova": own})
    for refused in (
        {"openai_key": SECRETS["openai_key"], "nome": 1},
        {"twilio_token": SECRETS["twilio_token"], "x": 1},
    ):
        assert (await ask("PATCH", "/api/empresas/nossa", superuser, json=refused)).status_code == 422
    for path, methods in app.openapi()["paths"].items():
        if "get" in methods:
            for headers in (superuser, gestor, mine):
                await ask("GET", address(path, world.ours), headers)

    hidden = [*SECRETS.values(), SERVICE_ACCOUNT["private_key"], "segredo-da-planilha-5e1f", *PASSWORDS, *tokens]
    hidden += [code, code.replace("-", "")]
    assert len(answers) > 30
    assert _found(hidden, answers) == []
    assert {"empresa_alterada", "usuario_criado"} <= set(" ".join(lines).split()), "the logs were not captured"
    assert _found(hidden, lines) == []
    columns = list(_every_value(database_url))
    assert _found(["gestor@nossa.com.br"], columns) != [], "the search itself must be able to find"
    assert _found(hidden, columns) == []


def _found(hidden: list[str], texts: list[str]) -> list[str]:
    """Which secret is in which text: plain, as JSON writes it, and in base64."""
    forms = {
        form: secret
        for secret in hidden
        for form in (secret, json.dumps(secret)[1:-1], base64.b64encode(secret.encode()).decode().rstrip("="))
    }
    return [f"{secret[:12]}… in {text[:200]}" for text in texts for form, secret in forms.items() if form in text]


def _every_value(database_url: str) -> Iterator[str]:
    """Every row of every table of the database, as text: what a stolen dump shows."""
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.empresas', '*', false)")
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            tables = [name for (name,) in cursor.fetchall()]
            assert len(tables) > 15
            for table in tables:
                cursor.execute(sql.SQL("SELECT row.*::text FROM {} AS row").format(sql.Identifier(table)))
                yield from (f"{table}: {value}" for (value,) in cursor.fetchall())
    finally:
        connection.close()
