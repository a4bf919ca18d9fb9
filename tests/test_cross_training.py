"""Networks trained without a fold each: nothing of the fold leaks into them."""

from dataclasses import replace

import numpy as np
import pytest

from skembed import EmbeddingRegressor, _cross_training, _mixed_model
from skembed._cross_training import Task, train_corrections, train_interactions
from skembed._encoding import Encoded
from skembed._folds import deal_into_folds
from skembed._mixed_model import fit_mixed_model
from skembed._ramps import learn_ramps
from skembed._sample import make_sample
from skembed._target import TargetScale
from skembed._terms import learn_term

SEEDS = pytest.mark.parametrize("seed", range(3))
SCALE = TargetScale(np.zeros(1), np.ones(1))
PARAMETERS = {"hidden_units": (8,), "epochs": 4}


def problem(codes, target, n_networks=2, n_folds=5, quantities=None, **changes):
    """A task, and the mixed model that is to be corrected."""
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
    return Task(folds, n_networks, params, SCALE, rng), model, table_rows


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


def errors(task, trained):
    """The mean squared errors without correction and with it, of judged rows."""
    rows, sample = task.judged, task.folds.sample
    return [
        np.average(
            (sample.target[rows, 0] - found[rows]) ** 2, weights=sample.weight[rows]
        )
        for found in (trained.base, trained.corrected)
    ]


# -- corrections -----------------------------------------------------------------------


@SEEDS
def test_of_noise_nothing_is_learned(seed):
    task, model, _ = problem(*noise(seed))
    base, corrected = errors(task, train_corrections(task, model))
    assert corrected == pytest.approx(base, rel=0.02)


def without_the_networks_fold(n_networks, n_folds):
    """A row that a network is trained on tells of itself."""
    fit = np.arange(n_networks)
    return [frozenset([n]) for n in fit], np.repeat(fit[:, np.newaxis], n_folds, 1)


def without_no_fold(n_networks, n_folds):
    return [frozenset()], np.zeros((n_networks, n_folds), dtype=int)


@pytest.mark.parametrize("fits", [without_the_networks_fold, without_no_fold])
def test_of_noise_much_would_be_learned_if_rows_told_of_themselves(fits, monkeypatch):
    """What the test before it is there to see."""
    monkeypatch.setattr(_cross_training, "_pairs_of_folds", fits)
    task, model, _ = problem(*noise(0))
    base, corrected = errors(task, train_corrections(task, model))
    assert corrected != pytest.approx(base, rel=0.05)


@SEEDS
def test_effects_that_are_trusted_too_much_are_mended(seed):
    task, model, _ = problem(*noise(seed))
    overconfident = replace(model, penalties=np.array([2.0]))
    base, corrected = errors(task, train_corrections(task, overconfident))
    assert corrected < 0.97 * base


@pytest.mark.parametrize("kind", ["corrections", "interactions"])
def test_what_is_said_of_a_fold_does_not_depend_on_its_targets(kind, monkeypatch):
    monkeypatch.setattr(_mixed_model, "CLOSE", 1e-11)
    codes, truth, error = products(0, 600)
    quantities = np.random.default_rng(0).normal(size=(600, 1))

    def said(change):
        task, model, table_rows = problem(
            codes, truth + error, quantities=quantities, epochs=2
        )
        of = task.folds.rows_of(1)
        task.folds.sample.target[of] *= change
        if kind == "corrections":
            trained = train_corrections(task, model)
        else:
            trained = train_interactions(task, model, table_rows, [1, 1])
        return trained.base[of], trained.corrected[of]

    for first, second in zip(said(1.0), said(-3.0), strict=True):
        np.testing.assert_allclose(first, second, atol=1e-4)


