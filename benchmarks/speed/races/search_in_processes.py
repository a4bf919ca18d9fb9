"""A search of a hundred settings, its fits in two processes or in one."""

from __future__ import annotations

import numpy as np
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from benchmarks.speed.data import mixed
from benchmarks.speed.race import SEED, Contestant, Race, Work
from skembed import EmbeddingRegressor

LEARNING_RATES = np.geomspace(0.001, 0.02, 10).tolist()
ALPHAS = np.geomspace(0.1, 100.0, 10).tolist()
N_FOLDS = 3


def prepare_two(is_quick: bool) -> Work:
    return _search(is_quick, n_jobs=2)


def prepare_one(is_quick: bool) -> Work:
    return _search(is_quick, n_jobs=1)


def _search(is_quick: bool, n_jobs: int) -> Work:
    X, y = mixed.load(is_quick)
    model = EmbeddingRegressor(model="network", random_state=SEED)
    few = 2 if is_quick else None
    grid = {"learning_rate": LEARNING_RATES[:few], "alpha": ALPHAS[:few]}
    search = GridSearchCV(model, grid, cv=N_FOLDS, n_jobs=n_jobs, refit=False)

    def run() -> None:
        search.fit(X, y)
        if n_jobs > 1:  # or the next run would find processes that are warm
            get_reusable_executor().shutdown(wait=True)

    return Work(
        run=run,
        warm_up=lambda: clone(model).fit(X, y),
        score=lambda: search.best_score_,
    )


RACES = (
    Race(
        "search, 2 processes",
        Contestant("GridSearchCV(n_jobs=2)", prepare_two),
        (Contestant("one process", prepare_one, asked="1.6"),),
    ),
)
