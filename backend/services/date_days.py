"""The days in a normalised text: each mention as a date, a weekday or a week, before they are weighed together.

Pure. It takes its expressions out of the reader; whether two mentions agree is for `dates` to say.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from services.date_words import MONTH, MONTHS, Reader
from services.holidays import ANY_NAMED, named_days, next_holiday

FAR_YEARS = 5
"""Beyond this a year is a slip, not a plan."""


@dataclass(slots=True)
class Days:
    """What was found. Dates may be in the past here."""

    dates: list[date] = field(default_factory=list)
    weekdays: list["Weekday"] = field(default_factory=list)
    either: list[date] = field(default_factory=list)
    """One expression that stands for several days: a weekend, Carnival."""
    after: date | None = None
    before: date | None = None
    moment: datetime | None = None
    """`daqui a duas horas`: an exact moment, in local time."""
    week: int | None = None
    """Weeks from this one: 1 for "semana que vem"."""
    in_days: date | None = None
    """`em uma semana`, which a weekday beside it makes more precise."""
    impossible: str | None = None
    """Sentence about a date that no calendar has."""
    past_words: bool = False
    recurring: bool = False
    next_month: bool = False
    bare_number: int | None = None
    """The number after a weekday that may be the day or the hour: "sexta 20"."""


@dataclass(frozen=True, slots=True)
class Weekday:
    number: int
    """Monday is 0."""
    which: str
    """`bare`; `this`: essa, agora; `next`: que vem, próxima; `week`: of the week named beside it; `over`: the other."""
    week: int | None = None


_AMOUNT = r"(?P<amount>\d{1,3}|uma?|meia)"
_AMOUNTS = {"um": 1.0, "uma": 1.0, "meia": 0.5}
_ELAPSED = re.compile(
    rf"\b(?:daqui(?: a| ha)?|em|dentro de|de hoje a) (?:mais |uns |umas )?{_AMOUNT} ?"
    r"(?P<unit>min|h|horas?|dias?|semanas?|mes(?:es)?|anos?)\b(?: e (?P<half>meia))?"
)
_ELAPSED_HM = re.compile(r"\b(?:daqui(?: a)?|em|dentro de) (?P<hours>\d{1,2})h ?(?:e )?(?P<minutes>\d{1,2})(?:min)?\b")
_NOT = r"(?:menos|exceto|tirando|fora|nao (?:na|no|quero|pode ser(?: na| no)?)?)"
_WEEKDAY = (
    r"(?P<wd>segunda|seg|2a|terca|ter(?= feira| que vem| dia| as |$| ,| a noite| \d)|3a|quarta|qua|4a|quinta|qui|5a|"
    r"sexta|sex|6a|sabado|sab|domingo|dom)\b(?: ?feira)?\b(?! (?:opcao|vez|via|pessoa|alternativa|serie|parte))"
)
_WEEKDAYS = {
    "seg": 0, "2a": 0, "ter": 1, "3a": 1, "qua": 2, "4a": 2, "qui": 3, "5a": 3, "sex": 4, "6a": 4, "sab": 5, "dom": 6,
}  # fmt: skip
_THIS_WEEK = r"(?:(?:d|n)?(?:essa|esta)|ainda essa) semana"
_NEXT_WEEK = r"(?:(?:da |na |a |para a )?(?:semana (?:que vem|seguinte|proxima)|proxima semana|outra semana))"
_ONE_WEEKDAY = re.compile(
    rf"(?P<not>\b{_NOT} )?(?P<order>\b(?:primeir[oa]|terceir[oa]|ultim[oa]) )?"
    r"(?P<pre>\b(?:[nd]?es[st][ae]|nest[ae]|na outra|no outro|outr[oa]|proxima|toda|todo|tod[oa]s as|aos) )?"
    rf"\b{_WEEKDAY}"
    r"(?P<post> ?,? ?(?:sem ser ess[ae] ?,? ?a outra|que vem|agora|proxima|seguinte|passad[oa]|da outra(?! semana)|"
    rf"d[eo] (?:proxima mes|mes que vem|mes seguinte|mes|(?:{MONTH}))\b))?"
    rf"(?: ?,? ?(?:(?P<next_week>{_NEXT_WEEK})|(?P<this_week>{_THIS_WEEK})))?"
    r"(?P<denied> nao\b(?= ?,| (?:posso|da)\b))?"
    r"(?:(?: ?,)? (?:dia )?(?P<day>\d{1,2})(?! ?(?:[:/.-]\d|h\b|h\d|am\b|pm\b|e meia|e \d|min\b|"
    rf"(?:da|de) (?:manha|tarde|noite|madrugada|{MONTH})|(?:{MONTH})\b|d[eo] (?:proxima )?(?:mes|\d)))\b)?"
)
_WEEK_ALONE = re.compile(rf"\b(?:(?P<next>{_NEXT_WEEK})|(?P<this>{_THIS_WEEK}))\b")
_WEEKEND = re.compile(
    rf"\b(?:(?:n?es[st]e|proxima) )?(?:fim|final) de semana(?P<next> que vem| seguinte|(?: d)?a {_NEXT_WEEK})?\b"
)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_NUMERIC = re.compile(
    r"(?<![\d:/.-])(?P<day>\d{1,2}) ?(?P<sep>[/.-]) ?(?P<month>\d{1,2})"
    r"(?:(?P=sep)(?P<year>\d{4}|\d{2}))?\b(?![:/.-]\d|h\b)"
)
_YEAR = r"(?: ?,? (?:d[eo] )?(?P<year>20\d\d)| (?P<next_year>d[oe] (?:ano que vem|proxima ano)))?"
_WRITTEN = re.compile(rf"(?:\bdia )?\b(?P<day>\d{{1,2}}) ?(?:de |do |/)?(?P<name>{MONTH})\b{_YEAR}")
_OF_NUMBER = re.compile(rf"\b(?:dia )?(?P<day>\d{{1,2}}) d[oe] (?P<month>\d{{1,2}})\b(?!h|:){_YEAR}")
_DAY = re.compile(
    r"\b(?:dia|data) (?P<day>\d{1,3})\b(?![:/]\d|h\b| e meia)"
    r"(?: ?,? (?:(?P<next>(?:d[eo] )?(?:proxima mes|mes que vem|mes seguinte))|"
    r"(?P<this>(?:d[eo] |nesse |neste )?(?:desse|deste|este|esse|mesma)? ?mes(?: atual)?)))?"
)
_ONE_OF_DAYS = re.compile(r"(?<=·)(?P<joint> (?:ou|e)(?: no)? )(?:dia )?(?P<day>\d{1,2})\b(?![:/.]\d|h\b| e meia| da)")
_HOLIDAY = re.compile(
    rf"(?:(?:{_AMOUNT} (?P<unit>dias?|semanas?) )?"
    r"\b(?P<side>depois|antes|dia seguinte|vespera|antevespera|logo depois|um dia depois|um dia antes) "
    r"(?:d[aeo]s? |ao? )?)?"
    rf"(?:(?:no|o|na|n?esse|proxima|dia de) )*\b(?P<name>feriado|feriadao|feriado prolongado|{ANY_NAMED})\b{_YEAR}"
)
_RELATIVE = re.compile(
    r"\b(?P<day>depois de amanha|(?<=ou )depois(?! d)|hoje|amanha|anteontem|ontem)\b"
    r"(?P<denied> nao\b(?= ?,| (?:posso|da)\b))?"
)
_NEXT_MONTH = re.compile(r"\b(?:n?o |d[oe] |para o )?(?:mes que vem|proxima mes|mes seguinte)\b")
_PAST = re.compile(r"\b(?:semana|mes|ano) passad[oa]\b")
_EVERY = re.compile(r"\btod[oa]s? (?:os dias|dia|as semanas|semana)\b")
_RELATIVE_DAYS = {"hoje": 0, "amanha": 1, "depois de amanha": 2, "depois": 2, "ontem": -1, "anteontem": -2}
_MONTH_NAMES = (
    "janeiro", "fevereiro", "março", "abril", "maio", "junho",
    "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
)  # fmt: skip


def read_days(reader: Reader, now: datetime) -> Days:
    """Everything said of days, taken out of the reader. `now` is local."""
    days = Days()
    today = now.date()
    _read_elapsed(reader, now, days)
    _read_holidays(reader, today, days)
    _read_calendar(reader, today, days)
    for found in reader.take(_RELATIVE):
        if not found["denied"]:
            days.dates.append(today + timedelta(days=_RELATIVE_DAYS[found["day"]]))
    for found in reader.take(_ONE_WEEKDAY):
        _read_weekday(found, today, days)
    _read_days_of_month(reader, today, days)
    for found in reader.take(_WEEKEND):
        saturday = today + timedelta(days=5 - today.weekday() + (7 if found["next"] else 0))
        days.either += [saturday, saturday + timedelta(days=1)]
    for found in reader.take(_WEEK_ALONE):
        days.week = 1 if found["next"] else 0
    days.past_words = days.past_words or reader.has(_PAST)
    days.recurring = days.recurring or reader.has(_EVERY)
    return days


def _read_elapsed(reader: Reader, now: datetime, days: Days) -> None:
    for found in reader.take(_ELAPSED_HM):
        days.moment = _later(now, timedelta(hours=int(found["hours"]), minutes=int(found["minutes"])))
    for found in reader.take(_ELAPSED):
        amount = _AMOUNTS.get(found["amount"]) or float(found["amount"])
        if found["half"]:
            amount += 0.5
        unit = found["unit"]
        if unit == "min" or unit.startswith("h"):
            days.moment = _later(now, timedelta(minutes=amount if unit == "min" else amount * 60))
        elif unit.startswith("dia"):
            days.dates.append(now.date() + timedelta(days=int(amount)))
        elif unit.startswith("semana"):
            days.in_days = now.date() + timedelta(days=int(amount * 7))
            days.week = int(amount)
        else:
            months = int(amount * 12) if unit.startswith("ano") else int(amount)
            if months <= 12 * FAR_YEARS:
                days.dates.append(add_months(now.date(), months))


def _later(now: datetime, span: timedelta) -> datetime:
    """Real time that passes: the clocks may change in between."""
    return (now.astimezone(UTC) + span).astimezone(now.tzinfo).replace(second=0, microsecond=0)


def _read_holidays(reader: Reader, today: date, days: Days) -> None:
    for found in reader.take(_HOLIDAY):
        name, side = found["name"], found["side"] or ""
        count = 1
        if found["amount"]:
            count = int(_AMOUNTS.get(found["amount"]) or int(found["amount"]))
            count *= 7 if (found["unit"] or "").startswith("semana") else 1
        shift = {"antes": -count, "um dia antes": -1, "vespera": -1, "antevespera": -2}.get(side, count if side else 0)
        if name.startswith("feriad"):
            first, last = next_holiday(today if shift >= 0 else today + timedelta(days=-shift))
            if name != "feriado" and not side:
                days.either += [first, last] if last > first else [first]
                continue
            found_days: tuple[date, ...] = (
                (last + timedelta(days=shift),) if shift > 0 else (first + timedelta(days=shift),)
            )
        else:
            ahead = 1 if found["next_year"] else int(found["year"]) - today.year if found["year"] else 0
            if not 0 <= ahead <= FAR_YEARS:
                days.impossible = "Confira o ano, por favor."
                continue
            found_days = named_days(name, since=today, shift=shift, years_ahead=ahead)
            if side and found_days:
                # Of a holiday of several days, the eve is of the first and what follows comes after the last.
                found_days = (found_days[-1],) if shift > 0 else (found_days[0],)
        if len(found_days) == 1 and "depois" in side and not found["amount"]:
            days.after = found_days[0] - timedelta(days=1)
        elif len(found_days) == 1 and side == "antes" and not found["amount"]:
            days.before = found_days[0] + timedelta(days=1)
        elif len(found_days) == 1:
            days.dates.append(found_days[0])
        else:
            days.either += found_days


def _read_calendar(reader: Reader, today: date, days: Days) -> None:
    for found in reader.take(_ISO):
        _add_date(days, int(found[3]), int(found[2]), int(found[1]), today)
    for found in reader.take(_NUMERIC, when=_is_day_and_month):
        year = int(found["year"]) if found["year"] else None
        _add_date(days, int(found["day"]), int(found["month"]), 2000 + year if year and year < 100 else year, today)
    for pattern in (_WRITTEN, _OF_NUMBER):
        for found in reader.take(pattern):
            groups = found.groupdict()
            month = MONTHS[groups["name"]] if groups.get("name") else int(groups["month"])
            year = int(found["year"]) if found["year"] else today.year + 1 if found["next_year"] else None
            _add_date(days, int(found["day"]), month, year, today)


def _is_day_and_month(found: re.Match[str]) -> bool:
    """With a dot or a hyphen only what is a date for certain; "31/02" is meant as one and no date."""
    return found["sep"] == "/" or (1 <= int(found["month"]) <= 12 and 1 <= int(found["day"]) <= 31)


def _add_date(days: Days, day: int, month: int, year: int | None, today: date) -> None:
    """A day and month without a year is the next one; one that passed less than two months ago stays in the past,
    because nobody books ten months ahead by saying yesterday's date."""
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        days.impossible = "Não existe essa data no calendário. Pode conferir o dia e o mês?"
        return
    if year is not None and not today.year - 1 <= year <= today.year + FAR_YEARS:
        days.impossible = "Confira o ano, por favor."
        return
    years = [year] if year is not None else [today.year - 1, today.year, today.year + 1]
    if year is None and (day, month) == (29, 2):
        years = list(range(today.year, today.year + 9))
    possible = [made for made in (make_date(wanted, month, day) for wanted in years) if made is not None]
    if not possible:
        days.impossible = f"{_MONTH_NAMES[month - 1].capitalize()} não tem dia {day}. Qual é o dia certo?"
        return
    recent = today - timedelta(days=60)
    days.dates.append(next((made for made in possible if made >= recent), possible[-1]))


