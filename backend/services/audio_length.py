"""How long a voice note is, read from its container: Ogg (what WhatsApp sends) and WAV, without decoding anything.

Pure functions over hostile bytes: what cannot be read is unknown, never an error.
"""

import struct

_PAGE = b"OggS"
_LAST_PAGES = 70_000
"""A page holds at most 65,307 bytes, so the last one begins within these."""
_OPUS_RATE = 48_000
_LONGEST = 24 * 3600.0


def audio_seconds(content: bytes) -> float | None:
    """The length in seconds, or None when the container does not tell it."""
    seconds: float | None = None
    if content.startswith(_PAGE):
        seconds = _ogg_seconds(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        seconds = _wav_seconds(content)
    return seconds if seconds is not None and 0 <= seconds <= _LONGEST else None


def _ogg_seconds(content: bytes) -> float | None:
    """The granule position of the last page is the number of samples so far (RFC 3533, RFC 7845)."""
    head = content[:512]
    opus = head.find(b"OpusHead")
    vorbis = head.find(b"\x01vorbis")
    if opus >= 0 and len(head) >= opus + 12:
        rate, skipped = _OPUS_RATE, int(struct.unpack_from("<H", head, opus + 10)[0])
    elif vorbis >= 0 and len(head) >= vorbis + 16:
        rate, skipped = int(struct.unpack_from("<I", head, vorbis + 12)[0]), 0
    else:
        return None
    end = len(content)
    floor = max(0, end - _LAST_PAGES)
    while rate and (last := content.rfind(_PAGE, floor, end)) >= 0:
        if len(content) >= last + 14:
            position = int(struct.unpack_from("<q", content, last + 6)[0])
            if position >= 0:  # -1: no packet ends on this page
                return max(0.0, (position - skipped) / rate)
        end = last
    return None


def _wav_seconds(content: bytes) -> float | None:
    if len(content) < 44:
        return None
    rate = int(struct.unpack_from("<I", content, 28)[0])
    return (len(content) - 44) / rate if rate else None
