"""A blend: what each part brings, and that it is the same however it is fitted."""

import pickle

import numpy as np
import pytest

from skembed import EmbeddingRegressor, _blending
from skembed._blending import fit_blend
from skembed._encoding import Encoded
from skembed._sample import make_sample, merge_equal_rows
from skembed._target import TargetScale
from skembed.datasets import make_effects

SCALE = TargetScale(np.zeros(1), np.ones(1))
N_LEVELS = (60, 40)
TABLE_ROWS = (61, 41)


def table(n_samples=1500, seed=0, **changes):
    """Inputs, a standardised target, and its expectation."""
    options = {"n_levels": N_LEVELS, "noise": 0.5, "random_state": seed} | changes
    X, y, mean = make_effects(n_samples, return_mean=True, **options)
    codes = np.column_stack([X[name].str[1:].astype(int) for name in ("a", "b")])
    quantities = X.drop(columns=["a", "b"]).to_numpy().reshape(n_samples, -1)
    center, unit = y.mean(), y.std()
    inputs = Encoded(codes.astype(np.int32), quantities)
    return inputs, ((y - center) / unit).to_numpy(), (mean - center) / unit


def fitted(inputs, target, weight=None, seed=0, dims=(None, None), **changes):
    sample = make_sample(inputs, np.reshape(target, (-1, 1)), weight)
    quick = {"hidden_units": (8,), "epochs": 6, "n_networks": 2}
    params = EmbeddingRegressor(**quick | changes).get_params()
    rng = np.random.default_rng(seed)
    rows = merge_equal_rows(sample)
    return fit_blend(rows, TABLE_ROWS, dims, params, SCALE, rng)


def error(blend, inputs, truth):
    return np.mean((blend.forward(inputs)[:, 0] - truth) ** 2)


@pytest.fixture(scope="module")
def interacting():
    """Columns whose products are half of the variance, seen at training and later."""
    inputs, target, mean = table(4000, interaction_scale=1.5, n_quantities=1)
    training, later = slice(0, 2500), slice(2500, None)
    return (inputs.take(training), target[training]), (inputs.take(later), mean[later])


@pytest.fixture(scope="module")
def blend(interacting):
    return fitted(*interacting[0], epochs="auto")[0]


def test_without_networks_a_blend_is_its_mixed_model():
    inputs, target, _ = table()
    blend, history = fitted(inputs, target, n_networks=0)
    assert blend.corrections is blend.interactions is None
    prediction = blend.model.predict(blend.model.locate(inputs))
    np.testing.assert_allclose(blend.forward(inputs)[:, 0], prediction, atol=1e-12)
    assert history == {"loss": []}
    assert blend.n_outputs == 1


def test_too_few_observations_have_no_networks():
    inputs, target, _ = table(99)
    assert fitted(inputs, target)[1] == {"loss": []}
    weight = np.ones(99)
    weight[0] = 2
    assert len(fitted(inputs, target, weight, epochs=2)[1]["loss"]) == 2


def test_one_network_can_be_had(monkeypatch):
    monkeypatch.setattr(_blending, "LEAST_SHARE", -1)
    inputs, target, _ = table(interaction_scale=1.5)
    blend, history = fitted(inputs, target, n_networks=1, epochs=2)
    assert len(blend.corrections.members) == 1
    assert len(blend.interactions.members) == 1
    assert len(history["loss"]) == 2


def test_more_networks_than_folds_have_a_fold_each(monkeypatch):
    monkeypatch.setattr(_blending, "LEAST_SHARE", -1)
    inputs, target, _ = table(300)
    blend, _ = fitted(inputs, target, n_networks=7, epochs=1)
    assert len(blend.corrections.members) == 7


def test_where_columns_add_up_the_mixed_model_is_left_about_as_it_is():
    inputs, target, mean = table(n_quantities=1)
    mixed, _ = fitted(inputs, target, n_networks=0)
    blend, _ = fitted(inputs, target, epochs="auto")
    assert error(blend, inputs, mean) < 1.1 * error(mixed, inputs, mean) + 1e-3


def test_interactions_are_predicted_far_better_than_by_what_adds_up(
    blend, interacting, monkeypatch
):
    training, later = interacting
    monkeypatch.setattr(_blending, "find_terms", lambda *_: ([], []))
    additive, _ = fitted(*training, n_networks=0)
    assert error(blend, *later) < 0.3 * error(additive, *later)


def test_a_blend_is_better_than_its_mixed_model(blend, interacting):
    """Which has the cross of both columns as a term."""
    training, later = interacting
    mixed, _ = fitted(*training, n_networks=0)
    assert any(len(term.columns) == 2 for term in mixed.model.terms)
    assert blend.interactions.share > 0.5
    assert error(blend, *later) < 0.8 * error(mixed, *later)


def test_a_prediction_is_the_mixed_models_and_the_shares_of_what_networks_add(
    monkeypatch,
):
    monkeypatch.setattr(_blending, "LEAST_SHARE", -1)
    inputs, target, _ = table(interaction_scale=1.5, n_quantities=1)
    blend, _ = fitted(inputs, target)
    first, second = blend.corrections, blend.interactions
    known = blend.model.predict(blend.model.locate(inputs))
    features = _blending_features(blend, inputs)
    correction = np.mean([m.output(features) for m in first.members], axis=0)
    rows = second.base.locate(inputs)
    read = Encoded(inputs.codes, rows.lines)
    other = second.base.predict(rows)
    other += np.mean([m.output(read) for m in second.members], axis=0)
    expected = known + first.share * correction + second.share * (other - known)
    np.testing.assert_allclose(blend.forward(inputs)[:, 0], expected, atol=1e-12)
    assert min(first.share, second.share) >= 0
    assert first.share + second.share <= 1 + 1e-5


