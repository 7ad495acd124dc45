"""Asks the package registries for published advisories about what is locked, when they answer.

An unknown advisory fails. A registry that cannot be asked (no network, a mirror without advisories) is one honest line
and no failure: what was not looked at is never called safe.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BACKEND = Path(__file__).resolve().parent.parent
FRONTEND = BACKEND.parent / "frontend"

ACCEPTED = {
    "CVE-2024-23342": "ecdsa: nenhum código de curva elíptica é alcançável, só HS256 (docs/decisions/0005)",
}
"""Advisory → why it is accepted. Aliases count: an advisory has a name in each registry."""

_SECONDS = 90.0


class NotAsked(Exception):
    """The registry gave no answer about advisories; the message says why, in one line."""


def python_advisories(report: str) -> list[str]:
    """What `pip-audit --format json` found and nobody accepted. Raises NotAsked when it looked at nothing."""
    try:
        dependencies = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise NotAsked("o PyPI não respondeu") from None
    skipped = [entry["name"] for entry in dependencies if "skip_reason" in entry]
    if dependencies and len(skipped) == len(dependencies):
        raise NotAsked("o índice usado não publica avisos")
    found = [
        f"{entry['name']} {entry['version']}: {advisory['id']}"
        for entry in dependencies
        for advisory in entry.get("vulns", ())
        if not {advisory["id"], *advisory.get("aliases", ())} & set(ACCEPTED)
    ]
    if skipped and not found:
        raise NotAsked(f"o índice não respondeu sobre {len(skipped)} de {len(dependencies)} pacotes")
    return found


def npm_advisories(report: str) -> list[str]:
    """What `npm audit --json` found and nobody accepted. Raises NotAsked when the registry did not answer."""
    try:
        answer = json.loads(report)
        vulnerabilities: dict[str, dict[str, Any]] = answer["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        raise NotAsked("o registro do npm não respondeu sobre avisos") from None
    found = []
    for name, entry in sorted(vulnerabilities.items()):
        for cause in entry.get("via", ()):
            if not isinstance(cause, dict):
                continue  # only the name of the package inside that has the advisory
            address = str(cause.get("url", ""))
            identifier = address.rsplit("/", 1)[-1] or str(cause.get("source"))
            if identifier not in ACCEPTED:
                found.append(f"{name}: {identifier} ({cause.get('severity')})")
    return found


def main() -> int:
    """`python -m devtools.audit`: prints one line for each registry; 1 when an advisory is not accepted."""
    pip_audit = [sys.executable, "-m", "pip_audit", "--requirement", "requirements.txt", "--no-deps", "--disable-pip"]
    questions = (
        ("Python", python_advisories, [*pip_audit, "--progress-spinner", "off", "--format", "json"], BACKEND),
        ("npm", npm_advisories, ["npm", "audit", "--json"], FRONTEND),
    )
    status = 0
    for name, read, command, folder in questions:
        try:
            found = read(_ask(command, folder))
        except NotAsked as reason:
            print(f"{name}: dependências NÃO AUDITADAS ({reason}).")
            continue
        if found:
            status = 1
            print(f"{name}: avisos de segurança não aceitos:", *(f"  {line}" for line in found), sep="\n")
        else:
            print(f"{name}: nenhum aviso de segurança além dos aceitos.")
    for advisory, reason in ACCEPTED.items():
        print(f"aceito: {advisory}, {reason}")
    return status


def _ask(command: Sequence[str], folder: Path) -> str:
    """The report, whatever the exit status: both programs exit with 1 when they find something."""
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False).stdout
    except subprocess.TimeoutExpired:
        raise NotAsked("o registro demorou demais") from None
    except OSError:
        raise NotAsked(f"{command[0]} não pôde ser executado") from None


if __name__ == "__main__":
    sys.exit(main())
