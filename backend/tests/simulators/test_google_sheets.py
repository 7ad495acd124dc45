"""The simulated Google Sheets, driven by the real gspread with service-account credentials."""

import asyncio
import warnings
from typing import Any

import gspread
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from gspread.exceptions import APIError, SpreadsheetNotFound
from gspread.utils import InsertDataOption, ValueInputOption

from tests.simulators.conftest import Control, check_recorded
from tests.vendor_schemas import needs_schemas

EMAIL = "reservas@projeto.iam.gserviceaccount.com"
INSERT = InsertDataOption.insert_rows
SCOPES = ["https://www.googleapis.com/auth/spreadsheets"]


@pytest.fixture(scope="session")
def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def gspread_client(url: str, private_key: str, scopes: list[str] | None = None) -> gspread.Client:
    class Mapped(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:
            mapped = endpoint.replace("https://sheets.googleapis.com", f"{url}/google", 1)
            return super().request(method, mapped, *args, **kwargs)

    info = {
        "type": "service_account",
        "project_id": "projeto",
        "private_key_id": "1",
        "private_key": private_key,
        "client_email": EMAIL,
        "client_id": "1",
        "token_uri": f"{url}/google/token",
    }
    client: gspread.Client = gspread.service_account_from_dict(info, scopes=scopes or SCOPES, http_client=Mapped)
    client.set_timeout(10)
    return client


@pytest.fixture
async def google(simulators_url: str, control: Control, key_pair: tuple[str, str]) -> gspread.Client:
    await control.post("google/service-accounts", client_email=EMAIL, public_key=key_pair[1])
    await control.post(
        "google/spreadsheets",
        id="livro",
        title="Reservas da casa",
        sheets={"Reservas": [["reserva_id", "data", "nome"], ["r1", "2026-11-28", "Ana"]]},
        shared_with=[EMAIL],
    )
    await control.post("google/spreadsheets", id="alheio", sheets={"A": [["x"]]}, shared_with=["outra@x.com"])
    return gspread_client(simulators_url, key_pair[0])


async def worksheet(google: gspread.Client) -> gspread.Worksheet:
    book = await asyncio.to_thread(google.open_by_key, "livro")
    return await asyncio.to_thread(book.worksheet, "Reservas")


async def cells(control: Control) -> list[list[Any]]:
    found: dict[str, Any] = await control.get("google/spreadsheets/livro")
    rows: list[list[Any]] = found["sheets"]["Reservas"]
    return rows


async def test_an_appended_row_says_where_it_landed_and_raw_formulas_stay_text(
    google: gspread.Client, control: Control
) -> None:
    sheet = await worksheet(google)
    formula = '=HYPERLINK("http://mal.example";"clique")'
    answer: Any = await asyncio.to_thread(
        sheet.append_row,
        ["r2", "2026-11-29", formula],
        value_input_option=ValueInputOption.raw,
        insert_data_option=INSERT,
        table_range="A1:C",
    )
    assert answer["updates"]["updatedRange"] == "Reservas!A3:C3"
    assert await asyncio.to_thread(sheet.row_values, 3) == ["r2", "2026-11-29", formula]
    await asyncio.to_thread(sheet.update, [[formula]], "C3", value_input_option=ValueInputOption.user_entered)
    assert await asyncio.to_thread(sheet.acell, "C3") == gspread.Cell(3, 3, "clique")
    assert (await cells(control))[2][2] == formula


async def test_overwrite_runs_over_what_stands_below_and_insert_rows_pushes_it_down(
    google: gspread.Client, control: Control
) -> None:
    sheet = await worksheet(google)
    await asyncio.to_thread(sheet.update, [["total"]], "A3")
    await asyncio.to_thread(sheet.update, [[""]], "A3")
    await asyncio.to_thread(sheet.update, [["rodapé"]], "A4")
    await asyncio.to_thread(sheet.append_row, ["r2"], insert_data_option=INSERT, table_range="A1:C2")
    assert [r[:1] for r in await cells(control)] == [["reserva_id"], ["r1"], ["r2"], [], ["rodapé"]]
    answer: Any = await asyncio.to_thread(sheet.append_rows, [["r3"], ["r4"]], table_range="A1:C2")
    assert answer["updates"]["updatedRange"] == "Reservas!A4:A5"
    assert [r[0] for r in await cells(control)] == ["reserva_id", "r1", "r2", "r3", "r4"]


async def test_the_owner_moves_rows_and_the_product_finds_them_by_id(google: gspread.Client, control: Control) -> None:
    sheet = await worksheet(google)
    await asyncio.to_thread(sheet.append_row, ["r0", "2026-11-30", "Zeca"])
    found = await asyncio.to_thread(sheet.find, "r1", in_column=1)
    assert found is not None
    assert found.row == 2
    await control.post("google/spreadsheets/livro/owner", operation="sort", sheet="Reservas", column=1)
    await control.post("google/spreadsheets/livro/owner", operation="insert_column", sheet="Reservas", column=1)
    moved = await asyncio.to_thread(sheet.find, "r1")
    assert moved is not None
    assert (moved.row, moved.col) == (3, 2)


async def test_sheets_are_added_sorted_and_rows_deleted(google: gspread.Client, control: Control) -> None:
    sheet = await worksheet(google)
    await asyncio.to_thread(sheet.append_rows, [["r3", "", "Bia"], ["r2", "", "Caio"]])
    await asyncio.to_thread(sheet.sort, (1, "des"), range="A2:C4")
    assert [r[0] for r in await cells(control)] == ["reserva_id", "r3", "r2", "r1"]
    await asyncio.to_thread(sheet.delete_rows, 2)
    await asyncio.to_thread(sheet.insert_row, ["r9"], 2)
    assert [r[0] for r in await cells(control)] == ["reserva_id", "r9", "r2", "r1"]
    book = sheet.spreadsheet
    added = await asyncio.to_thread(book.add_worksheet, "Nova aba", 10, 5)
    await asyncio.to_thread(added.update, [[1, 2.5, True]], "A1")
    assert await asyncio.to_thread(added.get, "A1:C1") == [["1", "2.5", "TRUE"]]
    with pytest.raises(APIError, match="already exists"):
        await asyncio.to_thread(book.add_worksheet, "Nova aba", 10, 5)


async def test_what_is_not_shared_is_refused_and_what_is_not_there_is_not_found(google: gspread.Client) -> None:
    with pytest.raises(PermissionError):
        await asyncio.to_thread(google.open_by_key, "alheio")
    with pytest.raises(SpreadsheetNotFound):
        await asyncio.to_thread(google.open_by_key, "nenhum")


async def test_a_viewer_may_read_but_not_write(google: gspread.Client, control: Control) -> None:
    sheet = await worksheet(google)
    await control.post("google/spreadsheets/livro/share", viewers=[EMAIL])
    assert await asyncio.to_thread(sheet.row_values, 1) == ["reserva_id", "data", "nome"]
    with pytest.raises(APIError, match="does not have permission"):
        await asyncio.to_thread(sheet.append_row, ["x"])


@pytest.mark.parametrize("text", ["Nada!A1", "A0", "Reservas!1A"])
async def test_a_range_that_cannot_be_read_is_an_invalid_argument(google: gspread.Client, text: str) -> None:
    book = await asyncio.to_thread(google.open_by_key, "livro")
    with pytest.raises(APIError, match="Unable to parse range"):
        await asyncio.to_thread(book.values_get, text)


async def test_writing_outside_the_grid_or_the_range_is_refused(google: gspread.Client) -> None:
    sheet = await worksheet(google)
    with pytest.raises(APIError, match="exceeds grid limits"):
        await asyncio.to_thread(sheet.update, [["x"]], "A1001")
    with pytest.raises(APIError, match="tried writing to row"):
        await asyncio.to_thread(sheet.update, [["x"], ["y"], ["z"]], "A1:A2")


async def test_a_batch_that_fails_changes_nothing(google: gspread.Client, control: Control) -> None:
    sheet = await worksheet(google)
    requests = [
        {"deleteDimension": {"range": {"sheetId": sheet.id, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}},
        {"inventado": {}},
    ]
    with pytest.raises(APIError, match="Unknown name"):
        await asyncio.to_thread(sheet.spreadsheet.batch_update, {"requests": requests})
    assert (await cells(control))[0][0] == "reserva_id"


async def test_the_quota_of_writes_is_kept(google: gspread.Client, control: Control) -> None:
    sheet = await worksheet(google)
    await control.post("google/settings", writes_per_minute=1)
    await asyncio.to_thread(sheet.append_row, ["r2"])
    with pytest.raises(APIError, match="Quota exceeded") as caught:
        await asyncio.to_thread(sheet.append_row, ["r3"])
    assert caught.value.code == 429


async def test_a_key_that_is_not_the_accounts_gets_no_token(
    simulators_url: str, control: Control, key_pair: tuple[str, str]
) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    await control.post("google/service-accounts", client_email=EMAIL, public_key=pem)
    client = gspread_client(simulators_url, key_pair[0])
    with pytest.raises(Exception, match="Invalid JWT Signature"):
        await asyncio.to_thread(client.open_by_key, "livro")


async def test_a_scope_without_sheets_is_not_enough(
    google: gspread.Client, simulators_url: str, key_pair: tuple[str, str]
) -> None:
    client = gspread_client(simulators_url, key_pair[0], ["https://www.googleapis.com/auth/calendar"])
    with pytest.raises(PermissionError):
        await asyncio.to_thread(client.open_by_key, "livro")


async def test_ready_made_credentials_work(simulators_url: str, control: Control) -> None:
    info = await control.get("google/credentials", email=EMAIL)
    await control.post("google/spreadsheets", id="livro", sheets={"Reservas": []}, shared_with=["*"])
    client = gspread_client(simulators_url, info["private_key"])
    assert (await asyncio.to_thread(client.open_by_key, "livro")).title == "livro"


@needs_schemas
async def test_what_gspread_sends_obeys_the_vendors_schema(google: gspread.Client, control: Control) -> None:
    sheet = await worksheet(google)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        await asyncio.to_thread(sheet.append_row, ["r2"], insert_data_option=INSERT, table_range="A1:C")
        await asyncio.to_thread(sheet.update, [["x"]], "A3")
        await asyncio.to_thread(sheet.batch_get, ["A1:B2"])
        await asyncio.to_thread(sheet.batch_update, [{"range": "A9", "values": [["k"]]}])
        await asyncio.to_thread(sheet.batch_clear, ["A9"])
        await asyncio.to_thread(sheet.delete_rows, 3)
    assert len(await check_recorded(control, "google")) >= 8
