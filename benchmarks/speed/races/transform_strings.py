"""Replacing each string of a long column by the numbers learned for it."""

from __future__ import annotations

from typing import Any

from sklearn.preprocessing import TargetEncoder

from benchmarks.speed.data.single_column import SingleColumn
from benchmarks.speed.race import SEED, Contestant, Race, Work
from skembed import EmbeddingRegressor

N_LEVELS = 1_000


def prepare_ours(is_quick: bool) -> Work:
    model = EmbeddingRegressor(
        model="network", embedding_dim=4, epochs=1, random_state=SEED
    )
    return _fit_and_transform(model, is_quick)


def prepare_target_encoder(is_quick: bool) -> Work:
    return _fit_and_transform(TargetEncoder(target_type="continuous"), is_quick)


def _fit_and_transform(encoder: Any, is_quick: bool) -> Work:
    data = SingleColumn(N_LEVELS, None, is_quick)
    encoder.fit(data.X, data.y)
    return Work(lambda: encoder.transform(data.X), reset=data.renew)


RACES = (
    Race(
        "transform strings",
        Contestant("EmbeddingRegressor", prepare_ours),
        (Contestant("TargetEncoder", prepare_target_encoder, asked="3"),),
    ),
)
