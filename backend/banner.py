"""The block a person reads when the product is up.

It says where the panel is, how to enter, what is simulated and which webhook address each empresa has. It only reads.
"""

from collections.abc import Sequence

import psycopg2

from config import DEFAULT_ADMIN_EMAIL, DEFAULT_ADMIN_PASSWORD, Settings, Vendor

# Twilio's own connection overrides: five attempts, on every kind of failure.
RETRY_FRAGMENT = "#rc=5&rp=all"
_LABELS = {
    Vendor.TWILIO: "Twilio (WhatsApp)",
    Vendor.OPENAI: "OpenAI",
    Vendor.GOOGLE: "Google Sheets",
    Vendor.CHATWOOT: "Chatwoot",
}


def compose(settings: Settings, *, embedded: Sequence[str], panel_port: int | None = None) -> str:
    """The whole block. `panel_port` is where Vite serves the panel in development."""
    address = f"http://localhost:{panel_port or settings.port}"
    lines = ["", "─" * 72, "Atende Ai está no ar", "", f"  Painel      {address}"]
    if panel_port:
        lines.append(f"  API         http://localhost:{settings.port}")
    lines += [*_login(settings), f"  Servidores  {_servers(embedded)}", f"  Simulado    {_simulated(settings)}", ""]
    empresas = read_empresas(settings)
    if empresas:
        lines.append("  Webhooks para o console da Twilio (o final após # pede novas tentativas):")
        width = max(len(nome) for _, nome, _ in empresas)
        for slug, nome, webhook_url in empresas:
            url = webhook_url or f"{settings.public_url}/webhook/{slug}"
            lines.append(f"    {nome:<{width}}  {url.partition('#')[0]}{RETRY_FRAGMENT}")
    lines += ["", "  Para encerrar: Ctrl-C", "─" * 72]
    return "\n".join(lines)


def read_empresas(settings: Settings) -> list[tuple[str, str, str | None]]:
    """(slug, nome, webhook_url) of every empresa; empty while there is no such table."""
    url = settings.sync_database_url.replace("postgresql+psycopg2://", "postgresql://", 1)
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.empresas', '*', false)")
            cursor.execute("SELECT slug, nome, webhook_url FROM empresas ORDER BY nome")
            return [(slug, nome, webhook_url) for slug, nome, webhook_url in cursor.fetchall()]
    except psycopg2.errors.UndefinedTable:
        return []
    finally:
        connection.close()


def _login(settings: Settings) -> list[str]:
    email = settings.admin_email or DEFAULT_ADMIN_EMAIL
    if settings.admin_password is not None:
        return [f"  Entrada     {email}, com a senha de ADMIN_PASSWORD"]
    if settings.production:
        return ["  Entrada     com o superusuário já cadastrado"]
    return [
        f"  Entrada     {email}",
        f"  Senha       {DEFAULT_ADMIN_PASSWORD} (senha inicial; só vale nesta máquina e até ser trocada no painel)",
    ]


def _servers(embedded: Sequence[str]) -> str:
    given = [name for name in ("PostgreSQL", "Valkey") if name not in embedded]
    parts = []
    if embedded:
        parts.append(f"{' e '.join(embedded)} embutidos" if len(embedded) > 1 else f"{embedded[0]} embutido")
    if given:
        names = {"PostgreSQL": "PostgreSQL de DATABASE_URL", "Valkey": "Redis de REDIS_URL"}
        parts.append(" e ".join(names[name] for name in given))
    return "; ".join(parts)


def _simulated(settings: Settings) -> str:
    names = [_LABELS[vendor] for vendor in Vendor if settings.simulated(vendor)]
    if not names:
        return "nada"
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} e {names[-1]}"
    return f"{listed} (sem credenciais no ambiente)"
