"""How fast one person may be written to: WhatsApp takes about one message in six seconds, and a short burst.

The arithmetic only; what was sent is read from the ledger, so that every process counts the same.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta


def next_allowed(sent: Iterable[datetime], *, burst: int, seconds: float) -> datetime | None:
    """When the next message may go after these; None when nothing was sent.

    `burst` messages may go at once, each of them spends `seconds`, and the debt is paid as time passes.
    """
    every = timedelta(seconds=seconds)
    paid: datetime | None = None
    for at in sorted(sent):
        paid = (at if paid is None else max(paid, at)) + every
    return None if paid is None else paid - (burst - 1) * every
