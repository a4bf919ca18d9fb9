"""Copies of a row are one observation; equal rows of few features are several."""

import numpy as np
import pandas as pd
import pytest

from skembed._columns import read_columns
from skembed._encoding import Encoded
from skembed._observations import make_observations, observations_of_rows
from skembed._training_data import read_training_data

KINDS = ["number", "rating", "class"]
SEEDS = pytest.mark.parametrize("seed", range(3))


def table(kind, n_levels, n_rows, is_numeric=False, seed=0):
    """Two categorical features, perhaps a numeric one, and a target of a kind."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, n_levels, (n_rows, 2)).astype(np.int32)
    numbers = rng.normal(size=(n_rows, int(is_numeric)))
    score = codes.sum(axis=1) / n_levels + rng.normal(size=n_rows)
    target = {"number": score, "rating": np.clip(np.rint(score + 2), 1, 5)}
    y = target.get(kind, (score > 1).astype(float))
    return Encoded(codes, numbers), y[:, np.newaxis]


def observed(inputs, target, weight=None):
    columns = read_columns(np.zeros((len(target), 1), dtype=int))
    return make_observations(inputs, read_training_data(columns, target, weight))


def sorted_rows(sample):
    features = sample.inputs.codes, sample.inputs.quantities
    rows = np.column_stack([*features, sample.target, sample.count, sample.weight])
    return rows[np.lexsort(rows.T)]


def assert_same(first, second):
    np.testing.assert_array_equal(sorted_rows(first), sorted_rows(second))


def merged_by_hand(inputs, target):
    """Distinct rows, and how often each occurs."""
    rows = np.column_stack([inputs.codes, inputs.quantities, target])
    return np.unique(rows, axis=0, return_counts=True)


@SEEDS
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_numeric", [False, True])
@pytest.mark.parametrize("times", [2, 3, 10])
def test_a_repeated_table_has_the_observations_of_the_table(
    kind, is_numeric, times, seed
):
    for n_levels in 5, 40:
        inputs, target = table(kind, n_levels, 1500, is_numeric, seed)
        rows = np.random.default_rng(seed).permutation(np.tile(np.arange(1500), times))
        plain, repeated = (
            observed(inputs.take(i), target[i]) for i in (np.arange(1500), rows)
        )
        # rows that stand for several observations of the table are one row or several
        merged = observed(inputs, target) if len(plain.target) < 1500 else plain
        assert repeated.n_observations == plain.n_observations
        assert_same(repeated, merged)


@SEEDS
@pytest.mark.parametrize("kind", KINDS)
def test_rows_with_a_numeric_feature_are_copies(kind, seed):
    inputs, target = table(kind, 5, 1500, is_numeric=True, seed=seed)
    rows = np.random.default_rng(seed).integers(0, 1500, 1500)
    sample = observed(inputs.take(rows), target[rows])
    n_distinct = len(np.unique(rows))
    assert sample.n_observations == n_distinct
    assert sample.count.tolist() == [1] * n_distinct
    _, times = np.unique(rows, return_counts=True)
    np.testing.assert_allclose(
        np.sort(sample.weight), np.sort(times) * n_distinct / 1500, rtol=1e-9
    )


@SEEDS
@pytest.mark.parametrize("kind", ["rating", "class"])
def test_rows_of_few_categorical_features_are_observations(kind, seed):
    inputs, target = table(kind, 5, 1500, seed=seed)
    sample = observed(inputs, target)
    distinct, times = merged_by_hand(inputs, target)
    assert len(distinct) < 150
    assert sample.n_observations == 1500
    assert sorted(sample.weight) == sorted(times)
    # some of them may be copies: two of them are divided as one would be
    assert sorted(sample.count) == sorted(np.maximum(times / 2, np.minimum(times, 2)))


@SEEDS
@pytest.mark.parametrize("kind", ["rating", "class"])
def test_rows_of_features_that_identify_them_are_copies(kind, seed):
    inputs, target = table(kind, 200, 1500, seed=seed)
    rows = np.r_[np.arange(1500), np.arange(300)]
    sample = observed(inputs.take(rows), target[rows])
    distinct, _ = merged_by_hand(inputs, target)
    assert sample.n_observations == len(sample.target) == len(distinct)


def test_rows_whose_class_follows_from_their_features_are_observations():
    """One class for each combination of features, each of them many times."""
    inputs, _ = table("class", 5, 3000)
    target = (inputs.codes.sum(axis=1) % 2).astype(float)[:, np.newaxis]
    sample = observed(inputs, target)
    assert len(sample.target) == 25
    assert sample.n_observations == 3000


@SEEDS
def test_a_class_repeated_tenfold_has_the_observations_of_the_table(seed):
    inputs, target = table("class", 40, 1500, seed=seed)
    is_rare = target[:, 0] == 1
    rows = np.r_[np.arange(1500), np.repeat(np.flatnonzero(is_rare), 9)]
    repeated = observed(inputs.take(rows), target[rows])
    weighted = observed(inputs, target, np.where(is_rare, 10, 1))
    np.testing.assert_allclose(
        sorted_rows(repeated), sorted_rows(weighted), rtol=0, atol=1e-9
    )


@SEEDS
@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_copies_add_up(kind, seed):
    inputs, target = table(kind, 40, 600, is_numeric=True, seed=seed)
    weight = np.random.default_rng(seed).integers(1, 6, 600)
    rows = np.repeat(np.arange(600), weight)
    assert_same(
        observed(inputs, target, weight), observed(inputs.take(rows), target[rows])
    )


@pytest.mark.parametrize("factor", [0.1, 3, 1e6])
def test_the_unit_of_weights_does_not_matter_to_the_last_bit(factor):
    inputs, target = table("rating", 5, 600)
    weight = np.random.default_rng(0).uniform(0.5, 4, 600)
    assert_same(
        observed(inputs, target, weight), observed(inputs, target, factor * weight)
    )


def test_weights_add_up_to_the_number_of_observations():
    inputs, target = table("class", 30, 600)
    weight = np.random.default_rng(0).uniform(0.5, 4, 600)
    rows = np.r_[np.arange(600), np.arange(100)]
    sample = observed(inputs.take(rows), target[rows], weight[rows])
    assert sample.n_observations == len(merged_by_hand(inputs, target)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_copies_of_rows_have_the_number_of_their_observation(kind):
    inputs, target = table(kind, 40, 300)
    frame = pd.DataFrame(inputs.codes.astype(str), columns=["a", "b"])
    columns = read_columns(frame)
    assert observations_of_rows(columns, target).tolist() == list(range(300)) or (
        kind != "number"
    )
    rows = np.r_[np.arange(300), np.arange(300)]
    twice = read_columns(frame.iloc[rows])
    found = observations_of_rows(twice, target[rows])
    np.testing.assert_array_equal(found[:300], found[300:])


def test_equal_rows_of_few_features_have_numbers_of_their_own():
    inputs, target = table("class", 3, 600)
    columns = read_columns(inputs.codes.astype(str).astype(object))
    assert sorted(observations_of_rows(columns, target)) == list(range(600))
