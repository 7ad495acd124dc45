"""Where reservations are kept: one book of two kinds, and the sheet that its owner edits too."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Protocol

from ports.base import GoogleCredentials


@dataclass(frozen=True, slots=True)
class Reservation:
    """One row of the book, as read back."""

    id: str
    nome: str = field(repr=False)
    telefone: str | None = field(repr=False)
    data: date
    horario: time
    pessoas: int
    status: str
    observacoes: str | None = field(default=None, repr=False)


class ReservationBook(Protocol):
    """Where an empresa keeps its reservations. Rows are found by id, never by position."""

    async def list(self, *, since: date, until: date | None = None) -> Sequence[Reservation]: ...

    async def get(self, reservation_id: str) -> Reservation | None: ...

    async def add(self, reservation: Reservation) -> Reservation:
        """Write once (an id already present is not written again) and return the row read back."""
        ...

    async def update(self, reservation: Reservation) -> Reservation: ...

    async def cancel(self, reservation_id: str) -> Reservation: ...


@dataclass(frozen=True, slots=True)
class BookRow:
    """A row of a book that people edit, as it was seen. `id` is None where nobody has written one."""

    number: int
    """As the owner counts. It moves whenever they sort: only a hint."""
    id: str | None
    said: Reservation | None = field(repr=False)
    unreadable: str | None
    """The field that makes no sense, when the row cannot be read."""
    mark: str
    """Changes with anything the row says about the reservation, and with nothing else."""


@dataclass(frozen=True, slots=True)
class BookLook:
    """Every row of the book at one moment."""

    rows: tuple[BookRow, ...]
    has_header: bool
    has_ids: bool


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a row must say instead. Only `fields` are written, and only while the row is as it was seen."""

    row: BookRow
    reservation: Reservation
    fields: frozenset[str]


class SharedBook(ReservationBook, Protocol):
    """A book that its owner edits too: it is looked at and written as a whole."""

    async def look(self) -> BookLook: ...

    async def write(self, changes: Sequence[RowChange], additions: Sequence[Reservation]) -> BookLook:
        """Change rows in one call and append what is not there in another; then everything, read again.

        What a row says in the look returned is the only proof. After ProviderUncertain it may have been written.
        """
        ...


class CallQuota(Protocol):
    """How many calls a minute one account of a vendor may make, shared by every process."""

    async def take(self, account: str, *, reads: int, writes: int, seconds: float) -> None:
        """Wait at most so long for room. Raises ProviderBusy when there is none in that time."""
        ...


class SharedBooks(Protocol):
    def book(self, credentials: GoogleCredentials, sheet_id: str, *, tab: str | None = None) -> SharedBook:
        """Raises ProviderRefused for an address or credentials that cannot be used."""
        ...
