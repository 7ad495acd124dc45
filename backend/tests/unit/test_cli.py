"""The operators' commands that open nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[2]


def cli(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=BACKEND,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_openapi_document_needs_nothing_and_is_always_the_same(tmp_path: Path) -> None:
    first = cli("openapi", PYTHONHASHSEED="1", DATA_DIR=str(tmp_path / "nada"), BUFFER_SECONDS="texto")
    second = cli("openapi", PYTHONHASHSEED="2")
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert not (tmp_path / "nada").exists()
    document = json.loads(first.stdout)
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_output_schemas_have_no_optional_fields() -> None:
    """A default would turn a field into `campo?:` in the panel's types."""
    schemas = json.loads(cli("openapi").stdout)["components"]["schemas"]
    inputs = {name for name in schemas if name.endswith(("In", "Patch"))} | {"Body_login"}
    loose = {
        name: sorted(set(schema["properties"]) - set(schema.get("required", [])))
        for name, schema in schemas.items()
        if name not in inputs and "properties" in schema
    }
    assert {name: fields for name, fields in loose.items() if fields} == {}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"BUFFER_SECONDS": "muito"}, "BUFFER_SECONDS"),
        ({"ALGORITHM": "RS256"}, "ALGORITHM"),
        ({"ENVIRONMENT": "production"}, "PUBLIC_BASE_URL"),
    ],
)
def test_check_config_names_what_is_wrong(environment: dict[str, str], said: str) -> None:
    checked = cli("check-config", **environment)
    assert checked.returncode == 1
    assert f"[erro] {said}" in checked.stdout


def test_check_config_names_every_problem_at_once_and_shows_no_secret() -> None:
    checked = cli("check-config", ENVIRONMENT="production", SECRET_KEY="troque-isto-segredo", ENCRYPTION_KEYS="x")
    for name in ("PUBLIC_BASE_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "DATABASE_URL", "REDIS_URL"):
        assert f"[erro] {name}" in checked.stdout
    assert "troque-isto" not in checked.stdout
