"""Sums of effects: whoever assumes more pays for it."""

from __future__ import annotations

from functools import partial

from benchmarks.measures import NUMBERS
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._generated import generate

N_ROWS = 20_000


def load(n_levels: tuple[int, int], options: Options) -> Problem:
    """Generate the table."""
    name = f"additive_{n_levels[0]}"
    return generate(name, N_ROWS, options, n_levels=n_levels, noise=1.0)


PROBLEMS = tuple(
    Declaration(
        f"additive_{n_levels[0]}",
        f"generated: effects of {n_levels[0]:,} and {n_levels[1]} levels add up",
        partial(load, n_levels),
        measure=NUMBERS.ratio,
    )
    for n_levels in [(4_000, 50), (150, 30)]
)
