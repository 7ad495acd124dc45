"""Figures of several runs as one table: the median, and how far the runs were apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One figure. `values` are those of the runs; `goal` is a bound in words, or empty."""

    name: str
    values: Sequence[float]
    unit: str
    goal: str = ""

    @property
    def median(self) -> float:
        return median(self.values)


def show(title: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> None:
    """Print the table and what limits its figures."""
    print(f"\n## {title}\n")
    print("| figure | median | lowest–highest | goal |")
    print("|---|---|---|---|")
    for row in rows:
        spread = f"{_short(min(row.values))}–{_short(max(row.values))}"
        print(f"| {row.name} | {_short(row.median)} {row.unit} | {spread} | {row.goal} |")
    for note in notes:
        print(f"\n{note}")
    print(flush=True)


def _short(value: float) -> str:
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.3f}"


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value below which `percent` of the ordered values lie; 0 without values."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
