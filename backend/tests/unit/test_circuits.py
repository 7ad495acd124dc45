"""The circuit breaker: opens after failures in a row, then lets one call through; one for each empresa and vendor."""

from datetime import UTC, datetime

import pytest

from errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain
from services.circuits import Circuits


class Hands:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


def _call(circuits: Circuits, error: ProviderError | None = None, *, empresa: int = 1) -> None:
    with circuits.call(empresa, "openai"):
        if error is not None:
            raise error


def _open(circuits: Circuits) -> None:
    for _ in range(5):
        with pytest.raises(ProviderUncertain):
            _call(circuits, ProviderUncertain("openai", "timeout"))


def test_failures_in_a_row_open_it_and_the_next_call_is_not_made() -> None:
    circuits = Circuits(Hands(), open_seconds=20)
    _open(circuits)
    with pytest.raises(ProviderBusy, match="circuit_open") as caught:
        _call(circuits)
    assert caught.value.retry_after == 20


def test_success_in_between_starts_the_count_again() -> None:
    circuits = Circuits(Hands())
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(ProviderUncertain):
                _call(circuits, ProviderUncertain("openai", "http_500"))
        _call(circuits)
    assert not circuits.is_open(1, "openai")


@pytest.mark.parametrize(
    "answer", [ProviderRefused("openai", "http_400"), ProviderBusy("openai", "http_429")], ids=["refusal", "rate limit"]
)
def test_an_answer_that_says_no_is_no_failure(answer: ProviderError) -> None:
    circuits = Circuits(Hands())
    for _ in range(10):
        with pytest.raises(type(answer)):
            _call(circuits, answer)
    assert not circuits.is_open(1, "openai")


def test_other_empresas_and_vendors_go_on() -> None:
    circuits = Circuits(Hands())
    _open(circuits)
    _call(circuits, empresa=2)
    with circuits.call(1, "twilio"):
        pass


def test_after_the_pause_one_call_decides() -> None:
    hands = Hands()
    circuits = Circuits(hands, open_seconds=20)
    _open(circuits)
    hands.seconds = 21
    with pytest.raises(ProviderUncertain):
        _call(circuits, ProviderUncertain("openai", "timeout"))
    with pytest.raises(ProviderBusy):
        _call(circuits)
    hands.seconds = 42
    with circuits.call(1, "openai"), pytest.raises(ProviderBusy):
        _call(circuits)
    assert not circuits.is_open(1, "openai")
