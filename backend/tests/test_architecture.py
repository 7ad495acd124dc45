"""The house's walls: who may import whom, where each third-party library lives, what is written in one place only."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parent.parent
ROOT = BACKEND.parent

INNER = {"ports", "errors", "config", "schemas"}
ALLOWED: dict[str, set[str]] = {
    "api": {"services", "auth", "schemas", "models", "database", "errors", "observability", "container"},
    "webhooks": {"services", "models", "ports", "errors", "observability", "container"},
    "services": {"ports", "models", "schemas", "auth", "database", "errors", "observability", "config"},
    "auth": {"models", "errors", "config", "ports"},
    "integrations": {"ports", "errors", "config", "observability"},
    "models": {"database"},
    "database": {"config"},
    "observability": {"config"},
    "schemas": set(),
    "ports": set(),
    "errors": set(),
    "config": set(),
    "seeds": {"models", "database", "config", "auth", "errors"},
    "migrations": {"models", "database", "config"},
    "simulators": set(),
}
ONE_PLACE = {
    "jose": "auth/tokens.py",
    "passlib": "auth/passwords.py",
    "openai": "integrations/openai_service.py",
    "twilio": "integrations/twilio_service.py",
    "gspread": "integrations/google_sheets_service.py",
    "pypdf": "integrations/pdf_child.py",
}
NEVER = ("secrets.py", "logging.py", "redis.py", "alembic", "email", "openai.py", "twilio.py")


# Who may open a transaction over every empresa, and why a tenant's would not do.
SYSTEM_SCOPE = {
    "api/deps.py",  # a superuser's request
    "api/midias.py",  # a signed address names a file, not an empresa
    "services/access_codes.py",  # whose code it is
    "services/catch_up.py",  # which empresas have numbers to look at
    "services/intake.py",  # the empresa behind a slug
    "services/outbox.py",  # which loose parts wait
    "services/purge.py",  # which deleted empresas are due
    "services/recovery.py",  # the sweep
    "services/reminders.py",  # which reservations are near
    "services/secret_rotation.py",  # every stored secret
    "services/sheet_writer.py",  # which sheets have something to write
    "services/sessions.py",  # who is behind an e-mail or a token
}
# The same said to PostgreSQL directly, by what has its own connection.
RAW_SCOPE = {"banner.py", "database.py", "migrations/env.py", "migrations/walls.py", "seeds.py"}


def _sources() -> Iterator[Path]:
    for path in sorted(BACKEND.rglob("*.py")):
        if not {"venv", "tests", "__pycache__"} & set(path.relative_to(BACKEND).parts):
            yield path


def _imports(path: Path) -> set[str]:
    """Top-level names imported at run time; what stands under TYPE_CHECKING counts only as a type."""
    found: set[str] = set()
    tree = ast.parse(path.read_text())
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


OURS = {path.stem if path.parent == BACKEND else path.relative_to(BACKEND).parts[0] for path in _sources()}


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_package_imports_only_what_the_table_allows(package: str) -> None:
    wrong = {
        f"{path.relative_to(BACKEND)} imports {name}"
        for path in _sources()
        if package in (path.relative_to(BACKEND).parts[0], path.stem if path.parent == BACKEND else "")
        for name in _imports(path) & OURS - {package} - ALLOWED[package]
    }
    assert wrong == set()


def test_nothing_imports_simulators_or_tests() -> None:
    assert [
        path for path in _sources() if "simulators" not in path.parts and _imports(path) & {"simulators", "tests"}
    ] == []


@pytest.mark.parametrize("library", sorted(ONE_PLACE))
def test_library_is_imported_in_exactly_one_place(library: str) -> None:
    places = {
        str(path.relative_to(BACKEND))
        for path in _sources()
        if "simulators" not in path.parts and library in _imports(path)
    }
    assert places == {ONE_PLACE[library]}


def test_environment_is_read_by_config_alone() -> None:
    launchers = {"launcher.py", "embedded.py", "embedded_home.py", "guard.py", "bootstrap.py", "stopping.py"}
    readers = {
        path.name
        for path in _sources()
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text())
        and "simulators" not in path.parts
        and "devtools" not in path.parts
    }
    assert readers <= launchers


def test_tasks_are_created_in_one_helper() -> None:
    users = {
        str(path.relative_to(BACKEND))
        for path in _sources()
        if "simulators" not in path.parts and re.search(r"\bcreate_task\(", path.read_text())
    }
    assert users == {"services/tasks.py"}


def test_every_empresa_at_once_is_for_few_and_listed_files() -> None:
    def users(pattern: str) -> set[str]:
        return {str(path.relative_to(BACKEND)) for path in _sources() if re.search(pattern, path.read_text())}

    assert users(r"\bsystem_scope\b") == SYSTEM_SCOPE | {"database.py"}
    assert users(r"app\.empresas|\bset_role\b|SET (LOCAL )?ROLE") == RAW_SCOPE


def test_no_connection_of_the_pool_is_used_without_a_scope() -> None:
    """`Database.tenant` and `system_scope` are the only doors."""
    users = {
        str(path.relative_to(BACKEND))
        for path in _sources()
        if "simulators" not in path.parts and re.search(r"\bengine\.(connect|begin)\(", path.read_text())
    }
    assert users == {"database.py", "migrations/env.py"}


def test_no_file_hides_a_library_on_the_path() -> None:
    assert [name for name in NEVER if (BACKEND / name).exists()] == []


def test_credentials_of_the_simulators_are_the_same_on_both_sides() -> None:
    import config
    from simulators import openai_state, twilio_state

    text = Path(openai_state.__file__).read_text() + Path(twilio_state.__file__).read_text()
    text += (BACKEND / "simulators" / "chatwoot_state.py").read_text()
    assert config.SIMULATOR_OPENAI_KEY in text
    assert config.SIMULATOR_TWILIO_TOKEN in text
    assert config.SIMULATOR_TWILIO_SID in text or '"5" * 32' in text
    assert config.SIMULATOR_CHATWOOT_TOKEN in text


def test_tree_map_in_the_readme_names_every_folder_and_module() -> None:
    readme = (ROOT / "README.md").read_text()
    names = {path.name for path in BACKEND.iterdir() if path.suffix == ".py"}
    names |= {f"{path.name}/" for path in BACKEND.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    missing = sorted(name for name in names if name not in readme)
    assert missing == []
