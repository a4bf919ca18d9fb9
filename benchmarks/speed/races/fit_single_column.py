"""Fitting one column of many tokens."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.speed.data.single_column import SingleColumn
from benchmarks.speed.race import SEED, Contestant, Race, Work
from benchmarks.speed.rivals import one_hot
from skembed import EmbeddingRegressor

FEW = 1_000
# what differs from the defaults, so that training ends when it has converged
FEW_CELLS = {"epochs": 1, "learning_rate": 0.02, "hidden_units": (16,)}
MANY_CELLS = {"epochs": 2, "learning_rate": 0.01}


def prepare_ours(is_quick: bool, n_tokens: int, dtype: str | None) -> Work:
    settings: dict[str, Any] = FEW_CELLS if n_tokens <= FEW else MANY_CELLS
    model = EmbeddingRegressor(model="network", random_state=SEED, **settings)
    return _fit_and_score(model, n_tokens, dtype, is_quick)


def prepare_one_hot(is_quick: bool, n_tokens: int, dtype: str | None) -> Work:
    return _fit_and_score(one_hot.least_squares(), n_tokens, dtype, is_quick)


def _fit_and_score(
    model: Any, n_tokens: int, dtype: str | None, is_quick: bool
) -> Work:
    data = SingleColumn(n_tokens, dtype, is_quick)
    return Work(
        run=lambda: model.fit(data.X, data.y),
        reset=data.renew,
        score=lambda: model.score(data.X_test, data.y_test),
    )


def _race(n_tokens: int, dtype: str | None, asked: str) -> Race:
    ours = partial(prepare_ours, n_tokens=n_tokens, dtype=dtype)
    rival = partial(prepare_one_hot, n_tokens=n_tokens, dtype=dtype)
    return Race(
        f"{n_tokens:,} tokens, {dtype or 'strings'}",
        Contestant("EmbeddingRegressor", ours),
        (Contestant("one-hot + least squares", rival, asked),),
    )


RACES = (
    _race(1_000, None, asked="1.5"),
    _race(1_000, "category", asked="4"),
    _race(100_000, None, asked="1"),
)