def make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_weekday(found: re.Match[str], today: date, days: Days) -> None:
    pre, post = (found["pre"] or "").strip(), (found["post"] or "").strip(" ,")
    if found["not"] or found["denied"]:
        return
    number = _WEEKDAYS[found["wd"][:3]]
    if pre.startswith(("tod", "aos")):
        days.recurring = True
    if post.startswith("passad") or ((found["order"] or "").startswith("ultim") and not post.startswith("d")):
        days.past_words = True
        return
    if found["order"] and post.startswith("d"):
        _read_order(found["order"], number, post, today, days)
        return
    if found["day"]:
        days.bare_number = int(found["day"])
    if found["next_week"]:
        days.weekdays.append(Weekday(number, "week", 1))
    elif found["this_week"]:
        days.weekdays.append(Weekday(number, "week", 0))
    elif "outra" in post or pre.startswith(("na outra", "no outro", "outr")):
        days.weekdays.append(Weekday(number, "over"))
    elif post in ("que vem", "proxima", "seguinte") or pre == "proxima":
        days.weekdays.append(Weekday(number, "next"))
    elif post == "agora" or pre:
        days.weekdays.append(Weekday(number, "this"))
    else:
        days.weekdays.append(Weekday(number, "bare"))


def _read_order(order: str, number: int, month_words: str, today: date, days: Days) -> None:
    """`primeira sexta de dezembro`, `último sábado do mês`."""
    first = today.replace(day=1)
    if "vem" in month_words or "proxima" in month_words or "seguinte" in month_words:
        first = add_months(first, 1)
    elif not month_words.endswith("mes"):
        month = MONTHS[month_words.split()[-1]]
        first = date(today.year + (1 if month < today.month else 0), month, 1)
    matching = [
        day for n in range(31) if (day := first + timedelta(days=n)).month == first.month and day.weekday() == number
    ]
    days.dates.append(matching[{"pri": 0, "ter": 2}.get(order[:3], -1)])


