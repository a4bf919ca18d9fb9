"""Pairs of levels matter more than levels: no sum of effects comes near."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.measures import NUMBERS
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._generated import generate

N_ROWS = 20_000
TRUTHS: dict[str, dict[str, Any]] = {
    "interaction_1000": {
        "n_levels": (1_000, 100),
        "effect_scale": 0.5,
        "interaction_scale": 0.7,
        "noise": 1.0,
    },
    "interaction_100": {
        "n_levels": (100, 100),
        "effect_scale": 0.3,
        "interaction_scale": 1.0,
        "noise": 0.5,
    },
}


def load(name: str, options: Options) -> Problem:
    """Generate the table."""
    return generate(name, N_ROWS, options, **TRUTHS[name])


PROBLEMS = tuple(
    Declaration(
        name,
        "generated: products of latent vectors of {:,} and {} levels".format(
            *truth["n_levels"]
        ),
        partial(load, name),
        measure=NUMBERS.ratio,
    )
    for name, truth in TRUTHS.items()
)
