"""The motivating example: twenty seeds reach the noise ceiling and rank the tokens."""

import numpy as np
import pytest
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

from skembed import EmbeddingRegressor
from skembed.datasets import make_tokens

EFFECTS = {"a": -20.0, "b": -10.0, "c": 0.0, "d": 10.0, "e": 20.0}


@pytest.mark.parametrize("seed", range(20))
def test_it_reaches_the_noise_ceiling_and_ranks_the_tokens(seed, example_parameters):
    X, y = make_tokens(random_state=seed)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=seed)
    model = EmbeddingRegressor(**example_parameters, random_state=seed).fit(
        X_train, y_train
    )

    ceiling = r2_score(y_test, X_test["token"].map(EFFECTS))
    assert model.score(X_test, y_test) > ceiling - 0.002

    nearest_first = model.similarities("e").sort_values().index
    assert list(nearest_first) == ["e", "d", "c", "b", "a"]


def test_the_loss_curve_shows_that_it_converged(example, tokens):
    X, y = tokens
    curve = example.loss_curve_
    within = ((y - y.groupby(X["token"]).transform("mean")) ** 2).mean()
    assert len(curve) == example.n_iter_ == 100
    assert curve[0] > 100
    assert within <= min(curve)
    np.testing.assert_allclose(curve[-10:], within, rtol=0.06)


def test_the_network_is_exactly_the_example(example):
    shapes = [tuple(variable.shape) for variable in example.model_.weights]
    units = [(4, 10), (10, 8), (8, 6), (6, 4), (4, 1)]
    dense = [shape for n, m in units for shape in ((n, m), (m,))]
    assert shapes[1:] == dense
    assert shapes[0] == (5 + 1, 4)  # a row for unseen tokens
    activations = [
        layer.activation.__name__
        for layer in example.model_.layers
        if hasattr(layer, "activation")
    ]
    assert activations == ["relu", "linear", "linear", "linear", "linear"]
