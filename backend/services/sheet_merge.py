"""The three-way merge between the rows of `reservas`, the owner's sheet, and the sheet as it was last known.

What the owner changed since wins, field by field; the rest of ours is written. It decides on rows that are already
locked and on a look already taken: nothing here waits, writes to the sheet or sends a message.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from models import Empresa, Reserva
from ports import BookLook, BookRow, Reservation, RowChange
from services.capacity import HOLDING
from services.reserva_rows import PUBLISH_GRACE, new_code, starts_at

FIELDS = ("nome", "telefone", "data", "horario", "pessoas", "status", "observacoes")
ATTEMPT = "_tentada"
"""In `planilha_linha`: what was last being written, in case nobody saw the end of it."""
PLACE = "_planilha"
"""In `planilha_linha`: which sheet and tab it is about. Of another one it says nothing."""
_CODE_LIMIT = 20
_MISSING_TOO_MANY = 5

Values = dict[str, Any]


@dataclass(slots=True)
class Merged:
    """What the merge decided; the rows of `reservas` it was given are already changed."""

    changes: list[RowChange] = field(default_factory=list)
    to_append: list[Reserva] = field(default_factory=list)
    """Not in the sheet yet; whether they still may is for the caller to judge."""
    new: list[Reserva] = field(default_factory=list)
    """Typed by the owner; to be inserted."""
    settled: list[tuple[Reserva, str]] = field(default_factory=list)
    """Rows whose last change of ours is now as the sheet says, and which change it was: criada, alterada, cancelada."""
    edited: list[Reserva] = field(default_factory=list)
    """Taken over from the owner in what holds seats."""
    conflicts: list[Reserva] = field(default_factory=list)
    removed: list[Reserva] = field(default_factory=list)
    stuck: list[tuple[Reserva, str]] = field(default_factory=list)
    """Wait for a person: the row in the sheet cannot be read, or is gone with many others."""
    unreadable: list[BookRow] = field(default_factory=list)
    vanished: int = 0
    """So many rows were gone at once that nobody is taken to have cancelled them."""


def merge(
    empresa: Empresa, look: BookLook, known: Sequence[Reserva], *, now: datetime, today: date, settle: timedelta
) -> Merged:
    """`known` are the locked rows of the empresa that the sheet may be about. `settle`: how long a write in doubt
    may still arrive."""
    return _Merge(empresa, look, known, now, today, settle).run()


class _Merge:
    def __init__(
        self, empresa: Empresa, look: BookLook, known: Sequence[Reserva], now: datetime, today: date, settle: timedelta
    ) -> None:
        self._empresa = empresa
        self._look = look
        self._known = {reserva.codigo.casefold(): reserva for reserva in known}
        self._now = now
        self._yesterday = today - timedelta(days=1)
        self._settle = settle
        self._out = Merged()

    def run(self) -> Merged:
        rows, strangers = self._match()
        for code, row in rows.items():
            self._merge_row(self._known[code], row)
        missing = [reserva for code, reserva in self._known.items() if code not in rows]
        strangers = self._reclaim(missing, strangers, rows)
        self._remove([reserva for reserva in missing if reserva.codigo.casefold() not in rows])
        for row in strangers:
            self._adopt(row)
        self._out.unreadable = [row for row in self._look.rows if row.unreadable is not None]
        return self._out

    def _match(self) -> tuple[dict[str, BookRow], list[BookRow]]:
        """The row of each reservation we know, and the rows that belong to none. A copied row is not its original."""
        by_id: dict[str, list[BookRow]] = defaultdict(list)
        strangers = []
        for row in self._look.rows:
            if row.id is None:
                strangers.append(row)
            else:
                by_id[row.id.casefold()].append(row)
        rows: dict[str, BookRow] = {}
        for code, found in by_id.items():
            reserva = self._known.get(code)
            if reserva is None:
                strangers += found
                continue
            original = next((row for row in found if values_of_row(row) == base_of(reserva)), found[0])
            rows[code] = original
            strangers += [row for row in found if row is not original]
        return rows, sorted(strangers, key=lambda row: row.number)

    def _merge_row(self, reserva: Reserva, row: BookRow) -> None:
        theirs = values_of_row(row)
        if theirs is None:
            if reserva.planilha_estado == "pendente":
                self._out.stuck.append((reserva, "linha_ilegivel"))
            return
        waiting = reserva.planilha_estado == "pendente"
        creating = base_of(reserva) is None
        ours, base = values_of(reserva), _effective_base(reserva, theirs)
        final: Values = {}
        taken, lost = set(), set()
        for name in FIELDS:
            if theirs[name] in (base[name], ours[name]):
                final[name] = ours[name]
                continue
            final[name] = theirs[name]
            taken.add(name)
            if waiting and ours[name] != base[name]:
                lost.add(name)
        _apply(reserva, final)
        if taken & {"data", "horario", "pessoas", "status"}:
            self._out.edited.append(reserva)
            if taken & {"data", "horario"}:
                reserva.lembrete_em = None
        if lost:
            self._out.conflicts.append(reserva)
            reserva.planilha_erro = "alterada_pela_casa"
        to_write = frozenset(name for name in FIELDS if final[name] != theirs[name])
        if to_write:
            self._attempt(reserva, base=theirs, values=final)
            self._out.changes.append(RowChange(row, as_reservation(reserva), to_write))
            return
        if waiting and reserva.planilha_erro != "alterada_pela_casa":
            reserva.planilha_erro = None
        kind = "criada" if creating else "cancelada" if final["status"] == "cancelada" else "alterada"
        self._synchronised(reserva, theirs)
        if waiting:
            self._out.settled.append((reserva, kind))

    def _reclaim(self, missing: Iterable[Reserva], strangers: list[BookRow], rows: dict[str, BookRow]) -> list[BookRow]:
        """Rows that lost their code, or never got it, are known by what they say."""
        left = list(strangers)
        for reserva in missing:
            base = base_of(reserva)
            same = [row for row in left if row.id is None and base is not None and values_of_row(row) == base]
            if not same or base is None:
                continue
            left.remove(same[0])
            rows[reserva.codigo.casefold()] = same[0]
            self._give_code(reserva, same[0], base)
        return left

    def _remove(self, missing: Sequence[Reserva]) -> None:
        """What was in the sheet and is not any more was cancelled by the house; what never was, is still to come."""
        gone = [r for r in missing if base_of(r) is not None and r.data >= self._yesterday and r.status in HOLDING]
        upcoming = [
            r for r in self._known.values() if base_of(r) is not None and r.data >= self._yesterday
            and r.status in HOLDING
        ]  # fmt: skip
        if gone and (not self._look.has_header or (len(gone) >= _MISSING_TOO_MANY and 2 * len(gone) > len(upcoming))):
            self._out.vanished = len(gone)
            self._out.stuck += [(r, "linha_sumiu") for r in gone if r.planilha_estado == "pendente"]
            spared = {id(r) for r in gone}
        else:
            spared = set()
        for reserva in missing:
            waiting = reserva.planilha_estado == "pendente"
            if id(reserva) in spared:
                continue
            if base_of(reserva) is None:
                if waiting:
                    self._not_there(reserva)
            elif reserva in gone:
                if waiting:
                    self._out.conflicts.append(reserva)
                    reserva.planilha_erro = "alterada_pela_casa"
                reserva.status = "cancelada"
                self._synchronised(reserva, None)
                self._out.removed.append(reserva)
                if waiting:
                    self._out.settled.append((reserva, "alterada"))
            elif waiting:  # ended and gone from the sheet too: nothing is left to say there
                self._synchronised(reserva, None)
                self._out.settled.append((reserva, "cancelada"))

    def _not_there(self, reserva: Reserva) -> None:
        """Made here and not in the sheet. A write in doubt gets its time to arrive before it is written again."""
        if (reserva.planilha_linha or {}).get(ATTEMPT) and reserva.planilha_em is not None:
            arrives = reserva.planilha_em + self._settle
            if self._now < arrives:
                self._out.stuck.append((reserva, "escrita_em_duvida"))
                reserva.planilha_proxima_em = arrives
                return
        if reserva.status in HOLDING:
            self._out.to_append.append(reserva)
            return
        # Cancelled before the sheet heard of it. The attempt is kept: should it arrive after all, it is known.
        reserva.planilha_estado, reserva.planilha_proxima_em, reserva.planilha_tentativas = "sincronizada", None, 0
        self._out.settled.append((reserva, "cancelada"))

    def _adopt(self, row: BookRow) -> None:
        """A row typed by the owner takes its place; without a code of its own, or with another row's, it gets one."""
        theirs = values_of_row(row)
        if theirs is None or row.said is None:
            return
        if row.said.data < self._yesterday or theirs["status"] not in HOLDING:
            return
        own = row.id if row.id is not None and row.id.casefold() not in self._known else None
        if own is not None and len(own) > _CODE_LIMIT:
            self._out.unreadable.append(row)
            return
        reserva = Reserva(
            empresa_id=self._empresa.id,
            codigo=own or self._free_code(),
            origem="planilha",
            avisar_cliente=False,
            planilha_tentativas=0,
        )
        _apply(reserva, theirs)
        self._known[reserva.codigo.casefold()] = reserva
        self._out.new.append(reserva)
        self._out.edited.append(reserva)
        if own is not None:
            self._synchronised(reserva, theirs)
        else:
            self._give_code(reserva, row, theirs)

    def _give_code(self, reserva: Reserva, row: BookRow, base: Values) -> None:
        reserva.planilha_linha = dict(base)  # from here on its status is the owner's own word
        ours = values_of(reserva)
        self._attempt(reserva, base=base, values=ours)
        fields = frozenset({"id", *(name for name in FIELDS if ours[name] != base[name])})
        self._out.changes.append(RowChange(row, as_reservation(reserva), fields))

    def _free_code(self) -> str:
        while (code := new_code(5)).casefold() in self._known:
            pass
        return code

    def _attempt(self, reserva: Reserva, *, base: Values, values: Values) -> None:
        reserva.planilha_estado = "pendente"
        reserva.planilha_linha = {**base, ATTEMPT: values, PLACE: place_of(self._empresa)}
        reserva.planilha_em = self._now
        reserva.planilha_proxima_em = self._now + PUBLISH_GRACE

    def _synchronised(self, reserva: Reserva, theirs: Values | None) -> None:
        line = None if theirs is None else {**theirs, PLACE: place_of(self._empresa)}
        if reserva.planilha_estado == "sincronizada" and reserva.planilha_linha == line:
            return  # nothing happened: no row is rewritten every minute
        reserva.planilha_estado = "sincronizada"
        reserva.planilha_linha = line
        reserva.planilha_em = self._now
        reserva.planilha_tentativas = 0
        reserva.planilha_proxima_em = None


