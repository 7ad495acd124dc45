"""Text made comparable: lower case, no accents, one space. Pure functions that know letters, not meanings."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """Lower case without accents; ordinal signs become letters (`1º` → `1o`)."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def squeeze(text: str) -> str:
    """One space wherever there was any white space, none at the ends."""
    return _SPACES.sub(" ", text).strip()
