"""Numbers and lists in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isnan

import pandas as pd

from benchmarks.markdown import UNKNOWN

MINUS = "\N{MINUS SIGN}"


def percent(share: float, is_signed: bool = True) -> str:
    """Write a relative difference, with fewer decimals the larger it is."""
    if isnan(share):
        return UNKNOWN
    decimals = 2 if abs(share) < 0.01 else 1 if abs(share) < 1 else 0
    number = round(100 * share, decimals)
    if not number:
        return f"{0:.{decimals}f}%"
    sign = "+" if is_signed else ""
    return f"{number:{sign},.{decimals}f}%".replace("-", MINUS)


def interval(lower: float, upper: float) -> str:
    """Write the ends of an interval of relative differences."""
    return UNKNOWN if isnan(lower) else f"{percent(lower)} to {percent(upper)}"


def listed(words: Sequence[str]) -> str:
    """Join words by commas and an "and"."""
    *front, last = words
    return f"{', '.join(front)} and {last}" if front else last


def span(numbers: Iterable[int]) -> str:
    """Write one number, or the smallest and the largest."""
    found = sorted(set(numbers))
    ends = f"{found[0]:,}", f"{found[-1]:,}"
    return ends[0] if len(found) == 1 else " to ".join(ends)


def not_measured(failures: pd.DataFrame) -> list[str]:
    """Say for each cell that failed why."""
    return [
        f"{failed.table}, {failed.contender}: not measured: {failed.note}"
        for failed in failures.itertuples()
    ]


def counted(number: int, noun: str) -> str:
    """Write a number and what it counts."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