def note_append(empresa: Empresa, reserva: Reserva, now: datetime) -> Reservation:
    """Note in the row that it is about to be appended, and what will be written."""
    reserva.planilha_linha = {ATTEMPT: values_of(reserva), PLACE: place_of(empresa)}
    reserva.planilha_em = now
    return as_reservation(reserva)


def place_of(empresa: Empresa) -> str:
    """The sheet and tab that are the book now."""
    return f"{empresa.google_sheet_id}/{empresa.google_sheet_aba or ''}"


def forget_other_sheets(empresa: Empresa, reservas: Iterable[Reserva], *, today: date) -> None:
    """What another sheet said counts for nothing here: what is still to come has to be written into this one."""
    for reserva in reservas:
        line = reserva.planilha_linha
        if line is not None and line.get(PLACE) != place_of(empresa):
            reserva.planilha_linha, reserva.planilha_estado = None, None
        if reserva.planilha_estado is None and reserva.data >= today and reserva.status in HOLDING:
            reserva.planilha_estado = "pendente"


def is_too_late(empresa: Empresa, reserva: Reserva, now: datetime) -> bool:
    return starts_at(empresa, reserva) <= now


def base_of(reserva: Reserva) -> Values | None:
    """The row as the sheet last had it; None when it never did."""
    line = reserva.planilha_linha or {}
    return {name: line[name] for name in FIELDS} if "nome" in line else None


