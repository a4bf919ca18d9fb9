"""Tables to encode: one for each seed, split into rows to train and to test on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split

from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options, all_problems
from skembed.datasets import make_effects

N_REAL_ROWS = 10_000
N_TRUE_ROWS = 20_000
N_QUICK_ROWS = 2_000
TEST_SHARE = 0.2
NOISE_COLUMN = "noise"
REAL = ("spotify", "imdb", "air_time", "arr_delay", "scorecard", "restaurants")
LATE = "classes:late"


@dataclass(frozen=True)
class Table:
    """A kind of tables.

    Attributes
    ----------
    name : str
        As the command line calls it.
    family : {"noise", "truth", "real"}
        What is asked of it.
    note : str
        What it is.
    load : callable
        ``load(seed, options)`` draws one, with a single split.
    needs_data : bool
        Whether it is in the folder that the command line gives.
    """

    name: str
    family: str
    note: str
    load: Callable[[int, Options], Problem]
    needs_data: bool = False


def all_tables() -> list[Table]:
    """Return every kind, those of a family side by side."""
    return [*_of_noise(), *_of_truth(), *_real()]


def without_noise(problem: Problem) -> Problem:
    """Return a table of noise without the column that is nothing but that."""
    kept = [name for name in problem.categorical if name != NOISE_COLUMN]
    return replace(problem, categorical=kept, X=problem.X[kept + problem.quantities])


def _of_noise() -> list[Table]:
    return [
        Table(
            f"noise_{n_levels}",
            "noise",
            f"30 levels of effects, 2 quantities; {n_levels:,} levels of nothing, "
            f"{4_000 // n_levels} rows each",
            partial(_load_noise, n_levels),
        )
        for n_levels in (100, 400, 2_000)
    ]


def _load_noise(n_levels: int, seed: int, options: Options) -> Problem:
    truth = {"n_levels": (30,), "n_quantities": 2}
    problem = _generate(f"noise_{n_levels}", 5_000, truth, seed, options)
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, n_levels, len(problem.X)).astype(str)
    return replace(
        problem,
        X=problem.X.assign(**{NOISE_COLUMN: np.char.add("n", levels)}),
        categorical=[*problem.categorical, NOISE_COLUMN],
    )


TRUTHS: dict[str, tuple[str, dict[str, Any]]] = {
    "effects_200": ("effects of 200 and 20 levels", {"n_levels": (200, 20)}),
    "effects_4000": ("effects of 4,000 and 50 levels", {"n_levels": (4_000, 50)}),
    "products_100": (
        "products of latent vectors of 100 and 100 levels",
        {
            "n_levels": (100, 100),
            "effect_scale": 0.3,
            "interaction_scale": 1.0,
            "noise": 0.5,
        },
    ),
    "products_1000": (
        "products of latent vectors of 1,000 and 100 levels",
        {"n_levels": (1_000, 100), "effect_scale": 0.5, "interaction_scale": 0.7},
    ),
    "slopes": (
        "each of 500 levels has a slope of its own",
        {"n_levels": (500, 10), "n_quantities": 1, "slope_scale": 1.0},
    ),
}


def _of_truth() -> list[Table]:
    return [
        Table(name, "truth", note, partial(_generate, name, N_TRUE_ROWS, truth))
        for name, (note, truth) in TRUTHS.items()
    ]


def _generate(
    name: str, n_rows: int, truth: dict[str, Any], seed: int, options: Options
) -> Problem:
    n_rows = min(n_rows, N_QUICK_ROWS) if options.is_quick else n_rows
    X, y = make_effects(n_rows, **truth, random_state=seed)
    n_columns = len(truth["n_levels"])
    return _split(
        Problem(
            name=name,
            X=X,
            y=y,
            categorical=X.columns[:n_columns].tolist(),
            quantities=X.columns[n_columns:].tolist(),
            splits=[],
        ),
        seed,
    )


def _real() -> list[Table]:
    found = {problem.name: problem for problem in all_problems()}
    return [
        Table(
            name.rpartition(":")[2],
            "real",
            found[name].note,
            partial(_load_real, found[name]),
            needs_data=found[name].needs_data,
        )
        for name in (*REAL, LATE)
    ]


def _load_real(declaration: Declaration, seed: int, options: Options) -> Problem:
    """Draw rows of a table."""
    whole = _read(declaration, replace(options, is_quick=False))
    n_rows = N_QUICK_ROWS if options.is_quick else N_REAL_ROWS
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(whole.X))[:n_rows]
    X, y = whole.X.iloc[rows], whole.y.iloc[rows]
    drawn = replace(
        whole, X=X.reset_index(drop=True), y=y.reset_index(drop=True), splits=[]
    )
    return _split(drawn, seed)


@cache
def _read(declaration: Declaration, options: Options) -> Problem:
    return declaration.load(options)


def _split(problem: Problem, seed: int) -> Problem:
    rows = np.arange(len(problem.X))
    train, test = train_test_split(rows, test_size=TEST_SHARE, random_state=seed)
    return replace(problem, splits=[(train, test)])
