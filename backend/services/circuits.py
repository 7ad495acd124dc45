"""A circuit breaker for each empresa and vendor: a provider that keeps failing is left alone for a moment.

Only failures that say nothing about the request count (timeouts, resets, 5xx, refused connections). While the circuit
is open, calls fail at once as ProviderBusy; then one call is let through to see. State is of this process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from errors import ProviderBusy, ProviderRefused, ProviderUncertain
from observability import get_logger
from ports import Clock

log = get_logger(__name__)


@dataclass(slots=True)
class _State:
    failures: int = 0
    opened_at: float | None = None
    probing: bool = False


class Circuits:
    def __init__(self, clock: Clock, *, failures: int = 5, open_seconds: float = 20.0) -> None:
        self._clock = clock
        self._allowed = failures
        self._open_seconds = open_seconds
        self._states: dict[tuple[int, str], _State] = {}

    @contextmanager
    def call(self, empresa_id: int, vendor: str) -> Iterator[None]:
        """Around one provider call. Raises ProviderBusy (`circuit_open`, with `retry_after`) without calling."""
        state = self._states.setdefault((empresa_id, vendor), _State())
        probe = self._enter(state, vendor)
        try:
            yield
        except ProviderRefused:
            self._heal(empresa_id, vendor, state)
            raise
        except ProviderBusy as error:
            # A rate limit is an answer: the vendor is there.
            if error.reason == "unreachable":
                self._fail(empresa_id, vendor, state)
            else:
                self._heal(empresa_id, vendor, state)
            raise
        except ProviderUncertain:
            self._fail(empresa_id, vendor, state)
            raise
        else:
            self._heal(empresa_id, vendor, state)
        finally:
            if probe:
                state.probing = False

    def trip(self, empresa_id: int, vendor: str) -> None:
        """Leave the vendor alone at once: it refuses everything until a person corrects the empresa's settings."""
        state = self._states.setdefault((empresa_id, vendor), _State())
        if state.opened_at is None:
            log.warning("circuit opened", empresa_id=empresa_id, vendor=vendor)
        state.failures, state.opened_at = self._allowed, self._clock.monotonic()

    def is_open(self, empresa_id: int, vendor: str) -> bool:
        state = self._states.get((empresa_id, vendor))
        return state is not None and state.opened_at is not None

    def _enter(self, state: _State, vendor: str) -> bool:
        if state.opened_at is None:
            return False
        left = state.opened_at + self._open_seconds - self._clock.monotonic()
        if left > 0 or state.probing:
            raise ProviderBusy(vendor, "circuit_open", retry_after=max(left, 1.0))
        state.probing = True
        return True

    def _fail(self, empresa_id: int, vendor: str, state: _State) -> None:
        state.failures += 1
        if state.failures >= self._allowed:
            if state.opened_at is None:
                log.warning("circuit opened", empresa_id=empresa_id, vendor=vendor)
            state.opened_at = self._clock.monotonic()

    def _heal(self, empresa_id: int, vendor: str, state: _State) -> None:
        if state.opened_at is not None:
            log.info("circuit closed", empresa_id=empresa_id, vendor=vendor)
        state.failures, state.opened_at = 0, None
