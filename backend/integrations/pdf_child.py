"""The text of one PDF, read in a process of its own: bytes on stdin, one JSON object on stdout.

The only file that knows pypdf. It starts by giving up memory, processor time and the right to write files, because a
PDF can be made to take all of them; whatever kills it costs this process and nothing else. Run by `pdf_service.py`.
"""

import io
import json
import resource
import sys
import time

from pypdf import PdfReader

MEGABYTE = 1024 * 1024


def give_up_powers(*, seconds: int, megabytes: int) -> None:
    """Processor seconds and address space from here on; no file can grow, no core is dumped."""
    limits = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, megabytes * MEGABYTE),
    )
    for kind, wanted in limits:
        try:
            resource.setrlimit(kind, (wanted, wanted))
        except (ValueError, OSError):  # macOS has no limit of address space: the parent's clock remains
            continue


def read(content: bytes, *, pages: int, characters: int, seconds: float) -> dict[str, object]:
    """The text of the first pages, or `error`: `protected` or `unreadable`. Stops early, whole, when time is up."""
    try:
        document = PdfReader(io.BytesIO(content))
        if document.is_encrypted and not document.decrypt(""):
            return {"error": "protected"}
        total = len(document.pages)
    except Exception:  # noqa: BLE001 (whatever a broken file raises, it is a broken file)
        return {"error": "unreadable"}
    lines: list[str] = []
    size = 0
    number = 0
    for number in range(min(total, pages)):
        try:
            text = document.pages[number].extract_text()
        except Exception:  # noqa: BLE001 (the pages that can be read are worth having)
            text = ""
        for line in text.splitlines():
            tidy = " ".join(line.replace("\x00", "").split())
            if tidy:
                lines.append(tidy)
                size += len(tidy) + 1
        if size >= characters or time.process_time() > seconds:
            break
    found = "\n".join(lines)
    return {"text": found[:characters], "pages": total, "truncated": len(found) > characters or number + 1 < total}


def main() -> None:
    pages, characters, seconds, megabytes = (int(each) for each in sys.argv[1:5])
    give_up_powers(seconds=seconds, megabytes=megabytes)
    # Half of the time is for pages: the rest lets a slow page end, and what was read be written.
    found = read(sys.stdin.buffer.read(), pages=pages, characters=characters, seconds=seconds / 2)
    sys.stdout.buffer.write(json.dumps(found).encode())


if __name__ == "__main__":
    main()
