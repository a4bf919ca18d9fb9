"""Classes: flights that were late, and generated tables whose odds are known."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.measures import CLASSES
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options, flights
from benchmarks.problems._generated import generate

LATE = "classes:late"
LATE_MINUTES = 15
N_ROWS = 20_000
TRUTHS: dict[str, tuple[str, dict[str, Any]]] = {
    "classes:additive": (
        "2 classes, effects of 4,000 and 50 levels add up",
        {"n_classes": 2, "n_levels": (4_000, 50)},
    ),
    "classes:additive_4": (
        "4 classes, effects of 500 and 20 levels add up",
        {"n_classes": 4, "n_levels": (500, 20)},
    ),
    "classes:interaction": (
        "2 classes, products of latent vectors of 100 and 100 levels",
        {
            "n_classes": 2,
            "n_levels": (100, 100),
            "effect_scale": 0.5,
            "interaction_scale": 2.0,
        },
    ),
    "classes:slopes": (
        "2 classes, each of 500 levels has a slope of its own",
        {
            "n_classes": 2,
            "n_levels": (500, 10),
            "n_quantities": 1,
            "slope_scale": 1.0,
        },
    ),
}


def load_late(options: Options) -> Problem:
    """Draw the flights of the other problems, and say which were late."""
    delays = flights.load("arr_delay", options)
    is_late = (delays.y > LATE_MINUTES).astype(int)
    return replace(delays, name=LATE, y=is_late)


def load(name: str, truth: dict[str, Any], options: Options) -> Problem:
    """Generate the table."""
    return generate(name, N_ROWS, options, **truth)


PROBLEMS = (
    Declaration(
        LATE,
        f"arrival more than {LATE_MINUTES} minutes late, flights from New York in 2013",
        load_late,
        measure=CLASSES.loss,
    ),
    *(
        Declaration(
            name,
            f"generated: {words}",
            partial(load, name, truth),
            measure=CLASSES.ratio,
        )
        for name, (words, truth) in TRUTHS.items()
    ),
)
