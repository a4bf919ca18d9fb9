"""What stands for the levels of rows, from a whole fit and from fits without folds."""

import numpy as np
import pytest

from skembed import EmbeddingRegressor
from skembed._columns import read_columns
from skembed._encoder_outputs import LevelNumbers, Predictions
from skembed._fitting import fit_model
from skembed._training_data import read_training_data
from skembed.datasets import make_effects
from skembed.exceptions import UnknownLevelError

OF_ROW = np.arange(300) % 3


@pytest.fixture(scope="module")
def fitted():
    """A model, its columns, what it was fitted to, and how it is fitted."""
    X, y = make_effects(300, n_levels=(10, 5), n_quantities=1, random_state=0)
    columns = read_columns(X)
    data = read_training_data(columns, np.asarray(y, dtype=float), None)
    params = EmbeddingRegressor(n_networks=0).get_params() | {"loss": "squared_error"}

    def fit(data):
        return fit_model(data, params, np.random.default_rng(0))

    return fit(data), columns, data, fit


def test_numbers_of_levels_stand_for_them(fitted):
    model, columns, data, _ = fitted
    output = LevelNumbers.of(model, data)
    codes = model.encoding.encode(columns, "average").codes
    a, b = (table[rows] for table, rows in zip(output.tables, codes.T, strict=True))
    expected = np.column_stack([a, b, columns[2].to_float()])
    np.testing.assert_array_equal(output.encode(columns, "average"), expected)


def test_predictions_stand_for_all_of_them(fitted):
    model, columns, data, _ = fitted
    found = Predictions.of(model, data).encode(columns, "average")
    assert found.shape == (300, 2)
    np.testing.assert_array_equal(found[:, :1], model.predict(columns, "average"))
    np.testing.assert_array_equal(found[:, 1], columns[2].to_float())


@pytest.mark.parametrize("kind", [LevelNumbers, Predictions])
def test_there_is_an_output_for_every_fold(fitted, kind):
    model, columns, data, fit = fitted
    whole = kind.of(model, data)
    outputs = whole.without_folds(data, OF_ROW, 3, fit)
    assert len(outputs) == 3
    for output in outputs:
        found = output.encode(columns, "average")
        expected = whole.encode(columns, "average")
        assert found.shape == expected.shape
        assert np.corrcoef(found[:, 0], expected[:, 0])[0, 1] > 0.9
        assert (found[:, 0] != expected[:, 0]).any()


def test_predictions_are_fitted_again_to_the_other_rows(fitted):
    model, _, data, fit = fitted
    seen = []

    def remember(data):
        seen.append(data.target[:, 0])
        return fit(data)

    Predictions.of(model, data).without_folds(data, OF_ROW, 3, remember)
    for fold, target in enumerate(seen):
        np.testing.assert_array_equal(target, data.target[fold != OF_ROW, 0])


@pytest.mark.parametrize("kind", [LevelNumbers, Predictions])
def test_unseen_levels_are_an_error_if_asked(fitted, kind):
    model, columns, data, _ = fitted
    rows = read_columns(np.array([["new", "b1", 0.5]], dtype=object)[:, :2])
    with pytest.raises(UnknownLevelError):
        kind.of(model, data).encode([*rows, columns[2].take(np.arange(1))], "error")
