"""A search of settings by cross-validation, all fits in one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.base import BaseEstimator, clone
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from benchmarks.speed.data import mixed
from benchmarks.speed.race import SEED, Contestant, Race, Work, fewer
from skembed import EmbeddingRegressor

LEARNING_RATES = [0.001, 0.003, 0.01]
ALPHAS = [1.0, 10.0]
EPOCHS = [5, 10]
BATCH_SIZE = 400
N_FOLDS = 5

Grid = Mapping[str, Sequence[Any]]


def prepare_ours(is_quick: bool) -> Work:
    model = EmbeddingRegressor(
        model="network", batch_size=BATCH_SIZE, random_state=SEED
    )
    grid = {"learning_rate": LEARNING_RATES, "alpha": ALPHAS, "epochs": EPOCHS}
    return _search(model, grid, is_quick)


def prepare_scikeras(is_quick: bool) -> Work:
    n_training = fewer(mixed.N_ROWS, is_quick) * (N_FOLDS - 1) // N_FOLDS
    grid = {
        "network__optimizer__learning_rate": LEARNING_RATES,
        # a penalty of the mean loss, where alpha is one of the sum
        "network__model__penalty": [alpha / n_training for alpha in ALPHAS],
        "network__epochs": EPOCHS,
    }
    return _search(_scikeras_pipeline(), grid, is_quick)


def _search(model: BaseEstimator, grid: Grid, is_quick: bool) -> Work:
    X, y = mixed.load(is_quick)
    if is_quick:
        grid = {name: values[:1] for name, values in grid.items()}
    first = {name: values[0] for name, values in grid.items()}
    n_folds = 2 if is_quick else N_FOLDS
    search = GridSearchCV(model, dict(grid), cv=n_folds, n_jobs=1, refit=False)
    return Work(
        run=lambda: search.fit(X, y),
        warm_up=lambda: clone(model).set_params(**first).fit(X, y),
        score=lambda: search.best_score_,
    )


def _scikeras_pipeline() -> Pipeline:
    from scikeras.wrappers import KerasRegressor

    from benchmarks.speed.rivals.plain_keras import build_of_matrix

    encoder = make_column_transformer(
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
            mixed.CATEGORICAL,
        ),
        (StandardScaler(), mixed.QUANTITIES),
    )
    network = KerasRegressor(
        model=build_of_matrix,
        model__n_levels=list(mixed.N_LEVELS.values()),
        model__n_quantities=len(mixed.QUANTITIES),
        model__penalty=0.0,
        optimizer="adam",
        loss="mse",
        batch_size=BATCH_SIZE,
        random_state=SEED,
        verbose=0,
    )
    return Pipeline([("encoder", encoder), ("network", network)])


RACES = (
    Race(
        "grid search",
        Contestant("EmbeddingRegressor", prepare_ours),
        (Contestant("SciKeras by hand", prepare_scikeras, asked="4"),),
    ),
)
