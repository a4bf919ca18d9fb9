"""Networks trained without a fold each: nothing of the fold leaks into them."""

from dataclasses import replace

import numpy as np
import pytest

from skembed import EmbeddingRegressor, _cross_training
from skembed._cross_fitting import cross_fit, with_pairs
from skembed._cross_training import (
    FORGOTTEN_TOO,
    READ_AGAIN,
    Task,
    train_corrections,
)
from skembed._encoding import Encoded
from skembed._evidence import evidence, knowledge_without_folds
from skembed._folds import deal_into_folds
from skembed._likelihood import NORMAL
from skembed._mixed_model import fit_mixed_model
from skembed._pairs import Pair
from skembed._ramps import learn_ramps
from skembed._sample import make_sample
from skembed._target import TargetScale
from skembed._terms import learn_term

SEEDS = pytest.mark.parametrize("seed", range(3))
SCALE = TargetScale(np.zeros(1), np.ones(1))
PARAMETERS = {"hidden_units": (8,), "epochs": 4}


def problem(codes, target, n_networks=2, n_folds=5, quantities=None, **changes):
    """A task, and the model that is to be corrected."""
    if quantities is None:
        quantities = np.zeros((len(codes), 0))
    inputs = Encoded(codes.astype(np.int32), quantities)
    target = (target - target.mean()) / target.std()
    sample = make_sample(inputs, target[:, np.newaxis], None)
    folds = deal_into_folds(sample, n_folds, np.random.default_rng(0))
    ramps = learn_ramps(inputs.quantities, sample.weight)
    table_rows = [int(column.max()) + 2 for column in codes.T]
    terms = [
        learn_term(folds.sample.inputs, (column,), (n_rows,))[0]
        for column, n_rows in enumerate(table_rows)
    ]
    model = fit_mixed_model(ramps, terms, folds.sample, 8)
    params = EmbeddingRegressor(**PARAMETERS | changes).get_params()
    rng = np.random.default_rng(1)
    task = Task(folds, n_networks, params, SCALE, NORMAL, rng)
    return task, cross_fit(model, folds)


def noise(seed, n_levels=300, n_samples=1500):
    """A column of many levels, about 5 rows each, that say nothing of the target."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, n_levels, (n_samples, 1)), rng.normal(size=n_samples)


def products(seed, n_samples=4000, n_levels=(20, 15)):
    """Columns that interact by vectors of one dimension."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, n_levels, (n_samples, 2))
    first, second = (
        rng.normal(size=n)[column] for n, column in zip(n_levels, codes.T, strict=True)
    )
    return codes, first * second, rng.normal(0, 0.3, n_samples)


def counting(seed, n_levels=150):
    """Levels of 2 to 40 rows, with effects that grow with their number."""
    rng = np.random.default_rng(seed)
    sizes = np.round(np.exp(rng.uniform(np.log(2), np.log(40), n_levels))).astype(int)
    effects = np.log(sizes) + rng.normal(0, 0.5, n_levels)
    codes = np.repeat(np.arange(n_levels), sizes)
    return codes[:, np.newaxis], effects[codes] + rng.normal(0, 3, len(codes))


def errors(folds, trained, among=True):
    """The mean squared errors without correction and with it, of judged rows."""
    rows = (folds.of_row < len(trained.members)) & among
    target, weight = folds.sample.target[rows, 0], folds.sample.weight[rows]
    return [
        np.average((target - found[rows]) ** 2, weights=weight)
        for found in (trained.base, trained.corrected)
    ]


def errors_of(corrected, is_new=False):
    """The same of networks that read effects, of rows of known or of new levels."""
    among = corrected.is_new == is_new
    return errors(corrected.folds, corrected.networks, among)


# -- corrections -----------------------------------------------------------------------


@SEEDS
def test_of_noise_nothing_is_learned(seed):
    task, fitted = problem(*noise(seed))
    found = train_corrections(task, fitted, 1)
    for is_new in (False, True):
        base, corrected = errors_of(found, is_new)
        assert corrected == pytest.approx(base, rel=0.02)


