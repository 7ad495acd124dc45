"""The time among the readings of what was said: the past, the opening hours and the part of the day leave one, or ask.

Pure. It never picks one of two readings that are both possible; it raises a `Doubt` with the question instead.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

from services.date_answer import Asked, Doubt, Option, When, instant_of
from services.date_times import PERIOD_ENDS, Clock, Part, Period, in_part
from services.spoken import PERIODS, either, spoken_day, spoken_time, spoken_when

_RANGE = re.compile(r"\s*(?:ate|a|as|ate as)\s*")
_AFTERNOON = range(1, 7)
"""Without opening hours, "às 3" is three in the afternoon: nobody books a place before seven in the morning."""


def settle_time(asked: Asked, candidates: Sequence[date]) -> When:
    clock, readings = one_clock(asked, candidates)
    moments = [
        (reading_day, at) for day in candidates for at in readings for reading_day in _nights_of(day, at, clock, asked)
    ]
    moments = _narrowed(asked, moments, clock)
    return checked(asked, moments)


def one_clock(asked: Asked, candidates: Sequence[date]) -> tuple[Clock, tuple[time, ...]]:
    """The time that was said and what it may be. Raises when several were, or only a bound."""
    day = candidates[0] if len(candidates) == 1 else None
    clocks = list(asked.times.clocks)
    while len(clocks) > 1 and _RANGE.fullmatch(asked.text[clocks[0].end : clocks[1].start]):
        del clocks[1]
    possible = [(clock, clock.readings(asked.times.part)) for clock in clocks]
    if any(not readings for _, readings in possible):
        raise Doubt(
            "contradicao", "Não entendi se é de manhã, à tarde ou à noite. Pode dizer o horário de novo?", day=day
        )
    common = [at for at in possible[0][1] if all(at in readings for _, readings in possible)]
    if not common and asked.base is not None:
        kept = [(clock, readings) for clock, readings in possible if asked.base.time() not in readings]
        if len(kept) == 1:
            possible, common = kept, list(kept[0][1])
    if not common:
        each = list(dict.fromkeys(readings[-1] for _, readings in possible))
        raise Doubt(
            "ambiguo",
            f"Qual horário você prefere: {either([spoken_time(at) for at in each])}?",
            day=day,
            options=[Option(day, at) for at in each],
        )
    if all(clock.vague for clock, _ in possible):
        raise Doubt("sem_horario", which_time(asked, day, asked.times.part), day=day)
    exact = min((clock for clock, _ in possible), key=lambda clock: clock.twelve)
    return exact, tuple(common)


def _nights_of(day: date, at: time, clock: Clock, asked: Asked) -> list[date]:
    """`sexta à meia-noite` may be the end of Thursday's night or of Friday's."""
    part = clock.part or asked.times.part
    told = asked.opening is not None and asked.opening.told
    # Without hours, a plain "às 3" is the afternoon's and no night comes into question.
    night = at.hour < 5 and (told or part is not None or not clock.twelve)
    return [day, day + timedelta(days=1)] if night and asked.days.moment is None else [day]


def _narrowed(asked: Asked, moments: list[tuple[date, time]], clock: Clock) -> list[tuple[date, time]]:
    """The readings that are left once the past, the opening hours and the reservation being changed had their say."""
    moments = list(dict.fromkeys(moments))
    ahead = [moment for moment in moments if not asked.is_past(*moment)]
    if not ahead:
        raise Doubt(
            "passado",
            f"Esse horário já passou ({spoken_when(*moments[-1], today=asked.today)}). Qual outro horário você quer?",
            day=moments[-1][0] if moments[-1][0] >= asked.today else None,
        )
    opening = asked.opening
    both_open = False
    if opening is not None and opening.told:
        is_open = [moment for moment in ahead if opening.is_open(*moment)]
        ahead = is_open or [moment for moment in ahead if opening.ever_open(moment[1])] or ahead
        both_open = len(is_open) > 1
    if asked.base is not None:
        ahead = _kept(ahead, lambda moment: (moment[1].hour < 12) == (asked.base is not None and asked.base.hour < 12))
    if clock.leading_zero:
        return _kept(ahead, lambda moment: moment[1].hour < 12)
    if clock.twelve and clock.hour in _AFTERNOON and not both_open:
        ahead = _kept(ahead, lambda moment: moment[1].hour >= 12)
    return ahead


def _kept(moments: list[tuple[date, time]], wanted: Callable[[tuple[date, time]], bool]) -> list[tuple[date, time]]:
    """Those wanted, or all of them where none is."""
    return [moment for moment in moments if wanted(moment)] or moments


def checked(asked: Asked, moments: list[tuple[date, time]]) -> When:
    """One reading that is to come is the answer; more of them are a question."""
    today = asked.today
    ahead = [moment for moment in moments if not asked.is_past(*moment)]
    if not ahead:
        day, at = moments[0]
        raise Doubt(
            "passado",
            f"Esse horário já passou ({spoken_when(day, at, today=today)}). Qual outro você quer?",
            day=day if day >= today else None,
        )
    if len(ahead) > 1:
        days = {day for day, _ in ahead}
        same_day = ahead[0][0] if len(days) == 1 else None
        if same_day is not None:
            choices = either([spoken_time(at) for _, at in ahead])
            question = f"Para {spoken_day(same_day, today=today)}: {choices}?"
        else:
            question = f"Você quer dizer {either([spoken_when(*moment, today=today) for moment in ahead])}?"
        raise Doubt("ambiguo", question, day=same_day, options=[Option(*moment) for moment in ahead])
    day, at = ahead[0]
    there = instant_of(day, at, asked.now).astimezone(asked.now.tzinfo)
    if there.replace(tzinfo=None, fold=0) != datetime.combine(day, at):
        moved = Option(there.date(), there.time())
        raise Doubt(
            "contradicao",
            f"Nesse dia o relógio é adiantado e {at.hour}h{at.minute:02} não existe. Pode ser "
            f"{spoken_when(there.date(), there.time(), today=today)}?",
            day=day,
            options=[moved],
        )
    return When(day=day, time=at, period=period_of(asked))


def day_only(asked: Asked, candidates: Sequence[date]) -> When:
    part = asked.times.part
    end = PERIOD_ENDS.get(part or "")
    ahead = [day for day in candidates if end is None or not asked.is_past(day, end)]
    if not ahead:
        raise Doubt(
            "passado",
            f"Hoje {PERIODS.get(part or '', 'esse horário')} já passou. Para quando você quer?",
            day=candidates[0],
        )
    if len(ahead) > 1:
        options = [spoken_day(day, today=asked.today) for day in ahead]
        raise Doubt("ambiguo", f"Você quer dizer {either(options)}?", options=[Option(day, None) for day in ahead])
    raise Doubt("sem_horario", which_time(asked, ahead[0], part), day=ahead[0])


def time_alone(asked: Asked) -> time | None:
    """The time that was said, where it is clear without knowing the day."""
    try:
        clock, readings = one_clock(asked, []) if asked.times.clocks else (None, ())
    except Doubt:
        return None
    if clock is not None and len(readings) > 1:
        if asked.opening is not None and asked.opening.told:
            readings = tuple(at for at in readings if asked.opening.ever_open(at)) or readings
        if len(readings) > 1 and clock.hour in _AFTERNOON:
            readings = tuple(at for at in readings if at.hour >= 12)
        if len(readings) > 1 and clock.leading_zero:
            readings = tuple(at for at in readings if at.hour < 12)
    return readings[0] if len(readings) == 1 else None


def which_time(asked: Asked, day: date | None, part: Part | None) -> str:
    when = [spoken_day(day, today=asked.today)] if day is not None else []
    if part in PERIODS:
        when.append(PERIODS[part])
    return f"Qual horário para {', '.join(when)}?" if day is not None else "Qual horário?"


def fits(at: time, part: Part | None) -> bool:
    return part is None or in_part(at, part)


def period_of(asked: Asked) -> Period | None:
    said = asked.times.part or next((clock.part for clock in asked.times.clocks if clock.part), None)
    return None if said == "madrugada" else said