def values_of(reserva: Reserva) -> Values:
    """What the sheet must say. One that waits for the sheet is confirmed by standing in it."""
    creating = base_of(reserva) is None
    status = "confirmada" if creating and reserva.status == "pendente" else reserva.status
    return _values(reserva, status)


def values_of_row(row: BookRow) -> Values | None:
    return None if row.said is None else _values(row.said, row.said.status)


def as_reservation(reserva: Reserva) -> Reservation:
    values = values_of(reserva)
    return Reservation(
        id=reserva.codigo,
        nome=values["nome"],
        telefone=values["telefone"],
        data=reserva.data,
        horario=reserva.horario,
        pessoas=reserva.pessoas,
        status=values["status"],
        observacoes=values["observacoes"],
    )


def _values(one: Reserva | Reservation, status: str) -> Values:
    """As they are kept in JSON, in the form in which ours and theirs are the same when they mean the same."""
    return {
        "nome": one.nome.replace("\x00", "")[:255].strip(),
        "telefone": (one.telefone or "").replace("\x00", "")[:20].strip() or None,
        "data": one.data.isoformat(),
        "horario": one.horario.strftime("%H:%M"),
        "pessoas": one.pessoas,
        "status": status,
        "observacoes": (one.observacoes or "").replace("\x00", "").strip() or None,
    }


def _effective_base(reserva: Reserva, theirs: Values) -> Mapping[str, Any]:
    """The sheet as we left it, counting what we were writing where it did arrive."""
    base, attempt = base_of(reserva), (reserva.planilha_linha or {}).get(ATTEMPT)
    if base is None:
        return attempt or values_of(reserva)
    if attempt is None:
        return base
    return {name: attempt[name] if theirs[name] == attempt[name] else base[name] for name in FIELDS}


def _apply(reserva: Reserva, values: Values) -> None:
    """Only what differs, so that a merge that changes nothing writes nothing."""
    wanted = {**values, "data": date.fromisoformat(values["data"]), "horario": time.fromisoformat(values["horario"])}
    for name, value in wanted.items():
        if getattr(reserva, name) != value:
            setattr(reserva, name, value)
