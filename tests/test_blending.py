"""A blend: what each part brings, and that it is the same however it is fitted."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from skembed import EmbeddingRegressor, _blending, _mixed_model
from skembed._blending import fit_blend
from skembed._encoding import Encoded
from skembed._sample import make_sample, merge_equal_rows
from skembed._target import TargetScale
from skembed._terms import learn_term
from skembed.datasets import make_effects

SCALE = TargetScale(np.zeros(1), np.ones(1))
N_LEVELS = (100, 60)  # with too many crosses for a term of them
TABLE_ROWS = (101, 61)


def table(n_samples=1500, seed=0, **changes):
    """Inputs, a standardised target, and its expectation."""
    options = {"n_levels": N_LEVELS, "noise": 0.5, "random_state": seed} | changes
    X, y, mean = make_effects(n_samples, return_mean=True, **options)
    codes = np.column_stack([X[name].str[1:].astype(int) for name in ("a", "b")])
    quantities = X.drop(columns=["a", "b"]).to_numpy().reshape(n_samples, -1)
    center, unit = y.mean(), y.std()
    inputs = Encoded(codes.astype(np.int32), quantities)
    return inputs, ((y - center) / unit).to_numpy(), (mean - center) / unit


def fitted(
    inputs,
    target,
    weight=None,
    seed=0,
    dims=(None, None),
    table_rows=TABLE_ROWS,
    **changes,
):
    sample = make_sample(inputs, np.reshape(target, (-1, 1)), weight)
    quick = {"hidden_units": (8,), "epochs": 6, "n_networks": 2}
    params = EmbeddingRegressor(**quick | changes).get_params()
    rng = np.random.default_rng(seed)
    rows = merge_equal_rows(sample)
    return fit_blend(rows, table_rows, dims, params, SCALE, rng)


def error(blend, inputs, truth):
    return np.mean((blend.forward(inputs)[:, 0] - truth) ** 2)


@pytest.fixture(scope="module")
def interacting():
    """Columns whose products are half of the variance, seen at training and later."""
    inputs, target, mean = table(5700, interaction_scale=1.5, n_quantities=1)
    training, later = slice(0, 4200), slice(4200, None)
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
    assert blend.interactions.share > 0.5
    assert error(blend, *later) < 0.3 * error(additive, *later)


def test_a_blend_is_better_than_a_mixed_model_that_has_the_cross():
    inputs, target, mean = table(4000, n_levels=(50, 30), interaction_scale=1.5)
    training, later = slice(0, 2500), slice(2500, None)
    mixed, blend = (
        fitted(
            inputs.take(training),
            target[training],
            table_rows=(51, 31),
            epochs="auto",
            n_networks=n_networks,
        )[0]
        for n_networks in (0, 2)
    )
    assert any(len(term.columns) == 2 for term in mixed.model.terms)
    later = inputs.take(later), mean[later]
    assert error(blend, *later) < 0.8 * error(mixed, *later)


@pytest.mark.parametrize("interaction_scale", [0, 1.5])
def test_a_cross_stays_only_if_it_predicts_rows_of_other_folds(
    interaction_scale, monkeypatch
):
    def find_the_cross(inputs, table_rows, *_):
        return [learn_term(inputs, (0, 1), table_rows)[0]], [1.0]

    monkeypatch.setattr(_blending, "find_terms", find_the_cross)
    # variances that cannot shrink leave it to the folds
    monkeypatch.setattr(_mixed_model, "PENALTIES", (1e-4, 1.0))
    inputs, target, _ = table(
        2000, n_levels=(20, 10), interaction_scale=interaction_scale, noise=2.0
    )
    blend, _ = fitted(inputs, target, table_rows=(21, 11), n_networks=0)
    columns = [term.columns for term in blend.model.terms]
    expected = [(0,), (1,), (0, 1)] if interaction_scale else [(0,), (1,)]
    assert columns == expected


def test_a_prediction_is_the_mixed_models_and_the_shares_of_what_networks_add(
    monkeypatch,
):
    monkeypatch.setattr(_blending, "LEAST_SHARE", -1)
    inputs, target, _ = table(interaction_scale=1.5, n_quantities=1)
    blend, _ = fitted(inputs, target)
    n_observations = blend.corrections.knowledge.counts[: N_LEVELS[0], 0].sum()
    assert n_observations == pytest.approx(0.8 * len(inputs))
    first, second = blend.corrections, blend.interactions
    first = replace(first, share_if_new=first.share / 2 + 0.1)
    blend = replace(blend, corrections=first)
    inputs.codes[:50, 0] = N_LEVELS[0]
    inputs.codes[40:70, 1] = N_LEVELS[1]
    known = blend.model.predict(blend.model.locate(inputs))
    features = _blending_features(blend, inputs)
    correction = np.mean([m.output(features) for m in first.members], axis=0)
    share = np.full(len(inputs), first.share)
    share[:70] = first.share_if_new
    rows = second.base.locate(inputs)
    read = Encoded(inputs.codes, rows.lines.toarray())
    other = second.base.predict(rows)
    other += np.mean([m.output(read) for m in second.members], axis=0)
    expected = known + share * correction + second.share * (other - known)
    np.testing.assert_allclose(blend.forward(inputs)[:, 0], expected, atol=1e-12)
    assert min(first.share, second.share) >= 0
    assert first.share + second.share <= 1 + 1e-5


def _blending_features(blend, inputs):
    """Lines, their sum, the prediction, effects, and the logarithms of counts.

    Of the average fit without a fold, which has four fifths of the rows.
    """
    rows = blend.model.locate(inputs)
    known = blend.corrections.knowledge
    lines, terms = rows.add_up(known.coefficients, np.zeros(len(rows), dtype=int))
    prediction = blend.model.mean + lines + terms.sum(axis=1)
    blocks = np.split(known.counts[:, 0], np.cumsum(rows.n_cells)[:-1])
    counts = [
        np.append(block, 0)[cells]
        for block, cells in zip(blocks, rows.cells.T, strict=True)
    ]
    parts = rows.lines.toarray(), lines, prediction, terms, np.log1p(counts).T
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
    assert [vectors.shape for vectors in blend.tables] == [(101, 4), (61, 1)]


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


def counting(seed, n_levels=300):
    """Levels of 2 to 40 rows, with effects that grow with their number."""
    rng = np.random.default_rng(seed)
    sizes = np.round(np.exp(rng.uniform(np.log(2), np.log(40), n_levels))).astype(int)
    effects = np.log(sizes) - 2 + rng.normal(0, 0.5, n_levels)
    codes = np.repeat(np.arange(n_levels), sizes)
    quantities = rng.normal(size=(len(codes), 1))
    mean = (effects[codes] + 0.5 * quantities[:, 0]) / 2.5
    return codes, quantities, mean, mean + rng.normal(0, 0.8, len(codes))


@pytest.mark.parametrize("seed", range(2))
def test_where_counts_tell_of_effects_new_levels_are_predicted_sensibly(seed):
    """Networks that read counts have never seen one of zero in a row as it is."""
    codes, quantities, mean, target = counting(seed)
    both = np.column_stack([codes, np.zeros_like(codes)]).astype(np.int32)
    inputs = Encoded(both, quantities)
    is_later = codes >= 150
    training, later = np.flatnonzero(~is_later), np.flatnonzero(is_later)
    mixed, blend = (
        fitted(
            inputs.take(training),
            target[training],
            table_rows=(151, 2),
            epochs="auto",
            n_networks=n_networks,
        )[0]
        for n_networks in (0, 5)
    )
    unseen = inputs.take(later)
    unseen.codes[:, 0] = 150
    assert error(blend, unseen, mean[later]) < 1.05 * error(mixed, unseen, mean[later])


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