def _read_days_of_month(reader: Reader, today: date, days: Days) -> None:
    matches = reader.take(_DAY)
    days.next_month = reader.has(_NEXT_MONTH)
    numbers = [(int(found["day"]), "next" if found["next"] else "this" if found["this"] else "") for found in matches]
    if days.bare_number is not None:
        numbers.append((days.bare_number, ""))
    if matches:
        numbers += [(int(found["day"]), "") for found in reader.take(_ONE_OF_DAYS)]
    for number, month in numbers:
        made = day_of_month(number, "next" if days.next_month and not month else month, today)
        if made is None:
            days.impossible = "Não existe esse dia no mês. Qual é o dia certo?"
        else:
            days.dates.append(made)


def day_of_month(number: int, month: str, today: date) -> date | None:
    """The next such day; with `this` the one of this month, even past; with `next` the one of next month."""
    if not 1 <= number <= 31:
        return None
    if month == "this":
        return make_date(today.year, today.month, number)
    first = today.replace(day=1)
    if month == "next":
        first = add_months(first, 1)
        return make_date(first.year, first.month, number)
    for ahead in range(3):
        base = add_months(first, ahead)
        made = make_date(base.year, base.month, number)
        if made is not None and made >= today:
            return made
    return None


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        if (made := make_date(year, month + 1, number)) is not None:
            return made
    return date(year, month + 1, min(day.day, 28))