def _blending_features(blend, inputs):
    """Lines, their sum, the prediction, effects, and the logarithms of counts."""
    rows = blend.model.locate(inputs)
    coefficients = blend.model.coefficients[:, np.newaxis]
    lines, terms = rows.add_up(coefficients, np.zeros(len(rows), dtype=int))
    prediction = blend.model.predict(rows)
    counts = [np.bincount(cells)[cells] for cells in rows.cells.T]
    parts = rows.lines, lines, prediction, terms, np.log1p(counts).T
    no_codes = np.empty((len(rows), 0), dtype=np.int32)
    return Encoded(no_codes, np.column_stack(parts))


def test_a_seed_gives_the_same_bits(blend, interacting):
    again, _ = fitted(*interacting[0], epochs="auto")
    inputs, _ = interacting[1]
    np.testing.assert_array_equal(again.forward(inputs), blend.forward(inputs))
    for one, same in zip(again.tables, blend.tables, strict=True):
        np.testing.assert_array_equal(one, same)


def test_seeds_make_little_difference(blend, interacting):
    other, _ = fitted(*interacting[0], seed=1, epochs="auto")
    inputs, _ = interacting[1]
    first, second = (model.forward(inputs)[:, 0] for model in (blend, other))
    assert (first != second).any()
    assert np.corrcoef(first, second)[0, 1] > 0.97


def test_repeated_rows_in_any_order_are_as_good_as_weights():
    inputs, target, _ = table(600, interaction_scale=1.0, n_quantities=1)
    rng = np.random.default_rng(0)
    weight = rng.integers(1, 4, 600)
    rows = rng.permutation(np.repeat(np.arange(600), weight))
    weighted, _ = fitted(inputs, target, weight.astype(float))
    repeated, _ = fitted(inputs.take(rows), target[rows])
    predictions = [model.forward(inputs) for model in (weighted, repeated)]
    np.testing.assert_allclose(*predictions, atol=1e-6)


def test_vectors_are_effects_and_how_levels_interact(blend, interacting):
    for column, vectors in enumerate(blend.tables):
        assert vectors.shape == (TABLE_ROWS[column], 3)  # two latent dimensions
        np.testing.assert_allclose(vectors[:-1, 0], blend.model.effects(column))
        assert (vectors[-1] == 0).all()


def test_distances_of_vectors_are_those_of_the_truth(blend):
    """Levels are alike if they meet the other column's levels alike."""
    rng = np.random.RandomState(0)
    for n in N_LEVELS:
        rng.normal(size=n)
    for column, n in enumerate(N_LEVELS):
        truth = rng.normal(size=(n, 2))
        truth -= truth.mean(axis=0)
        found = blend.tables[column][:-1, 1:]
        products = truth @ truth.T, found @ found.T
        correlation = np.corrcoef(*(product.ravel() for product in products))[0, 1]
        assert correlation > 0.8


def test_vectors_have_the_length_that_was_asked_for():
    inputs, target, _ = table()
    blend, _ = fitted(inputs, target, dims=(4, 1), n_networks=0)
    assert [vectors.shape for vectors in blend.tables] == [(61, 4), (41, 1)]


def test_a_blend_is_pickled_without_keras(blend, interacting):
    inputs, _ = interacting[1]
    dump = pickle.dumps(blend)
    assert b"keras" not in dump
    assert b"tensorflow" not in dump
    again = pickle.loads(dump)
    np.testing.assert_array_equal(again.forward(inputs), blend.forward(inputs))


def test_unseen_levels_are_predicted_by_what_is_left(blend, interacting):
    inputs, _ = interacting[1]
    unseen = Encoded(inputs.codes.copy(), inputs.quantities)
    unseen.codes[:] = N_LEVELS
    prediction = blend.forward(unseen)
    assert np.isfinite(prediction).all()
    # about the mean, but for the quantity
    assert np.abs(prediction.mean()) < 0.3


def test_a_constant_target_is_predicted():
    inputs, target, _ = table(300, n_quantities=1)
    blend, _ = fitted(inputs, np.full_like(target, 2.0), epochs=2)
    np.testing.assert_allclose(blend.forward(inputs), 2.0, atol=1e-2)


def test_quantities_alone_make_a_blend():
    rng = np.random.default_rng(0)
    quantities = rng.normal(size=(1500, 2))
    truth = np.sin(2 * quantities[:, 0]) * quantities[:, 1]
    sample = make_sample(
        Encoded(np.empty((1500, 0), dtype=np.int32), quantities),
        (truth + rng.normal(0, 0.1, 1500))[:, np.newaxis],
        None,
    )
    params = EmbeddingRegressor(hidden_units=(16,), n_networks=2, epochs=40)
    params = params.set_params(alpha=0).get_params()
    blend, _ = fit_blend(sample, (), (), params, SCALE, np.random.default_rng(0))
    assert blend.tables == ()
    assert blend.corrections.share > 0.9
    assert error(blend, sample.inputs, truth) < 0.2 * truth.var()
