"""The text of PDFs that customers send, read by a bounded child process so that a hostile file harms nobody.

Never parses in this process and never blocks the event loop. A file that cannot be read is a refusal with a reason.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from errors import ProviderBusy, ProviderRefused
from ports import DocumentText

VENDOR = "pdf"

_CHILD = Path(__file__).with_name("pdf_child.py")


class PdfService:
    """`DocumentReader` over pypdf. `seconds` bounds one file on the clock, `cpu_seconds` its work."""

    def __init__(
        self,
        *,
        pages: int = 40,
        characters: int = 20_000,
        seconds: float = 12.0,
        cpu_seconds: int = 8,
        megabytes: int = 768,
        at_once: int = 2,
    ) -> None:
        self._arguments = [str(number) for number in (pages, characters, cpu_seconds, megabytes)]
        self._seconds = seconds
        self._slots = asyncio.Semaphore(at_once)

    async def read_pdf(self, content: bytes) -> DocumentText:
        """The text, empty for scanned pages.

        Raises ProviderRefused: `protected` (needs a password), `unreadable`, or `too_heavy` (took more time or memory
        than one file may); ProviderBusy when no process could be started.
        """
        async with self._slots:
            code, out = await self._run(content)
        if code != 0:
            raise ProviderRefused(VENDOR, "too_heavy")
        try:
            found = json.loads(out)
        except ValueError:
            raise ProviderRefused(VENDOR, "unreadable") from None
        if error := found.get("error"):
            raise ProviderRefused(VENDOR, str(error))
        return DocumentText(text=found["text"], pages=found["pages"], truncated=found["truncated"])

    async def _run(self, content: bytes) -> tuple[int, bytes]:
        try:
            # Isolated and without our environment: no key of ours is within its reach.
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-B",
                str(_CHILD),
                *self._arguments,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env={},
            )
        except OSError:
            raise ProviderBusy(VENDOR, "unreachable") from None
        try:
            async with asyncio.timeout(self._seconds):
                out, _ = await process.communicate(content)
        except TimeoutError:
            raise ProviderRefused(VENDOR, "too_heavy") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, out
