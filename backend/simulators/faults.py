"""Misbehaviour on request: which fault is armed for which vendor, and which request it takes.

This module only decides; the gateway acts. A fault is spent by the requests it took, `times=-1` never is.
"""

import itertools
import random
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Kind = Literal["status", "hang", "reset", "malformed", "slow", "empty"]
VENDORS = ("twilio", "openai", "google", "chatwoot")
KINDS: tuple[str, ...] = get_args(Kind)
DEFAULT_HANG_SECONDS = 120.0
DEFAULT_SLOW_SECONDS = 2.0


@dataclass(slots=True)
class Fault:
    """One armed misbehaviour. `times` counts down; `taken` counts the requests it took."""

    id: int
    vendor: str
    kind: str
    status: int = 500
    retry_after: float | None = None
    seconds: float | None = None
    method: str | None = None
    path_contains: str | None = None
    body_contains: str | None = None
    times: int = 1
    after_perform: bool = False
    probability: float = 1.0
    taken: int = 0

    def as_json(self) -> dict[str, Any]:
        """The fault as the control shows it."""
        return asdict(self)


class InvalidFault(ValueError):
    """The description of a fault makes no sense; the text says why, in Portuguese."""


class FaultBook:
    """The armed faults, in the order they were given: the first that matches takes the request."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)
        self._random = random.Random()  # noqa: S311 (which request fails is no secret)

    def arm(self, description: dict[str, Any]) -> Fault:
        """Add a fault. Raises InvalidFault when the description makes no sense."""
        allowed = set(Fault.__dataclass_fields__) - {"id", "taken"}
        unknown = set(description) - allowed
        if unknown:
            raise InvalidFault(f"campos desconhecidos: {', '.join(sorted(unknown))}")
        if description.get("vendor") not in VENDORS:
            raise InvalidFault(f"vendor deve ser um de: {', '.join(VENDORS)}")
        if description.get("kind") not in KINDS:
            raise InvalidFault(f"kind deve ser um de: {', '.join(KINDS)}")
        try:
            fault = Fault(id=next(self._ids), **description)
            valid = 100 <= int(fault.status) <= 599 and 0 <= float(fault.probability) <= 1 and int(fault.times) >= -1
        except (TypeError, ValueError) as error:
            raise InvalidFault("valores inválidos na descrição da falha") from error
        if not valid:
            raise InvalidFault("status, probability ou times fora do intervalo")
        self._faults.append(fault)
        return fault

    def take(self, *, vendor: str, method: str, path: str, body: bytes) -> Fault | None:
        """The fault this request must suffer, already counted; None when it is to be served normally."""
        if not self._faults:
            return None
        for fault in self._faults:
            if fault.vendor != vendor or fault.times == 0:
                continue
            if fault.method is not None and fault.method.upper() != method:
                continue
            if fault.path_contains is not None and fault.path_contains not in path:
                continue
            if fault.body_contains is not None and fault.body_contains.encode() not in body:
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            fault.taken += 1
            if fault.times > 0:
                fault.times -= 1
            return fault
        return None

    def list(self) -> list[Fault]:
        """Every fault given since the last clearing, spent ones too."""
        return self._faults.copy()

    def clear(self, *, vendor: str | None = None) -> None:
        """Disarm everything, or what one vendor has."""
        self._faults = [f for f in self._faults if vendor is not None and f.vendor != vendor]
