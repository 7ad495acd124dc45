"""Keeps the dependency locks in step: resolves them again with uv, or checks them without a network.

The check compares names: everything asked for is pinned with a hash, and no file carries a registry address.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BACKEND = ROOT / "backend"
_LOCKS = ("requirements", "requirements-dev")
_COMPILE = (
    *("pip", "compile", "--quiet", "--generate-hashes", "--universal", "--python-version", "3.11"),
    *("--no-header", "--no-emit-index-url"),
)


def problems() -> list[str]:
    """One sentence per lock out of step; empty when all is well."""
    found = []
    for name in _LOCKS:
        wanted = _asked(BACKEND / f"{name}.in")
        text = (BACKEND / f"{name}.txt").read_text()
        pinned = {_plain(match) for match in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}
        found += [f"{name}.txt não fixa {package}, pedido em {name}.in" for package in sorted(wanted - pinned)]
        blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
        found += [
            f"{name}.txt tem um pacote sem hash: {block.split()[0]}"
            for block in blocks
            if "==" in block and "--hash=sha256:" not in block
        ]
        if re.search(r"--(extra-)?index-url|--find-links|https?://", text):
            found.append(f"{name}.txt traz o endereço de um registro de pacotes")
    return found + _panel_problems(ROOT / "frontend")


def _panel_problems(folder: Path) -> list[str]:
    package = json.loads((folder / "package.json").read_text())
    text = (folder / "package-lock.json").read_text()
    locked = json.loads(text)["packages"][""]
    found = [
        f"package-lock.json não acompanha {group} de package.json"
        for group in ("dependencies", "devDependencies")
        if package.get(group, {}) != locked.get(group, {})
    ]
    if '"resolved": "http' in text:
        found.append("package-lock.json traz o endereço de um registro de pacotes")
    return found


def _asked(path: Path) -> set[str]:
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return {_plain(re.split(r"[\[<>=!~;\s]", line)[0]) for line in lines if line and not line.startswith("-")}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def compile_locks() -> int:
    """Resolve both requirement files again; returns uv's exit status."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        print("Para travar as dependências é preciso o uv: instale-o e rode de novo.", file=sys.stderr)
        return 1
    for name in _LOCKS:
        result = subprocess.run([uv, *_COMPILE, f"{name}.in", "-o", f"{name}.txt"], cwd=BACKEND, check=False)
        if result.returncode != 0:
            return result.returncode
    return 0


def main() -> int:
    """`python -m devtools.locks check|compile`."""
    if sys.argv[1:] == ["compile"]:
        return compile_locks()
    found = problems()
    for sentence in found:
        print(f"{sentence}: rode `make lock`.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
