"""A small house with hours and few seats, and short ways to book in it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import select, update

from config import Settings
from container import Container
from models import Empresa, Log, Reserva, Turno
from services.booking import Booking
from tests.panel_world import add_conversa
from tests.stage import Simulators

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
"""A Wednesday, noon in São Paulo."""
FRIDAY = date(2026, 11, 27)
EIGHT = time(20)
HOURS = {
    "qua": [["18:00", "23:00"]],
    "qui": [["18:00", "23:00"]],
    "sex": [["11:30", "15:00"], ["18:00", "02:00"]],
    "sab": [["18:00", "02:00"]],
}


SHEET = "planilha-da-cantina"
TITLES = ["Código", "Nome", "Telefone", "Data", "Horário", "Pessoas", "Status", "Observações"]


@dataclass
class House:
    """One empresa of the book, and the container it lives in."""

    container: Container
    empresa: Empresa
    booking: Booking
    now: datetime = NOW
    clientes: list[int] = field(default_factory=list)

    async def book(self, people: int = 2, *, day: date = FRIDAY, at: time = EIGHT, **fields: Any) -> Reserva:
        async with self.container.db.tenant(self.empresa.id) as session:
            return await self.booking.create(
                session,
                self.empresa,
                **{
                    "cliente_id": None,
                    "conversa_id": None,
                    "turno_id": None,
                    "nome": "Ana",
                    "telefone": "+5511988887777",
                    "day": day,
                    "at": at,
                    "people": people,
                    "observacoes": None,
                    "now": self.now,
                    **fields,
                },
            )

    async def change(self, reserva: Reserva, **fields: Any) -> Reserva:
        async with self.container.db.tenant(self.empresa.id) as session:
            found = await session.get_one(Reserva, reserva.id)
            return await self.booking.change(session, self.empresa, found, **{"now": self.now, **fields})

    async def cancel(self, reserva: Reserva) -> Reserva:
        async with self.container.db.tenant(self.empresa.id) as session:
            found = await session.get_one(Reserva, reserva.id)
            return await self.booking.cancel(session, self.empresa, found, now=self.now)

    async def times(self, people: int = 2, *, day: date = FRIDAY) -> dict[time, tuple[int | None, bool]]:
        async with self.container.db.tenant(self.empresa.id) as session:
            found = await self.booking.availability(session, self.empresa, day=day, people=people, now=self.now)
        return {slot.time: (slot.free, slot.fits) for slot in found.slots}

    async def rules(self, **values: Any) -> None:
        """Change the empresa's own rules."""
        async with self.container.db.system_scope() as session:
            await session.execute(update(Empresa).where(Empresa.id == self.empresa.id).values(**values))
            self.empresa = await session.get_one(Empresa, self.empresa.id, populate_existing=True)

    async def add(self, *rows: Any) -> None:
        async with self.container.db.system_scope() as session:
            session.add_all(rows)

    async def reservas(self) -> list[Reserva]:
        async with self.container.db.system_scope() as session:
            query = select(Reserva).where(Reserva.empresa_id == self.empresa.id).order_by(Reserva.id)
            return list(await session.scalars(query))

    async def logged(self, code: str) -> list[Log]:
        async with self.container.db.system_scope() as session:
            return list(await session.scalars(select(Log).where(Log.code == code).order_by(Log.id)))


@pytest.fixture
def settings(settings: Settings, simulators: Simulators) -> Settings:
    """Google is the simulated one."""
    return settings.model_copy(update={"google_sheets_base_url": f"{simulators.url}/google"})


@pytest.fixture
async def house(container: Container) -> House:
    """Ten seats, two hours each, every half hour from opening."""
    empresa = Empresa(nome="Cantina da Vila", slug="cantina", horarios=HOURS, capacidade=10)
    async with container.db.system_scope() as session:
        session.add(empresa)
        await session.flush()
        await session.refresh(empresa)
    return House(container, empresa, container.booking)


@pytest.fixture
async def live_turn(house: House) -> int:
    """The id of a turn of this house."""
    async with house.container.db.system_scope() as session:
        _, conversa, atendimento = await add_conversa(session, house.empresa.id, name="Ana", phone="+5511988887777")
        turno = Turno(
            empresa_id=house.empresa.id,
            conversa_id=conversa.id,
            atendimento_id=atendimento.id,
            estado="acting",
            updated_at=NOW,
        )
        session.add(turno)
        await session.flush()
        return turno.id


@dataclass
class Paper:
    """The owner's side of the sheet."""

    sim: Simulators

    async def rows(self) -> list[list[Any]]:
        """Every row that holds anything."""
        answer = await self.sim.control("GET", f"/google/spreadsheets/{SHEET}")
        sheets: dict[str, list[list[Any]]] = answer.json()["sheets"]
        return [row for row in next(iter(sheets.values())) if any(str(cell) for cell in row)]

    async def row_of(self, codigo: str) -> list[Any]:
        [row] = [row for row in await self.rows() if codigo in row]
        return row

    async def number_of(self, codigo: str) -> int:
        answer = await self.sim.control("GET", f"/google/spreadsheets/{SHEET}")
        sheets: dict[str, list[list[Any]]] = answer.json()["sheets"]
        [number] = [n for n, row in enumerate(next(iter(sheets.values())), 1) if codigo in row]
        return number

    async def owner(self, operation: str, **fields: Any) -> None:
        await self.sim.control("POST", f"/google/spreadsheets/{SHEET}/owner", operation=operation, **fields)

    async def type_row(self, cells: list[Any]) -> int:
        """What the owner writes under the last row."""
        answer = await self.sim.control("GET", f"/google/spreadsheets/{SHEET}")
        number = len(next(iter(answer.json()["sheets"].values()))) + 1
        for column, value in enumerate(cells, 1):
            if value != "":
                await self.owner("edit_cell", row=number, column=column, value=value)
        return number

    async def edit(self, codigo: str, title: str, value: Any) -> None:
        rows = await self.rows()
        await self.owner("edit_cell", row=await self.number_of(codigo), column=rows[0].index(title) + 1, value=value)


@pytest.fixture
async def paper(house: House, sim: Simulators) -> Paper:
    """The house keeps its book in a sheet that is still empty."""
    document = (await sim.control("GET", "/google/credentials")).json()
    await sim.control("POST", "/google/settings", reads_per_minute=100_000, writes_per_minute=100_000)
    await share(sim, [])
    sealed = house.container.secrets_box.encrypt(json.dumps(document))
    await house.rules(google_sheet_id=SHEET, google_credentials=sealed)
    return Paper(sim)


async def share(sim: Simulators, rows: list[list[Any]]) -> None:
    document = (await sim.control("GET", "/google/credentials")).json()
    sheets = {"Reservas": rows}
    await sim.control("POST", "/google/spreadsheets", id=SHEET, sheets=sheets, shared_with=[document["client_email"]])
