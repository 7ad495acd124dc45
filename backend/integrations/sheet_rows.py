"""Between the rows of an owner's spreadsheet and `Reservation`: which column is which, and how a cell is read.

The sheet belongs to the owner: columns stand in any order under the names people use, hand-written rows are read as
far as they make sense, and what makes no sense is reported, never changed. Nothing here speaks to anyone.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from errors import ProviderRefused
from ports import Reservation

VENDOR = "google"

HEADER: dict[str, str] = {
    "id": "Código",
    "nome": "Nome",
    "telefone": "Telefone",
    "data": "Data",
    "horario": "Horário",
    "pessoas": "Pessoas",
    "status": "Status",
    "observacoes": "Observações",
}
"""Field of `Reservation` → the title written in an empty sheet, or added to one that lacks the column."""

_SYNONYMS: dict[str, str] = {
    synonym: field
    for field, synonyms in {
        "id": "id codigo cod idreserva reservaid idreservas codigodareserva codigoreserva localizador protocolo",
        "nome": "nome cliente nomecliente nomedocliente nomecompleto nomedareserva titular responsavel",
        "telefone": "telefone fone tel celular cel whatsapp whats zap contato telefonecelular telefonedocliente",
        "data": "data dia datareserva datadareserva datadaocupacao",
        "horario": "horario hora horas horareserva horadareserva horariodareserva horarioreserva",
        "pessoas": (
            "pessoas qtdpessoas qtdepessoas quantidade qtd qtde quantidadedepessoas qtddepessoas numerodepessoas"
            " npessoas ndepessoas nodepessoas pax lugares convidados"
        ),
        "status": "status situacao estado",
        "observacoes": "observacoes observacao obs comentarios comentario notas nota anotacoes pedidoespecial",
    }.items()
    for synonym in synonyms.split()
}
_NEEDED = ("nome", "data", "horario")
_HEADER_SEARCH_ROWS = 10

CANCELLED = "cancelada"
_STATUS = {
    "": "confirmada",
    "ok": "confirmada",
    "sim": "confirmada",
    "confirmado": "confirmada",
    "confirmada": "confirmada",
    "reservado": "confirmada",
    "reservada": "confirmada",
    "pendente": "pendente",
    "aguardando": "pendente",
    "cancelado": CANCELLED,
    "cancelada": CANCELLED,
    "desmarcado": CANCELLED,
    "desmarcada": CANCELLED,
    "naocompareceu": "nao_compareceu",
    "noshow": "nao_compareceu",
    "faltou": "nao_compareceu",
}

_SHEETS_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a sheet's day has no time zone)
_DATE_BR = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
_DATE_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_TIME = re.compile(r"(\d{1,2})\s*(?:[:h.]\s*(\d{2})?(?::\d{2})?\s*(?:m|min|h|hs|hrs|horas)?|hs|hrs|horas?)")
_COUNT = re.compile(r"(\d{1,4})(?:\s*(?:pessoas?|pax|lugares))?")


class Unreadable(ValueError):
    """A cell that cannot be understood; `field` says which, never what it holds."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row that was left as it is: its number as the owner counts, and the field that could not be read."""

    row: int
    field: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the header stands (row counted from 1) and which column (from 0) holds each field."""

    row: int
    places: Mapping[str, int]
    first: int
    width: int

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields that have no column yet."""
        return tuple(field for field in HEADER if field not in self.places)


def find_columns(values: Sequence[Sequence[Any]]) -> Columns | None:
    """The header among the first ten rows, None in a sheet without any content.

    Raises ProviderRefused(`header_not_found`) when there is content but no row names at least the name, the date and
    the time: guessing there would write into somebody's other table.
    """
    best: Columns | None = None
    for index, row in enumerate(values[:_HEADER_SEARCH_ROWS]):
        places: dict[str, int] = {}
        for column, cell in enumerate(row):
            field = _SYNONYMS.get(plain(cell))
            if field is not None:
                places.setdefault(field, column)
        if all(field in places for field in _NEEDED) and (best is None or len(places) > len(best.places)):
            filled = [column for column, cell in enumerate(row) if str(cell).strip()]
            best = Columns(row=index + 1, places=places, first=filled[0], width=filled[-1] + 1)
    if best is None and any(str(cell).strip() for row in values for cell in row):
        raise ProviderRefused(VENDOR, "header_not_found")
    return best


def read_row(columns: Columns, row: Sequence[Any]) -> Reservation:
    """The reservation in a row. Raises Unreadable naming the field."""

    def cell(field: str) -> Any:
        place = columns.places.get(field)
        return row[place] if place is not None and place < len(row) else ""

    name = text_of(cell("nome"))
    if not name:
        raise Unreadable("nome")
    return Reservation(
        id=row_id(columns, row),
        nome=name,
        telefone=text_of(cell("telefone")) or None,
        data=parse_date(cell("data")),
        horario=parse_time(cell("horario")),
        pessoas=parse_count(cell("pessoas")),
        status=parse_status(cell("status")),
        observacoes=text_of(cell("observacoes")) or None,
    )


