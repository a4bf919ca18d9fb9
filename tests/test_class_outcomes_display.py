"""Outcomes that are classes: the share of rows, and probabilities predicted of them."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from skembed import EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor
from skembed.datasets import make_classes
from skembed.displays import OutcomesDisplay


@pytest.fixture(scope="module")
def table():
    X, y = make_classes(600, n_levels=(8, 5), random_state=0)
    return X, np.where(np.asarray(y) == 1, "late", "in time")


@pytest.fixture(scope="module")
def model(table):
    return EmbeddingClassifier(n_networks=0, random_state=0).fit(*table)


@pytest.fixture
def ax():
    return Figure(figsize=(7, 6), layout="constrained").add_subplot()


@pytest.mark.parametrize("pos_label", [None, "late", "in time"])
def test_shares_and_probabilities_of_a_class(model, table, ax, pos_label):
    X, y = table
    display = OutcomesDisplay.from_estimator(
        model, X, y, "a", pos_label=pos_label, ax=ax
    )
    chosen = pos_label or "late"
    place = model.classes_.tolist().index(chosen)
    probability = model.predict_proba(X)[:, place]
    offsets = display.points_.get_offsets()
    strips = np.round(offsets[:, 1]).astype(int)
    for row, level in enumerate(display.levels):
        own = (X["a"] == level).to_numpy()
        share, mean = (y[own] == chosen).mean(), probability[own].mean()
        np.testing.assert_allclose(display.means_.get_offsets()[row], [share, row])
        assert display.predictions[row] == pytest.approx(mean)
        np.testing.assert_allclose(
            np.sort(offsets[strips == row, 0]), np.sort(probability[own])
        )
    assert (np.diff(display.predictions) >= 0).all()
    assert ax.get_xlabel() == f"probability of {chosen}"


def test_of_several_classes_one_is_chosen(table, ax):
    X, y = make_classes(300, n_classes=3, n_levels=(6, 5), random_state=0)
    model = EmbeddingClassifier(n_networks=0, random_state=0).fit(X, y)
    with pytest.raises(ValueError, match=r"pos_label is needed: choose .*\[0, 1, 2\]"):
        OutcomesDisplay.from_estimator(model, X, y, "a", ax=ax)
    display = OutcomesDisplay.from_estimator(model, X, y, "a", pos_label=2, ax=ax)
    assert np.concatenate(display.outcomes).mean() == pytest.approx((y == 2).mean())


def test_of_several_labels_one_is_chosen(ax):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 5, 200).astype(str)
    Y = rng.integers(0, 2, (200, 2))
    model = EmbeddingClassifier(n_networks=0, random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match="pos_label is needed"):
        OutcomesDisplay.from_estimator(model, X, Y, ax=ax)
    display = OutcomesDisplay.from_estimator(model, X, Y, pos_label=1, ax=ax)
    assert np.concatenate(display.outcomes).sum() == Y[:, 1].sum()


def test_what_is_no_class_is_refused(model, table, ax):
    with pytest.raises(ValueError, match="'never' is no class: choose one of"):
        OutcomesDisplay.from_estimator(model, *table, "a", pos_label="never", ax=ax)


def test_numbers_have_no_class(table, ax):
    X, y = table
    numbers = (y == "late") * 1.0
    model = EmbeddingRegressor(n_networks=0, random_state=0).fit(X, numbers)
    with pytest.raises(ValueError, match="pos_label is a class"):
        OutcomesDisplay.from_estimator(model, X, numbers, "a", pos_label=1, ax=ax)


def test_an_encoder_predicts_nothing(table, ax):
    encoder = EmbeddingEncoder(random_state=0).fit(*table)
    with pytest.raises(TypeError, match="which EmbeddingEncoder does not make"):
        OutcomesDisplay.from_estimator(encoder, *table, "a", ax=ax)
