"""Predicting a table of a single row, as a service does."""

from __future__ import annotations

import numpy as np

from benchmarks.speed.data import mixed
from benchmarks.speed.race import SEED, Contestant, Race, Work, fewer, repeated
from benchmarks.speed.rivals import one_hot
from skembed import EmbeddingRegressor

N_CALLS = 400
N_KERAS_CALLS = 60


def prepare_ours(is_quick: bool) -> Work:
    model = EmbeddingRegressor(model="network", epochs=1, random_state=SEED)
    return _fit_and_predict(model, is_quick)


def prepare_ridge(is_quick: bool) -> Work:
    model = one_hot.ridge(mixed.CATEGORICAL, mixed.QUANTITIES)
    return _fit_and_predict(model, is_quick)


def _fit_and_predict(model: EmbeddingRegressor, is_quick: bool) -> Work:
    X, y = mixed.load(is_quick)
    model.fit(X, y)
    n_calls, row = fewer(N_CALLS, is_quick), X.iloc[:1]
    return Work(repeated(lambda: model.predict(row), n_calls), n_units=n_calls)


def prepare_keras(is_quick: bool) -> Work:
    """Take the network as it was built: what it predicts costs it nothing."""
    from benchmarks.speed.rivals.plain_keras import build_by_column

    model = build_by_column(list(mixed.N_LEVELS.values()), len(mixed.QUANTITIES))
    codes = [np.zeros((1, 1), dtype=np.int32) for _ in mixed.N_LEVELS]
    row = [*codes, np.zeros((1, len(mixed.QUANTITIES)), dtype=np.float32)]
    n_calls = fewer(N_KERAS_CALLS, is_quick)
    call = repeated(lambda: model.predict(row, verbose=0), n_calls)
    return Work(call, n_units=n_calls)


RACES = (
    Race(
        "predict one row",
        Contestant("EmbeddingRegressor", prepare_ours),
        (
            Contestant("Keras predict, codes", prepare_keras, asked="50"),
            Contestant("one-hot + Ridge", prepare_ridge, asked="1"),
        ),
    ),
)
