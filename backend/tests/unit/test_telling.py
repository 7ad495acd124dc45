"""Every kind of message becomes a text for the model, and none becomes silence."""

from typing import Any

import pytest

from models import Mensagem
from models.mensagem import TIPOS
from services.context import Remembered, trim
from services.geo import distance_km, read_position, say_distance
from services.telling import HISTORY, QUESTION, Around, Attached, spoken
from services.tokens import estimate_tokens

PAULISTA = (-23.5614, -46.6559)


def message(tipo: str = "texto", texto: str = "", *, transcricao: str | None = None, **dados: Any) -> Mensagem:
    return Mensagem(tipo=tipo, texto=texto, transcricao=transcricao, dados=dados)


@pytest.mark.parametrize("tipo", TIPOS)
def test_no_kind_is_ever_silence(tipo: str) -> None:
    said = spoken(message(tipo, "" if tipo != "texto" else "Oi"))
    assert said.strip()
    assert spoken(message(tipo, "Com legenda")).startswith("Com legenda")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (Attached("image/jpeg"), "[o cliente enviou uma imagem]"),
        (Attached("image/jpeg", erro="imagem_grande"), "[o cliente enviou uma imagem, que não pode ser vista aqui]"),
        (Attached("image/jpeg", "falhou"), "[o cliente enviou uma imagem, que não pôde ser aberta]"),
        (Attached("image/webp"), "[o cliente enviou uma figurinha]"),
        (Attached("video/mp4"), "[o cliente enviou um vídeo, que não pode ser visto aqui]"),
        (Attached("text/vcard", texto="Maria Souza"), "[o cliente enviou o cartão de contato de Maria Souza]"),
        (Attached("text/vcard"), "[o cliente enviou um cartão de contato]"),
        (
            Attached("application/pdf", nome="cardapio.pdf", texto="Moqueca R$ 89\nPudim [novo]"),
            "[o cliente enviou um documento chamado cardapio.pdf, que diz: Moqueca R$ 89 | Pudim (novo)]",
        ),
        (
            Attached("application/pdf", nome="x.pdf", erro="pdf_protected"),
            "[o cliente enviou um documento chamado x.pdf, protegido por senha]",
        ),
        (
            Attached("application/zip", nome="fotos.zip"),
            "[o cliente enviou um documento chamado fotos.zip, cujo texto não pode ser lido aqui]",
        ),
        (Attached("application/pdf", "falhou"), "[o cliente enviou um documento, que não pôde ser aberto]"),
    ],
)
def test_each_file_is_told(file: Attached, said: str) -> None:
    assert spoken(message("documento"), Around((file,))) == said


def test_several_files_in_one_message_are_all_told() -> None:
    files = (Attached("image/jpeg"), Attached("image/png"), Attached("video/mp4"), Attached("audio/ogg"))
    assert spoken(message("imagem", "Fotos da festa"), Around(files)).splitlines() == [
        "Fotos da festa",
        "[o cliente enviou 2 imagens]",
        "[o cliente enviou um vídeo, que não pode ser visto aqui]",
        "[o cliente enviou um áudio, que não foi ouvido]",
    ]


def test_a_location_has_its_label_and_a_distance_where_the_empresa_has_a_position() -> None:
    here = message("localizacao", latitude="-23.5505", longitude="-46.6333", rotulo="Trabalho", endereco="Praça da Sé")
    assert spoken(here) == "[o cliente enviou uma localização: Trabalho, Praça da Sé]"
    assert spoken(here, Around(home=PAULISTA)) == (
        "[o cliente enviou uma localização: Trabalho, Praça da Sé (a 2,6 km daqui, em linha reta)]"
    )
    bare = message("localizacao", latitude="-23.5505", longitude="-46.6333")
    assert "-23.55050, -46.63330" in spoken(bare)
    for hostile in ("nan", "inf", "1e999", "abc", "91", ""):
        assert "sem coordenadas" in spoken(
            message("localizacao", latitude=hostile, longitude="0"), Around(home=PAULISTA)
        )


