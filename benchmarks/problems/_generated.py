"""Problems out of generated tables, whose floor of noise is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.problem import Problem
from benchmarks.problems import Options
from benchmarks.problems._folds import folds_of, n_rows
from skembed.datasets import make_classes, make_effects

SEED = 0


def generate(
    name: str,
    n_samples: int,
    options: Options,
    n_test: int | None = None,
    **truth: Any,
) -> Problem:
    """Generate a table of numbers, or of classes if the truth has a number of them.

    Parameters
    ----------
    name : str
        The problem's.
    n_samples : int
        Rows: all of them, which are split by chance, or those to train on.
    options : Options
        How many of them are taken.
    n_test : int or None
        Rows to test on, if the table is split once.
    **truth
        As `make_effects` and `make_classes` call it.

    Returns
    -------
    Problem
        Its true means are probabilities where it is of classes.
    """
    n = n_rows(n_samples, options)
    n_more = 0 if n_test is None else n_rows(n_test, options)
    X, y, means = _draw(n + n_more, truth)
    n_columns = len(truth["n_levels"])
    rows = np.arange(len(X))
    return Problem(
        name=name,
        X=X,
        y=y,
        categorical=X.columns[:n_columns].tolist(),
        quantities=X.columns[n_columns:].tolist(),
        splits=[(rows[:n], rows[n:])] if n_more else folds_of(X, options),
        true_means=means,
    )


def _draw(n_samples: int, truth: dict[str, Any]) -> tuple[Any, ...]:
    if "n_classes" in truth:
        return make_classes(
            n_samples, **truth, return_probabilities=True, random_state=SEED
        )
    return make_effects(n_samples, **truth, return_mean=True, random_state=SEED)