def row_id(columns: Columns, row: Sequence[Any]) -> str:
    """The id in the row; for a row written by hand, a name made of what it says, which sorting does not change."""
    place = columns.places.get("id")
    written = text_of(row[place]) if place is not None and place < len(row) else ""
    if written:
        return written
    said = [
        text_of(row[columns.places[field]]) if columns.places.get(field, len(row)) < len(row) else ""
        for field in ("nome", "telefone", "data", "horario", "pessoas")
    ]
    return "manual-" + hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:12]


def same_id(one: str, other: str) -> bool:
    """Whether two ids are the same reservation: people retype codes in other capitals."""
    return one.strip().casefold() == other.strip().casefold()


def cells_of(reservation: Reservation) -> dict[str, str | int]:
    """What is written for each field. Dates and times in the form the owner reads: 25/12/2026, 20:30."""
    return {
        "id": reservation.id,
        "nome": reservation.nome,
        "telefone": reservation.telefone or "",
        "data": reservation.data.strftime("%d/%m/%Y"),
        "horario": reservation.horario.strftime("%H:%M"),
        "pessoas": reservation.pessoas,
        "status": reservation.status,
        "observacoes": reservation.observacoes or "",
    }


def matches(written: Reservation, read: Reservation) -> bool:
    """Whether a row read back says what was written, to the minute and apart from spaces at the ends."""
    return _compared(written) == _compared(read)


def _compared(reservation: Reservation) -> Reservation:
    return replace(
        reservation,
        id=reservation.id.strip().casefold(),
        nome=reservation.nome.strip(),
        telefone=(reservation.telefone or "").strip() or None,
        horario=reservation.horario.replace(second=0, microsecond=0),
        observacoes=(reservation.observacoes or "").strip() or None,
    )


def plain(cell: Any) -> str:
    """A cell as a comparable word: no accents, no capitals, letters and digits only."""
    decomposed = unicodedata.normalize("NFKD", str(cell))
    return "".join(letter for letter in decomposed.casefold() if letter.isalnum() and letter.isascii())


def text_of(cell: Any) -> str:
    """A cell as text; whole numbers without a decimal point, because phones are often typed as numbers."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def parse_date(cell: Any) -> date:
    """25/12/2026, 25/12/26, 25.12.2026, 25-12-2026, 2026-12-25 or a sheet's own day number. Raises Unreadable."""
    try:
        if _is_number(cell):
            found = (_SHEETS_EPOCH + timedelta(days=float(cell))).date()
            if not 2000 <= found.year <= 2200:
                raise Unreadable("data")
            return found
        text = re.sub(r"^[^\d]*,?\s*", "", text_of(cell))  # "sex., 25/12/2026"
        if iso := _DATE_ISO.fullmatch(text):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if brazilian := _DATE_BR.fullmatch(text):
            year = int(brazilian[3])
            return date(year + 2000 if year < 100 else year, int(brazilian[2]), int(brazilian[1]))
    except (ValueError, OverflowError):
        raise Unreadable("data") from None
    raise Unreadable("data")


def parse_time(cell: Any) -> time:
    """20:00, 20:00:00, 20h, 20h30, 20.30, 20 horas, or a sheet's own fraction of a day. Raises Unreadable."""
    try:
        if _is_number(cell):
            number = float(cell)
            if number >= 1 and number.is_integer() and number < 24:
                return time(int(number))
            minutes = round(number % 1 * 24 * 60) % (24 * 60)
            return time(minutes // 60, minutes % 60)
        text = text_of(cell).casefold().removeprefix("às ").removeprefix("as ")
        if found := _TIME.fullmatch(text):
            return time(int(found[1]), int(found[2] or 0))
    except (ValueError, OverflowError):
        raise Unreadable("horario") from None
    raise Unreadable("horario")


def parse_count(cell: Any) -> int:
    """4, "4", "4 pessoas". Raises Unreadable."""
    if _is_number(cell) and float(cell).is_integer() and 0 < cell < 10_000:
        return int(cell)
    found = _COUNT.fullmatch(text_of(cell).casefold())
    if found is None or int(found[1]) == 0:
        raise Unreadable("pessoas")
    return int(found[1])


def parse_status(cell: Any) -> str:
    """pendente, confirmada (also when blank), cancelada or nao_compareceu. Raises Unreadable for another word."""
    status = _STATUS.get(plain(cell))
    if status is None:
        raise Unreadable("status")
    return status


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)
