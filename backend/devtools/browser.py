"""Finds a real Chromium for the browser tests, and gets one where the machine has none.

In order: CHROMIUM_PATH, an installed browser, Debian's package when root, Playwright's download. Each candidate has to
answer `--version`, because some systems install a stand-in that only explains itself.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_INSTALL_SECONDS = 600


def find_chromium(chromium_path: str | None, *, say: Callable[[str], None]) -> str | None:
    """The path of a browser that works, or None when there is no way to have one."""
    if chromium_path:
        if works(chromium_path):
            return chromium_path
        say(f"CHROMIUM_PATH não aponta para um navegador que funcione: {chromium_path}")
    return installed() or _from_debian(say) or _from_playwright(say)


def installed() -> str | None:
    """A browser already on this machine."""
    candidates = [path for name in _NAMES if (path := shutil.which(name))]
    return next((path for path in (*candidates, *_MAC_APPS) if works(path)), None)


def works(path: str) -> bool:
    """Whether this program says it is a browser."""
    try:
        result = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0 and ("Chrom" in result.stdout)


def _from_debian(say: Callable[[str], None]) -> str | None:
    try:
        debian = "\nID=debian\n" in f"\n{Path('/etc/os-release').read_text()}\n"
    except OSError:
        debian = False
    if not debian or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    say("Instalando o pacote chromium do Debian…")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update"], install):
        if not _done(command, environment):
            return None
    return installed()


def _from_playwright(say: Callable[[str], None]) -> str | None:
    say("Baixando o Chromium do Playwright…")
    if not _done([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ)):
        return None
    code = "from playwright.sync_api import sync_playwright as p\nwith p() as it: print(it.chromium.executable_path)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    path = result.stdout.strip()
    return path if path and works(path) else None


def _done(command: list[str], environment: dict[str, str]) -> bool:
    try:
        result = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0
