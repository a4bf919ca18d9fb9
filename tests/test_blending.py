"""A blend: what each part brings, and that it is the same however it is fitted."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from scipy.stats import spearmanr

from skembed import EmbeddingRegressor, _blending, _growth
from skembed._blending import Job, fit_blend
from skembed._encoding import Encoded
from skembed._evidence import evidence
from skembed._likelihood import NORMAL
from skembed._sample import make_sample, merge_equal_rows
from skembed._target import TargetScale
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
    job = Job(tuple(table_rows), dims, params, SCALE, NORMAL)
    found = fit_blend(merge_equal_rows(sample), job, np.random.default_rng(seed))
    return found.blend, found.history


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


def predict(model, inputs):
    return model.predict(model.mixed.locate(inputs))


def test_without_networks_a_blend_is_its_model():
    inputs, target, _ = table()
    blend, history = fitted(inputs, target, n_networks=0)
    assert blend.corrections is None
    prediction = predict(blend.model, inputs)
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
    assert len(history["loss"]) == 2


def test_more_networks_than_folds_have_a_fold_each(monkeypatch):
    monkeypatch.setattr(_blending, "LEAST_SHARE", -1)
    inputs, target, _ = table(300)
    blend, _ = fitted(inputs, target, n_networks=7, epochs=1)
    assert len(blend.corrections.members) == 7


def test_where_columns_add_up_the_model_is_left_about_as_it_is():
    inputs, target, mean = table(n_quantities=1)
    mixed, _ = fitted(inputs, target, n_networks=0)
    blend, _ = fitted(inputs, target, epochs="auto")
    assert error(blend, inputs, mean) < 1.1 * error(mixed, inputs, mean) + 1e-3


def test_interactions_are_predicted_far_better_than_by_what_adds_up(
    blend, interacting, monkeypatch
):
    training, later = interacting
    monkeypatch.setattr(_growth, "find_terms", lambda *_: ([], []))
    monkeypatch.setattr(_growth, "find_pairs", lambda *_: [])
    additive, _ = fitted(*training, n_networks=0)
    assert [factors.columns for factors in blend.model.factors] == [(0, 1)]
    assert error(blend, *later) < 0.1 * error(additive, *later)


def test_levels_follow_curves_of_their_own():
    rng = np.random.default_rng(0)
    level, time = rng.integers(0, 40, 4000), rng.uniform(size=4000)
    phase, effect = rng.uniform(0, 2 * np.pi, 40), rng.normal(size=40)
    mean = effect[level] + np.sin(2 * np.pi * time + phase[level])
    target = mean + rng.normal(0, 0.5, 4000)
    inputs = Encoded(level[:, np.newaxis].astype(np.int32), time[:, np.newaxis])
    training, later = slice(0, 3000), slice(3000, None)
    blend, _ = fitted(
        inputs.take(training),
        target[training],
        dims=(None,),
        table_rows=(41,),
        n_networks=0,
    )
    off = error(blend, inputs.take(later), mean[later])
    # of all that a level does over its effect, the variance is a half
    assert off < 0.2 * 0.5
    # beside the effect, a sine and a cosine tell of a wave
    far = np.abs(phase[:, np.newaxis] - phase)
    waves = np.hypot(2 * np.sin(far / 2) / np.sqrt(2), effect[:, np.newaxis] - effect)
    vectors = blend.tables[0][:40]
    rank = spearmanr(pdist(vectors), squareform(waves, checks=False)).statistic
    assert rank > 0.95


@pytest.mark.parametrize("shares", [(0.5, 0.0), (0.0, 0.5), (0.0, 0.0)])
def test_networks_are_kept_if_rows_of_known_or_of_new_levels_believe_them(
    shares, monkeypatch
):
    monkeypatch.setattr(_blending, "_share", lambda *_: shares[0])
    monkeypatch.setattr(_blending, "share_if_new", lambda *_: shares[1])
    blend, history = fitted(*table(300)[:2], epochs=1)
    if any(shares):
        kept = blend.corrections
        assert (kept.share, kept.share_if_new) == shares
        assert len(kept.members) == 2
    else:
        assert blend.corrections is None
    assert len(history["loss"]) == 1


def test_a_prediction_is_the_models_and_the_share_of_what_networks_add(monkeypatch):
    monkeypatch.setattr(_blending, "LEAST_SHARE", -1)
    inputs, target, _ = table(interaction_scale=1.5, n_quantities=1)
    blend, _ = fitted(inputs, target)
    corrections = blend.corrections
    n_observations = corrections.knowledge.counts[: N_LEVELS[0], 0].sum()
    assert n_observations == pytest.approx(0.8 * len(inputs))
    corrections = replace(corrections, share=0.6, share_if_new=0.4)
    blend = replace(blend, corrections=corrections)
    inputs.codes[:50, 0] = N_LEVELS[0]
    inputs.codes[40:70, 1] = N_LEVELS[1]
    rows = blend.model.mixed.locate(inputs)
    features = evidence(rows, corrections.knowledge).features
    read = Encoded(np.empty((len(rows), 0), dtype=np.int32), features)
    correction = np.mean([m.output(read) for m in corrections.members], axis=0)
    share = np.where(np.arange(len(inputs)) < 70, 0.4, 0.6)
    expected = predict(blend.model, inputs) + share * correction
    np.testing.assert_allclose(blend.forward(inputs)[:, 0], expected, atol=1e-12)


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


def test_vectors_have_a_dimension_for_effects_and_each_interaction(blend):
    for column, vectors in enumerate(blend.tables):
        assert vectors.shape == (TABLE_ROWS[column], 3)  # two latent dimensions
        assert (vectors[-1] == 0).all()


def test_distances_of_vectors_are_those_of_the_truth(blend):
    X, _, truth = make_effects(
        4200,
        n_levels=N_LEVELS,
        noise=0.5,
        interaction_scale=1.5,
        n_quantities=1,
        return_truth=True,
        random_state=0,
    )
    for name, vectors in zip("ab", blend.tables, strict=True):
        found, gaps = pdist(vectors[:-1]), squareform(truth.gaps(X, name), checks=False)
        assert spearmanr(found, gaps)[0] > 0.97


def test_distances_are_what_the_model_changes_by_over_all_observations():
    """Of which most are where slopes matter least."""
    inputs, target, _ = table(1500, n_quantities=1, slope_scale=1.5, noise=0.3)
    x = inputs.quantities[:, 0]
    weight = np.where(np.abs(x) < 0.5, 20.0, 1.0)
    blend, _ = fitted(inputs, target, weight, n_networks=0)
    predictions = []
    for level in range(10):
        codes = inputs.codes.copy()
        codes[:, 0] = level
        predictions.append(predict(blend.model, Encoded(codes, inputs.quantities)))
    expected = pdist(predictions, lambda a, b: np.average((a - b) ** 2, weights=weight))
    found = pdist(blend.tables[0][:10])
    np.testing.assert_allclose(found, np.sqrt(expected), atol=0.02)


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


def test_rows_are_predicted_alike_in_any_company(blend, interacting, monkeypatch):
    inputs, _ = interacting[1]
    whole = blend.forward(inputs)
    monkeypatch.setattr("skembed._blend.ROWS_AT_ONCE", 700)  # the last batch is smaller
    np.testing.assert_allclose(blend.forward(inputs), whole, rtol=1e-12, atol=1e-12)
    assert blend.forward(inputs.take(slice(0, 0))).shape == (0, 1)


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


@pytest.mark.parametrize("n_levels", [N_LEVELS, (100, 80)])
def test_a_constant_target_is_predicted(n_levels):
    inputs, target, _ = table(300, n_levels=n_levels, n_quantities=1)
    table_rows = [n + 1 for n in n_levels]
    target = np.full_like(target, 2.0)
    blend, _ = fitted(inputs, target, table_rows=table_rows, epochs=2)
    np.testing.assert_allclose(blend.forward(inputs), 2.0, atol=1e-2)


def test_columns_that_matter_only_together_are_predicted():
    """All levels of both meet as often, and each has a mean of exactly zero."""
    codes = np.stack(np.divmod(np.arange(70 * 70), 70), axis=1).astype(np.int32)
    inputs = Encoded(codes, np.zeros((70 * 70, 0)))
    target = (-1.0) ** codes.sum(axis=1)
    blend, _ = fitted(inputs, target, table_rows=(71, 71), n_networks=0)
    np.testing.assert_allclose(blend.forward(inputs)[:, 0], target, atol=0.01)
    for vectors in blend.tables:
        assert pdist(vectors[[0, 1]]) == pytest.approx(2, abs=0.01)
        assert pdist(vectors[[0, 2]]) == pytest.approx(0, abs=0.01)


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
    job = Job((), (), params, SCALE, NORMAL)
    blend = fit_blend(sample, job, np.random.default_rng(0)).blend
    assert blend.tables == ()
    assert blend.corrections.share > 0.9
    assert error(blend, sample.inputs, truth) < 0.2 * truth.var()
