"""EmbeddingRegressor's network as it comes."""

from __future__ import annotations

from sklearn.pipeline import Pipeline

from benchmarks.example.contenders import Contender
from skembed import EmbeddingRegressor


def make(categorical: list[str], _quantities: list[str], seed: int) -> Pipeline:
    model = EmbeddingRegressor(
        model="network", categorical_features=categorical, random_state=seed
    )
    return Pipeline([("model", model)])


CONTENDER = Contender("EmbeddingRegressor (network)", ("flights",), make)
