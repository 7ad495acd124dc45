"""Looking at and ending real processes, for the tests of what starts them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

BACKEND = Path(__file__).resolve().parent.parent


def running_with(mark: str) -> list[int]:
    """The live processes with this text in their command line, but not the one that asks nor its tests."""
    found = []
    if Path("/proc/self/cmdline").exists():
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "cmdline").read_bytes().decode(errors="replace"):
                    found.append(int(entry.name))
            except OSError:
                continue
    else:
        shown = subprocess.run(
            ["ps", "-ww", "-axo", "pid=,command="], capture_output=True, text=True, check=True
        ).stdout
        found = [int(line.split()[0]) for line in shown.splitlines() if mark in line]
    return [pid for pid in found if pid != os.getpid()]


def descendants(pid: int) -> list[int]:
    """Every process started by this one or by those it started."""
    parents = {}
    if Path("/proc/self/stat").exists():
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit():
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    else:
        shown = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        parents = {int(line.split()[0]): int(line.split()[1]) for line in shown.splitlines()}
    found, wave = [], [pid]
    while wave:
        wave = [child for child, parent in parents.items() if parent in wave]
        found += wave
    return found


def eventually(condition: Callable[[], bool], *, seconds: float = 15) -> bool:
    """Whether the condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def python(code: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """A Python program that can import the product, with its output to read."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=BACKEND,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: subprocess.Popen[str], mark: str) -> list[str]:
    """The lines a program prints up to the one with the mark; fails with them when it ends before."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if mark in line:
            return lines
    raise AssertionError("\n".join(["the program ended early:", *lines]))


def kill_all(pids: Sequence[int]) -> None:
    """kill -9, all at once."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
