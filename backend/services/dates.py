"""What a customer means by "sexta às 8": a day and a time in the empresa's zone, told by code and not by the model.

Pure and total: any text gives an answer, and what is past, impossible, contradictory or open to two readings comes
back as a question instead of a guess, with the doubtful part left empty. Whether the house is open then, or has seats,
is for the book to say; opening hours are used here only to tell eight in the morning from eight at night. The rules
people may disagree about are in docs/decisions/0015-spoken-dates.md.
"""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.date_answer import Asked, Doubt, Option, When
from services.date_choose_day import not_past, settle_day
from services.date_choose_time import checked, day_only, fits, one_clock, period_of, settle_time, time_alone, which_time
from services.date_days import read_days
from services.date_times import read_dotted, read_noon, read_times
from services.date_words import Reader, normalise
from services.opening import Opening
from services.spoken import spoken_day, spoken_when

__all__ = ["Option", "When", "spoken_day", "spoken_when", "understand"]

_AMOUNT = r"(?P<amount>\d{1,3}|uma?|meia)"
_SPAN = rf"{_AMOUNT} ?(?P<unit>min|horas?|h|dias?|semanas?)(?: e (?P<half>meia)|(?: e )?(?P<minutes>\d{{2}})(?:min)?)?"
_CHANGES = (
    re.compile(
        r"\b(?P<verb>adi(?:ar|a|e)|atras(?:ar|a|e)|adiant(?:ar|a|e)|antecip(?:ar|a|e)) (?:a reserva )?(?:em |por )?"
        rf"{_SPAN}\b"
    ),
    re.compile(
        rf"\b(?<!daqui a )(?<!daqui )(?<!em )(?<!as ){_SPAN} "
        r"(?P<side>mais tarde|depois|a mais|para frente|mais cedo|antes|a menos)\b(?! d[aeo]s?\b)"
    ),
)
_SAME_TIME = re.compile(r"\b(?:n[ao] |à |a )?mesma (?:hora|horario)\b|\bhorario de sempre\b|\bmantem o horario\b")
_SAME_DAY = re.compile(r"\b(?:n[oa] )?mesma (?:dia|data)\b")
_NEXT_DAY = re.compile(r"\b(?:n?o )?dia seguinte\b(?! [ad])|\bum dia depois\b(?! d)")
_LATER = re.compile(
    r"\bmais (?:tarde|cedo|para frente)\b|\b(?:antes|depois) disso\b|\bdaqui a (?:um )?pouco\b|\bdaqui pouco\b"
)
_NOW = re.compile(r"\bagora\b|\bneste momento\b|\bja ja\b|\bimediatamente\b")


def understand(text: str, *, now: datetime, opening: Opening | None = None, base: datetime | None = None) -> When:
    """Read a day and a time out of Portuguese text. Never raises.

    `now` is aware and its zone is the one everything is said in. `base` is the reservation being changed: what the
    text leaves out stays as it is there.
    """
    here = now.tzinfo
    base = base.astimezone(here) if base is not None else None
    reader = Reader(normalise(text))
    said = reader.text
    change = _read_change(reader)
    same_time, same_day = reader.has(_SAME_TIME), reader.has(_SAME_DAY)
    next_day = reader.has(_NEXT_DAY)
    clocks = [*read_noon(reader), *read_dotted(reader)]
    days = read_days(reader, now)
    later = reader.has(_LATER)
    times = read_times(reader, clocks)
    if next_day:
        days.dates.append((base or now).date() + timedelta(days=1))
    if same_day and base is not None:
        days.dates.append(base.date())
    asked = Asked(now=now, opening=opening, base=base, days=days, times=times, text=said)
    try:
        if change is not None:
            return _changed(asked, change)
        return _plain(asked, same_time=same_time, later=later, at_once=reader.has(_NOW))
    except Doubt as doubt:
        period = period_of(asked)
        day_is_open = doubt.when.day is None and doubt.when.problem in ("contradicao", "ambiguo", "sem_dia")
        return replace(doubt.when, period=period, time=time_alone(asked) if day_is_open else None)


def _plain(asked: Asked, *, same_time: bool, later: bool, at_once: bool) -> When:
    days, times = asked.days, asked.times
    if times.unreadable:
        raise Doubt("nao_entendi", "Não entendi o horário. Pode escrever assim: 20h30?", day=_sure_day(asked))
    if days.moment is not None and not times.clocks:
        return checked(asked, [(days.moment.date(), days.moment.time())])
    candidates = settle_day(asked)
    if not candidates:
        if at_once and not times.clocks and not later:
            soon = asked.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
            return checked(asked, [(soon.date(), soon.time())])
        return _without_day(asked, same_time=same_time, later=later)
    if times.clocks:
        return settle_time(asked, candidates)
    if asked.base is not None and not later and (same_time or fits(asked.base.time(), times.part)):
        return checked(asked, [(day, asked.base.time()) for day in candidates])
    return day_only(asked, candidates)


def _without_day(asked: Asked, *, same_time: bool, later: bool) -> When:
    times, base = asked.times, asked.base
    if times.clocks:
        if base is not None:
            return settle_time(asked, [not_past(base.date(), asked)])
        one_clock(asked, [])
        return When(time=time_alone(asked), period=period_of(asked), problem="sem_dia", question="Para qual dia?")
    if base is not None and (later or times.part is not None):
        raise Doubt("sem_horario", which_time(asked, base.date(), times.part), day=not_past(base.date(), asked))
    if base is not None and same_time:
        return When(time=base.time(), problem="sem_dia", question="Para qual dia?")
    if times.part is not None or later or same_time:
        raise Doubt("sem_dia", "Para qual dia e horário?")
    raise Doubt("nao_entendi", "Não entendi o dia. Para qual dia e horário você quer?")


def _sure_day(asked: Asked) -> date | None:
    try:
        candidates = settle_day(asked)
    except Doubt:
        return None
    return candidates[0] if len(candidates) == 1 else None


# --- Measured from the reservation being changed ---


def _read_change(reader: Reader) -> timedelta | None:
    """`uma hora mais tarde`, `adiantar 30 minutos`. None when no such thing was said."""
    for found in [match for pattern in _CHANGES for match in reader.take(pattern)]:
        amount = {"um": 1.0, "uma": 1.0, "meia": 0.5}.get(found["amount"]) or float(found["amount"])
        if found["half"]:
            amount += 0.5
        unit = found["unit"]
        span = (
            timedelta(minutes=amount)
            if unit == "min"
            else timedelta(hours=amount, minutes=int(found["minutes"] or 0))
            if unit.startswith("h")
            else timedelta(days=amount * (7 if unit.startswith("semana") else 1))
        )
        how = found.groupdict().get("verb") or found["side"]
        earlier = how in ("mais cedo", "antes", "a menos") or how.startswith(("adiant", "antecip"))
        return -span if earlier else span
    return None


def _changed(asked: Asked, change: timedelta) -> When:
    base = asked.base
    if base is None:
        raise Doubt("sem_horario", "A partir de qual dia e horário?", day=_sure_day(asked))
    candidates = settle_day(asked)
    day = candidates[0] if candidates else base.date()
    moved = datetime.combine(day, base.time()) + change
    return checked(asked, [(moved.date(), moved.time())])
