"""What models write over silence is not taken for words, and short honest words are."""

import struct

import pytest

from services.audio_length import audio_seconds
from services.transcripts import is_credible


def ogg_opus(seconds: float, *, filler: int = 0) -> bytes:
    """An Ogg/Opus container of this length: a head page, tags and a last page that says how many samples there are."""

    def page(position: int, body: bytes) -> bytes:
        return b"OggS" + bytes(2) + struct.pack("<q", position) + bytes(12) + b"\x01" + bytes([len(body) % 256]) + body

    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 312, 16_000, 0, 0)
    return page(0, head) + page(0, b"OpusTags") + bytes(filler) + page(int(seconds * 48_000) + 312, b"sound")


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "...", "…", "♪", "Legendas pela comunidade Amara.org", "Legendas pela comunidade de Amara.org",
        "Transcrição e Legendas por Quality", "Legendado por João", "Obrigado por assistir!", "Obrigado por assistir.",
        "Thank you for watching", "you", "Inscreva-se no canal e deixe o seu like", "[Música]", "(silêncio)",
        "e e e e e e e e e", "não, não, não, não, não, não, não, não",
        "obrigado obrigado obrigado obrigado obrigado obrigado",
        "a gente vai a gente vai a gente vai a gente vai",
    ],
)  # fmt: skip
def test_inventions_are_not_credible(text: str) -> None:
    assert not is_credible(text, 5.0, 12_000)
    assert not is_credible(text, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "Oi", "Sim.", "Não", "Quatro pessoas", "Obrigado", "Tchau, tchau", "E aí", "Tem mesa para hoje à noite?",
        "Sim, sim, sim!", "Quero uma mesa para quatro pessoas no sábado às oito da noite, por favor.",
        "Não, não, não, eu falei quatro pessoas e não cinco", "Obrigado por tudo, gente, o jantar estava ótimo",
        "Vi a legenda da foto de vocês e quero reservar", "3",
    ],
)  # fmt: skip
def test_honest_words_are(text: str) -> None:
    assert is_credible(text, 5.0, 12_000)
    assert is_credible(text, None, None)
    assert is_credible(text, 5.0, 12_000, no_speech=0.05)


def test_length_and_size_of_the_audio_speak_too() -> None:
    long = "Quero uma mesa para quatro pessoas no sábado às oito da noite, por favor."
    assert not is_credible(long, 0.2, 900), "nothing is said in a fifth of a second"
    assert not is_credible(long, 1.0, 3_000), "nobody speaks this fast"
    assert not is_credible("Boa noite a todos", 30.0, 2_000), "too few bytes for thirty seconds with speech"
    assert is_credible(long, 6.0, 14_000)


def test_the_models_own_doubt_counts() -> None:
    assert not is_credible("Boa noite, tudo bem com vocês?", 5.0, 12_000, no_speech=0.93)
    assert not is_credible("Obrigado", 5.0, 12_000, no_speech=0.6)
    assert is_credible("Quero reservar uma mesa para hoje", 5.0, 12_000, no_speech=0.6)


@pytest.mark.parametrize("seconds", [0.0, 0.3, 4.0, 61.5, 1200.0])
def test_length_of_an_ogg_voice_note(seconds: float) -> None:
    assert audio_seconds(ogg_opus(seconds, filler=4_000)) == pytest.approx(seconds, abs=0.01)


def test_length_of_a_wav() -> None:
    header = b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
    assert audio_seconds(header + b"data" + struct.pack("<I", 64_000) + bytes(64_000)) == pytest.approx(2.0)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"OggS", b"OggSOpusHead", b"RIFF", b"RIFF0000WAVE", b"\xff\xfb" * 100,
        b"OggS" + b"\xff" * 200, ogg_opus(3.0)[:60], b"OggS" * 30_000,
        ogg_opus(1.0) + b"OggS\x00\x00" + struct.pack("<q", 2**62) + bytes(20),
    ],
)  # fmt: skip
def test_broken_containers_have_no_length(content: bytes) -> None:
    found = audio_seconds(content)
    assert found is None or 0 <= found < 10
