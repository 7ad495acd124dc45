"""The embedded servers keep every row and leave no process, however they or their owner end."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

import embedded_home
from embedded import EmbeddedServers, start_embedded, temporary_data_dir
from embedded_home import EmbeddedError
from tests.processes import eventually, kill_all, python, read_until, running_with

OWNER = """
import sys, time
from pathlib import Path
from embedded import start_embedded
servers = start_embedded(Path(sys.argv[1]))
print(servers.database_url, servers.redis_url, "ready", flush=True)
time.sleep(120)
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with temporary_data_dir() as folder:
        yield folder
        assert running_with(str(folder)) == []


def write_row(database_url: str, redis_url: str, value: str) -> None:
    connection = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS rows (value text)")
        cursor.execute("INSERT INTO rows VALUES (%s)", (value,))
    connection.close()
    with redis.Redis.from_url(redis_url) as client:
        client.rpush("rows", value)


def read_rows(servers: EmbeddedServers) -> tuple[list[str], list[str]]:
    assert servers.database_url
    assert servers.redis_url
    connection = psycopg2.connect(servers.database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT value FROM rows ORDER BY value")
        kept = [value for (value,) in cursor.fetchall()]
    connection.close()
    with redis.Redis.from_url(servers.redis_url, decode_responses=True) as client:
        return kept, sorted(client.lrange("rows", 0, -1))


def test_rows_survive_a_restart_and_the_product_role_is_bound_by_row_level_security(data_dir: Path) -> None:
    with start_embedded(data_dir) as servers:
        assert servers.database_url
        assert servers.redis_url
        write_row(servers.database_url, servers.redis_url, "ação")
    with start_embedded(data_dir) as servers:
        assert read_rows(servers) == (["ação"], ["ação"])
        connection = psycopg2.connect(servers.database_url)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (False, False)
            cursor.execute("SELECT upper('ação'), pg_encoding_to_char(encoding) FROM pg_database LIMIT 1")
            assert cursor.fetchone() == ("AÇÃO", "UTF8")
        connection.close()
        with redis.Redis.from_url(servers.redis_url or "", decode_responses=True) as client:
            assert client.config_get("appendonly") == {"appendonly": "yes"}
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


@pytest.mark.parametrize("victims", ["owner", "owner and guards", "owner, guards and servers"])
def test_kill_9_leaves_no_process_and_loses_no_row(data_dir: Path, victims: str) -> None:
    owner = python(OWNER, str(data_dir))
    database_url, redis_url, _ = read_until(owner, "ready")[-1].split()
    write_row(database_url, redis_url, "acknowledged")
    everything = running_with(str(data_dir))
    guards = [pid for pid in everything if pid != owner.pid and b"guard.py" in command_line(pid)]
    servers = [pid for pid in everything if pid != owner.pid and pid not in guards]
    assert len(guards) == 2
    kill_all([owner.pid, *(guards if "guards" in victims else []), *(servers if "servers" in victims else [])])
    owner.communicate()
    with start_embedded(data_dir) as again:
        assert read_rows(again) == (["acknowledged"], ["acknowledged"])


def test_a_killed_server_or_guard_is_noticed_by_the_owner(data_dir: Path) -> None:
    with start_embedded(data_dir, durable=False) as servers:
        postgres, valkey = servers.running
        assert [postgres.poll(), valkey.poll()] == [None, None]
        os.kill(postgres.pid, signal.SIGKILL)
        os.kill(valkey.guard_pid, signal.SIGKILL)
        assert eventually(lambda: postgres.poll() is not None and valkey.poll() is not None)


def test_a_stale_pid_file_that_names_a_living_stranger_does_not_block_the_start(data_dir: Path) -> None:
    with start_embedded(data_dir) as servers:
        write_row(servers.database_url or "", servers.redis_url or "", "kept")
        pid_file = data_dir / "pg/postmaster.pid"
        lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
    (data_dir / "valkey/valkey.pid").write_text(f"{os.getpid()}\n")
    with start_embedded(data_dir) as servers:
        assert read_rows(servers) == (["kept"], ["kept"])


def test_an_interrupted_creation_is_begun_again(data_dir: Path) -> None:
    (data_dir / "pg.new").mkdir()
    (data_dir / "pg.new/PG_VERSION").write_text("18\n")
    with start_embedded(data_dir, redis=False, durable=False) as servers:
        assert servers.redis_url is None
        psycopg2.connect(servers.database_url or "").close()


def test_a_second_owner_of_the_same_folder_gets_one_sentence(data_dir: Path) -> None:
    with start_embedded(data_dir, postgres=False, durable=False):
        with pytest.raises(EmbeddedError) as refused:
            start_embedded(data_dir, postgres=False)
        assert f"processo {os.getpid()}" in str(refused.value)
        assert "\n" not in str(refused.value)


def test_a_machine_without_wheels_is_told_which_addresses_to_give(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_home, "_site_packages", lambda _: None)
    with pytest.raises(EmbeddedError, match="DATABASE_URL e REDIS_URL"):
        start_embedded(data_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the servers another account")
def test_as_root_in_a_closed_folder_the_servers_move_out_and_no_permission_changes(data_dir: Path) -> None:
    private = data_dir / "private"
    private.mkdir(mode=0o700)
    closed = private / "data"
    said: list[str] = []
    try:
        with start_embedded(closed, durable=False, say=said.append) as servers:
            write_row(servers.database_url or "", servers.redis_url or "", "far")
        with start_embedded(closed, durable=False) as servers:
            assert read_rows(servers)[0] == ["far"]
        assert len(said) == 1
        assert str(embedded_home.ELSEWHERE) in said[0]
        assert private.stat().st_mode & 0o777 == 0o700
    finally:
        embedded_home.forget(closed)


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
