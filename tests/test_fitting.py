"""Grouped rows are the ungrouped problem: the same losses, the same optimum."""

import keras
import numpy as np
import pandas as pd
import pytest

from skembed import EmbeddingRegressor
from skembed._encoding import Encoded
from skembed._network_fitting import _divide
from skembed._sample import make_sample
from skembed._target import learn_target_scale

N_ROWS = 600
LINEAR = {
    "model": "network",
    "embedding_dim": 2,
    "hidden_units": (3,),
    "optimizer": "sgd",
    "alpha": 0,
    "batch_size": N_ROWS,
    "random_state": 0,
}


def weights(kind):
    rng = np.random.default_rng(1)
    drawn = {
        "none": None,
        "counts": rng.integers(1, 4, N_ROWS).astype(float),
        "any": rng.uniform(0.1, 3, N_ROWS),
    }
    return drawn[kind]


def rows_of_cells(n_outputs):
    """Rows of 15 cells, whose targets vary within the cells too."""
    rng = np.random.default_rng(0)
    codes = np.column_stack(
        [rng.integers(5, size=N_ROWS), rng.integers(3, size=N_ROWS)]
    )
    effects = rng.normal(size=(5, n_outputs))[codes[:, 0]] + codes[:, 1:]
    return codes, effects + rng.normal(size=(N_ROWS, n_outputs))


def naive_loss_curve(start, codes, target, weight, epochs):
    """Keras's own fit on every row, with full batches, from given weights."""
    naive = keras.models.clone_model(start)
    naive.set_weights(start.get_weights())
    naive = keras.Model(naive.input, naive.layers[-2].output)  # in standard units
    naive.compile(keras.optimizers.SGD(0.1), weighted_metrics=["mse"], loss="mse")
    curve = naive.fit(
        {"codes": codes.astype("int32")},
        target,
        sample_weight=weight / weight.mean(),
        epochs=epochs,
        batch_size=N_ROWS,
        verbose=0,
        shuffle=False,
    ).history["mse"]
    return np.array(curve)


@pytest.mark.parametrize("kind", ["none", "counts", "any"])
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_training_on_cells_has_the_loss_curve_of_their_rows(kind, n_outputs):
    codes, y = rows_of_cells(n_outputs)
    weight = weights(kind)
    X = pd.DataFrame(codes, columns=["a", "b"])
    target = y if n_outputs > 1 else y[:, 0]
    model = EmbeddingRegressor(**LINEAR)
    # its first weights, from training that moves them by no more than a crumb
    model.set_params(learning_rate=1e-12, epochs=1).fit(X, target, sample_weight=weight)
    start = model.model_
    model.set_params(learning_rate=0.1, epochs=8).fit(X, target, sample_weight=weight)

    ones = np.ones(N_ROWS) if weight is None else weight
    # one step an epoch, of the loss before the step, in the estimator as here
    scale = model._model.scale
    naive = naive_loss_curve(start, codes, scale.standardize(y), ones, 8)
    unit = scale.scale[0] ** 2 if n_outputs == 1 else 1
    np.testing.assert_allclose(model.loss_curve_, naive * unit, rtol=1e-4)


@pytest.mark.parametrize("kind", ["none", "counts", "any"])
def test_the_optimum_of_the_cells_is_the_one_of_their_rows(kind):
    """A network that can tell all cells apart ends at their weighted means."""
    codes, y = rows_of_cells(1)
    weight = weights(kind)
    X = pd.DataFrame(codes, columns=["a", "b"])
    model = EmbeddingRegressor(
        model="network",
        alpha=0,
        epochs=300,
        batch_size=N_ROWS,
        learning_rate=0.01,
        random_state=0,
    ).fit(X, y[:, 0], sample_weight=weight)
    rows = pd.DataFrame(
        {"y": y[:, 0], "w": np.ones(N_ROWS) if weight is None else weight}
    )
    cells = rows.assign(wy=rows.y * rows.w).groupby([X["a"], X["b"]]).sum()
    means = (cells.wy / cells.w).rename("mean")
    expected = X.join(means, on=["a", "b"])["mean"]
    np.testing.assert_allclose(model.predict(X), expected, atol=0.02)


@pytest.mark.parametrize("kind", ["none", "counts", "any"])
@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_training_and_validation_share_the_loss_of_all_rows(kind, loss):
    """Whatever is predicted: nothing is lost where rows are held out and grouped."""
    codes, y = rows_of_cells(2)
    inputs = Encoded(codes.astype(np.int32), np.zeros((N_ROWS, 0)))
    given = {"weight" if kind == "any" else "count": weights(kind)}
    sample = make_sample(inputs, y, **given)
    params = {"loss": loss, "early_stopping": True, "validation_fraction": 0.3}
    parts = _divide(sample, params, np.random.default_rng(0))

    def total(part):
        difference = part.target - np.sin(part.inputs.codes)
        power = 2 if loss == "squared_error" else 1
        between = part.weight @ np.abs(difference) ** power
        return between + part.weight.sum() * part.within

    np.testing.assert_allclose(sum(map(total, parts)), total(sample))
    held_out = parts[1].count.sum() / sum(part.count.sum() for part in parts)
    assert held_out == pytest.approx(0.3, abs=0.002)
    is_grouped = len(parts[0].inputs) == 15
    assert is_grouped == (loss == "squared_error")


WRONG = {
    "hidden_units": ({"hidden_units": (0,)}, "hidden_units"),
    "half a unit": ({"hidden_units": (2.5,)}, "hidden_units"),
    "activation": ({"activation": ["rleu", "relu"]}, "'rleu'"),
    "one activation too few": ({"activation": ["relu"]}, "1 activations for 2"),
    "callbacks": (
        {"callbacks": [keras.callbacks.EarlyStopping]},
        "callbacks holds the class EarlyStopping",
    ),
    "optimizer": ({"optimizer": "adma"}, "optimizer"),
    "loss": ({"loss": "mse"}, "loss"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("n_rows", [99, 600])
@pytest.mark.parametrize("changes", [{}, {"n_networks": 0}, {"model": "network"}])
def test_what_networks_are_to_be_is_checked_though_none_is_trained(
    case, n_rows, changes
):
    codes, y = rows_of_cells(1)
    wrong, message = WRONG[case]
    model = EmbeddingRegressor(**changes, **wrong)
    with pytest.raises((ValueError, TypeError), match=message):
        model.fit(codes[:n_rows], y[:n_rows, 0])
    assert not hasattr(model, "loss_curve_")


def test_the_target_is_standardised_by_its_cells():
    codes, y = rows_of_cells(1)
    X = pd.DataFrame(codes, columns=["a", "b"])
    model = EmbeddingRegressor(model="network", epochs=1, random_state=0)
    model.fit(X, y[:, 0])
    means = pd.Series(y[:, 0]).groupby([X["a"], X["b"]]).agg(["mean", "count"])
    scale = learn_target_scale(means[["mean"]].to_numpy(), means["count"].to_numpy())
    np.testing.assert_array_equal(model._model.scale.scale, scale.scale)