def z_of_what_is_said(task, found):
    """Of the product of what networks add and the target, of rows as they are."""
    n_rows, sample = len(task.folds.of_row), task.folds.sample
    said = (found.networks.corrected - found.networks.base)[:n_rows]
    products = sample.target[:, 0] * (said - said.mean())
    return products.sum() / np.sqrt((products**2).sum())


@SEEDS
@pytest.mark.parametrize("penalty", [2.0, 20.0])
def test_what_is_said_of_noise_is_not_about_it(seed, penalty):
    """Though it changes effects that other rows' networks have been trained on."""
    task, fitted = problem(*noise(seed), 5, epochs=12)
    confident = with_penalty(fitted, penalty)
    assert z_of_what_is_said(task, train_corrections(task, confident, 1)) < 3


def with_penalty(fitted, penalty):
    """The same model of one term, were its penalty another."""
    mixed = replace(fitted.model.mixed, penalties=np.array([penalty]))
    return cross_fit(mixed, fitted.folds)


def told_of_themselves(fitted):
    """What `knowledge_without_folds` would be, had it left no fold out."""
    known = knowledge_without_folds(fitted)
    whole = fitted.model.mixed.coefficients[:, np.newaxis]
    return replace(known, coefficients=np.repeat(whole, fitted.folds.count, axis=1))


def test_of_noise_much_would_be_learned_if_rows_told_of_themselves(monkeypatch):
    """What the test before it is there to see."""
    monkeypatch.setattr(_cross_training, "knowledge_without_folds", told_of_themselves)
    task, fitted = problem(*noise(0), 5, epochs=12)
    found = train_corrections(task, fitted, 1)
    base, corrected = errors_of(found)
    assert corrected < 0.9 * base
    assert z_of_what_is_said(task, found) > 10


@SEEDS
def test_effects_that_are_trusted_too_much_are_mended(seed):
    task, fitted = problem(*noise(seed))
    overconfident = with_penalty(fitted, 2.0)
    base, corrected = errors_of(train_corrections(task, overconfident, 1))
    assert corrected < 0.97 * base


@pytest.mark.parametrize("pairs", [[], [Pair((0, 1), 1)]], ids=["alone", "pairs"])
def test_the_base_is_the_model_without_the_rows_fold(pairs):
    codes, truth, error = products(0, 1000)
    task, fitted = problem(codes, truth + error, epochs=1)
    if pairs:
        fitted = with_pairs(fitted, pairs)
    n_rows, target = len(task.folds.of_row), task.folds.sample.target[:, 0]
    base = train_corrections(task, fitted, 2).networks.base[:n_rows]
    left = task.folds.sample.weight @ (target - base) ** 2
    assert left == pytest.approx(fitted.loss)
    mixed = fitted.model.mixed
    plain = mixed.predict(fitted.rows, fitted.coefficients, task.folds.of_row)
    np.testing.assert_allclose(base, plain + fitted.products, atol=1e-12)


@pytest.mark.parametrize("seed", range(2))
def test_effects_that_multiply_are_corrected(seed):
    """The mixed model adds them up; networks read both."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, (20, 15), (4000, 2))
    first, second = rng.normal(size=20)[codes[:, 0]], rng.normal(size=15)[codes[:, 1]]
    target = first + second + first * second + rng.normal(0, 0.3, 4000)
    task, fitted = problem(codes, target, epochs=12)
    base, corrected = errors_of(train_corrections(task, fitted, 2))
    assert corrected < 0.7 * base


# -- rows that are read again as if levels of theirs were new --------------------------


@pytest.fixture(scope="module")
def read_again():
    """Of two columns, in which effects differ."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, (20, 15), (2000, 2))
    effects = rng.normal(size=20)[codes[:, 0]] + rng.normal(size=15)[codes[:, 1]]
    task, fitted = problem(codes, effects + rng.normal(size=2000), epochs=1)
    return task, fitted, train_corrections(task, fitted, 2)


