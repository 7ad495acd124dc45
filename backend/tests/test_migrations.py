"""The migrations: they build what the models say, from either folder, and can be taken back."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg2
import pytest
from psycopg2 import sql

BACKEND = Path(__file__).resolve().parent.parent


@pytest.fixture
def empty_database(server_urls: tuple[str, str]) -> Iterator[str]:
    admin = psycopg2.connect(server_urls[0])
    admin.autocommit = True
    name = f"atende_migrate_{uuid4().hex[:10]}"
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlunsplit(urlsplit(server_urls[0])._replace(path=f"/{name}"))
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    admin.close()


def _alembic(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "alembic"), *arguments],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("folder", [BACKEND, BACKEND.parent], ids=["backend", "root"])
def test_upgrade_works_from_both_folders_and_matches_the_models(folder: Path, empty_database: str) -> None:
    done = _alembic(folder, empty_database, "upgrade", "head")
    assert done.returncode == 0, done.stderr
    checked = _alembic(folder, empty_database, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_migration_can_be_taken_back(empty_database: str) -> None:
    for arguments in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head")):
        done = _alembic(BACKEND, empty_database, *arguments)
        assert done.returncode == 0, done.stderr


def test_unreachable_database_is_an_error(empty_database: str) -> None:
    gone = urlunsplit(urlsplit(empty_database)._replace(netloc="127.0.0.1:1"))
    assert _alembic(BACKEND, gone, "upgrade", "head").returncode != 0
