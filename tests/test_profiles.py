"""Profiles of levels against predictions of one row and one level at a time."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist
from sklearn.base import clone

from skembed import EmbeddingRegressor, _profiles, _skeleton
from skembed._profiles import profiles_of
from skembed.datasets import make_effects


def predict_all(model, X, column, level):
    """Predictions of the rows, had they all this level."""
    return model.predict(X.assign(**{column: level}).astype({column: X[column].dtype}))


def naive_distance(model, X, column, first, second, weight=None):
    """The root mean square of what predictions differ by."""
    gap = predict_all(model, X, column, first) - predict_all(model, X, column, second)
    return np.sqrt(np.average(gap**2, axis=0, weights=weight).mean())


@pytest.fixture(scope="module")
def interacting():
    X, y = make_effects(
        300, n_levels=(6, 5), n_quantities=1, interaction_scale=1.0, random_state=0
    )
    return X, y


@pytest.mark.parametrize(
    ("first", "second"), [("Oslo", "Bergen"), ("Alta", "Oslo"), ("Tromsø", None)]
)
def test_effect_distances_are_those_of_replaced_levels(first, second, fitted_shops):
    model, X, _ = fitted_shops
    found = model.similarities(first, "city", metric="effect")
    found = found.iloc[-1] if second is None else found[second]
    expected = naive_distance(model, X, "city", first, second)
    assert found == pytest.approx(expected, rel=1e-6)


def test_weights_count(interacting):
    X, y = interacting
    weight = np.random.default_rng(0).integers(1, 5, len(X)).astype(float)
    model = EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y, weight)
    found = model.similarities("a0", "a", metric="effect")["a3"]
    assert found == pytest.approx(naive_distance(model, X, "a", "a0", "a3", weight))


def test_several_outputs_are_averaged(interacting):
    X, y = interacting
    model = EmbeddingRegressor(hidden_units=(4,), epochs=3, random_state=0)
    model.fit(X, np.column_stack([y, -2 * y]))
    found = model.similarities("b1", "b", metric="effect")["b4"]
    expected = naive_distance(model, X, "b", "b1", "b4")
    assert found == pytest.approx(expected, rel=1e-5)
    effects = model.level_effects("b")
    assert effects.shape == (5, 2)
    assert np.corrcoef(effects[0], effects[1])[0, 1] < 0


def test_a_network_of_ones_own_has_profiles(interacting):
    import keras

    def build(inputs, features, n_outputs):
        return keras.Model(inputs, keras.layers.Dense(n_outputs)(features))

    X, y = interacting
    model = EmbeddingRegressor(model=build, epochs=2, random_state=0).fit(X, y)
    found = model.similarities("b1", "b", metric="effect")["b4"]
    expected = naive_distance(model, X.iloc[:20], "b", "b1", "b4")  # of no interaction
    assert found == pytest.approx(expected, rel=1e-4)


def test_effects_are_centred_partial_dependence(interacting):
    X, y = interacting
    model = EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)
    means = {}
    for level in model.categories_["a"]:
        means[level] = predict_all(model, X, "a", level).mean()
    expected = pd.Series(means) - np.average(
        list(means.values()), weights=model.category_counts_["a"]
    )
    effects = model.level_effects("a")
    assert effects.name == "effect"
    assert effects.index.name == "a"
    pd.testing.assert_series_equal(effects, expected, check_names=False)


def test_a_column_alone_has_one_context(tokens):
    model = EmbeddingRegressor(n_networks=0).fit(*tokens)
    assert profiles_of(model._model, 0).values.shape == (5, 1, 1)


@pytest.fixture(scope="module")
def long():
    """More rows than are kept, and a model of theirs."""
    X, y = make_effects(
        6000, n_levels=(40, 300), n_quantities=1, interaction_scale=1.0, random_state=0
    )
    return X, EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)


def test_rows_that_stand_for_all_give_about_the_same(long):
    X, model = long
    assert profiles_of(model._model, 0).values.shape[1] <= 1000
    levels = model.categories_["a"][:4]
    found = model.similarity_matrix("a", metric="effect", levels=levels)
    for first, second in itertools.combinations(levels, 2):
        expected = naive_distance(model, X, "a", first, second)
        assert found.loc[first, second] == pytest.approx(expected, rel=0.05)


def test_many_levels_have_fewer_rows(long, monkeypatch):
    _, model = long
    monkeypatch.setattr(_profiles, "MAX_PREDICTIONS", 300 * 70)
    assert profiles_of(model._model, 1).values.shape == (300, 69, 1)
    monkeypatch.setattr(_profiles, "MAX_PREDICTIONS", 300)
    assert profiles_of(model._model, 1).values.shape == (300, 50, 1)


def test_a_profile_does_not_depend_on_how_many_are_taken_at_a_time(long, monkeypatch):
    _, model = long
    whole = profiles_of(model._model, 0).values
    monkeypatch.setattr(_profiles, "ROWS_AT_A_TIME", 1)
    np.testing.assert_allclose(profiles_of(model._model, 0).values, whole, atol=1e-10)


def test_the_same_rows_stand_for_all_in_any_order(long):
    X, model = long
    order = np.random.default_rng(0).permutation(len(X))
    y = model.predict(X)
    one = clone(model).fit(X, y)
    other = clone(model).fit(X.iloc[order], y[order])
    codes = [fitted._model.reference.inputs.codes for fitted in (one, other)]
    np.testing.assert_array_equal(*codes)


def test_profiles_of_many_levels_take_few_predictions(long, monkeypatch):
    _, model = long
    core, n_predicted = model._model.core, []
    forward = type(core).forward

    def counted(self, inputs):
        n_predicted.append(len(inputs))
        return forward(self, inputs)

    monkeypatch.setattr(type(core), "forward", counted)
    found = profiles_of(model._model, 1)
    assert sum(n_predicted) < 0.3 * found.values.size
    monkeypatch.setattr(_skeleton, "SIZES", ())
    exact = profiles_of(model._model, 1)
    assert found.means == pytest.approx(exact.means, abs=0.01 * exact.means.std())
    distances = pdist(exact.points[:50])
    np.testing.assert_allclose(pdist(found.points[:50]), distances, rtol=0.02)
