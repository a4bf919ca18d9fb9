"""A search of a hundred settings, its fits in two processes or in one.

Each search starts Python anew, so that what its processes take to start counts.
"""

from __future__ import annotations

from benchmarks.speed.fresh_process import run_fresh
from benchmarks.speed.race import Contestant, Race, Work, nothing

SEARCH = """
import numpy as np
from sklearn.model_selection import GridSearchCV

from benchmarks.speed.data import mixed
from skembed import EmbeddingRegressor

X, y = mixed.load({is_quick})
grid = {{
    "learning_rate": np.geomspace(0.001, 0.02, {n_values}),
    "alpha": np.geomspace(0.1, 100.0, {n_values}),
}}
model = EmbeddingRegressor(model="network", random_state=0)
GridSearchCV(model, grid, cv=2, n_jobs={n_jobs}, error_score="raise").fit(X, y)
"""


def prepare_two(is_quick: bool) -> Work:
    return _search(is_quick, n_jobs=2)


def prepare_one(is_quick: bool) -> Work:
    return _search(is_quick, n_jobs=1)


def _search(is_quick: bool, n_jobs: int) -> Work:
    n_values = 2 if is_quick else 10
    code = SEARCH.format(is_quick=is_quick, n_values=n_values, n_jobs=n_jobs)
    return Work(run=lambda: run_fresh(code), warm_up=nothing)


RACES = (
    Race(
        "search, 2 processes",
        Contestant("GridSearchCV(n_jobs=2)", prepare_two),
        (Contestant("one process", prepare_one, asked="1.6"),),
    ),
)
