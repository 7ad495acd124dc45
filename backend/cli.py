"""Operators' commands: `python -m cli <command>`. Everything printed is for a person, in Portuguese.

No command prints a secret. `openapi` and `check-config` open nothing.
"""

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Sequence

from pydantic import SecretStr, ValidationError

from config import ConfigError, Settings, Vendor, load_settings, production_problems

_MEANING_OF_ABSENCE = {
    "database_url": "`make run` inicia um PostgreSQL próprio; os outros comandos precisam dela",
    "redis_url": "`make run` inicia um servidor próprio; os outros comandos precisam dela",
    "public_base_url": "a Twilio de verdade não alcança um endereço local",
    "secret_key": "em desenvolvimento, uma chave é criada e guardada em DATA_DIR",
    "encryption_keys": "em desenvolvimento, uma chave é criada e guardada em DATA_DIR",
    "admin_email": "em produção, nenhum superusuário é criado sozinho (veja `create-superuser`)",
    "admin_password": "em produção, nenhum superusuário é criado sozinho (veja `create-superuser`)",
    "cors_origins": "nenhum outro site pode chamar a API, o que é o normal",
    "metrics_token": "as métricas não são publicadas em produção",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the exit status."""
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "openapi":
                return print_openapi()
            case "check-config":
                return check_config()
            case "seed":
                return seed_database()
            case "reencrypt":
                return reencrypt_secrets()
            case _:
                return create_superuser(options.email, password_from_stdin=options.senha_stdin)
    except ConfigError as error:
        print(f"Configuração inválida. {error}", file=sys.stderr)
        return 2


def print_openapi() -> int:
    """The OpenAPI document, the same on every machine: built from default settings, keys in order."""
    from main import create_app

    document = create_app(Settings.model_construct()).openapi()
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    print()
    return 0


def check_config() -> int:
    """Say of every variable that matters whether it is set, and of every problem what to do about it."""
    try:
        settings = Settings()
    except ValidationError as error:
        for finding in error.errors():
            name = str(finding["loc"][0]).upper() if finding["loc"] else "Configuração"
            print(f"[erro] {name}: {str(finding['msg']).removeprefix('Value error, ')}")
        return 1
    problems = list(production_problems(settings)) if settings.production else []
    environment = "produção" if settings.production else "desenvolvimento"
    print(f"Ambiente: {environment}. Endereço público: {settings.public_url}")
    for name, absent in _MEANING_OF_ABSENCE.items():
        found = getattr(settings, name)
        present = bool(found.get_secret_value() if isinstance(found, SecretStr) else found)
        print(f"[{'definida' if present else 'ausente'}] {name.upper()}" + ("" if present else f": {absent}"))
    for vendor in Vendor:
        print(f"[{vendor}] {_vendor_state(settings, vendor)}")
    for problem in problems:
        print(f"[erro] {problem}")
    print(f"{len(problems)} problema(s)." if problems else "Nenhum problema encontrado.")
    return 1 if problems else 0


def _vendor_state(settings: Settings, vendor: Vendor) -> str:
    if settings.has_credentials(vendor):
        return "há credenciais no ambiente; cada empresa pode ter as suas"
    if settings.production or settings.simulators == "off":
        return "sem credenciais no ambiente: só atende a empresa que tiver as suas"
    return "sem credenciais no ambiente: em desenvolvimento, o simulador responde no lugar"


def seed_database() -> int:
    from seeds import seed

    for line in seed(load_settings()):
        print(line)
    return 0


def reencrypt_secrets() -> int:
    """Put every stored secret under the first key of ENCRYPTION_KEYS; may be stopped and run again."""
    from auth.secrets_box import SecretsBox
    from database import Database
    from services.secret_rotation import Rotation, rotate_secrets

    settings = load_settings()

    async def run() -> Rotation:
        db = Database.open(settings, pool_size=1)
        try:
            return await rotate_secrets(db, SecretsBox([key.get_secret_value() for key in settings.encryption_keys]))
        finally:
            await db.close()

    done = asyncio.run(run())
    print(f"Segredos cifrados de novo com a primeira chave: {done.rewritten}.")
    print(f"Segredos que já estavam com ela: {done.current}.")
    for slug, field in done.unreadable:
        print(f"[erro] Nenhuma chave abre {field} da empresa {slug}: grave essa credencial de novo no painel.")
    if done.unreadable:
        print(f"Segredos ilegíveis: {len(done.unreadable)}. Mantenha as chaves antigas até resolver cada um.")
        return 1
    print("Todos os segredos estão com a primeira chave: as outras podem sair de ENCRYPTION_KEYS.")
    return 0


def create_superuser(email: str, *, password_from_stdin: bool) -> int:
    """Create a superuser, or give an existing account that role and a new password."""
    from seeds import SeedRefused, put_superuser

    settings = load_settings()
    if password_from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass("Senha (pelo menos 12 caracteres): ")
        if password != getpass.getpass("Repita a senha: "):
            print("As senhas não são iguais.", file=sys.stderr)
            return 1
    try:
        print(put_superuser(settings, email, password))
    except SeedRefused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cli", description="Comandos de operação do Atende Ai.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="comando")
    commands.add_parser("openapi", help="mostra o documento OpenAPI da API do painel")
    commands.add_parser("check-config", help="confere as variáveis de ambiente e explica cada problema")
    commands.add_parser("seed", help="grava os dados iniciais que ainda não foram gravados")
    commands.add_parser("reencrypt", help="cifra de novo as credenciais guardadas, com a primeira de ENCRYPTION_KEYS")
    superuser = commands.add_parser("create-superuser", help="cria um superusuário ou redefine a senha de um")
    superuser.add_argument("email", help="e-mail de quem vai entrar")
    superuser.add_argument("--senha-stdin", action="store_true", help="lê a senha da entrada padrão")
    return parser


if __name__ == "__main__":
    sys.exit(main())
