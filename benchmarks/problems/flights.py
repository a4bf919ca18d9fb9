"""Air time and arrival delay of the same flights."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options, _flights
from benchmarks.problems._folds import n_rows

N_ROWS = 100_000
MEASURES = {"air_time": "MSE", "arr_delay": "R2"}


def load(target: str, options: Options) -> Problem:
    """Draw the flights."""
    n = n_rows(N_ROWS, options)
    return replace(_flights.load(n, options.n_folds, target), name=target)


PROBLEMS = tuple(
    Declaration(
        target,
        f"{words} of flights from New York in 2013, minutes",
        partial(load, target),
        measure=MEASURES[target],
    )
    for target, words in _flights.TARGETS.items()
)
