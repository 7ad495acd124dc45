"""Everything customers send, on the running product: what the model is told, and what is answered without it."""

import base64
from datetime import date, time
from typing import Any

from sqlalchemy import select

from models import Log, Midia, Reserva, Turno
from services.pictures import UNSEEN
from services.shortcuts import GOODBYE, NO_SPEECH, NOT_HEARD, TOO_LONG, WHICH_CANCEL
from tests.pdfs import make_pdf
from tests.stage import ANA, Live, until
from tests.unit.test_transcripts import ogg_opus

JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Maria Souza\r\nTEL;waid=5511999998888:+55 11 99999-8888\r\nEND:VCARD\r\n"


def file(content: bytes, content_type: str, **fields: Any) -> dict[str, Any]:
    return {"content_type": content_type, "base64": base64.b64encode(content).decode(), **fields}


async def asked(live: Live) -> list[dict[str, Any]]:
    return [request["json"] for request in await live.sim.requests("openai", "/responses")]


async def question(live: Live) -> str:
    """The text of the newest question the model was asked."""
    content = (await asked(live))[-1]["input"][-1]["content"]
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part["type"] == "input_text")


async def test_the_words_of_a_pdf_reach_the_model_and_are_read_once(live: Live) -> None:
    menu = make_pdf([["Cardápio da festa", "Moqueca de camarão R$ 89,00"]])
    await live.say("pizzaria", "O que acha?", media=[file(menu, "application/pdf", filename="cardápio.pdf")])
    await live.wait_replies("pizzaria")
    assert await question(live) == (
        "O que acha?\n"
        "[o cliente enviou um documento chamado cardápio.pdf, que diz: "
        "Cardápio da festa | Moqueca de camarão R$ 89,00]"
    )
    async with live.container.db.system_scope() as session:
        assert await session.scalar(select(Midia.texto)) == "Cardápio da festa\nMoqueca de camarão R$ 89,00"
    await live.say("pizzaria", "E aí?")
    await live.wait_replies("pizzaria", 2)
    assert "Moqueca" in str((await asked(live))[-1]["input"][0]["content"])


async def test_a_file_that_only_says_it_is_a_pdf_is_answered_all_the_same(live: Live) -> None:
    await live.say("pizzaria", media=[file(b"%PDF-1.4 lixo", "application/pdf")])
    await live.wait_replies("pizzaria")
    assert await question(live) == "[o cliente enviou um documento, cujo texto não pode ser lido aqui]"


async def test_a_location_comes_with_its_distance(live: Live) -> None:
    await live.change("pizzaria", latitude=-23.5614, longitude=-46.6559)
    await live.say("pizzaria", latitude=-23.5505, longitude=-46.6333, address="Praça da Sé", label="Trabalho")
    await live.wait_replies("pizzaria")
    said = "[o cliente enviou uma localização: Trabalho, Praça da Sé (a 2,6 km daqui, em linha reta)]"
    assert await question(live) == said


async def test_sticker_card_video_and_unknown_kinds_are_told(live: Live) -> None:
    await live.say("pizzaria", media=[file(b"RIFF0000WEBPVP8X\x00\x00\x00\x00\x02....", "image/webp")])
    await live.say("pizzaria", media=[file(CARD, "text/vcard")])
    await live.say("pizzaria", media=[file(b"....ftypmp42", "video/mp4")])
    await live.say("pizzaria", message_type="order")
    [reply] = await live.wait_replies("pizzaria")
    assert "Maria Souza" in reply
    assert (await question(live)).splitlines() == [
        "[o cliente enviou uma figurinha]",
        "[o cliente enviou o cartão de contato de Maria Souza]",
        "[o cliente enviou um vídeo, que não pode ser visto aqui]",
        "[o cliente enviou algo que não pode ser lido aqui (tipo order)]",
    ]
    assert "99999" not in str(await asked(live))
    assert "99999" not in str([log.dados for log in await live.rows(Log)])


async def test_a_reply_to_an_earlier_message_quotes_it(live: Live) -> None:
    first = await live.say("pizzaria", "Quanto custa a margherita?")
    [price] = await live.wait_replies("pizzaria")
    chat = await live.sim.messages(ANA, live.number("pizzaria"))
    ours = next(message["sid"] for message in chat if message["direction"] == "outbound")
    await live.say("pizzaria", "essa mesma", replied_message_sid=ours, replied_message_sender=live.number("pizzaria"))
    await live.say("pizzaria", "👍", replied_message_sid=first["message_sid"], message_type="reaction")
    await live.wait_replies("pizzaria", 2)
    lines = (await question(live)).splitlines()
    assert lines == [
        f"[respondendo a: “{price}”]",
        "essa mesma",
        "[respondendo a: “Quanto custa a margherita?”]",
        "[o cliente reagiu com 👍]",
    ]


async def test_a_quoted_sid_of_another_conversation_tells_nothing(live: Live) -> None:
    secret = await live.say("mercado", "segredo do mercado")
    await live.wait_replies("mercado")
    await live.say("pizzaria", "e isso?", replied_message_sid=secret["message_sid"])
    await live.wait_replies("pizzaria")
    assert await question(live) == "[respondendo a uma mensagem anterior]\ne isso?"


async def test_pictures_go_along_and_are_left_out_when_the_model_refuses_them(live: Live) -> None:
    await live.sim.fault("openai", "status", status=400, path_contains="/responses", times=1)
    pictures = [file(JPEG, "image/jpeg"), file(JPEG, "image/jpeg")]
    await live.say("pizzaria", "Olha que linda", media=pictures)
    await live.wait_replies("pizzaria")
    first, second = await asked(live)
    assert [part["type"] for part in first["input"][-1]["content"]] == ["input_text", "input_image", "input_image"]
    assert second["input"][-1]["content"] == f"Olha que linda\n[o cliente enviou 2 imagens]\n{UNSEEN}"
    [turno] = await live.rows(Turno)
    assert (turno.estado, turno.modelo) == ("done", "gpt-4o")


async def test_a_picture_that_is_none_is_not_shown_to_the_model(live: Live) -> None:
    await live.say("pizzaria", media=[file(b"isto nao e imagem", "image/jpeg")])
    await live.wait_replies("pizzaria")
    assert await question(live) == "[o cliente enviou uma imagem, que não pode ser vista aqui]"


async def test_a_very_long_text_is_cut_and_other_languages_pass(live: Live) -> None:
    await live.say("pizzaria", "Do you have a table? " * 3_000)
    await live.wait_replies("pizzaria")
    assert len(await question(live)) < 6_200
    assert "texto cortado aqui" in await question(live)


# --- Audio ---


async def test_silence_and_inventions_over_it_get_a_request_to_repeat(live: Live) -> None:
    for number, words in enumerate(("", "Legendas pela comunidade Amara.org"), start=1):
        voice = file(ogg_opus(3, filler=2_000 + number), "audio/ogg", spoken_text=words)
        await live.say("pizzaria", media=[voice])
        assert (await live.wait_replies("pizzaria", number))[-1] == NO_SPEECH
    assert await asked(live) == []
    for entrada in await live.entradas():
        assert (entrada.transcricao, entrada.transcricao_estado) == (None, "falhou")
        about = {"modelo": "whisper-1", "segundos": 3.0, "motivo": "audio_sem_fala"}
        assert entrada.dados["transcricao"] == about


async def test_an_audio_of_twenty_minutes_is_not_transcribed(live: Live) -> None:
    await live.say("pizzaria", media=[file(ogg_opus(1200), "audio/ogg", spoken_text="muita coisa")])
    assert await live.wait_replies("pizzaria") == [TOO_LONG]
    assert await live.sim.requests("openai", "/transcriptions") == []


async def test_a_vanished_transcription_model_is_replaced_and_what_was_used_is_kept(live: Live) -> None:
    await live.change("pizzaria", openai_transcription_model="gpt-4o-transcribe")
    await live.sim.control("DELETE", "/openai/models/gpt-4o-transcribe")
    await live.sim.control("DELETE", "/openai/models/whisper-1")
    try:
        voice = file(ogg_opus(2, filler=2_000), "audio/ogg", spoken_text="Onde fica a loja?")
        await live.say("pizzaria", media=[voice])
        [reply] = await live.wait_replies("pizzaria")
    finally:
        await live.sim.control("POST", "/openai/models", id="whisper-1", kind="audio")
        await live.sim.control("POST", "/openai/models", id="gpt-4o-transcribe", kind="audio")
    assert "Rua das Flores" in reply
    [entrada] = await live.entradas()
    assert entrada.dados["transcricao"] == {"modelo": "gpt-transcribe", "segundos": 2.0}


async def test_transcription_that_fails_everywhere_says_so(live: Live) -> None:
    await live.sim.fault("openai", "status", status=400, path_contains="transcriptions", times=-1)
    await live.say("pizzaria", media=[file(ogg_opus(2, filler=2_000), "audio/ogg")])
    assert await live.wait_replies("pizzaria") == [NOT_HEARD]


# --- Leaving ---


async def test_leaving_gets_one_sentence_no_model_and_ends_when_they_write_again(live: Live) -> None:
    await live.say("pizzaria", "Quero sair da lista, por favor")
    assert await live.wait_replies("pizzaria") == [GOODBYE]
    assert (await live.conversa("pizzaria")).optout_em is not None
    await live.say("pizzaria", "PARAR")
    await live.settled()
    await live.wait_replies("pizzaria", 1)
    assert await asked(live) == []
    assert {each.destino for each in await live.entradas()} == {"em_turno"}
    await live.say("pizzaria", "Onde fica?")
    replies = await live.wait_replies("pizzaria", 2)
    assert "Rua das Flores" in replies[1]
    assert (await live.conversa("pizzaria")).optout_em is None
    codes = [log.code for log in await live.rows(Log)]
    assert codes.count("optout") == codes.count("optout_encerrado") == 1


async def test_leaving_while_a_person_attends_is_kept_without_a_reply(live: Live) -> None:
    await live.say("pizzaria", "Onde fica?")
    await live.wait_replies("pizzaria")
    async with live.container.db.system_scope() as session:
        (await session.merge(await live.conversa("pizzaria"))).atendido_por = "pessoa"
    for text, left in (("PARAR", True), ("oi, mudei de ideia", False)):
        await live.say("pizzaria", text)

        async def noted(left: bool = left) -> bool:
            return ((await live.conversa("pizzaria")).optout_em is not None) is left

        await until(noted, f"{text} to be noted")
    await live.wait_replies("pizzaria", 1)


async def test_cancelling_a_reservation_is_never_leaving(live: Live) -> None:
    await live.say("pizzaria", "quero cancelar a minha reserva de sexta")
    await live.wait_replies("pizzaria")
    assert await asked(live)
    await live.say("pizzaria", "CANCELAR")  # they were just talking about one
    await live.wait_replies("pizzaria", 2)
    assert len(await asked(live)) > 1
    assert (await live.conversa("pizzaria")).optout_em is None


async def test_a_bare_cancel_out_of_nowhere_is_asked_about(live: Live) -> None:
    await live.say("pizzaria", "Cancelar")
    assert await live.wait_replies("pizzaria") == [WHICH_CANCEL]
    await live.say("pizzaria", "SAIR")
    assert (await live.wait_replies("pizzaria", 2))[1] == GOODBYE


async def test_a_bare_cancel_with_a_reservation_ahead_is_for_the_attendant(live: Live) -> None:
    await live.say("pizzaria", "oi")
    await live.wait_replies("pizzaria")
    conversa = await live.conversa("pizzaria")
    async with live.container.db.system_scope() as session:
        session.add(
            Reserva(
                empresa_id=conversa.empresa_id, cliente_id=conversa.cliente_id, codigo="R1", nome="Ana",
                data=date(2999, 1, 1), horario=time(20), pessoas=2,
            )
        )  # fmt: skip
    await live.say("pizzaria", "cancelar")
    await live.wait_replies("pizzaria", 2)
    assert len(await asked(live)) > 1
