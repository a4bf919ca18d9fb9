"""What is said of new levels is judged by levels that no network has seen."""

from dataclasses import replace

import numpy as np
import pytest

from skembed import EmbeddingRegressor, _new_levels
from skembed._cross_fitting import cross_fit, with_pairs
from skembed._cross_training import Task, train_corrections
from skembed._encoding import Encoded
from skembed._folds import Folds, deal_into_folds
from skembed._likelihood import NORMAL
from skembed._mixed_model import fit_mixed_model
from skembed._new_levels import LEFT_OUT, share_if_new
from skembed._pairs import Pair
from skembed._ramps import learn_ramps
from skembed._sample import make_sample
from skembed._target import TargetScale
from skembed._terms import learn_term

SEEDS = pytest.mark.parametrize("seed", range(3))
N_LEVELS = 150
TABLE_ROWS = [4, N_LEVELS + 1]


def table(seed, effect_of, n_rows=20):
    """A column of 3 levels, one of 150, and quantities that give the latter away."""
    rng = np.random.default_rng(seed)
    marks = rng.normal(size=(N_LEVELS, 4))
    codes = np.repeat(np.arange(N_LEVELS), n_rows)
    small = rng.integers(0, 3, len(codes))
    target = effect_of(marks, rng)[codes] + 0.3 * small
    target += rng.normal(0, 0.5, len(codes))
    both = np.column_stack([small, codes]).astype(np.int32)
    return Encoded(both, marks[codes]), (target - target.mean()) / 2


def of_no_consequence(marks, rng):
    return rng.normal(size=len(marks))


def problem(inputs, target, table_rows=TABLE_ROWS, pairs=(), **changes):
    sample = make_sample(inputs, target[:, np.newaxis], None)
    folds = deal_into_folds(sample, 5, np.random.default_rng(0))
    ramps = learn_ramps(inputs.quantities, sample.weight)
    terms = [
        learn_term(folds.sample.inputs, (column,), (n_rows,))[0]
        for column, n_rows in enumerate(table_rows)
    ]
    model = fit_mixed_model(ramps, terms, folds.sample, 8)
    options = {"hidden_units": (16,)} | changes
    params = EmbeddingRegressor(**options).get_params()
    scale = TargetScale(np.zeros(1), np.ones(1))
    task = Task(folds, 1, params, scale, NORMAL, np.random.default_rng(1))
    fitted = cross_fit(model, folds)
    if pairs:
        fitted = with_pairs(fitted, pairs)
    return task, fitted, train_corrections(task, fitted, len(table_rows))


@SEEDS
def test_what_a_quantity_gives_away_is_not_believed_of_new_levels(seed):
    memorizing = {"hidden_units": (64,), "alpha": 0, "epochs": 40}
    found = problem(*table(seed, of_no_consequence), **memorizing)
    task, fitted, corrected = found
    share = share_if_new(task, fitted, corrected, TABLE_ROWS)
    assert 0 <= share < 0.2
    # rows that are read as if their levels were new would have much of it believed
    judged = corrected.is_new & (corrected.folds.of_row == 0)
    base, target = corrected.networks.base, corrected.folds.sample.target[:, 0]
    error, change = target - base, corrected.networks.corrected - base
    assert error[judged] @ change[judged] > 0.3 * change[judged] @ change[judged]


@SEEDS
def test_what_other_levels_have_told_is_believed(seed):
    """A quantity has another slope in each level of a column that stays."""
    rng = np.random.default_rng(seed)
    inputs, _ = table(seed, of_no_consequence)
    small, x = inputs.codes[:, 0], rng.normal(size=len(inputs))
    target = small + (small - 1) * x + rng.normal(0, 0.3, len(x))
    found = problem(Encoded(inputs.codes, x[:, np.newaxis]), target)
    assert share_if_new(*found, TABLE_ROWS) > 0.8


