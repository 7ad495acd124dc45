"""How failures are named and how calls are repeated."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from errors import (
    ProviderAuthFailed,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUncertain,
)
from integrations.base import RetryPolicy, Timing, error_for_status, json_object, parse_retry_after, retry, safe_code

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@dataclass
class FakeTime:
    """A clock that moves only when somebody sleeps."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)
    chance: float = 1.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def timing(self) -> Timing:
        return Timing(sleep=self.sleep, monotonic=lambda: self.now, chance=lambda: self.chance)

    def policy(self, **changes: float) -> RetryPolicy:
        return RetryPolicy(
            attempts=int(changes.get("attempts", 4)),
            base=changes.get("base", 1.0),
            cap=changes.get("cap", 3.0),
            total=changes.get("total", 60.0),
            timing=self.timing(),
        )


class Failing:
    """Fails with each error in turn, then answers "ok"."""

    def __init__(self, *errors: ProviderError, spend: Callable[[], None] = lambda: None) -> None:
        self.errors = list(errors)
        self.calls = 0
        self.left: list[float] = []
        self.spend = spend

    async def __call__(self, seconds_left: float) -> str:
        self.calls += 1
        self.left.append(seconds_left)
        self.spend()
        if self.errors:
            raise self.errors.pop(0)
        return "ok"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "999999"}, 3600.0),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_bounded(headers: dict[str, str], seconds: float | None) -> None:
    assert parse_retry_after(headers, now=NOW) == seconds


async def test_a_busy_vendor_is_asked_again_with_growing_pauses_up_to_the_cap() -> None:
    clock, busy = FakeTime(), ProviderBusy("x", "http_429")
    operation = Failing(busy, busy, busy)
    assert await retry(operation, policy=clock.policy(), uncertain=False) == "ok"
    assert clock.slept == [1.0, 2.0, 3.0]


async def test_the_pause_is_drawn_between_nothing_and_its_bound() -> None:
    clock = FakeTime(chance=0.25)
    await retry(Failing(ProviderBusy("x", "y")), policy=clock.policy(), uncertain=False)
    assert clock.slept == [0.25]


async def test_retry_after_is_respected_on_top_of_the_jitter() -> None:
    clock = FakeTime(chance=0.5)
    await retry(Failing(ProviderBusy("x", "y", retry_after=5)), policy=clock.policy(), uncertain=False)
    assert clock.slept == [5.5]


async def test_a_retry_after_beyond_the_time_left_ends_the_tries_and_is_passed_on() -> None:
    clock = FakeTime()
    operation = Failing(ProviderBusy("x", "y", retry_after=120))
    with pytest.raises(ProviderBusy) as caught:
        await retry(operation, policy=clock.policy(), uncertain=True)
    assert (operation.calls, clock.slept, caught.value.retry_after) == (1, [], 120)


async def test_doubt_is_repeated_only_where_twice_does_no_harm() -> None:
    doubt = ProviderUncertain("x", "timeout")
    with pytest.raises(ProviderUncertain):
        await retry(Failing(doubt), policy=FakeTime().policy(), uncertain=False)
    assert await retry(Failing(doubt), policy=FakeTime().policy(), uncertain=True) == "ok"


async def test_a_refusal_is_never_repeated() -> None:
    operation = Failing(ProviderRefused("x", "y"))
    with pytest.raises(ProviderRefused):
        await retry(operation, policy=FakeTime().policy(), uncertain=True)
    assert operation.calls == 1


async def test_tries_are_bounded_by_number() -> None:
    operation = Failing(*[ProviderBusy("x", "y")] * 9)
    with pytest.raises(ProviderBusy):
        await retry(operation, policy=FakeTime().policy(attempts=3), uncertain=True)
    assert operation.calls == 3


async def test_tries_are_bounded_by_time_and_each_is_told_what_is_left() -> None:
    clock = FakeTime()

    def thirty_seconds() -> None:
        clock.now += 30

    operation = Failing(*[ProviderUncertain("x", "timeout")] * 9, spend=thirty_seconds)
    with pytest.raises(ProviderUncertain):
        await retry(operation, policy=clock.policy(total=45), uncertain=True)
    assert operation.left == [45, 14]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ProviderAuthFailed),
        (403, ProviderAuthFailed),
        (404, ProviderRefused),
        (422, ProviderRefused),
        (302, ProviderRefused),
        (408, ProviderBusy),
        (429, ProviderBusy),
        (500, ProviderUncertain),
        (503, ProviderUncertain),
    ],
)
def test_a_status_says_what_the_caller_may_do_next(status: int, kind: type[ProviderError]) -> None:
    assert type(error_for_status("x", status)) is kind


@pytest.mark.parametrize("value", ["Invalid number +5511999998888", "a b", "", None, True, {"a": 1}, "x" * 65])
def test_free_text_is_never_kept_as_a_code(value: object) -> None:
    assert safe_code(value) is None


def test_codes_are_kept() -> None:
    assert (safe_code(63016), safe_code("model_not_found")) == ("63016", "model_not_found")


@pytest.mark.parametrize("text", ["", "[1]", "{", "null", b"\xff\xfe"])
def test_a_success_that_is_no_json_object_is_a_doubt(text: str | bytes) -> None:
    with pytest.raises(ProviderUncertain):
        json_object("x", text)