def test_a_part_of_the_rows_is_read_again(read_again):
    task, _, found = read_again
    n_rows, sample = len(task.folds.of_row), found.folds.sample
    n_copies = len(found.is_new) - n_rows
    assert n_copies == np.ceil(READ_AGAIN * n_rows)
    assert len(sample.target) == len(found.folds.of_row) == len(found.is_new)
    for name in ("target", "squares", "count", "weight"):
        first = getattr(sample, name)[:n_rows]
        np.testing.assert_array_equal(first, getattr(task.folds.sample, name))
    # a copy is of the fold of its row, or its own network would be trained on it
    rows = {
        (fold, *values)
        for fold, values in zip(
            task.folds.of_row.tolist(), task.folds.sample.target.tolist(), strict=True
        )
    }
    copies = zip(
        found.folds.of_row[n_rows:].tolist(),
        sample.target[n_rows:].tolist(),
        strict=True,
    )
    assert all((fold, *values) in rows for fold, values in copies)


def test_at_least_one_level_of_a_row_that_is_read_again_is_new(read_again):
    task, fitted, found = read_again
    n_rows = len(task.folds.of_row)
    assert not found.is_new[:n_rows].any()  # of about 100 rows each
    assert found.is_new[n_rows:].all()
    _, terms = fitted.rows.add_up(fitted.coefficients, task.folds.of_row)
    targets = task.folds.sample.target[:, 0]
    place = {target: i for i, target in enumerate(targets.tolist())}
    n_known = []
    for target, base in zip(
        found.folds.sample.target[n_rows:, 0].tolist(),
        found.networks.base[n_rows:],
        strict=True,
    ):
        first, second = terms[place[target]]
        possible = fitted.model.mixed.mean + np.array([0, first, second])
        off = np.abs(possible - base)
        assert off.min() < 1e-9
        n_known.append(off.argmin() > 0)
    # the other level is known four times out of five
    assert np.mean(n_known) == pytest.approx(1 - FORGOTTEN_TOO, abs=0.07)


def test_rows_that_are_read_again_weigh_as_little_as_is_known_of_them(read_again):
    task, _, found = read_again
    n_rows, folds, base = len(task.folds.of_row), found.folds, found.networks.base
    squares = (folds.sample.target[:, 0] - base) ** 2
    weight = folds.sample.weight
    caution = np.average(squares[:n_rows], weights=weight[:n_rows])
    caution /= np.average(squares[n_rows:], weights=weight[n_rows:])
    assert caution < 0.8
    np.testing.assert_allclose(weight[n_rows:], caution * folds.sample.count[n_rows:])


def test_what_is_read_of_new_rows_is_the_average_over_the_folds(read_again):
    _, fitted, found = read_again
    known = knowledge_without_folds(fitted).averaged(fitted.model)
    np.testing.assert_array_equal(found.knowledge.coefficients, known.coefficients)
    np.testing.assert_array_equal(found.knowledge.counts, known.counts)


def test_levels_of_a_single_row_are_new_without_it():
    codes = np.append(np.arange(40), np.arange(400) % 20)[:, np.newaxis]
    task, fitted = problem(codes, np.random.default_rng(0).normal(size=440), epochs=1)
    found = train_corrections(task, fitted, 1)
    expected = task.folds.sample.inputs.codes[:, 0] >= 20
    np.testing.assert_array_equal(found.is_new[: len(expected)], expected)


def test_without_columns_no_row_is_read_again():
    quantities = np.random.default_rng(0).normal(size=(600, 2))
    codes, target = np.empty((600, 0)), quantities[:, 0] * quantities[:, 1]
    task, fitted = problem(codes, target, quantities=quantities, epochs=1)
    found = train_corrections(task, fitted, 0)
    assert len(found.is_new) == 600
    assert not found.is_new.any()