@pytest.mark.parametrize("pairs", [[], [Pair((0, 1), 1)]], ids=["alone", "pairs"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_rows_of_levels_that_are_left_out_tell_nothing(
    early_stopping, pairs, monkeypatch
):
    """Neither by fits, nor to the network, as they are or read again."""
    seen = {}

    def cross_train(self, inputs, prediction):
        seen.update(task=self, inputs=inputs, prediction=prediction)
        return original(self, inputs, prediction)

    original = Task.cross_train
    task, fitted, corrected = problem(
        *table(0, of_no_consequence),
        pairs=pairs,
        early_stopping=early_stopping,
        epochs=2,
    )
    monkeypatch.setattr(Task, "cross_train", cross_train)
    share_if_new(task, fitted, corrected, TABLE_ROWS)
    folds, codes = seen["task"].folds, task.folds.sample.inputs.codes[:, 1]
    held_out = folds.rows_of(0)
    assert held_out.max() < len(codes)
    left_out = np.unique(codes[held_out])
    assert len(left_out) == LEFT_OUT * N_LEVELS
    is_left_out = np.isin(codes, left_out)
    np.testing.assert_array_equal(np.flatnonzero(is_left_out), held_out)
    again = corrected.origin[len(codes) :]
    n_copies = (~is_left_out[again]).sum()
    assert len(folds.of_row) == len(codes) + n_copies
    # what is read of them is what a fit without them knows
    two = Folds(task.folds.sample, np.where(is_left_out, 0, 1), 2)
    known = cross_fit(fitted.model.mixed, two)
    if pairs:
        known = with_pairs(known, pairs)
    rows = known.rows
    expected = known.model.mixed.predict(rows, known.coefficients[:, [0]])
    expected = (expected + known.products)[held_out]
    found = seen["prediction"][held_out]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    n_lines = rows.lines.n_columns
    count_of_level = seen["inputs"].quantities[held_out, -1]
    assert (count_of_level == 0).all()
    assert seen["inputs"].quantities.shape[1] == n_lines + 2 + len(pairs) + 2 * 2


def test_the_average_of_networks_is_what_is_to_be_believed(monkeypatch):
    """One network is trained, but several were: they differ by an ambiguity."""
    seen = []

    def believable_share(*judged):
        seen.append(judged)
        return 0.4

    task, fitted, corrected = problem(*table(0, of_no_consequence), epochs=1)
    networks = replace(corrected.networks, ambiguity=0.123)
    corrected = replace(corrected, networks=networks)
    monkeypatch.setattr(_new_levels, "believable_share", believable_share)
    assert share_if_new(task, fitted, corrected, TABLE_ROWS) == 0.4
    ((likelihood, target, base, change, weight, ambiguity),) = seen
    assert likelihood is task.likelihood
    assert ambiguity == 0.123
    assert len(target) == len(base) == len(change) == len(weight)
    assert weight.sum() == pytest.approx(LEFT_OUT * len(table(0, of_no_consequence)[1]))


def test_rows_are_known_by_where_they_come_from():
    task, _, corrected = problem(*table(0, of_no_consequence), epochs=1)
    n_rows = len(task.folds.of_row)
    assert corrected.origin[:n_rows].tolist() == list(range(n_rows))
    targets = corrected.folds.sample.target[:, 0]
    np.testing.assert_array_equal(targets, targets[:n_rows][corrected.origin])
    assert len(corrected.inputs) == len(targets)


def test_few_levels_cannot_tell():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 40, (500, 1)).astype(np.int32)
    inputs = Encoded(codes, rng.normal(size=(500, 1)))
    task, fitted, corrected = problem(inputs, rng.normal(size=500), [41], epochs=1)
    assert share_if_new(task, fitted, corrected, [41]) is None


def test_without_columns_there_are_no_levels(monkeypatch):
    rng = np.random.default_rng(0)
    inputs = Encoded(np.empty((300, 0), dtype=np.int32), rng.normal(size=(300, 1)))
    task, fitted, corrected = problem(inputs, rng.normal(size=300), [], epochs=1)
    monkeypatch.setattr(_new_levels, "LEAST_LEVELS", 0)
    assert share_if_new(task, fitted, corrected, []) is None


def test_it_is_the_same_again_by_the_same_seed():
    shares = []
    for _ in range(2):
        found = problem(*table(1, of_no_consequence), epochs=3)
        shares.append(share_if_new(*found, TABLE_ROWS))
    assert shares[0] == shares[1]
