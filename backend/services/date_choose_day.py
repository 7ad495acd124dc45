"""The day among everything said of days: mentions that agree become one date, those that do not become a question.

Pure. Of a weekday that is today's it gives both today and the week after: the hour tells them apart later.
"""

import re
from collections.abc import Sequence
from datetime import date, time, timedelta

from services.date_answer import Asked, Doubt, Option, Problem
from services.date_choose_time import time_alone
from services.date_days import Days, Weekday
from services.spoken import WEEKDAYS, either, spoken_day, spoken_when

_OR = re.compile(r"\bou\b")


def settle_day(asked: Asked) -> list[date]:
    """The day, or today and today a week ahead when a weekday may mean both. Empty when no day was said."""
    days, today = asked.days, asked.today
    if days.impossible is not None:
        raise Doubt("nao_entendi", days.impossible)
    if days.recurring:
        raise Doubt("ambiguo", "Para qual dia exatamente?")
    dates = _without_base(list(dict.fromkeys(days.dates)), asked)
    if days.after is not None or days.before is not None:
        dates.append(_beside_holiday(days))
    elif dates or not days.weekdays:
        dates = dates or _single_expression(asked)
    if len(dates) > 1:
        _refuse_many(asked, dates)
    if dates:
        if days.after is None and days.before is None:
            _check_weekdays(asked, dates[0])
        return [not_past(dates[0], asked)]
    if not days.weekdays:
        if days.past_words:
            raise Doubt("passado", "Esse dia já passou. Para qual dia você quer?")
        return []
    return _settle_weekdays(asked, today)


def _single_expression(asked: Asked) -> list[date]:
    days = asked.days
    if days.in_days is not None:
        return [days.in_days]
    ahead = [day for day in days.either if day >= asked.today]
    if ahead:
        options = [spoken_day(day, today=asked.today) for day in ahead]
        question = f"Qual dia: {either(options)}?" if len(options) > 1 else f"Você quer dizer {options[0]}?"
        raise Doubt("ambiguo", question, options=[Option(day, time_alone(asked)) for day in ahead])
    if days.either:
        raise Doubt("passado", "Esses dias já passaram. Para qual dia você quer?")
    if days.next_month:
        raise Doubt("sem_dia", "Qual dia do mês que vem?")
    if days.week is not None:
        raise Doubt("sem_dia", "Qual dia da semana que vem?" if days.week else "Qual dia desta semana?")
    return []


def _beside_holiday(days: Days) -> date:
    """`depois do feriado` is the day after it, or the first such weekday where one was said."""
    step = 1 if days.after is not None else -1
    day = (days.after or days.before or date.min) + timedelta(days=step)
    while days.weekdays and day.weekday() != days.weekdays[0].number:
        day += timedelta(days=step)
    return day


def _without_base(dates: list[date], asked: Asked) -> list[date]:
    """`de sexta para sábado`: of several days, the one it is changed from is not the one wanted."""
    if asked.base is not None and len(dates) > 1:
        return [day for day in dates if day != asked.base.date()] if asked.base.date() in dates else dates
    return dates


def _refuse_many(asked: Asked, dates: Sequence[date]) -> None:
    ahead = [day for day in dates if day >= asked.today] or list(dates)
    options = either([spoken_day(day, today=asked.today) for day in ahead])
    problem: Problem = "ambiguo" if _OR.search(asked.text) else "contradicao"
    question = f"Qual dia você prefere: {options}?" if len(ahead) > 1 else f"Você quer dizer {options}?"
    raise Doubt(problem, question, options=[Option(day, time_alone(asked)) for day in ahead])


def _check_weekdays(asked: Asked, day: date) -> None:
    wrong = [weekday for weekday in asked.days.weekdays if weekday.number != day.weekday()]
    if not wrong:
        return
    if _OR.search(asked.text):
        refuse = [day, *(option for weekday in wrong for option in _weekday_dates(weekday, asked)[:1])]
        _refuse_many(asked, refuse)
    today, name = asked.today, WEEKDAYS[wrong[0].number]
    near = _nearest(wrong[0].number, day)
    hour = asked.days.bare_number
    if hour is not None and (7 <= hour <= 11 or 18 <= hour <= 23) and not asked.times.clocks:
        # "sexta 20" may be an hour as well as a day that falls on another weekday.
        at = time(hour if hour >= 12 else hour + 12)
        coming = _weekday_dates(wrong[0], asked)[0]
        raise Doubt(
            "ambiguo",
            f"Você quer dizer {spoken_when(coming, at, today=today)}, ou o dia {hour} "
            f"({spoken_day(day, today=today)})?",
            options=[Option(coming, at), Option(day, None)],
        )
    ahead = [option for option in (day, near) if option >= today]
    choices = either([spoken_day(option, today=today) for option in ahead])
    raise Doubt(
        "contradicao",
        f"O dia {day:%d/%m} é {WEEKDAYS[day.weekday()]}, não {name}. "
        + (f"Você quer dizer {choices}?" if ahead else "Qual é o dia certo?"),
        options=[Option(option, time_alone(asked)) for option in ahead],
    )


def _nearest(weekday: int, day: date) -> date:
    ahead = (weekday - day.weekday()) % 7
    return day + timedelta(days=ahead if ahead <= 3 else ahead - 7)


def not_past(day: date, asked: Asked) -> date:
    if day < asked.today:
        raise Doubt("passado", f"O dia {day:%d/%m} já passou. Para qual dia você quer?")
    return day


def _settle_weekdays(asked: Asked, today: date) -> list[date]:
    per_weekday = [_weekday_dates(weekday, asked) for weekday in asked.days.weekdays]
    candidates = list(dict.fromkeys(day for dates in per_weekday for day in dates))
    if len(per_weekday) > 1:
        candidates = _without_base(candidates, asked)
        if len({day.weekday() for day in candidates}) > 1:
            _refuse_many(asked, candidates)
    if len(candidates) == 1:
        return [not_past(candidates[0], asked)]
    if candidates[0] != today:
        options = [spoken_day(day, today=today) for day in candidates]
        raise Doubt(
            "ambiguo",
            f"Você quer dizer {either(options)}?",
            options=[Option(day, time_alone(asked)) for day in candidates],
        )
    return candidates


def _weekday_dates(weekday: Weekday, asked: Asked) -> list[date]:
    """The dates one weekday may mean, nearest first."""
    today, days = asked.today, asked.days
    ahead = (weekday.number - today.weekday()) % 7
    near = today + timedelta(days=ahead)
    week = weekday.week if weekday.week is not None else days.week
    if week is not None:
        return [today + timedelta(days=7 * week + weekday.number - today.weekday())]
    for day in days.either:
        if day.weekday() == weekday.number:
            return [day]
    if weekday.which == "over":
        return [near + timedelta(days=7)]
    if weekday.which == "this":
        return [near]
    if weekday.which == "next":
        # Who means tomorrow says so; "sexta que vem" on a Thursday may be either.
        return [near + timedelta(days=7)] if ahead == 0 else [near, near + timedelta(days=7)][: 2 if ahead == 1 else 1]
    return [near, near + timedelta(days=7)] if ahead == 0 else [near]