def errors_if_all_were_new(task, fitted, found):
    """Without correction and with it, of rows none of whose levels is known."""
    folds, sample = task.folds, task.folds.sample
    rows = fitted.rows
    known = knowledge_without_folds(fitted)
    forgotten = rows.forget(np.ones(rows.cells.shape, dtype=bool))
    new = evidence(forgotten, known, folds.of_row)
    inputs = Encoded(np.empty((len(rows), 0), dtype=np.int32), new.features)
    outputs = np.array([member.output(inputs) for member in found.networks.members])
    added = outputs[folds.of_row, np.arange(len(rows))]
    left = sample.target[:, 0] - new.prediction
    return [np.average(x**2, weights=sample.weight) for x in (left, left - added)]


@SEEDS
def test_counts_that_tell_of_effects_do_not_mislead_about_new_levels(seed):
    """A new level has no rows, which is no reason to take it for a rare one."""
    task, fitted = problem(*counting(seed), 5, epochs=12)
    found = train_corrections(task, fitted, 1)
    base, corrected = errors_of(found)
    assert corrected < base
    base, corrected = errors_if_all_were_new(task, fitted, found)
    assert corrected < 1.04 * base


def test_counts_would_mislead_about_new_levels_if_no_row_was_read_again(monkeypatch):
    """What the test before it is there to see."""
    monkeypatch.setattr(_cross_training, "READ_AGAIN", 1e-9)
    task, fitted = problem(*counting(0), 5, epochs=12)
    found = train_corrections(task, fitted, 1)
    base, corrected = errors_if_all_were_new(task, fitted, found)
    assert corrected > 1.3 * base


# -- networks --------------------------------------------------------------------------


@pytest.mark.parametrize("n_networks", [1, 3])
def test_rows_that_no_network_leaves_out_are_not_judged(n_networks):
    task, fitted = problem(*noise(0), n_networks, epochs=1)
    found = train_corrections(task, fitted, 1)
    trained, judged = found.networks, found.folds.of_row < n_networks
    assert len(trained.members) == n_networks
    np.testing.assert_array_equal(trained.corrected[~judged], trained.base[~judged])
    assert (trained.corrected[judged] != trained.base[judged]).all()


def test_ambiguity_is_the_variance_among_networks():
    codes, truth, error = products(0, 1000)
    task, fitted = problem(codes, truth + error, 3, epochs=2)
    found = train_corrections(task, fitted, 2)
    members = found.networks.members
    outputs = np.array([member.output(found.inputs) for member in members])
    alone = (outputs**2).mean()
    average = (outputs.mean(axis=0) ** 2).mean()
    assert found.networks.ambiguity == pytest.approx(alone - average)


def test_one_network_has_no_ambiguity():
    task, fitted = problem(*noise(0), n_networks=1, epochs=1)
    assert train_corrections(task, fitted, 1).networks.ambiguity == 0


def test_losses_are_averaged_over_networks():
    task, fitted = problem(*noise(0), epochs=3)
    history = train_corrections(task, fitted, 1).networks.history
    assert len(history["loss"]) == 3
    # of standardised targets that cannot be explained, without what is within cells
    assert history["loss"][-1] == pytest.approx(1, abs=0.1)


def test_what_stops_a_network_does_not_judge_it(monkeypatch):
    """Early stopping takes one more fold, which is neither trained on nor judged by."""
    seen = []
    original = _cross_training.train_member

    def recording(sample, training, validation, *rest):
        seen.append((training, validation))
        return original(sample, training, validation, *rest)

    monkeypatch.setattr(_cross_training, "train_member", recording)
    task, fitted = problem(*noise(0), early_stopping=True, epochs=1)
    corrected = train_corrections(task, fitted, 1)
    for fold, (training, validation) in enumerate(seen):
        others = set(range(5)) - {fold, fold + 1}
        assert set(corrected.folds.of_row[training]) == others
        assert set(corrected.folds.of_row[validation]) == {fold + 1}
