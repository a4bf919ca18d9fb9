"""A longitudinal table whose levels follow curves, each one of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.measures import NUMBERS
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._folds import folds_of, n_rows
from benchmarks.problems._generated import SEED

N_ROWS = 10_000
N_LEVELS = 200


def load(options: Options) -> Problem:
    """Generate a wave for each level: its mean, height and phase are drawn."""
    n_samples = n_rows(N_ROWS, options)
    rng = np.random.default_rng(SEED)
    level = rng.integers(0, N_LEVELS, n_samples)
    time = rng.uniform(0, 1, n_samples)
    middle, height = rng.normal(size=(2, N_LEVELS))
    phase = rng.uniform(0, 2 * np.pi, N_LEVELS)
    mean = middle[level] + height[level] * np.sin(2 * np.pi * time + phase[level])
    X = pd.DataFrame({"level": np.char.add("l", level.astype(str)), "time": time})
    return Problem(
        name="curves",
        X=X,
        y=pd.Series(mean + rng.normal(0, 0.5, n_samples)),
        categorical=["level"],
        quantities=["time"],
        splits=folds_of(X, options),
        true_means=mean,
    )


PROBLEMS = (
    Declaration(
        "curves",
        "generated: each of 200 levels follows a wave of its own in time",
        load,
        measure=NUMBERS.ratio,
    ),
)
