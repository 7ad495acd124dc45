"""The 24 hours after a customer's message in which WhatsApp takes free text; outside them only approved templates go.

Pure reading of the conversation: what happens to a text that finds the window closed is decided where parts are sent.
"""

from datetime import datetime, timedelta

from models import Conversa

REPLY_WINDOW = timedelta(hours=24)
"""Restarts with every customer message (Meta's customer service window)."""
_CHANNEL = "whatsapp:"


def closes_at(conversa: Conversa) -> datetime | None:
    """Until when free text is taken; None when the customer never wrote."""
    return conversa.ultima_entrada_em and conversa.ultima_entrada_em + REPLY_WINDOW


def window_open(conversa: Conversa, now: datetime) -> bool:
    """Whether free text may go out now. Addresses outside WhatsApp have no window."""
    if not conversa.endereco.startswith(_CHANNEL):
        return True
    end = closes_at(conversa)
    return end is not None and now < end
