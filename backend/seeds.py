"""The three empresas and the first superuser: only what was never seeded before, whatever became of it since.

A key in `sementes` remembers each thing seeded, so that a start never overwrites an edit nor revives a deletion. One
lock makes processes that start together take turns. In production a superuser comes only from ADMIN_EMAIL and
ADMIN_PASSWORD.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, delete, func, select, text, update
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from auth.password_policy import is_default_password, weakness
from auth.passwords import PasswordHasher
from config import DEFAULT_ADMIN_EMAIL, DEFAULT_ADMIN_PASSWORD, ConfigError, Settings, load_settings
from models import Auditoria, CodigoAcesso, Empresa, ItemCardapio, PromptVersao, Semente, Sessao, Usuario

PROMPTS = Path(__file__).resolve().parent / "prompts"
"""Beside each prompt, the hours, rules and menu that it speaks of, as columns."""
MIN_SUPERUSER_PASSWORD = 12

_SEED_LOCK = 7_203_116


class SeedRefused(Exception):
    """What was asked cannot be done; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class EmpresaSeed:
    slug: str
    nome: str


EMPRESAS = (
    EmpresaSeed("tinyteams", "TinyTeams"),
    EmpresaSeed("pancia-piena", "Pancia Piena"),
    EmpresaSeed("umas-e-ostras", "Umas e Ostras"),
)


def seed(settings: Settings) -> list[str]:
    """Seed what is new; the lines say what was created."""
    return _in_turn(settings, lambda session: [*_seed_empresas(session), *_seed_superuser(session, settings)])


def put_superuser(settings: Settings, email: str, password: str) -> str:
    """Create a superuser, or make one of an existing account with a new password. Raises SeedRefused."""
    email = email.strip().lower()
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or " " in email or len(email) > 255:
        raise SeedRefused("Informe um e-mail válido.")
    if not MIN_SUPERUSER_PASSWORD <= len(password) <= 200:
        raise SeedRefused(f"A senha precisa ter de {MIN_SUPERUSER_PASSWORD} a 200 caracteres.")
    if reason := weakness(password, email=email):
        raise SeedRefused(reason)
    senha_hash = PasswordHasher().hash_now(password)

    def put(session: Session) -> list[str]:
        usuario = session.scalar(select(Usuario).where(func.lower(Usuario.email) == email).with_for_update())
        if usuario is None:
            usuario = Usuario(email=email, senha_hash=senha_hash, is_superuser=True)
            session.add(usuario)
            session.flush()
            session.add(_by_the_operator(usuario))
            return [f"Superusuário {email} criado."]
        usuario.senha_hash, usuario.trocar_senha, usuario.ativo = senha_hash, False, True
        usuario.is_superuser, usuario.empresa_id, usuario.papel = True, None, None
        session.execute(
            update(Sessao)
            .where(Sessao.usuario_id == usuario.id, Sessao.revogada_em.is_(None))
            .values(revogada_em=datetime.now(UTC))
        )
        # A code made while the account could do less must not open what it became.
        session.execute(delete(CodigoAcesso).where(CodigoAcesso.usuario_id == usuario.id))
        session.add(_by_the_operator(usuario))
        return [f"{email} agora é superusuário, com a senha nova. As sessões abertas terminaram."]

    return _in_turn(settings, put)[0]


def _by_the_operator(usuario: Usuario) -> Auditoria:
    """The audit's row of what was done at the server's command line."""
    return Auditoria(
        ator="sistema", acao="superusuario_definido", alvo_tipo="usuario", alvo_id=str(usuario.id), mudancas={}
    )


def _in_turn(settings: Settings, work: Callable[[Session], list[str]]) -> list[str]:
    """One transaction over every empresa, while no other process seeds."""
    engine = create_engine(settings.sync_database_url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    try:
        with Session(engine) as session, session.begin():
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SEED_LOCK})
            session.execute(text("SELECT set_config('app.empresas', '*', true)"))
            return work(session)
    finally:
        engine.dispose()


def _seed_empresas(session: Session) -> list[str]:
    done: list[str] = []
    for wanted in EMPRESAS:
        if not _first_time(session, f"empresa:{wanted.slug}"):
            continue
        if session.scalar(select(Empresa.id).where(Empresa.slug == wanted.slug)) is None:
            prompt = (PROMPTS / f"{wanted.slug}.md").read_text(encoding="utf-8").strip()
            rules = json.loads((PROMPTS / f"{wanted.slug}.json").read_text(encoding="utf-8"))
            empresa = Empresa(slug=wanted.slug, nome=wanted.nome, prompt=prompt, prompt_versao=1, **rules["empresa"])
            session.add(empresa)
            session.flush()
            session.add(PromptVersao(empresa_id=empresa.id, numero=1, texto=prompt, nota="Prompt inicial"))
            for place, item in enumerate(rules.get("cardapio", [])):
                session.add(ItemCardapio(empresa_id=empresa.id, ordem=place, **item))
            done.append(f"Empresa {wanted.nome} criada.")
    return done


def _seed_superuser(session: Session, settings: Settings) -> list[str]:
    found = _superuser_to_seed(settings)
    if found is None:
        return []
    email, password = found
    key = hashlib.sha256(email.encode()).hexdigest()[:32]
    if not _first_time(session, f"superusuario:{key}"):
        return []
    if session.scalar(select(Usuario.id).where(func.lower(Usuario.email) == email)) is not None:
        return []
    session.add(Usuario(email=email, senha_hash=PasswordHasher().hash_now(password), is_superuser=True))
    return [f"Superusuário {email} criado."]


def _superuser_to_seed(settings: Settings) -> tuple[str, str] | None:
    email = settings.admin_email
    password = settings.admin_password.get_secret_value() if settings.admin_password else None
    if settings.production:
        if not email or not password or is_default_password(password):
            return None
        return email.strip().lower(), password
    return (email or DEFAULT_ADMIN_EMAIL).strip().lower(), password or DEFAULT_ADMIN_PASSWORD


def _first_time(session: Session, key: str) -> bool:
    """Whether this was never seeded; from now on it was."""
    if session.get(Semente, key) is not None:
        return False
    session.add(Semente(chave=key))
    return True


if __name__ == "__main__":
    try:
        for line in seed(load_settings()):
            print(line)
    except ConfigError as error:
        sys.exit(str(error))
