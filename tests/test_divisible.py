"""Two values are, to squared error and whatever is drawn of them, what all were."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._divisible import merge_to_divide
from skembed._encoding import Encoded
from skembed._grouped_rows import two_values
from skembed._sample import make_sample, merge_equal_inputs, merge_equal_rows

SEEDS = pytest.mark.parametrize("seed", range(3))


def generated(seed, n_samples=80, whole=True):
    """Inputs that occur several times, targets that do not round, and weights."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 3, (n_samples, 2)).astype(np.int32)
    target = rng.normal(size=(n_samples, 2))
    weight = rng.integers(1, 12, n_samples) if whole else rng.uniform(0, 3, n_samples)
    return Encoded(codes, np.zeros((n_samples, 0))), target, weight.astype(np.float64)


def assert_equal_samples(first, second):
    np.testing.assert_array_equal(first.inputs.codes, second.inputs.codes)
    for name in ("target", "count", "weight", "squares"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), name)


def with_spread(count, mean, spread):
    """The sums, and sums of squares, of so many observations."""
    count, mean, spread = (np.asarray(x) for x in (count, mean, spread))
    return count, count * mean, count * (mean**2 + spread**2)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(1, 9), st.integers(2**60, 2**63)),
            st.floats(-9, 9),
            st.floats(0, 9),
        ),
        min_size=1,
    )
)
def test_two_values_have_the_mean_and_the_spread_of_all(cells):
    count, mean, spread = np.array(cells, dtype=np.float64).T
    spread[count == 1] = 0
    cell, times, value = two_values(count, mean, spread)
    np.testing.assert_array_equal(np.bincount(cell), np.minimum(count, 2))
    assert (times == np.floor(times)).all()
    sums = [np.bincount(cell, times * value**power) for power in range(3)]
    for found, expected in zip(sums, with_spread(count, mean, spread), strict=True):
        np.testing.assert_allclose(found / count, expected / count, atol=1e-12)


@pytest.mark.parametrize("n", [2, 5, 6])
def test_parts_of_two_values_are_as_uncertain_as_parts_of_all(n):
    """Over all ways to draw a part: the mean, its variance, the squares inside."""
    observations = np.random.default_rng(n).exponential(size=n)
    figures = np.array([n]), observations.mean(), observations.std()
    _, times, value = two_values(*(np.reshape(x, 1) for x in figures))
    stand_ins = np.repeat(value, times.astype(int))
    assert len(np.unique(stand_ins)) == 2
    for size in range(1, n):
        parts, others = (
            np.array(list(combinations(x, size))) for x in (observations, stand_ins)
        )
        for moment in (
            parts.mean(axis=1).mean() - others.mean(axis=1).mean(),
            parts.mean(axis=1).var() - others.mean(axis=1).var(),
            parts.var(axis=1).mean() - others.var(axis=1).mean(),
        ):
            assert moment == pytest.approx(0, abs=1e-12)


@SEEDS
@pytest.mark.parametrize("whole", [True, False])
def test_cells_to_divide_are_what_the_rows_are_to_squared_error(seed, whole):
    inputs, target, weight = generated(seed, whole=whole)
    given = {"count" if whole else "weight": weight}
    sample = make_sample(inputs, target, **given)
    divisible = merge_to_divide(sample, "squared_error")
    assert not divisible.squares.any()
    cells, found = (merge_equal_inputs(x) for x in (sample, divisible))
    np.testing.assert_array_equal(found.inputs.codes, cells.inputs.codes)
    assert (divisible.count == np.floor(divisible.count)).all()
    apart = 1e-9 if whole else 0.62  # counts are rounded
    np.testing.assert_allclose(found.count, cells.count, rtol=0, atol=apart)
    for name in ("weight", "target", "squares"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(cells, name), rtol=1e-6, atol=1e-8
        )


@SEEDS
@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e30])
def test_cells_to_divide_do_not_show_what_they_were_made_of(seed, unit):
    """Rows in another order, repeated, or grouped already: equal to the last bit."""
    inputs, target, weight = generated(seed)
    target = 7.3 * unit * target
    rows = make_sample(inputs, target, weight)
    again = np.repeat(np.arange(len(target)), weight.astype(int))
    again = np.random.default_rng(seed).permutation(again)
    repeated_rows = make_sample(inputs.take(again), target[again], None)
    expected = merge_to_divide(rows, "squared_error")
    for other in (repeated_rows, expected):
        assert_equal_samples(merge_to_divide(other, "squared_error"), expected)


@pytest.mark.parametrize("weight", [[2, 1, 1, 1, 1], [3, 1, 1, 1], [1, 1, 1], [3, 1]])
@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_small_changes_of_a_weight_change_no_count(weight, loss):
    weight = np.array(weight, dtype=np.float64)
    n = len(weight)
    inputs = Encoded(np.zeros((n, 1), dtype=np.int32), np.zeros((n, 0)))
    target = np.ones((n, 1)) if loss != "squared_error" else np.arange(n)[:, np.newaxis]

    def counts(change):
        changed = weight + change * np.eye(n)[0]
        sample = make_sample(inputs, target, weight=changed)
        return merge_to_divide(sample, loss).count.tolist()

    assert counts(1e-4) == counts(0) == counts(-1e-4)


def test_other_losses_tell_rows_of_equal_inputs_apart():
    sample = make_sample(*generated(0))
    assert_equal_samples(
        merge_to_divide(sample, "absolute_error"), merge_equal_rows(sample)
    )
