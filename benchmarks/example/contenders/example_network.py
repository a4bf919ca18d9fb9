"""EmbeddingRegressor with exactly the network of the motivating example."""

from __future__ import annotations

from sklearn.pipeline import Pipeline

from benchmarks.example.contenders import Contender
from skembed import EmbeddingRegressor


def make(categorical: list[str], _quantities: list[str], seed: int) -> Pipeline:
    model = EmbeddingRegressor(
        model="network",
        embedding_dim=4,
        hidden_units=(10, 8, 6, 4),
        activation=("relu", "linear", "linear", "linear"),
        optimizer="rmsprop",
        alpha=0,
        epochs=100,
        batch_size=1000,
        categorical_features=categorical,
        random_state=seed,
    )
    return Pipeline([("model", model)])


CONTENDER = Contender("EmbeddingRegressor (example)", ("tokens",), make)
