"""The panel's types of the API: generates them from OpenAPI, or checks that the committed ones are the same.

Neither needs a database: the description comes from `python -m cli openapi`.
"""

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

BACKEND = Path(__file__).resolve().parent.parent
FRONTEND = BACKEND.parent / "frontend"
TYPES = FRONTEND / "src/services/schema.d.ts"
_SHOWN_LINES = 60


def generate(folder: Path) -> str:
    """The types as they should be now. Raises CalledProcessError with the tool's words on stderr."""
    description, types = folder / "openapi.json", folder / "schema.d.ts"
    with description.open("w") as output:
        subprocess.run([sys.executable, "-m", "cli", "openapi"], cwd=BACKEND, stdout=output, check=True)
    tool = FRONTEND / "node_modules/openapi-typescript/bin/cli.js"
    command = ["node", str(tool), str(description), "-o", str(types)]
    subprocess.run(command, cwd=FRONTEND, stdout=subprocess.DEVNULL, check=True)
    return types.read_text()


def main() -> int:
    """`python -m devtools.apischema check|write`."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            fresh = generate(Path(folder))
        except subprocess.CalledProcessError as error:
            print(f"Os tipos da API não puderam ser gerados (código {error.returncode}).", file=sys.stderr)
            return 1
    committed = TYPES.read_text() if TYPES.exists() else ""
    if sys.argv[1:] == ["write"]:
        if fresh != committed:
            TYPES.write_text(fresh)
        return 0
    if fresh == committed:
        return 0
    changes = difflib.unified_diff(committed.splitlines(), fresh.splitlines(), "schema.d.ts", "API", lineterm="", n=1)
    print("\n".join(list(changes)[:_SHOWN_LINES]))
    print("Os tipos do painel não acompanham a API: rode `make schema`.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
