"""The motivating example, fitted again in a process that has fitted it before."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import r2_score

from benchmarks.example import tokens
from benchmarks.example.contenders import example_network
from benchmarks.speed.race import SEED, Contestant, Race, Work


def prepare_ours(_is_quick: bool) -> Work:
    training, held_out = tokens.load(SEED), tokens.load(SEED + 1)
    model = example_network.make(training.categorical, [], SEED)
    return Work(
        run=lambda: model.fit(training.X, training.y),
        score=lambda: model.score(held_out.X, held_out.y),
    )


def prepare_keras(_is_quick: bool) -> Work:
    from benchmarks.speed.rivals.plain_keras import fit_example

    training, held_out = tokens.load(SEED), tokens.load(SEED + 1)
    fitted = {}

    def run() -> None:
        fitted["model"] = fit_example(training.X["token"], training.y)

    def score() -> float:
        _, codes = np.unique(held_out.X["token"], return_inverse=True)
        prediction = fitted["model"].predict(codes.reshape(-1, 1), verbose=0)
        return r2_score(held_out.y, prediction)

    one_of_each = training.X["token"].drop_duplicates()
    return Work(
        run,
        warm_up=lambda: fit_example(one_of_each, training.y[one_of_each.index]),
        score=score,
    )


RACES = (
    Race(
        "example, refit",
        Contestant("EmbeddingRegressor", prepare_ours),
        (Contestant("Keras by hand", prepare_keras, asked="10"),),
    ),
)
