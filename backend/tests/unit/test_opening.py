"""Opening hours: nights past midnight, days out of the ordinary, hours not told, clocks that change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from services.opening import Opening, exists, to_instant

NEW_YORK = ZoneInfo("America/New_York")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")

MONDAY, TUESDAY, FRIDAY, SATURDAY, SUNDAY = (date(2026, 11, day) for day in (23, 24, 27, 28, 29))
WEEK = {
    "ter": [["18:00", "23:30"]],
    "qua": [["18:00", "23:30"]],
    "qui": [["18:00", "23:30"]],
    "sex": [["18:00", "01:00"]],
    "sab": [["18:00", "01:00"]],
    "dom": [["18:00", "22:00"], ["11:30", "15:00"]],
}


@dataclass(frozen=True)
class Day:
    data: date
    fechado: bool = False
    lotado: bool = False
    horarios: list[list[str]] | None = None
    motivo: str | None = None


def opening(*days: Day, week: dict[str, list[list[str]]] | None = WEEK) -> Opening:
    return Opening.read(week, days, "America/Sao_Paulo")


@pytest.mark.parametrize(
    ("day", "at", "is_open"),
    [
        (MONDAY, time(20), False),
        (TUESDAY, time(17, 59), False),
        (TUESDAY, time(18), True),
        (TUESDAY, time(23, 29), True),
        (TUESDAY, time(23, 30), False),
        (FRIDAY, time(0, 30), False),
        (SATURDAY, time(0, 30), True),
        (SATURDAY, time(1), False),
        (SUNDAY, time(0, 59), True),
        (SUNDAY, time(12), True),
        (SUNDAY, time(16), False),
    ],
)
def test_doors_are_open_until_closing_time_and_past_midnight(day: date, at: time, is_open: bool) -> None:
    assert opening().is_open(day, at) is is_open


def test_week_is_told_in_one_sentence() -> None:
    assert opening().sentence() == (
        "segunda fechado; terça a quinta 18:00–23:30; sexta e sábado 18:00–01:00; domingo 11:30–15:00 e 18:00–22:00"
    )


def test_special_day_stands_above_the_week() -> None:
    hours = opening(
        Day(MONDAY, horarios=[["12:00", "16:00"]]),
        Day(FRIDAY, fechado=True, motivo="Festa particular"),
        Day(SUNDAY, lotado=True),
    )
    assert hours.is_open(MONDAY, time(13))
    assert not hours.is_open(FRIDAY, time(20))
    assert not hours.is_open(SATURDAY, time(0, 30)), "the night that would have run into Saturday never began"
    assert hours.is_full(SUNDAY)
    assert hours.special_sentence(today=MONDAY) == (
        "23/11 12:00–16:00; 27/11 fechado (Festa particular); 29/11 lotado para reservas"
    )
    assert hours.special_sentence(today=date(2026, 11, 30)) == ""


def test_next_open_day_passes_over_closed_and_full_ones() -> None:
    hours = opening(Day(TUESDAY, lotado=True))
    assert hours.next_open_day(MONDAY) == date(2026, 11, 25)
    assert hours.next_open_day(FRIDAY) == FRIDAY
    assert opening(week={}).next_open_day(MONDAY) is None


def test_hours_that_were_not_told_forbid_nothing_but_closed_days() -> None:
    hours = opening(Day(FRIDAY, fechado=True), week=None)
    assert not hours.told
    assert hours.sentence() == ""
    assert hours.is_open(MONDAY, time(3))
    assert not hours.is_open(FRIDAY, time(20))
    assert hours.next_open_day(FRIDAY) == SATURDAY


def test_slots_end_before_closing_and_follow_the_night_into_the_next_day() -> None:
    assert opening().slots(TUESDAY, step_minutes=60, duration=120) == tuple(time(h) for h in (18, 19, 20, 21))
    assert opening().slots(MONDAY, step_minutes=30, duration=60) == ()
    late = opening(week={"sex": [["22:00", "03:00"]]})
    assert late.slots(FRIDAY, step_minutes=60, duration=60) == (time(22), time(23))
    assert late.slots(SATURDAY, step_minutes=60, duration=60) == (time(0), time(1), time(2))
    assert opening(Day(TUESDAY, lotado=True)).slots(TUESDAY, step_minutes=60, duration=60) == ()


def test_slots_of_two_ranges_are_counted_from_each_opening() -> None:
    assert opening().slots(SUNDAY, step_minutes=60, duration=60) == (
        time(0),  # of Saturday's night
        *(time(h, 30) for h in (11, 12, 13)),
        *(time(h) for h in (18, 19, 20, 21)),
    )


def test_range_with_equal_ends_is_a_whole_day() -> None:
    hours = opening(week={"seg": [["00:00", "24:00"]]})
    assert hours.is_open(MONDAY, time(0))
    assert hours.is_open(MONDAY, time(23, 59))
    assert not hours.is_open(TUESDAY, time(0))


@pytest.mark.parametrize("bad", [[["25:00", "26:00"]], [["18h", "23h"]], [["18:00"]]])
def test_hours_that_cannot_be_read_are_refused(bad: list[list[str]]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        opening(week={"seg": bad})


def test_skipped_time_moves_forward_and_repeated_time_is_the_first() -> None:
    assert not exists(date(2027, 3, 14), time(2, 30), NEW_YORK)
    moved = to_instant(date(2027, 3, 14), time(2, 30), NEW_YORK)
    assert moved.astimezone(NEW_YORK).time() == time(3, 30)
    assert exists(date(2026, 11, 1), time(1, 30), NEW_YORK)
    assert to_instant(date(2026, 11, 1), time(1, 30), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert to_instant(TUESDAY, time(20), SAO_PAULO) == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


def test_no_slot_at_a_time_the_clocks_skip() -> None:
    hours = Opening.read({"sab": [["23:00", "05:00"]]}, [], "America/New_York")
    assert hours.slots(date(2027, 3, 14), step_minutes=60, duration=60) == (time(0), time(1), time(3), time(4))
