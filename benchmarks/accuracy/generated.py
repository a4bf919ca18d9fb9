"""Problems out of generated tables, whose floor of noise is known."""

from __future__ import annotations

from typing import Any

from benchmarks.accuracy.folds import folds_of, n_rows
from benchmarks.accuracy.problems import Options
from benchmarks.problems import Problem
from skembed.datasets import make_effects

SEED = 0
RATIO = "MSE / tuned ridge"


def generate(name: str, n_samples: int, options: Options, **truth: Any) -> Problem:
    """Generate a table as `make_effects` does, split by chance."""
    X, y, mean = make_effects(
        n_rows(n_samples, options), **truth, return_mean=True, random_state=SEED
    )
    n_columns = len(truth["n_levels"])
    return Problem(
        name=name,
        X=X,
        y=y,
        categorical=X.columns[:n_columns].tolist(),
        quantities=X.columns[n_columns:].tolist(),
        splits=folds_of(X, options),
        true_means=mean,
    )
