"""Whether a transcript is what somebody said, or what a model makes of silence and noise.

Pure. The well-known inventions are those of speech models trained on subtitles; an honest word is never thrown away
because it is short.
"""

import re
import unicodedata

MAX_AUDIO_SECONDS = 15 * 60
"""Longer voice notes are not transcribed: the customer is asked to be brief."""

_SURE_OF_SILENCE = 0.85
_MAYBE_SILENCE = 0.5
_BLINK = 0.35
"""Seconds within which nothing can be said."""
_FASTEST = 28.0
"""Characters a second that nobody speaks; Brazilians reach about 18."""
_SMALLEST_RATE = 180.0
"""Bytes a second under which there is no speech: Opus at 6 kbit/s has 750, its silence less than a third."""

# What models write over silence, wherever it stands: credits of subtitles.
_CREDITS = re.compile(
    r"amara ?org|legendas (?:pela|por|feitas|da comunidade)\b|legendad[oa] por|legendagem|opensubtitles|"
    r"transcricao (?:e legendas|por)|tradu[cz]ao e legendas|subtitles by|subtitulos|sous titres|"
    r"inscreva se n[oe] (?:meu |nosso )?canal|deixe? (?:o seu|seu) like|ative? o sininho"
)
# What they write instead of silence: only when it is everything.
_ALONE = frozenset(
    {
        "obrigado por assistir", "obrigada por assistir", "obrigado por assistirem", "obrigado por ver o video",
        "muito obrigado por assistir", "thank you for watching", "thanks for watching", "thank you", "you", "bye",
        "ate o proximo video", "ate a proxima", "a gente se ve no proximo video", "obrigado pela atencao", "legendas",
        "musica", "musica de fundo", "aplausos", "silencio", "inaudivel", "som de fundo", "ruido", "blank audio",
        "music",
    }
)  # fmt: skip
_WORD = re.compile(r"\w+")


def is_credible(text: str, seconds: float | None, size: int | None, *, no_speech: float | None = None) -> bool:
    """Whether `text` may be passed on as the customer's words.

    `seconds` and `size` (bytes) of the audio where known; `no_speech` is the model's own doubt, 0 to 1.
    """
    words = _WORD.findall(_plain(text))
    if not words:
        return False
    said = " ".join(words)
    if no_speech is not None and no_speech >= _SURE_OF_SILENCE:
        return False
    if _CREDITS.search(said):
        return False
    if said in _ALONE and not _speaks(seconds, no_speech):
        return False
    if no_speech is not None and no_speech >= _MAYBE_SILENCE and len(words) <= 3:
        return False
    if _stuck(words):
        return False
    if seconds is not None:
        if seconds < _BLINK or len(text.strip()) / max(seconds, 1.0) > _FASTEST:
            return False
        if size is not None and seconds > 2 and size / seconds < _SMALLEST_RATE:
            return False
    return True


def _speaks(seconds: float | None, no_speech: float | None) -> bool:
    """Whether the model itself is sure that somebody speaks, in a note about as long as two words."""
    return no_speech is not None and no_speech < 0.2 and (seconds is None or seconds <= 4)


def _stuck(words: list[str]) -> bool:
    """One word, or one short run of words, over and over. People say a word three or four times, not more."""
    if len(words) < 6:
        return False
    for length in (1, 2, 3, 4):
        times = len(words) // length
        run = words[:length]
        if times >= max(3, 6 // length) and words[: times * length] == run * times and times * length >= len(words) - 1:
            return True
    return len(words) >= 12 and len(set(words)) <= 2


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^\w\s]", " ", "".join(char for char in decomposed if not unicodedata.combining(char)))
