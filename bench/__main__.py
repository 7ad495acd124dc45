"""`make bench ARGS="ingest --runs 3"`: measures the message path and prints its figures beside their goals.

Load goes to 127.0.0.1 only, every run is bounded in time, and only processes started here are stopped. Figures are
goals, not tests: trust ratios and medians, and look at how busy others kept the machine.
"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path[:1] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent.parent / "backend")]

from bench import flush, ingest, turns  # noqa: E402 (the path comes first)
from bench.world import World, open_world  # noqa: E402

PARTS: dict[str, Callable[..., None]] = {
    "ingest": ingest.run,
    "flush": flush.run,
    "turn": turns.run_turn,
    "burst": turns.run_burst,
    "growth": flush.run_growth,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("part", nargs="?", default="all", choices=[*PARTS, "all"])
    parser.add_argument("--runs", type=int, default=3, help="how many times each figure is measured (median is shown)")
    parser.add_argument("--quick", action="store_true", help="shorter runs and smaller sizes, to see that it works")
    options = parser.parse_args()
    chosen = list(PARTS) if options.part == "all" else [options.part]
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · python {sys.version.split()[0]} · {os.cpu_count()} cores · "
        f'make bench ARGS="{" ".join(sys.argv[1:])}"',
        flush=True,
    )
    with open_world() as world:
        for part in chosen:
            _part(world, part, options.runs, quick=options.quick)
    return 0


def _part(world: World, part: str, runs: int, *, quick: bool) -> None:
    PARTS[part](world, runs=runs, quick=quick)


if __name__ == "__main__":
    sys.exit(main())
