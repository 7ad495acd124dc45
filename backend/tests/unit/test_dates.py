"""Brazilian speech about days and times, phrase by phrase against fixed clocks. No model is asked anything."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dates import Option, When, spoken_day, spoken_when, understand
from services.holidays import easter, next_holiday
from services.opening import Opening

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NEW_YORK = ZoneInfo("America/New_York")
LISBON = ZoneInfo("Europe/Lisbon")

WEDNESDAY = datetime(2026, 11, 25, 15, 0, tzinfo=SAO_PAULO)
LATE = datetime(2026, 11, 25, 23, 50, tzinfo=SAO_PAULO)
SMALL_HOURS = datetime(2026, 11, 26, 0, 30, tzinfo=SAO_PAULO)
MONTH_END = datetime(2027, 1, 31, 10, 0, tzinfo=SAO_PAULO)
NEW_YEARS_EVE = datetime(2026, 12, 31, 23, 50, tzinfo=SAO_PAULO)
LEAP_DAY = datetime(2028, 2, 29, 12, 0, tzinfo=SAO_PAULO)
# Summer time begins at 02:00 on 14/03/2027 in New York, and ends at 02:00 on 25/10/2026 in Lisbon.
BEFORE_SPRING = datetime(2027, 3, 13, 20, 0, tzinfo=NEW_YORK)
AFTER_SPRING = datetime(2027, 3, 14, 3, 30, tzinfo=NEW_YORK)
BEFORE_AUTUMN = datetime(2026, 10, 24, 22, 0, tzinfo=LISBON)
IN_AUTUMN_HOUR = datetime(2026, 10, 25, 1, 30, fold=0, tzinfo=LISBON)

EVENINGS = Opening.read(
    {day: [["18:00", "23:30"]] for day in ("ter", "qua", "qui", "sex", "sab", "dom")}, [], "America/Sao_Paulo"
)
ALL_DAY = Opening.read(
    {day: [["07:00", "23:30"]] for day in ("seg", "ter", "qua", "qui", "sex", "sab", "dom")}, [], "America/Sao_Paulo"
)
BAR = Opening.read({day: [["18:00", "02:00"]] for day in ("qui", "sex")}, [], "America/Sao_Paulo")
NIGHT = Opening.read({"sab": [["20:00", "04:00"]]}, [], "America/New_York")
BASE = datetime(2026, 11, 27, 20, 0, tzinfo=SAO_PAULO)

# (phrase, "day time period problem"); `-` is nothing.
ON_WEDNESDAY = [
    ("hoje", "2026-11-25 - - sem_horario"),
    ("hj 20h", "2026-11-25 20:00 - -"),
    ("hoje às 14h", "2026-11-25 - - passado"),
    ("hoje às 8", "2026-11-25 20:00 - -"),
    ("hoje às 2", "2026-11-25 - - passado"),
    ("hoje à noite", "2026-11-25 - noite sem_horario"),
    ("hoje de manhã", "2026-11-25 - manha passado"),
    ("hoje mais tarde", "2026-11-25 - - sem_horario"),
    ("agora", "2026-11-25 15:01 - -"),
    ("amanhã", "2026-11-26 - - sem_horario"),
    ("amanha as 20", "2026-11-26 20:00 - -"),
    ("amnha de noite 20hs", "2026-11-26 20:00 noite -"),
    ("amanhã à noite", "2026-11-26 - noite sem_horario"),
    ("amanhã de manhã às 9", "2026-11-26 09:00 manha -"),
    ("depois de amanhã às 20h", "2026-11-27 20:00 - -"),
    ("amanhã, quinta, 19h", "2026-11-26 19:00 - -"),
    ("amanhã, sexta, 19h", "- 19:00 - contradicao"),
    ("amanhã ou sexta", "- - - ambiguo"),
    ("amanhã ou depois", "- - - ambiguo"),
    ("ontem", "- - - passado"),
    ("sexta", "2026-11-27 - - sem_horario"),
    ("sexta-feira às 20h", "2026-11-27 20:00 - -"),
    ("p/ sexta 20h", "2026-11-27 20:00 - -"),
    ("sexta que vem às 20h", "2026-11-27 20:00 - -"),
    ("próxima sexta 20:30", "2026-11-27 20:30 - -"),
    ("essa sexta 19 e 30", "2026-11-27 19:30 - -"),
    ("sexta dessa semana às 20h", "2026-11-27 20:00 - -"),
    ("segunda dessa semana", "- - - passado"),
    ("sexta da outra semana 20h", "2026-12-04 20:00 - -"),
    ("na outra sexta, 20h", "2026-12-04 20:00 - -"),
    ("sexta sem ser essa, a outra", "2026-12-04 - - sem_horario"),
    ("quinta que vem", "- - - ambiguo"),
    ("semana que vem na quinta", "2026-12-03 - - sem_horario"),
    ("quinta da semana que vem às 20h", "2026-12-03 20:00 - -"),
    ("na semana que vem, na quinta, às oito e meia da noite", "2026-12-03 20:30 noite -"),
    ("semana que vem", "- - - sem_dia"),
    ("quarta", "- - - ambiguo"),
    ("quarta às 20h", "- 20:00 - ambiguo"),
    ("quarta às 14h", "2026-12-02 14:00 - -"),
    ("essa quarta às 20h", "2026-11-25 20:00 - -"),
    ("quarta que vem 20h", "2026-12-02 20:00 - -"),
    ("seg 20h", "2026-11-30 20:00 - -"),
    ("ter 20h", "2026-12-01 20:00 - -"),
    ("qui 20h", "2026-11-26 20:00 - -"),
    ("sab 20h30", "2026-11-28 20:30 - -"),
    ("dom 13h", "2026-11-29 13:00 - -"),
    ("2a feira 20h", "2026-11-30 20:00 - -"),
    ("6ª às 21h", "2026-11-27 21:00 - -"),
    ("sabdo 20h", "2026-11-28 20:00 - -"),
    ("segnda feira as 19", "2026-11-30 19:00 - -"),
    ("toda sexta", "- - - ambiguo"),
    ("sexta passada", "- - - passado"),
    ("sexta não, sábado às 20h", "2026-11-28 20:00 - -"),
    ("qualquer dia menos sexta", "- - - nao_entendi"),
    ("sexta ou sábado às 20h", "- 20:00 - ambiguo"),
    ("primeira sexta de dezembro às 20h", "2026-12-04 20:00 - -"),
    ("último sábado do mês", "2026-11-28 - - sem_horario"),
    ("fim de semana", "- - - ambiguo"),
    ("fds às 20h", "- 20:00 - ambiguo"),
    ("sábado do fim de semana que vem", "2026-12-05 - - sem_horario"),
    ("dia 12", "2026-12-12 - - sem_horario"),
    ("dia 12 às 20h", "2026-12-12 20:00 - -"),
    ("12/12 20h", "2026-12-12 20:00 - -"),
    ("12/12/26 às 20h", "2026-12-12 20:00 - -"),
    ("12.12 às 20.30", "2026-12-12 20:30 - -"),
    ("2026-12-12 20:00", "2026-12-12 20:00 - -"),
    ("12 de dezembro, oito e meia da noite", "2026-12-12 20:30 noite -"),
    ("12 dez 20h", "2026-12-12 20:00 - -"),
    ("dia dez às dez da noite", "2026-12-10 22:00 noite -"),
    ("dia 12 do mês que vem", "2026-12-12 - - sem_horario"),
    ("dia 5", "2026-12-05 - - sem_horario"),
    ("dia 5 desse mês", "- - - passado"),
    ("dia 25", "2026-11-25 - - sem_horario"),
    ("dia 31", "2026-12-31 - - sem_horario"),
    ("dia 40", "- - - nao_entendi"),
    ("dia 1º às 20h", "2026-12-01 20:00 - -"),
    ("dia 12 ou 13", "- - - ambiguo"),
    ("31/11", "- - - nao_entendi"),
    ("12/13", "- - - nao_entendi"),
    ("29/02", "2028-02-29 - - sem_horario"),
    ("24/11", "- - - passado"),
    ("24/11/2026 20h", "- - - passado"),
    ("02/01 20h", "2027-01-02 20:00 - -"),
    ("12/12/2099", "- - - nao_entendi"),
    ("sexta 27/11 às 20h", "2026-11-27 20:00 - -"),
    ("sexta 12", "- - - contradicao"),
    ("sexta dia 12 às 20h", "- 20:00 - contradicao"),
    ("sexta 4 às 20h", "2026-12-04 20:00 - -"),
    ("sexta 20", "- - - ambiguo"),
    ("terça 8/12 20h", "2026-12-08 20:00 - -"),
    ("mês que vem", "- - - sem_dia"),
    ("daqui a 15 dias", "2026-12-10 - - sem_horario"),
    ("daqui a quinze dias às 20h", "2026-12-10 20:00 - -"),
    ("em uma semana", "2026-12-02 - - sem_horario"),
    ("daqui a um mês", "2026-12-25 - - sem_horario"),
    ("daqui a 2 horas", "2026-11-25 17:00 - -"),
    ("daqui a meia hora", "2026-11-25 15:30 - -"),
    ("depois do feriado", "2026-12-26 - - sem_horario"),
    ("no feriado às 13h", "2026-12-25 13:00 - -"),
    ("natal às 13h", "2026-12-25 13:00 - -"),
    ("véspera de natal às 21h", "2026-12-24 21:00 - -"),
    ("noite de natal", "- - - ambiguo"),
    ("natal do ano que vem 20h", "2027-12-25 20:00 - -"),
    ("réveillon 22h", "2026-12-31 22:00 - -"),
    ("ano novo", "- - - ambiguo"),
    ("carnaval", "- - - ambiguo"),
    ("terça de carnaval 13h", "2027-02-09 13:00 - -"),
    ("quarta de cinzas", "2027-02-10 - - sem_horario"),
    ("sexta depois do carnaval", "2027-02-12 - - sem_horario"),
    ("sexta-feira santa 20h", "2027-03-26 20:00 - -"),
    ("almoço de páscoa", "2027-03-28 - almoco sem_horario"),
    ("corpus christi", "2027-05-27 - - sem_horario"),
    ("dia das mães meio-dia e meia", "2027-05-09 12:30 - -"),
    ("dia dos pais", "2027-08-08 - - sem_horario"),
    ("dia dos namorados às 20h", "2027-06-12 20:00 - -"),
    ("dois dias depois do natal", "2026-12-27 - - sem_horario"),
    ("sábado meio-dia e meia", "2026-11-28 12:30 - -"),
    ("sábado à meia-noite", "- 00:00 - ambiguo"),
    ("hoje à meia-noite", "2026-11-26 00:00 - -"),
    ("sábado oito e meia da noite", "2026-11-28 20:30 noite -"),
    ("sáb 8 da noite", "2026-11-28 20:00 noite -"),
    ("sexta às oito", "2026-11-27 - - ambiguo"),
    ("sexta 8h30", "2026-11-27 - - ambiguo"),
    ("sexta 08:00", "2026-11-27 08:00 - -"),
    ("sexta às 3", "2026-11-27 15:00 - -"),
    ("sexta 8 pm", "2026-11-27 20:00 - -"),
    ("sexta quinze para as nove da noite", "2026-11-27 20:45 noite -"),
    ("sexta vinte pras nove da noite", "2026-11-27 20:40 noite -"),
    ("uma da tarde de sábado", "2026-11-28 13:00 tarde -"),
    ("sábado à uma", "2026-11-28 13:00 - -"),
    ("dezenove e quarenta e cinco amanhã", "2026-11-26 19:45 - -"),
    ("das 19h às 22h na sexta", "2026-11-27 19:00 - -"),
    ("sexta às 20h ou 21h", "2026-11-27 - - ambiguo"),
    ("sexta entre 19h e 20h", "2026-11-27 - - ambiguo"),
    ("sexta depois das 20h", "2026-11-27 - - sem_horario"),
    ("sexta até as 22h", "2026-11-27 - - sem_horario"),
    ("sexta 11 da tarde", "2026-11-27 - tarde contradicao"),
    ("sexta 20h da manhã", "2026-11-27 - manha contradicao"),
    ("sexta 25h", "2026-11-27 - - nao_entendi"),
    ("sexta 20:75", "2026-11-27 - - nao_entendi"),
    ("às 20h", "- 20:00 - sem_dia"),
    ("à noite", "- - noite sem_dia"),
    ("boa noite, mesa pra 4 sábado às 20h", "2026-11-28 20:00 - -"),
    ("mesa para 12 sexta 20h", "2026-11-27 20:00 - -"),
    ("sexta para 4 às 20h", "2026-11-27 20:00 - -"),
    ("8 a 10 pessoas sábado 13h", "2026-11-28 13:00 - -"),
    ("sexta, 2 adultos e 2 crianças, 19h", "2026-11-27 19:00 - -"),
    ("quanto custa o quarto?", "- - - nao_entendi"),
    ("cerca de 20 pessoas", "- - - nao_entendi"),
    ("", "- - - nao_entendi"),
]
ELSEWHEN = [
    (LATE, "hoje às 20h", "2026-11-25 - - passado"),
    (LATE, "hoje à noite", "2026-11-25 - noite sem_horario"),
    (LATE, "amanhã às 20h", "2026-11-26 20:00 - -"),
    (LATE, "quarta às 20h", "2026-12-02 20:00 - -"),
    (LATE, "daqui a meia hora", "2026-11-26 00:20 - -"),
    (LATE, "agora", "2026-11-25 23:51 - -"),
    # Past midnight the calendar counts, not how long one has been awake.
    (SMALL_HOURS, "hoje às 20h", "2026-11-26 20:00 - -"),
    (SMALL_HOURS, "hoje à noite", "2026-11-26 - noite sem_horario"),
    (SMALL_HOURS, "amanhã às 20h", "2026-11-27 20:00 - -"),
    (SMALL_HOURS, "quarta às 20h", "2026-12-02 20:00 - -"),
    (MONTH_END, "amanhã às 20h", "2027-02-01 20:00 - -"),
    (MONTH_END, "dia 30 às 20h", "2027-03-30 20:00 - -"),
    (MONTH_END, "dia 31 às 20h", "2027-01-31 20:00 - -"),
    (MONTH_END, "dia 30 do mês que vem", "- - - nao_entendi"),
    (MONTH_END, "dia 5", "2027-02-05 - - sem_horario"),
    (MONTH_END, "daqui a um mês", "2027-02-28 - - sem_horario"),
    (MONTH_END, "29/02", "2028-02-29 - - sem_horario"),
    (MONTH_END, "semana que vem na quinta", "2027-02-04 - - sem_horario"),
    (MONTH_END, "segunda que vem", "- - - ambiguo"),
    (NEW_YEARS_EVE, "amanhã ao meio-dia", "2027-01-01 12:00 - -"),
    (NEW_YEARS_EVE, "amanhã meio-dia e meia", "2027-01-01 12:30 - -"),
    (NEW_YEARS_EVE, "02/01 20h", "2027-01-02 20:00 - -"),
    (NEW_YEARS_EVE, "30/12", "- - - passado"),
    (NEW_YEARS_EVE, "dia 2 às 20h", "2027-01-02 20:00 - -"),
    (NEW_YEARS_EVE, "hoje à meia-noite", "2027-01-01 00:00 - -"),
    (NEW_YEARS_EVE, "depois do feriado", "2027-01-02 - - sem_horario"),
    (NEW_YEARS_EVE, "natal às 13h", "2027-12-25 13:00 - -"),
    (NEW_YEARS_EVE, "sexta às 20h", "2027-01-01 20:00 - -"),
    (LEAP_DAY, "hoje às 20h", "2028-02-29 20:00 - -"),
    (LEAP_DAY, "amanhã às 20h", "2028-03-01 20:00 - -"),
    (LEAP_DAY, "dia 29 às 20h", "2028-02-29 20:00 - -"),
    (LEAP_DAY, "29/02/2029", "- - - nao_entendi"),
    (LEAP_DAY, "daqui a um ano", "2029-02-28 - - sem_horario"),
    (LEAP_DAY, "quarta de cinzas às 20h", "2028-03-01 20:00 - -"),
    (LEAP_DAY, "depois do carnaval", "2028-03-01 - - sem_horario"),
    (BEFORE_SPRING, "amanhã às 2:30 da madrugada", "- 02:30 - ambiguo"),
    (BEFORE_SPRING, "amanhã às 20h", "2027-03-14 20:00 - -"),
    (BEFORE_SPRING, "daqui a 7 horas", "2027-03-14 04:00 - -"),
    (AFTER_SPRING, "hoje às 20h", "2027-03-14 20:00 - -"),
    (AFTER_SPRING, "daqui a 1 hora", "2027-03-14 04:30 - -"),
    (BEFORE_AUTUMN, "amanhã às 20h", "2026-10-25 20:00 - -"),
    (BEFORE_AUTUMN, "daqui a 5 horas", "2026-10-25 02:00 - -"),
    (IN_AUTUMN_HOUR, "daqui a uma hora", "2026-10-25 01:30 - -"),
    (IN_AUTUMN_HOUR, "hoje às 01:45", "2026-10-25 01:45 - -"),
]
CHANGES = [
    ("mesma hora no sábado", "2026-11-28 20:00 - -"),
    ("sábado", "2026-11-28 20:00 - -"),
    ("amanhã mesmo horário", "2026-11-26 20:00 - -"),
    ("uma hora mais tarde", "2026-11-27 21:00 - -"),
    ("meia hora mais cedo", "2026-11-27 19:30 - -"),
    ("1h30 mais tarde", "2026-11-27 21:30 - -"),
    ("duas horas e meia depois", "2026-11-27 22:30 - -"),
    ("cinco horas depois", "2026-11-28 01:00 - -"),
    ("adiantar 30 minutos", "2026-11-27 19:30 - -"),
    ("atrasar em 2 horas", "2026-11-27 22:00 - -"),
    ("domingo uma hora mais cedo", "2026-11-29 19:00 - -"),
    ("no dia seguinte", "2026-11-28 20:00 - -"),
    ("uma semana depois", "2026-12-04 20:00 - -"),
    ("mais tarde", "2026-11-27 - - sem_horario"),
    ("às 9", "2026-11-27 21:00 - -"),
    ("às 21h", "2026-11-27 21:00 - -"),
    ("mesmo dia às 19h", "2026-11-27 19:00 - -"),
    ("de sexta para sábado", "2026-11-28 20:00 - -"),
    ("das 20h para as 21h", "2026-11-27 21:00 - -"),
    ("sábado no almoço", "2026-11-28 - almoco sem_horario"),
    ("3 dias mais cedo", "- - - passado"),
]


def told(when: When) -> str:
    at = f"{when.time:%H:%M}" if when.time else "-"
    return f"{when.day or '-'} {at} {when.period or '-'} {when.problem or '-'}"


def test_the_table_is_long_enough() -> None:
    assert len({phrase for phrase, _ in ON_WEDNESDAY} | {phrase for _, phrase, _ in ELSEWHEN}) >= 120


@pytest.mark.parametrize(("phrase", "expected"), ON_WEDNESDAY)
def test_phrase_on_a_wednesday_afternoon(phrase: str, expected: str) -> None:
    when = understand(phrase, now=WEDNESDAY)
    assert told(when) == expected
    assert (when.question is None) == (when.problem is None)


@pytest.mark.parametrize(("now", "phrase", "expected"), ELSEWHEN)
def test_phrase_at_an_awkward_moment(now: datetime, phrase: str, expected: str) -> None:
    assert told(understand(phrase, now=now)) == expected


@pytest.mark.parametrize(("phrase", "expected"), CHANGES)
def test_phrase_about_a_reservation_being_changed(phrase: str, expected: str) -> None:
    assert told(understand(phrase, now=WEDNESDAY, opening=EVENINGS, base=BASE)) == expected


@pytest.mark.parametrize(
    ("phrase", "opening", "expected"),
    [
        ("sexta às 8", EVENINGS, "2026-11-27 20:00 - -"),
        ("sexta às 8", ALL_DAY, "2026-11-27 - - ambiguo"),
        ("sexta 08:00", EVENINGS, "2026-11-27 20:00 - -"),
        ("segunda às 8", EVENINGS, "2026-11-30 20:00 - -"),
        ("sexta quinze para as nove", EVENINGS, "2026-11-27 20:45 - -"),
        ("às 8", EVENINGS, "- 20:00 - sem_dia"),
        ("hoje às 8", ALL_DAY, "2026-11-25 20:00 - -"),
        ("sexta à meia-noite", BAR, "- 00:00 - ambiguo"),
        ("sábado à meia-noite", BAR, "2026-11-28 00:00 - -"),
        ("quinta à 1h", BAR, "2026-11-27 01:00 - -"),
        ("quinta à 1 da manhã", BAR, "2026-11-27 01:00 manha -"),
    ],
)
def test_opening_hours_tell_the_morning_from_the_evening(phrase: str, opening: Opening, expected: str) -> None:
    assert told(understand(phrase, now=WEDNESDAY, opening=opening)) == expected


def test_contradiction_is_asked_with_both_readings() -> None:
    when = understand("sexta dia 12 às 20h", now=WEDNESDAY)
    assert when.question == (
        "O dia 12/12 é sábado, não sexta-feira. Você quer dizer sábado, 12/12 ou sexta-feira, 11/12?"
    )
    assert when.options == (Option(date(2026, 12, 12), time(20)), Option(date(2026, 12, 11), time(20)))


def test_hour_open_in_both_halves_of_the_day_is_asked() -> None:
    when = understand("amanhã às 8", now=WEDNESDAY, opening=ALL_DAY)
    assert when.question == "Para amanhã, quinta-feira, 26/11: às 8h ou às 20h?"
    assert when.options == (Option(date(2026, 11, 26), time(8)), Option(date(2026, 11, 26), time(20)))


def test_weekday_of_today_is_asked_with_today_and_a_week_later() -> None:
    when = understand("quarta às 20h", now=WEDNESDAY)
    assert when.options == (Option(date(2026, 11, 25), time(20)), Option(date(2026, 12, 2), time(20)))


def test_time_the_clocks_skip_is_asked_about() -> None:
    when = understand("14/03 às 2:30 da madrugada", now=datetime(2027, 3, 13, 20, tzinfo=NEW_YORK), opening=NIGHT)
    assert (when.problem, when.options) == ("contradicao", (Option(date(2027, 3, 14), time(3, 30)),))


def test_days_and_times_are_spoken_with_their_weekday() -> None:
    today = date(2026, 11, 25)
    assert spoken_day(today, today=today) == "hoje, quarta-feira, 25/11"
    assert spoken_day(date(2026, 11, 26), today=today) == "amanhã, quinta-feira, 26/11"
    assert spoken_day(date(2026, 11, 27), today=today) == "sexta-feira, 27/11"
    assert spoken_day(date(2027, 1, 2), today=today) == "sábado, 02/01/2027"
    assert spoken_when(date(2026, 11, 27), time(20, 30), today=today) == "sexta-feira, 27/11, às 20h30"
    assert spoken_when(date(2026, 11, 28), time(1), today=today) == "sábado, 28/11, à 1h"


def test_what_is_spoken_is_understood_again() -> None:
    for days in range(1, 60):
        day = WEDNESDAY.date() + timedelta(days=days)
        for at in (time(12), time(19, 45), time(20)):
            spoken = spoken_when(day, at, today=WEDNESDAY.date())
            assert told(understand(spoken, now=WEDNESDAY)) == f"{day} {at:%H:%M} - -", spoken


@pytest.mark.parametrize(
    ("year", "sunday"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))]
)
def test_easter(year: int, sunday: tuple[int, int]) -> None:
    assert easter(year) == date(year, *sunday)


def test_holidays_in_a_row_are_one() -> None:
    assert next_holiday(date(2027, 1, 2)) == (date(2027, 2, 8), date(2027, 2, 9))


WORDS = sorted(
    {word for phrase, _ in ON_WEDNESDAY for word in phrase.split()}
    | {word for phrase, _ in CHANGES for word in phrase.split()}
    | {"0", "31", "29/02", "99", "24:00", "-", "/", "h", "²", "١٢", "00h00", "9999", "ou", "e", "dia"}
)
phrases = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join))
moments = st.builds(
    lambda seconds, zone: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone),
    st.integers(0, 10 * 365 * 86_400),
    st.sampled_from([SAO_PAULO, NEW_YORK, LISBON]),
)


@settings(max_examples=1500, deadline=None)
@given(
    text=phrases,
    now=moments,
    opening=st.sampled_from([None, EVENINGS, ALL_DAY, BAR]),
    ahead=st.one_of(st.none(), st.integers(-10_000, 100_000)),
)
def test_any_text_is_answered_and_nothing_past_comes_without_a_problem(
    text: str, now: datetime, opening: Opening | None, ahead: int | None
) -> None:
    base = None if ahead is None else now + timedelta(minutes=ahead)
    when = understand(text, now=now, opening=opening, base=base)
    assert (when.question is None) == (when.problem is None)
    if when.problem is None:
        assert when.day is not None
        assert when.time is not None
        instants = [datetime.combine(when.day, when.time.replace(fold=fold), now.tzinfo) for fold in (0, 1)]
        assert max(instant.astimezone(UTC) for instant in instants) > now.astimezone(UTC)
    if when.day is not None:
        assert when.day >= now.date(), "a past day is in doubt, and what is in doubt is left empty"


def test_reading_is_quick_whatever_the_text() -> None:
    """The longest texts people paste, and texts made to make patterns backtrack."""
    started = datetime.now(UTC)
    for text in ("1 " * 5000, "dia " * 3000, "a" * 20000, "sexta as " * 2000, "20h e " * 2000, "e meia de " * 2000):
        understand(text, now=WEDNESDAY)
    assert datetime.now(UTC) - started < timedelta(seconds=5)


def test_pairs_of_alternatives_are_in_order() -> None:
    for phrase in ("fim de semana", "carnaval", "quarta", "quinta que vem", "ano novo"):
        days = [option.day for option in understand(phrase, now=WEDNESDAY).options if option.day]
        assert len(days) > 1
        assert all(earlier < later for earlier, later in pairwise(days))
