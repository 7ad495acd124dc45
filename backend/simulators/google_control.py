"""Control of the simulated Google: spreadsheets, service accounts, quotas, and what the owner does by hand.

The owner's operations exist because a real sheet is edited by people while the product works on it.
"""

import asyncio
import dataclasses
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.control_support import BadControl, read_object, update_settings
from simulators.google_batch import sort_rows
from simulators.google_cells import entered
from simulators.google_state import GoogleState, Sheet, Spreadsheet, sheet_of

DEFAULT_EMAIL = "atende@simulador.iam.gserviceaccount.com"


class GoogleControl:
    """Routes of `/control/google`."""

    def __init__(self, state: GoogleState) -> None:
        self.state = state

    def routes(self) -> list[Route]:
        """Routes below `/control`."""
        return [
            Route("/google/spreadsheets", self.spreadsheets, methods=["GET", "POST"]),
            Route("/google/spreadsheets/{id}", self.spreadsheet, methods=["GET", "DELETE"]),
            Route("/google/spreadsheets/{id}/share", self.share, methods=["POST"]),
            Route("/google/spreadsheets/{id}/owner", self.owner, methods=["POST"]),
            Route("/google/service-accounts", self.service_accounts, methods=["POST"]),
            Route("/google/credentials", self.credentials, methods=["GET"]),
            Route("/google/settings", self.settings, methods=["GET", "POST"]),
        ]

    async def spreadsheets(self, request: Request) -> Response:
        """List spreadsheets or create one: {id, title, sheets: {title: rows}, shared_with, viewers}."""
        if request.method == "POST":
            given = await read_object(request)
            book_id = str(given.get("id") or "")
            sheets = given.get("sheets") or {"Página1": []}
            if not book_id or not isinstance(sheets, dict):
                raise BadControl("informe id e, se quiser, title, sheets, shared_with e viewers")
            tabs = [sheet_of(index * 1000, str(title), rows) for index, (title, rows) in enumerate(sheets.items())]
            self.state.spreadsheets[book_id] = Spreadsheet(
                book_id,
                str(given.get("title") or book_id),
                tabs,
                set(given.get("shared_with") or []),
                set(given.get("viewers") or []),
            )
        return JSONResponse([_shown(b) for b in self.state.spreadsheets.values()])

    def _book(self, request: Request) -> Spreadsheet:
        book = self.state.spreadsheets.get(request.path_params["id"])
        if book is None:
            raise BadControl("planilha desconhecida")
        return book

    async def spreadsheet(self, request: Request) -> Response:
        """Every cell of a spreadsheet (formulas as formulas), or its removal."""
        book = self._book(request)
        if request.method == "DELETE":
            del self.state.spreadsheets[book.id]
        return JSONResponse(_shown(book))

    async def share(self, request: Request) -> Response:
        """Replace with whom it is shared."""
        book, given = self._book(request), await read_object(request)
        book.editors = set(given.get("shared_with") or [])
        book.viewers = set(given.get("viewers") or [])
        return JSONResponse(_shown(book))

    async def owner(self, request: Request) -> Response:
        """What the owner does: sort, insert_column, delete_column, insert_row, delete_row or edit_cell."""
        book, given = self._book(request), await read_object(request)
        try:
            sheet = book.sheet_titled(given.get("sheet"))
            _by_hand(sheet, given)
        except (KeyError, TypeError, ValueError) as error:
            raise BadControl(f"operação inválida: {error}") from error
        return JSONResponse(_shown(book))

    async def service_accounts(self, request: Request) -> Response:
        """Register a service account's public key: {client_email, public_key (PEM)}."""
        given = await read_object(request)
        if not given.get("client_email") or not given.get("public_key"):
            raise BadControl("informe client_email e public_key (PEM)")
        self.state.public_keys[str(given["client_email"])] = str(given["public_key"])
        return JSONResponse({"registered": sorted(self.state.public_keys)})

    async def credentials(self, request: Request) -> Response:
        """A ready service-account document for this simulator; the same one each time for an e-mail."""
        email = request.query_params.get("email") or DEFAULT_EMAIL
        if email not in self.state.credentials:
            private, public = await asyncio.to_thread(_new_key)
            self.state.public_keys[email] = public
            self.state.credentials[email] = {
                "type": "service_account",
                "project_id": "simulador",
                "private_key_id": "simulador",
                "private_key": private,
                "client_email": email,
                "client_id": "1",
                "token_uri": f"{request.url.scheme}://{request.url.netloc}/google/token",
            }
        return JSONResponse(self.state.credentials[email])

    async def settings(self, request: Request) -> Response:
        """Read or change quotas."""
        if request.method == "POST":
            return JSONResponse(update_settings(self.state.settings, await read_object(request)))
        return JSONResponse(dataclasses.asdict(self.state.settings))


def _new_key() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _shown(book: Spreadsheet) -> dict[str, Any]:
    return {
        "id": book.id,
        "title": book.title,
        "sheets": {s.title: s.texts() for s in book.sheets},
        "shared_with": sorted(book.editors),
        "viewers": sorted(book.viewers),
    }


def _by_hand(sheet: Sheet, given: dict[str, Any]) -> None:
    """Rows and columns are counted from 1, as the owner sees them; `header_rows` stay where they are when sorting."""
    kind = given.get("operation")
    if kind == "sort":
        first = int(given.get("header_rows", 1))
        bounds = (first, 0, len(sheet.rows), sheet.column_count)
        sort_rows(sheet, bounds, [(int(given["column"]) - 1, bool(given.get("descending")))])
    elif kind == "insert_column":
        sheet.insert_columns(int(given["column"]) - 1, int(given.get("count", 1)))
    elif kind == "delete_column":
        sheet.delete_columns(int(given["column"]) - 1, int(given["column"]))
    elif kind == "insert_row":
        sheet.insert_rows(int(given["row"]) - 1, int(given.get("count", 1)))
    elif kind == "delete_row":
        sheet.delete_rows(int(given["row"]) - 1, int(given["row"]))
    elif kind == "edit_cell":
        sheet.put(int(given["row"]) - 1, int(given["column"]) - 1, entered(given.get("value"), "USER_ENTERED"))
    else:
        raise ValueError("operation deve ser sort, insert_column, delete_column, insert_row, delete_row ou edit_cell")