@pytest.mark.parametrize(
    ("km", "said"), [(0.004, "10 m"), (0.183, "180 m"), (0.99, "1,0 km"), (2.34, "2,3 km"), (148.6, "149 km")]
)
def test_distances_are_said_as_people_say_them(km: float, said: str) -> None:
    assert say_distance(km) == said


def test_distance_agrees_with_known_ones() -> None:
    rio = read_position("-22.9068", "-43.1729")
    assert rio is not None
    assert distance_km((-23.5505, -46.6333), rio) == pytest.approx(361, abs=3)
    assert distance_km((0, 0), (0, 180)) == pytest.approx(20015, abs=2)


def test_buttons_lists_replies_and_reactions() -> None:
    assert spoken(message("botao", "Sim", botao_texto="Sim", botao_valor="confirma")) == "Sim"
    assert spoken(message("botao", lista_titulo="Mesa na varanda", lista_id="2")) == "Mesa na varanda"
    assert spoken(message("botao", botao_valor="confirma")) == "confirma"
    answer = message(texto="pode ser essa", responde_a="SM1")
    assert spoken(answer, Around(quoted="Temos às 20h ou às 21h")) == (
        "[respondendo a: “Temos às 20h ou às 21h”]\npode ser essa"
    )
    assert spoken(answer) == "[respondendo a uma mensagem anterior]\npode ser essa"
    liked = message(texto="👍", responde_a="SM1", tipo_whatsapp="reaction")
    assert spoken(liked, Around(quoted="Até sexta!")) == "[respondendo a: “Até sexta!”]\n[o cliente reagiu com 👍]"
    assert "tipo order" in spoken(message("outro", tipo_whatsapp="order"))


def test_audio_is_its_words_or_why_there_are_none() -> None:
    assert spoken(message("audio", transcricao="Quero uma mesa")) == "Quero uma mesa"
    assert spoken(message("audio")) == "[áudio que não pôde ser ouvido]"
    long = Mensagem(tipo="audio", texto="", transcricao=None, dados={"transcricao": {"motivo": "audio_longo"}})
    assert spoken(long) == "[áudio longo demais para ser ouvido aqui]"


def test_very_long_texts_are_cut_and_say_so() -> None:
    said = spoken(message(texto="palavra " * 9_000))
    assert len(said) < QUESTION.text + 100
    assert said.endswith("[texto cortado aqui: o cliente enviou 71.999 caracteres]")
    document = Attached("application/pdf", texto="linha\n" * 9_000)
    assert "o documento continua" in spoken(message("documento"), Around((document,)), HISTORY)
    assert len(spoken(message("documento"), Around((document,)), HISTORY)) < HISTORY.document + 200


def test_other_languages_pass_unchanged() -> None:
    for text in (
        "Do you have a table for two?",
        "¿Tienen mesa para dos?",
        "テーブルはありますか",
        "مرحبا، هل لديكم طاولة؟",
    ):
        assert spoken(message(texto=text)) == text


def test_history_is_cut_by_tokens_and_keeps_the_newest() -> None:
    lines = [Remembered(number, "user", "palavra " * 30) for number in range(20)]
    each = estimate_tokens(lines[0].text)
    assert [line.mensagem_id for line in trim(lines, each * 5)] == [15, 16, 17, 18, 19]
    assert [line.mensagem_id for line in trim(lines, 1)] == [19]
    assert trim([], 1000) == []


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Quero uma mesa para quatro pessoas no sábado às oito da noite.", 15),
        ("テーブルはありますか", 8),
        ("👍👍👍👍", 4),
    ],
)
def test_tokens_are_estimated_from_above(text: str, tokens: int) -> None:
    assert tokens <= estimate_tokens(text) <= 4 * tokens
