"""A longitudinal table: how a quantity matters varies with the level."""

from __future__ import annotations

from benchmarks.measures import NUMBERS
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._generated import generate

N_ROWS = 10_000
EFFECT_SCALE = 1.0
SLOPE_SCALE = 1.0
NOISE = 1.0


def load(options: Options) -> Problem:
    """Generate the table."""
    return generate(
        "slopes",
        N_ROWS,
        options,
        n_levels=(500, 10),
        n_quantities=1,
        effect_scale=EFFECT_SCALE,
        slope_scale=SLOPE_SCALE,
        noise=NOISE,
    )


PROBLEMS = (
    Declaration(
        "slopes",
        "generated: each of 500 levels has a slope of its own",
        load,
        measure=NUMBERS.ratio,
    ),
)
