"""Cores and processor time: who runs where, what each process used, and how much strangers used meanwhile.

Everything degrades to "unknown" where /proc or CPU affinity does not exist; nothing here stops or starts a process.
"""

import contextlib
import os
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


def cores() -> tuple[set[int], set[int]]:
    """The core of the server under test, and the cores of everything else."""
    if not hasattr(os, "sched_getaffinity"):
        return set(), set()
    mine = sorted(os.sched_getaffinity(0))
    return {mine[0]}, set(mine[1:]) or {mine[0]}


def pin(pids: Iterable[int], where: set[int]) -> bool:
    """Keep these processes, and the threads and children they have now, on these cores. Whether it worked."""
    if not where or not hasattr(os, "sched_setaffinity"):
        return False
    done = True
    for pid in pids:
        for process in family(pid):
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                for thread in (_PROC / str(process) / "task").iterdir():
                    try:
                        os.sched_setaffinity(int(thread.name), where)
                    except PermissionError:
                        done = False
    return done


def family(pid: int) -> list[int]:
    """A process and everything started by it."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if entry.name.isdigit():
                parents[int(entry.name)] = int(_fields(int(entry.name))[1])
    found, wave = [pid], [pid]
    while wave:
        wave = [child for child, parent in parents.items() if parent in wave]
        found += wave
    return found


def seconds_used(pid: int) -> float:
    """Processor seconds of a process and its family so far."""
    total = 0.0
    for process in family(pid):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = _fields(process)
            total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def memory_of(pid: int) -> int:
    """Resident bytes of one process."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _fields(pid: int) -> list[str]:
    """The fields of /proc/pid/stat after the name: state, parent, …"""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _busy() -> float:
    """Processor seconds of the whole machine so far, waiting for disks not counted."""
    try:
        fields = [int(value) for value in (_PROC / "stat").read_text().splitlines()[0].split()[1:9]]
    except (OSError, ValueError, IndexError):
        return 0.0
    user, nice, system, _idle, _wait, irq, softirq, steal = fields
    return (user + nice + system + irq + softirq + steal) / _TICKS


@dataclass
class Meter:
    """Processor seconds by name between `Meter(...)` and `read()`.

    `others` is how many cores everybody else kept busy: not these processes, not us, not our children that ended.
    """

    processes: dict[str, int]

    def __post_init__(self) -> None:
        self._start = {name: seconds_used(pid) for name, pid in self.processes.items()}
        self._busy, self._ours, self._clock = _busy(), _ours(), time.monotonic()

    def read(self) -> dict[str, float]:
        """Seconds since the meter was made; `others` in cores."""
        used = {name: seconds_used(pid) - self._start[name] for name, pid in self.processes.items()}
        strangers = _busy() - self._busy - sum(used.values()) - (_ours() - self._ours)
        used["others"] = max(0.0, strangers) / (time.monotonic() - self._clock)
        return used


def _ours() -> float:
    """Processor seconds of this process and of its children that have ended."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )
