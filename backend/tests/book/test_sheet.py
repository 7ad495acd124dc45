"""The book in the owner's sheet, through the real gspread: publishing, and what the owner does in between."""

import asyncio
import json
from datetime import time, timedelta

from models import Reserva
from tests.book.conftest import EIGHT, FRIDAY, SHEET, House, Paper
from tests.integrations.conftest import obeyed

HAND = ["", "Caio", "11 97777-0000", "27/11/2026", "21h", "4 pessoas", "", "janela"]


async def publish(house: House, reserva: Reserva, seconds: float = 8) -> str:
    return await house.booking.publish(house.empresa.id, reserva.id, seconds=seconds)


async def sync(house: House) -> None:
    await house.booking.freshen(house.empresa, older_than=0)


async def one(house: House, codigo: str) -> Reserva:
    [found] = [reserva for reserva in await house.reservas() if reserva.codigo == codigo]
    return found


async def agree(house: House, paper: Paper) -> None:
    """What holds a place in the sheet is exactly what holds one in PostgreSQL."""
    rows = await paper.rows()
    place = {title: n for n, title in enumerate(rows[0])}
    written = sorted(
        (row[place["Código"]], row[place["Nome"]], row[place["Data"]], row[place["Horário"]], row[place["Pessoas"]],
         row[place["Status"]])
        for row in rows[1:]
    )  # fmt: skip
    kept = sorted(
        (r.codigo, r.nome, f"{r.data:%d/%m/%Y}", f"{r.horario:%H:%M}", r.pessoas, r.status)
        for r in await house.reservas() if r.planilha_linha
    )  # fmt: skip
    assert written == kept


async def test_without_a_sheet_it_is_confirmed_at_once(house: House) -> None:
    reserva = await house.book()
    assert await publish(house, reserva) == "confirmada"


async def test_it_is_confirmed_once_it_stands_in_the_sheet(house: House, paper: Paper) -> None:
    reserva = await house.book(4, observacoes='=HYPERLINK("http://x")')
    assert (reserva.status, reserva.planilha_estado) == ("pendente", "pendente")
    assert await publish(house, reserva) == "confirmada"
    found = await one(house, reserva.codigo)
    assert (found.status, found.planilha_estado, found.planilha_proxima_em) == ("confirmada", "sincronizada", None)
    assert await paper.row_of(reserva.codigo) == [
        reserva.codigo, "Ana", "+5511988887777", "27/11/2026", "20:00", 4, "confirmada", '=HYPERLINK("http://x")',
    ]  # fmt: skip
    await obeyed(paper.sim, "google")


async def test_changes_and_cancellations_follow_the_row_wherever_the_owner_put_it(house: House, paper: Paper) -> None:
    first, second = await house.book(2), await house.book(3, at=time(22), nome="Bia")
    assert await publish(house, first) == await publish(house, second) == "confirmada"
    await paper.owner("sort", column=2, descending=True)
    await paper.owner("insert_column", column=1)
    await paper.owner("insert_row", row=1, count=2)
    await house.change(first, at=time(20, 30), people=4, observacoes="terraço")
    assert await publish(house, first) == "confirmada"
    await paper.owner("sort", column=3, header_rows=3)
    await house.cancel(second)
    assert await publish(house, second) == "confirmada"
    assert (await paper.row_of(first.codigo))[4:] == ["27/11/2026", "20:30", 4, "confirmada", "terraço"]
    assert (await paper.row_of(second.codigo))[4:] == ["27/11/2026", "22:00", 3, "cancelada"]
    assert len(await paper.rows()) == 3
    assert await house.logged("reserva_apagada_na_planilha") == []


async def test_headers_the_owner_renamed_and_moved_are_found(house: House, paper: Paper) -> None:
    reserva = await house.book()
    await publish(house, reserva)
    for column, title in ((1, "Localizador"), (2, "Cliente"), (4, "Dia"), (6, "Qtd. pessoas"), (7, "Situação")):
        await paper.owner("edit_cell", row=1, column=column, value=title)
    await house.change(reserva, people=5)
    assert await publish(house, reserva) == "confirmada"
    assert (await paper.row_of(reserva.codigo))[5] == 5


async def test_what_the_owner_edited_is_taken_over(house: House, paper: Paper) -> None:
    reserva = await house.book(2)
    await publish(house, reserva)
    await paper.edit(reserva.codigo, "Pessoas", "6 pessoas")
    await paper.edit(reserva.codigo, "Horário", "21h30")
    await sync(house)
    found = await one(house, reserva.codigo)
    assert (found.pessoas, found.horario, found.planilha_estado) == (6, time(21, 30), "sincronizada")
    assert (await house.times(5))[time(21, 30)] == (4, False)
    await paper.edit(reserva.codigo, "Status", "Cancelado")
    await sync(house)
    assert (await one(house, reserva.codigo)).status == "cancelada"
    assert (await house.times(5))[time(21, 30)] == (10, True)


async def test_fields_changed_on_both_sides_are_merged_and_the_owner_wins_the_same_one(
    house: House, paper: Paper
) -> None:
    reserva = await house.book(2)
    await publish(house, reserva)
    await paper.edit(reserva.codigo, "Observações", "mesa 7")
    await house.change(reserva, people=3)
    assert await publish(house, reserva) == "confirmada"
    assert (await paper.row_of(reserva.codigo))[5:] == [3, "confirmada", "mesa 7"]
    assert (await one(house, reserva.codigo)).observacoes == "mesa 7"
    await paper.edit(reserva.codigo, "Pessoas", 8)
    await house.change(reserva, people=4, at=time(21))
    assert await publish(house, reserva) == "recusada"
    assert (await paper.row_of(reserva.codigo))[4:6] == ["21:00", 8]
    assert ((await one(house, reserva.codigo)).pessoas, (await one(house, reserva.codigo)).horario) == (8, time(21))
    [alert] = await house.logged("reserva_alterada_pela_casa")
    assert alert.dados == {"codigo": reserva.codigo}
    await house.change(reserva, people=5)
    assert await publish(house, reserva) == "confirmada"
    assert (await paper.row_of(reserva.codigo))[5] == 5


async def test_a_row_typed_by_hand_gets_a_code_and_takes_seats_beyond_capacity(house: House, paper: Paper) -> None:
    mine = await house.book(8)
    await publish(house, mine)
    number = await paper.type_row(HAND)
    await sync(house)
    [caio] = [r for r in await house.reservas() if r.nome == "Caio"]
    assert (caio.origem, caio.status, caio.pessoas, caio.horario) == ("planilha", "confirmada", 4, time(21))
    assert caio.planilha_estado == "sincronizada"
    assert await paper.number_of(caio.codigo) == number
    assert (await paper.row_of(caio.codigo))[1:] == [*HAND[1:3], HAND[3], *HAND[4:6], "", "janela"]
    assert (await house.times(1))[EIGHT] == (0, False)
    [alert] = await house.logged("reserva_acima_da_capacidade")
    assert (alert.nivel, alert.dados) == ("WARNING", {"codigo": caio.codigo})
    for _ in range(2):
        await sync(house)
    assert len(await house.reservas()) == 2


async def test_a_code_of_the_owners_own_is_kept(house: House, paper: Paper) -> None:
    await publish(house, await house.book(1, day=FRIDAY + timedelta(days=7)))
    await paper.type_row(["Mesa-7", *HAND[1:]])
    await sync(house)
    assert (await one(house, "Mesa-7")).nome == "Caio"
    assert len(await paper.sim.requests("google", "values:batchUpdate")) == 0


async def test_rows_copied_with_their_code_become_reservations_of_their_own(house: House, paper: Paper) -> None:
    reserva = await house.book(2)
    await publish(house, reserva)
    row = await paper.row_of(reserva.codigo)
    await paper.owner("insert_row", row=2)
    for column, value in enumerate([row[0], "Cópia", *row[2:]], 1):
        await paper.owner("edit_cell", row=2, column=column, value=value)
    await sync(house)
    kept = await house.reservas()
    assert sorted((r.nome, r.codigo == reserva.codigo) for r in kept) == [("Ana", True), ("Cópia", False)]
    assert len({row[0] for row in await paper.rows()}) == 3
    await sync(house)
    assert len(await house.reservas()) == 2


async def test_two_equal_rows_typed_by_hand_are_two_reservations(house: House, paper: Paper) -> None:
    await publish(house, await house.book(1, day=FRIDAY + timedelta(days=7)))
    for _ in range(2):
        await paper.type_row(HAND)
    await sync(house)
    twins = [r for r in await house.reservas() if r.nome == "Caio"]
    assert len({r.codigo for r in twins}) == 2
    assert sorted([row[0] for row in await paper.rows() if row[1] == "Caio"]) == sorted(r.codigo for r in twins)


async def test_a_deleted_row_is_a_cancellation_by_the_house(house: House, paper: Paper) -> None:
    gone, kept = await house.book(6), await house.book(2, nome="Bia")
    for each in (gone, kept):
        await publish(house, each)
    await paper.owner("delete_row", row=await paper.number_of(gone.codigo))
    await sync(house)
    assert [(r.codigo, r.status) for r in await house.reservas()] == [
        (gone.codigo, "cancelada"), (kept.codigo, "confirmada"),
    ]  # fmt: skip
    [alert] = await house.logged("reserva_apagada_na_planilha")
    assert (alert.nivel, alert.dados) == ("WARNING", {"codigo": gone.codigo})
    assert (await house.times(8))[EIGHT] == (8, True)
    assert len(await paper.rows()) == 2


async def test_a_row_that_lost_its_code_keeps_its_reservation(house: House, paper: Paper) -> None:
    reserva = await house.book(2)
    await publish(house, reserva)
    await paper.owner("delete_column", column=1)
    await sync(house)
    assert (await one(house, reserva.codigo)).status == "confirmada"
    assert len(await house.reservas()) == 1
    assert reserva.codigo in (await paper.rows())[1]


async def test_many_rows_gone_at_once_cancel_nobody(house: House, paper: Paper) -> None:
    await house.rules(capacidade=None)
    booked = [await house.book(1, nome=f"Cliente {n}") for n in range(6)]
    for each in booked:
        await publish(house, each)
    for _ in range(6):
        await paper.owner("delete_row", row=2)
    for _ in range(2):
        await sync(house)
    assert {r.status for r in await house.reservas()} == {"confirmada"}
    assert len(await house.logged("planilha_linhas_sumiram")) == 1
    for _ in range(1):
        await paper.owner("delete_row", row=1)
    await sync(house)
    assert {r.status for r in await house.reservas()} == {"confirmada"}


async def test_a_row_that_cannot_be_read_is_left_alone_and_told_of_once(house: House, paper: Paper) -> None:
    reserva = await house.book(2)
    await publish(house, reserva)
    number = await paper.type_row(["", "Caio", "", "depois do natal", "21h", 2])
    await paper.edit(reserva.codigo, "Data", "sexta que vem")
    for _ in range(3):
        await sync(house)
    told = await house.logged("planilha_linha_ilegivel")
    assert sorted(log.dados["linha"] for log in told) == [2, number]
    assert {log.dados["campo"] for log in told} == {"data"}
    assert (await one(house, reserva.codigo)).status == "confirmada"
    assert (await paper.rows())[2][:4] == ["", "Caio", "", "depois do natal"]
    await house.cancel(reserva)
    assert await publish(house, reserva) == "pendente"
    await paper.edit(reserva.codigo, "Data", "27/11/2026")
    assert await publish(house, reserva) == "confirmada"
    assert (await paper.row_of(reserva.codigo))[6] == "cancelada"


async def test_many_rows_that_wait_are_written_together(house: House, paper: Paper) -> None:
    await house.rules(capacidade=None)
    booked = [await house.book(1, nome=f"Cliente {n}") for n in range(12)]
    assert await publish(house, booked[0]) == "confirmada"
    assert len(await paper.sim.requests("google", ":append")) == 1
    await agree(house, paper)
    for each in booked:
        await house.change(each, people=2)
    outcomes = await asyncio.gather(*(publish(house, each) for each in booked))
    assert outcomes == ["confirmada"] * 12
    assert len(await paper.sim.requests("google", "values:batchUpdate")) <= 2
    await agree(house, paper)


async def test_another_sheet_gets_what_is_still_to_come(house: House, paper: Paper) -> None:
    reserva = await house.book(2)
    await publish(house, reserva)
    document = (await paper.sim.control("GET", "/google/credentials")).json()
    await paper.sim.control(
        "POST", "/google/spreadsheets", id="outra", sheets={"Agenda": []}, shared_with=[document["client_email"]]
    )
    await house.rules(google_sheet_id="outra")
    await sync(house)
    moved = (await paper.sim.control("GET", "/google/spreadsheets/outra")).json()["sheets"]["Agenda"]
    assert [row[0] for row in moved[1:]] == [reserva.codigo]
    assert (await one(house, reserva.codigo)).status == "confirmada"
    waits = await house.book(1)
    await house.rules(google_sheet_id=None)
    assert await publish(house, waits) == "confirmada"
    assert (await one(house, waits.codigo)).planilha_estado is None


async def test_a_book_of_postgresql_is_written_into_a_new_sheet(house: House, paper: Paper) -> None:
    sheet = house.empresa.google_sheet_id
    await house.rules(google_sheet_id=None)
    old, new = await house.book(2, day=FRIDAY), await house.book(3)
    await house.cancel(old)
    await house.rules(google_sheet_id=sheet)
    await sync(house)
    assert [row[0] for row in (await paper.rows())[1:]] == [new.codigo]


async def test_a_look_is_shared_for_a_few_seconds(house: House, paper: Paper) -> None:
    await publish(house, await house.book())
    before = len(await paper.sim.requests("google", "/values/"))
    await asyncio.gather(*(house.booking.freshen(house.empresa) for _ in range(10)))
    assert len(await paper.sim.requests("google", "/values/")) == before
    await asyncio.gather(*(house.booking.freshen(house.empresa, older_than=0.2) for _ in range(10)))
    await asyncio.sleep(0.25)
    await asyncio.gather(*(house.booking.freshen(house.empresa, older_than=0.2) for _ in range(10)))
    assert len(await paper.sim.requests("google", "/values/")) <= before + 2


async def test_a_sheet_that_is_not_shared_keeps_the_reservation_waiting_and_says_so(house: House, paper: Paper) -> None:
    await paper.sim.control("POST", f"/google/spreadsheets/{SHEET}/share", shared_with=[])
    reserva = await house.book()
    assert await publish(house, reserva) == "pendente"
    assert await publish(house, reserva) == "pendente"
    [alert] = await house.logged("planilha_recusada")
    assert (alert.nivel, alert.dados) == ("ERROR", {"motivo": "sheet_not_shared"})
    found = await one(house, reserva.codigo)
    assert (found.status, found.planilha_tentativas, found.planilha_erro) == ("pendente", 2, "sheet_not_shared")
    assert json.dumps(alert.dados).count("@") == 0
