"""One network of a blend: it learns, and numpy applies it as Keras does."""

import pickle

import numpy as np
import pytest

from skembed import EmbeddingRegressor, _members
from skembed._encoding import Encoded
from skembed._likelihood import NORMAL
from skembed._members import EPOCHS, LEAST_SCALE, train_member
from skembed._sample import make_sample, merge_equal_inputs
from skembed._target import TargetScale

SCALE = TargetScale(np.zeros(1), np.ones(1))
N_ROWS = 2000


def parameters(**changes):
    return EmbeddingRegressor(
        **{"hidden_units": (16,), "alpha": 0} | changes
    ).get_params()


def smooth(seed, noise=0.1, unit=1.0):
    """A bent function of quantities that are not standardised."""
    rng = np.random.default_rng(seed)
    quantities = rng.normal(5, [0.1, 2, 30], (N_ROWS, 3))
    truth = np.sin((quantities[:, 0] - 5) / 0.1) * (quantities[:, 1] - 5) / 2
    target = unit * (truth + rng.normal(0, noise, N_ROWS))
    inputs = Encoded(np.empty((N_ROWS, 0), dtype=np.int32), quantities)
    return make_sample(inputs, target[:, np.newaxis], None), unit * truth


TRAINING, VALIDATION = np.arange(N_ROWS // 2), np.arange(N_ROWS // 2, N_ROWS)


def trained(sample, params, seed=0, scale=SCALE):
    rng = np.random.default_rng(seed)
    validation = VALIDATION if params["early_stopping"] else None
    return train_member(sample, TRAINING, validation, params, scale, NORMAL, rng)


def share_explained(member, sample, truth):
    off = member.output(sample.inputs.take(VALIDATION)) - truth[VALIDATION]
    return 1 - np.mean(off**2) / truth[VALIDATION].var()


@pytest.mark.parametrize("unit", [0.01, 100.0])
def test_a_smooth_function_is_learned_whatever_its_unit(unit):
    sample, truth = smooth(0, unit=unit)
    member, _ = trained(sample, parameters(epochs=40))
    assert share_explained(member, sample, truth) > 0.9
    assert member.unit == pytest.approx(np.sqrt((sample.target[TRAINING] ** 2).mean()))


def test_numpy_applies_a_member_as_keras_does():
    from skembed._network import build_network, network_inputs

    sample, _ = smooth(0)
    member, _ = trained(sample, parameters(epochs=2))
    model = build_network(member.network.architecture, None)
    model.set_weights(list(member.network.arrays))
    features = (sample.inputs.quantities - member.center) / member.scale
    read = network_inputs(Encoded(sample.inputs.codes, features))
    expected = member.unit * np.asarray(model(read))[:, 0]
    np.testing.assert_allclose(member.output(sample.inputs), expected, atol=1e-5)


def test_features_are_standardised_on_the_rows_that_are_trained_on():
    sample, _ = smooth(0)
    sample.inputs.quantities[:, 2] = 7.0  # does not vary
    sample.inputs.quantities[VALIDATION, 0] += 100
    sample.weight[:] = np.random.default_rng(0).integers(1, 5, N_ROWS)
    member, _ = trained(sample, parameters(epochs=1))
    features, weight = sample.inputs.quantities[TRAINING], sample.weight[TRAINING]
    center = np.average(features, axis=0, weights=weight)
    spread = np.sqrt(np.average((features - center) ** 2, axis=0, weights=weight))
    np.testing.assert_allclose(member.center, center)
    np.testing.assert_allclose(member.scale, [*spread[:2], LEAST_SCALE])


def test_before_it_has_learned_much_a_member_says_little():
    sample, _ = smooth(0)
    params = parameters(epochs=1, learning_rate=1e-6)
    member, _ = trained(sample, params)
    output = member.output(sample.inputs)
    assert np.sqrt((output**2).mean()) < 0.1 * member.unit


def test_losses_are_in_units_of_the_target():
    """Squares that were averaged away among them."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 200, N_ROWS)
    inputs = Encoded(np.empty((N_ROWS, 0), dtype=np.int32), rows[:, np.newaxis] / 100.0)
    target = 0.3 * rng.normal(size=(N_ROWS, 1))
    cells = merge_equal_inputs(make_sample(inputs, target, None))
    everything = np.arange(len(cells.inputs))
    params = parameters(epochs=1, learning_rate=1e-9)
    _, history = train_member(
        cells,
        everything,
        everything,
        params,
        TargetScale(np.zeros(1), np.array([5.0])),
        NORMAL,
        rng,
    )
    # of standardised targets of variance 0.09, in units of which one is 5
    assert history["loss"][-1] == pytest.approx(0.09 * 25, rel=0.1)


def test_early_stopping_watches_the_rows_that_are_left_out():
    sample, _ = smooth(0, noise=3.0)
    params = parameters(epochs=60, early_stopping=True, n_iter_no_change=3)
    _, history = trained(sample, params)
    assert len(history["loss"]) < 60
    assert len(history["val_loss"]) == len(history["loss"])
    sample.target[VALIDATION] = np.nan  # not even looked at without it
    _, history = trained(sample, parameters(epochs=2))
    assert list(history) == ["loss"]
    assert np.isfinite(history["loss"]).all()


def test_a_member_is_trained_for_so_long_unless_it_is_told():
    sample, _ = smooth(0)
    assert len(trained(sample, parameters())[1]["loss"]) == EPOCHS


def test_alpha_decays_the_weights_of_a_correction():
    sample, _ = smooth(0)
    sizes = []
    for alpha in (0, 1000):
        member, _ = trained(sample, parameters(alpha=alpha))
        sizes.append(np.sqrt((member.output(sample.inputs) ** 2).mean()))
    assert sizes[1] < 0.3 * sizes[0]


def test_a_seed_gives_the_same_bits():
    sample, _ = smooth(0)
    first, second, other = (
        trained(sample, parameters(epochs=2), seed=seed)[0] for seed in (0, 0, 1)
    )
    outputs = [member.output(sample.inputs) for member in (first, second, other)]
    np.testing.assert_array_equal(outputs[0], outputs[1])
    assert (outputs[0] != outputs[2]).any()


def test_a_target_of_zero_stays_next_to_zero():
    sample, _ = smooth(0)
    sample.target[:] = 0
    member, _ = trained(sample, parameters(epochs=2))
    assert np.abs(member.output(sample.inputs)).max() < 2 * LEAST_SCALE


def test_a_member_is_pickled_with_its_output():
    sample, _ = smooth(0)
    member, _ = trained(sample, parameters(epochs=1))
    dump = pickle.dumps(member)
    assert b"keras" not in dump
    assert b"tensorflow" not in dump
    np.testing.assert_array_equal(
        pickle.loads(dump).output(sample.inputs), member.output(sample.inputs)
    )


def test_rows_are_standardised_part_by_part(monkeypatch):
    sample, _ = smooth(0)
    rows = np.sort(np.random.default_rng(0).permutation(N_ROWS)[:500])
    sample.weight[...] = np.random.default_rng(1).integers(1, 4, N_ROWS)
    features, weight = sample.inputs.quantities[rows], sample.weight[rows]
    mean = np.average(features, axis=0, weights=weight)
    spread = np.sqrt(np.average((features - mean) ** 2, axis=0, weights=weight))
    monkeypatch.setattr(_members, "ROWS_AT_ONCE", 64)
    found = _members._feature_scale(sample, rows)
    np.testing.assert_allclose(found, (mean, spread), rtol=1e-12)
    part = _members._part(sample, rows, mean, spread, 2.0)
    scaled = part.inputs.quantities
    np.testing.assert_allclose(scaled, (features - mean) / spread, atol=1e-5)
    np.testing.assert_array_equal(part.target, sample.target[rows] / 2)
    np.testing.assert_array_equal(part.weight, weight)
