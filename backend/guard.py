"""One process kept on a leash: it never outlives the program that asked for it, however that program dies.

Each `Guarded` process runs under a tiny guard (this same file, started as a script on the standard library alone)
that holds the reading end of a pipe: when the owner closes it, exits or is killed, the guard stops the process and
whatever it left in its group. On Linux the kernel does the same if the guard itself is killed. Nothing here knows
what the process is.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_COULD_NOT_START = 127
_GROUP_GRACE = 3.0


@dataclass(frozen=True)
class Account:
    """The system account a process runs as."""

    uid: int
    gid: int


@dataclass(frozen=True)
class StopSignal:
    """One step of an orderly stop: the signal and how long it may take, in seconds. SIGKILL comes after the last."""

    number: int
    grace: float


class GuardError(Exception):
    """The process could not be started; the message is the system's reason."""


class Guarded:
    """A running process that stops with its owner. Not thread-safe."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        name: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        output: IO[bytes] | int | None = None,
        account: Account | None = None,
        stops: Sequence[StopSignal] = (StopSignal(signal.SIGTERM, 10),),
        held_fds: Sequence[int] = (),
    ) -> None:
        """Start it. `held_fds` stay open in the guard (not in the process) until everything has ended.

        Raises GuardError when the program cannot be executed.
        """
        self.name = name
        self._stops = tuple(stops)
        self._status: int | None = None
        spec = {
            "command": list(command),
            "cwd": str(cwd) if cwd else None,
            "account": asdict(account) if account else None,
            "stops": [asdict(stop) for stop in stops],
        }
        report_read, report_write = os.pipe()
        try:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, str(report_write), json.dumps(spec)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT if output is not None else None,
                env=dict(env) if env is not None else None,
                pass_fds=(report_write, *held_fds),
                start_new_session=True,
            )
        except BaseException:
            os.close(report_read)
            raise
        finally:
            os.close(report_write)
        with os.fdopen(report_read) as report:
            first = report.readline().split(" ", 1)
        if first[0] != "pid":
            self._guard.wait()
            raise GuardError(first[1].strip() if len(first) > 1 else "the guard did not start")
        self.pid = int(first[1])

    @property
    def guard_pid(self) -> int:
        return self._guard.pid

    @property
    def lifeline(self) -> int:
        """The descriptor whose closing stops it: a process that holds it too has to end first."""
        assert self._guard.stdin is not None
        return self._guard.stdin.fileno()

    def poll(self) -> int | None:
        """The exit status once the process has ended (negative: the signal), else None."""
        if self._status is None and (status := self._guard.poll()) is not None:
            self._status = self._after_guard(status)
        return self._status

    def request_stop(self) -> None:
        """Begin an orderly stop without waiting for it."""
        if self._guard.stdin is not None:
            with contextlib.suppress(OSError):
                self._guard.stdin.close()

    def wait(self) -> int:
        """Wait for the end; returns the exit status as `poll` does."""
        while (status := self.poll()) is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._guard.wait(0.5)
        return status

    def stop(self) -> int:
        """Stop the process in order and wait until nothing of it is left."""
        self.request_stop()
        return self.wait()

    def _after_guard(self, status: int) -> int:
        self.request_stop()
        if status >= 0:
            return status if status < 128 else 128 - status
        # The guard itself was killed. On Linux the kernel has already passed the stop on.
        for stop in self._stops:
            if _wait_gone(self.pid, 0.5 if sys.platform == "linux" else 0):
                break
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, stop.number)
            if _wait_gone(self.pid, stop.grace):
                break
        _end_group(self.pid)
        return -signal.SIGKILL


def is_running(pid: int) -> bool:
    """Whether the process exists and is not merely waiting to be collected."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return sys.platform != "linux"
    return state[0] not in ("Z", "X")


def _wait_gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def _end_group(group: int, *, collect: bool = False) -> None:
    """End what a finished process left in its group: politely, then for good. `collect` is for the guard alone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + _GROUP_GRACE
        try:
            os.killpg(group, number)
            while time.monotonic() < deadline:
                if collect:
                    with contextlib.suppress(ChildProcessError):
                        os.waitpid(-1, os.WNOHANG)
                os.killpg(group, 0)
                time.sleep(0.02)
        except (ProcessLookupError, PermissionError):
            return


# The guard itself: what runs when this file is a script.


def _spawn(spec: dict[str, Any]) -> subprocess.Popen[bytes]:
    account = spec["account"]
    guard_pid = os.getpid()
    bind_to_guard = None
    if sys.platform == "linux":
        import ctypes  # costs a few milliseconds and only the guard needs it

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what the process abandons is collected here
        number = spec["stops"][0]["number"]

        def bind_to_guard() -> None:
            # After the change of account, which clears it. The guard has one thread, so its death is the thread's.
            libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
            if os.getppid() != guard_pid:
                os._exit(_COULD_NOT_START)

    return subprocess.Popen(
        spec["command"],
        cwd=spec["cwd"],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=account["uid"] if account else None,
        group=account["gid"] if account else None,
        extra_groups=[] if account else None,
        umask=0o077 if account else -1,
        preexec_fn=bind_to_guard,
    )


@contextlib.contextmanager
def _child_exits() -> Iterator[int]:
    """A descriptor that becomes readable when a child ends or the guard is asked to stop."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    yield read


def _guard(report_fd: int, spec: dict[str, Any]) -> int:
    asked = [False]
    for harmless in (signal.SIGINT, signal.SIGHUP):
        # A handler that does nothing, because the process would inherit an ignored signal.
        signal.signal(harmless, lambda *_: None)

    def ask(*_: object) -> None:
        asked[0] = True

    signal.signal(signal.SIGTERM, ask)
    with _child_exits() as wakeup, os.fdopen(report_fd, "w") as report:
        try:
            child = _spawn(spec)
        except (OSError, subprocess.SubprocessError) as error:
            report.write(f"error {error}\n")
            return _COULD_NOT_START
        report.write(f"pid {child.pid}\n")
        report.close()
        while child.poll() is None and not asked[0]:
            ready, _, _ = select.select([0, wakeup], [], [])
            if wakeup in ready:
                os.read(wakeup, 64)
            if 0 in ready and not os.read(0, 64):
                ask()
        for stop in spec["stops"]:
            if child.poll() is not None:
                break
            child.send_signal(stop["number"])
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(stop["grace"])
        if child.poll() is None:
            child.kill()
        status = child.wait()
        _end_group(child.pid, collect=True)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(_guard(int(sys.argv[1]), json.loads(sys.argv[2])))