def test_the_base_is_the_mixed_model_without_the_rows_fold(monkeypatch):
    monkeypatch.setattr(_mixed_model, "CLOSE", 1e-11)
    codes, truth, error = products(0, 1000)
    task, model, _ = problem(codes, truth + error, epochs=1)
    trained = train_corrections(task, model)
    sample = task.folds.sample
    located = model.locate(sample.inputs)
    for fold in range(task.n_networks):
        out = [frozenset([fold])]
        only = _mixed_model.fit_without_folds(model, task.folds, out)[:, 0]
        rows = task.folds.rows_of(fold)
        expected = model.predict(located, only)[rows]
        np.testing.assert_allclose(trained.base[rows], expected, atol=1e-8)


@pytest.mark.parametrize("seed", range(2))
def test_effects_that_multiply_are_corrected(seed):
    """The mixed model adds them up; networks read both."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, (20, 15), (4000, 2))
    first, second = rng.normal(size=20)[codes[:, 0]], rng.normal(size=15)[codes[:, 1]]
    target = first + second + first * second + rng.normal(0, 0.3, 4000)
    task, model, _ = problem(codes, target, epochs=12)
    base, corrected = errors(task, train_corrections(task, model))
    assert corrected < 0.7 * base


# -- interactions ----------------------------------------------------------------------


def test_products_of_vectors_are_found():
    codes, truth, error = products(0)
    task, model, table_rows = problem(codes, truth + error, epochs=12)
    trained = train_interactions(task, model, table_rows, [1, 1])
    base, corrected = errors(task, trained)
    assert corrected < 0.3 * base
    member = trained.members[0]
    assert [table.shape for table in member.network.tables] == [(21, 1), (16, 1)]


def test_columns_without_vectors_are_not_read():
    codes, truth, error = products(0)
    extra = np.random.default_rng(0).integers(0, 9, (4000, 1))
    codes = np.hstack([codes[:, :1], extra, codes[:, 1:]])
    task, model, table_rows = problem(codes, truth + error, epochs=12)
    trained = train_interactions(task, model, table_rows, [1, 0, 1])
    base, corrected = errors(task, trained)
    assert corrected < 0.4 * base
    shapes = [table.shape for table in trained.members[0].network.tables]
    assert shapes == [(21, 1), (16, 1)]


# -- both ------------------------------------------------------------------------------


@pytest.mark.parametrize("n_networks", [1, 3])
def test_rows_that_no_network_leaves_out_are_not_judged(n_networks):
    task, model, _ = problem(*noise(0), n_networks, epochs=1)
    trained = train_corrections(task, model)
    assert len(trained.members) == n_networks
    judged = np.isin(np.arange(len(task.folds.of_row)), task.judged)
    np.testing.assert_array_equal(judged, task.folds.of_row < n_networks)
    assert (trained.corrected[~judged] == 0).all()
    assert (trained.corrected[judged] != trained.base[judged]).all()


def test_ambiguity_is_the_variance_among_networks():
    codes, truth, error = products(0, 1000)
    task, model, table_rows = problem(codes, truth + error, 3, epochs=2)
    trained = train_interactions(task, model, table_rows, [1, 1])
    sample = task.folds.sample
    inputs = Encoded(sample.inputs.codes, model.locate(sample.inputs).lines)
    outputs = np.array([member.output(inputs) for member in trained.members])
    alone = (outputs**2).mean()
    average = (outputs.mean(axis=0) ** 2).mean()
    assert trained.ambiguity == pytest.approx(alone - average)


def test_one_network_has_no_ambiguity():
    task, model, _ = problem(*noise(0), n_networks=1, epochs=1)
    assert train_corrections(task, model).ambiguity == 0


def test_losses_are_averaged_over_networks():
    task, model, _ = problem(*noise(0), epochs=3)
    history = train_corrections(task, model).history
    assert len(history["loss"]) == 3
    # of standardised targets that cannot be explained, without what is within cells
    assert history["loss"][-1] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("n_networks", [1, 2, 5])
def test_each_network_reads_fits_without_its_fold_and_the_rows(n_networks):
    left_out, fit_for = _cross_training._pairs_of_folds(n_networks, 5)
    assert len(set(left_out)) == len(left_out)
    for network in range(n_networks):
        for fold in range(5):
            assert left_out[fit_for[network, fold]] == {network, fold}
