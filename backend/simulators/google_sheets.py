"""The simulated Google Sheets API v4, as far as gspread and the product use it.

Authorisation, quota, sharing and the error documents are the vendor's; the work itself is in the values and batch
modules.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators import google_batch, google_values
from simulators.google_auth import GoogleAuth
from simulators.google_fields import masked, parse_mask
from simulators.google_state import GoogleState, Sheet, Spreadsheet
from simulators.google_values import INPUT_OPTIONS, RENDER_OPTIONS, InvalidArgument
from simulators.vendor_errors import google_error

_READ_ONLY_NAME = "spreadsheets.readonly"
_SCOPES = frozenset(
    f"https://www.googleapis.com/auth/{name}" for name in ("spreadsheets", "drive", "drive.file", _READ_ONLY_NAME)
)
_READ_ONLY = "https://www.googleapis.com/auth/spreadsheets.readonly"
_VALUE_RANGE = frozenset({"range", "majorDimension", "values"})
Work = Callable[[Spreadsheet, Request], Awaitable[Any]]


class GoogleSheets:
    """Routes of `/google`."""

    def __init__(self, state: GoogleState) -> None:
        self.state = state
        self.auth = GoogleAuth(state)

    def routes(self) -> list[Route]:
        """Routes below `/google`."""
        book = "/v4/spreadsheets/{book_id}"
        return [
            Route("/token", self.auth.token, methods=["POST"]),
            Route(f"{book}:batchUpdate", self._served(self._batch_update, write=True), methods=["POST"]),
            Route(f"{book}/values:batchGet", self._served(self._batch_get), methods=["GET"]),
            Route(f"{book}/values:batchUpdate", self._served(self._values_batch, write=True), methods=["POST"]),
            Route(f"{book}/values:batchClear", self._served(self._batch_clear, write=True), methods=["POST"]),
            Route(f"{book}/values/{{range:path}}:append", self._served(self._append, write=True), methods=["POST"]),
            Route(f"{book}/values/{{range:path}}:clear", self._served(self._clear, write=True), methods=["POST"]),
            Route(f"{book}/values/{{range:path}}", self._served(self._get_values), methods=["GET"]),
            Route(f"{book}/values/{{range:path}}", self._served(self._update, write=True), methods=["PUT"]),
            Route(book, self._served(self._get), methods=["GET"]),
        ]

    def _served(self, work: Work, *, write: bool = False) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            refused = self._refused(request, write=write)
            if refused is not None:
                return refused
            book = self.state.spreadsheets[request.path_params["book_id"]]
            if self.state.settings.latency_seconds:
                await asyncio.sleep(self.state.settings.latency_seconds)
            try:
                answer = await work(book, request)
                fields = request.query_params.get("fields")
                return JSONResponse(masked(answer, parse_mask(fields)) if fields else answer)
            except InvalidArgument as error:
                return google_error(400, str(error))
            except (KeyError, TypeError, ValueError) as error:
                return google_error(400, f"Invalid JSON payload received. {error}")

        return serve

    def _refused(self, request: Request, *, write: bool) -> Response | None:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self.state.tokens.get(value) if scheme.lower() == "bearer" else None
        if token is None or token.expires < time.time():
            message = (
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
                "valid authentication credential."
            )
            return google_error(401, message)
        if not token.scopes & _SCOPES or (write and token.scopes & _SCOPES == {_READ_ONLY}):
            return google_error(403, "Request had insufficient authentication scopes.")
        if not self.state.within_quota(token.email, write=write):
            kind = "Write" if write else "Read"
            message = (
                f"Quota exceeded for quota metric '{kind} requests' and limit '{kind} requests per minute per user' of "
                "service 'sheets.googleapis.com' for consumer 'project_number:1'."
            )
            return google_error(429, message)
        book = self.state.spreadsheets.get(request.path_params["book_id"])
        if book is None:
            return google_error(404, "Requested entity was not found.")
        if not book.may(token.email, write=write):
            return google_error(403, "The caller does not have permission")
        return None

    async def _get(self, book: Spreadsheet, request: Request) -> dict[str, Any]:
        wanted = request.query_params.get("includeGridData") == "true"
        ranges = request.query_params.getlist("ranges")
        sheets = [google_values.locate(book, r)[0] for r in ranges] if ranges else book.sheets
        return {
            "spreadsheetId": book.id,
            "properties": {
                "title": book.title,
                "locale": book.locale,
                "autoRecalc": "ON_CHANGE",
                "timeZone": book.time_zone,
            },
            "sheets": [_sheet_document(s, book.sheets.index(s), wanted) for s in sheets],
            "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{book.id}/edit",
        }

    async def _get_values(self, book: Spreadsheet, request: Request) -> dict[str, Any]:
        render, major = _read_options(request)
        return google_values.read(book, request.path_params["range"], render=render, major=major)

    async def _batch_get(self, book: Spreadsheet, request: Request) -> dict[str, Any]:
        render, major = _read_options(request)
        ranges = request.query_params.getlist("ranges")
        found = [google_values.read(book, r, render=render, major=major) for r in ranges]
        return {"spreadsheetId": book.id, "valueRanges": found}

    async def _update(self, book: Spreadsheet, request: Request) -> dict[str, Any]:
        option = _input_option(request.query_params.get("valueInputOption"))
        text = request.path_params["range"]
        values, major = await _value_range(request, text)
        done = google_values.update(_copied(book), text, values=values, option=option, major=major)
        google_values.update(book, text, values=values, option=option, major=major)
        return {"spreadsheetId": book.id, **done, **self._echo(book, done["updatedRange"], request)}

    async def _append(self, book: Spreadsheet, request: Request) -> dict[str, Any]:
        query = request.query_params
        option = _input_option(query.get("valueInputOption"))
        insert = query.get("insertDataOption", "OVERWRITE")
        if insert not in ("OVERWRITE", "INSERT_ROWS"):
            raise InvalidArgument(f"Invalid value at 'insert_data_option' (InsertDataOption), \"{insert}\"")
        text = request.path_params["range"]
        values, major = await _value_range(request, text)
        rows = insert == "INSERT_ROWS"
        google_values.append(_copied(book), text, values=values, option=option, major=major, insert=rows)
        table, done = google_values.append(book, text, values=values, option=option, major=major, insert=rows)
        updates = {"spreadsheetId": book.id, **done, **self._echo(book, done["updatedRange"], request)}
        return {"spreadsheetId": book.id, **({"tableRange": table} if table else {}), "updates": updates}

    @staticmethod
    def _echo(book: Spreadsheet, text: str, request: Request) -> dict[str, Any]:
        query = request.query_params
        if query.get("includeValuesInResponse") != "true":
            return {}
        render = query.get("responseValueRenderOption", "FORMATTED_VALUE")
        return {"updatedData": google_values.read(book, text, render=render, major="ROWS")}

    async def _clear(self, book: Spreadsheet, request: Request) -> dict[str, Any]:
        cleared = google_values.clear(book, request.path_params["range"])
        return {"spreadsheetId": book.id, "clearedRange": cleared}

    async def _batch_clear(self, book: Spreadsheet, request: Request) -> dict[str, Any]:
        body = await _json(request, frozenset({"ranges"}))
        cleared = [google_values.clear(book, text) for text in body["ranges"]]
        return {"spreadsheetId": book.id, "clearedRanges": cleared}

    async def _values_batch(self, book: Spreadsheet, request: Request) -> dict[str, Any]:
        known = frozenset(
            {
                "valueInputOption",
                "data",
                "includeValuesInResponse",
                "responseValueRenderOption",
                "responseDateTimeRenderOption",
            }
        )
        body = await _json(request, known)
        option = _input_option(body.get("valueInputOption"))
        work = _copied(book)
        answers: list[dict[str, Any]] = []
        for item in body.get("data") or []:
            major = item.get("majorDimension", "ROWS")
            done = google_values.update(work, item["range"], values=item.get("values"), option=option, major=major)
            answers.append({"spreadsheetId": book.id, **done})
        book.sheets = work.sheets
        return {
            "spreadsheetId": book.id,
            "totalUpdatedRows": sum(a["updatedRows"] for a in answers),
            "totalUpdatedColumns": sum(a["updatedColumns"] for a in answers),
            "totalUpdatedCells": sum(a["updatedCells"] for a in answers),
            "totalUpdatedSheets": len({a["updatedRange"].rpartition("!")[0] for a in answers}),
            "responses": answers,
        }

    async def _batch_update(self, book: Spreadsheet, request: Request) -> dict[str, Any]:
        known = frozenset({"requests", "includeSpreadsheetInResponse", "responseRanges", "responseIncludeGridData"})
        body = await _json(request, known)
        return {"spreadsheetId": book.id, "replies": google_batch.apply(book, body.get("requests"))}


def _copied(book: Spreadsheet) -> Spreadsheet:
    """A copy to try a write on, so that a refused one changes nothing."""
    return Spreadsheet(book.id, book.title, [s.copy() for s in book.sheets])


def _sheet_document(sheet: Sheet, index: int, with_data: bool) -> dict[str, Any]:
    document: dict[str, Any] = {"properties": sheet.properties(index)}
    if with_data:
        rows = [{"values": [c.as_grid() if c is not None else {} for c in row]} if row else {} for row in sheet.rows]
        document["data"] = [{"rowData": rows}]
    return document


def _read_options(request: Request) -> tuple[str, str]:
    query = request.query_params
    render = query.get("valueRenderOption", "FORMATTED_VALUE")
    major = query.get("majorDimension", "ROWS")
    if render not in RENDER_OPTIONS:
        raise InvalidArgument(f"Invalid value at 'value_render_option' (ValueRenderOption), \"{render}\"")
    return render, _major(major)


def _major(value: Any) -> str:
    if value in (None, "DIMENSION_UNSPECIFIED"):
        return "ROWS"
    if value not in ("ROWS", "COLUMNS"):
        raise InvalidArgument(f"Invalid value at 'major_dimension' (Dimension), \"{value}\"")
    return str(value)


def _input_option(value: Any) -> str:
    if value in (None, "INPUT_VALUE_OPTION_UNSPECIFIED"):
        raise InvalidArgument("'valueInputOption' is required but not specified")
    if value not in INPUT_OPTIONS:
        raise InvalidArgument(f"Invalid value at 'value_input_option' (ValueInputOption), \"{value}\"")
    return str(value)


async def _json(request: Request, known: frozenset[str]) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise InvalidArgument("Invalid JSON payload received. Unexpected token.") from error
    if not isinstance(body, dict):
        raise InvalidArgument("Invalid JSON payload received. Root element must be a message.")
    for name in body:
        if name not in known:
            raise InvalidArgument(f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
    return body


async def _value_range(request: Request, text: str) -> tuple[Any, str]:
    body = await _json(request, _VALUE_RANGE)
    named = body.get("range")
    if named is not None and named.replace("'", "") != text.replace("'", ""):
        raise InvalidArgument(f"Requested writing within range [{text}], but the body names [{named}]")
    return body.get("values", []), _major(body.get("majorDimension"))
