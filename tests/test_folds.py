import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed import _folds
from skembed._divisible import merge_to_divide
from skembed._encoding import Encoded
from skembed._folds import deal_into_folds
from skembed._sample import make_sample, merge_equal_rows

SEEDS = pytest.mark.parametrize("seed", range(3))
QUICK = settings(deadline=None, max_examples=50)
N_FOLDS = st.integers(1, 7)

ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),  # a code
        st.sampled_from([-0.5, 0.0, 1.5]),  # a quantity
        st.sampled_from([-3.0, 0.1, 0.7, 40.0]),  # a target
        st.integers(1, 9),  # a count
    ),
    min_size=1,
    max_size=25,
)


def sample_of(rows, weighted=True):
    code, quantity, target, count = np.array(rows, dtype=np.float64).T
    inputs = Encoded(code[:, np.newaxis].astype(np.int32), quantity[:, np.newaxis])
    sample = make_sample(inputs, target[:, np.newaxis], count if weighted else None)
    return merge_equal_rows(sample)


def repeated(rows):
    return sample_of([row for row in rows for _ in range(row[-1])], weighted=False)


def dealt(sample, n_folds, seed=0):
    return deal_into_folds(sample, n_folds, np.random.default_rng(seed))


def cell_keys(inputs):
    return list(map(tuple, np.hstack([inputs.codes, inputs.quantities]).tolist()))


def totals(sample, values):
    """Sums over the rows of equal inputs."""
    sums = {}
    for key, value in zip(cell_keys(sample.inputs), values, strict=True):
        sums[key] = sums.get(key, 0) + value
    return sums


@QUICK
@given(ROWS, N_FOLDS)
def test_every_observation_is_in_one_fold(rows, n_folds):
    sample = sample_of(rows)
    folds = dealt(sample, n_folds)
    counts = folds.sample.count
    assert totals(folds.sample, counts) == totals(sample, sample.count)
    assert (counts == np.floor(counts)).all()
    assert (counts > 0).all()


@QUICK
@given(ROWS, N_FOLDS)
def test_folds_are_of_even_size(rows, n_folds):
    folds = dealt(sample_of(rows), n_folds)
    sizes = np.bincount(folds.of_row, folds.sample.count, n_folds)
    assert len(sizes) == folds.count == n_folds
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("most", [10_000_000, 1])
def test_other_folds_tell_nothing_of_outcomes_that_are_noise(most, monkeypatch):
    """Equal rows that were kept apart would tell each other's outcome."""
    monkeypatch.setattr(_folds, "MAX_ORDERED", most)
    rng = np.random.default_rng(0)
    n_levels = 20_000  # with 3 outcomes each
    codes = np.repeat(np.arange(n_levels), 3)[:, np.newaxis]
    inputs = Encoded(codes, np.zeros((len(codes), 0)))
    outcomes = rng.integers(0, 2, (len(codes), 1)).astype(float)
    folds = dealt(merge_equal_rows(make_sample(inputs, outcomes, None)), 5)
    cells, level = folds.sample, folds.sample.inputs.codes[:, 0]
    total, ones = (
        np.bincount(level, values)
        for values in (cells.count, cells.count * cells.target[:, 0])
    )
    others = total[level] - cells.count
    met = others > 0
    elsewhere = (ones[level] - cells.count * cells.target[:, 0])[met] / others[met]
    here = cells.target[met, 0]
    covariance = np.cov(here, elsewhere, aweights=cells.count[met])[0, 1]
    assert abs(covariance) < 0.01


def test_very_many_observations_are_dealt_evenly():
    rows = [(code, 0.0, 0.1, 10**8) for code in range(3)]
    sizes = np.bincount(dealt(sample_of(rows), 4).of_row, minlength=4)
    np.testing.assert_array_equal(sizes, 3)
    counts = dealt(sample_of(rows), 4).sample.count
    np.testing.assert_allclose(counts, 10**8 / 4, rtol=0.001)


@QUICK
@given(ROWS, N_FOLDS)
def test_cells_are_of_equal_inputs_and_fold(rows, n_folds):
    folds = dealt(sample_of(rows), n_folds)
    pairs = list(
        zip(cell_keys(folds.sample.inputs), folds.of_row.tolist(), strict=True)
    )
    assert len(set(pairs)) == len(pairs)
    assert folds.sample.inputs.codes.shape[1] == 1


@QUICK
@given(ROWS, N_FOLDS)
def test_cells_hold_the_sum_of_squares_of_their_observations(rows, n_folds):
    sample = sample_of(rows)
    cells = dealt(sample, n_folds).sample
    for power in (1, 2):
        inside = cells.squares[:, 0] if power == 2 else 0
        found = totals(cells, cells.weight * cells.target[:, 0] ** power + inside)
        expected = totals(sample, sample.weight * sample.target[:, 0] ** power)
        assert found == pytest.approx(expected, abs=1e-8)


@QUICK
@given(ROWS, N_FOLDS)
def test_weights_are_divided_as_the_counts_are(rows, n_folds):
    cells = dealt(sample_of(rows), n_folds).sample
    np.testing.assert_allclose(cells.weight, cells.count)


@SEEDS
def test_weights_that_are_no_counts_are_divided_without_loss(seed):
    rng = np.random.default_rng(seed)
    inputs = Encoded(rng.integers(0, 9, (200, 1)), np.zeros((200, 0)))
    weight = rng.uniform(0, 3, 200)
    rows = make_sample(inputs, rng.normal(size=(200, 1)), weight=weight)
    sample = merge_to_divide(rows, "absolute_error")
    cells = dealt(sample, 4).sample
    expected = totals(sample, sample.weight)
    assert totals(cells, cells.weight) == pytest.approx(expected)


@QUICK
@given(ROWS, N_FOLDS)
def test_repeated_and_weighted_rows_are_dealt_alike(rows, n_folds):
    weighted, other = (dealt(s, n_folds) for s in (sample_of(rows), repeated(rows)))
    np.testing.assert_array_equal(weighted.of_row, other.of_row)
    for name in ("target", "count", "weight", "squares"):
        first, second = (getattr(folds.sample, name) for folds in (weighted, other))
        np.testing.assert_allclose(second, first, atol=1e-10)


@QUICK
@given(ROWS, N_FOLDS)
def test_a_fold_has_the_rows_that_the_others_leave(rows, n_folds):
    folds = dealt(sample_of(rows), n_folds)
    for fold in range(n_folds):
        of, outside = folds.rows_of(fold), folds.rows_outside(fold)
        assert (folds.of_row[of] == fold).all()
        assert sorted([*of, *outside]) == list(range(len(folds.of_row)))


@SEEDS
@pytest.mark.parametrize("n_folds", [1, 2, 5])
def test_counts_of_any_size_are_dealt(seed, n_folds):
    """Of more observations than 64 bits can number."""
    counts = np.array([1e19, 3.0, 2e18, 1e19, 1.0, 2.0**70])
    inputs = Encoded(np.arange(6)[:, np.newaxis], np.zeros((6, 0)))
    sample = make_sample(inputs, np.arange(6.0)[:, np.newaxis], counts)
    folds = dealt(merge_equal_rows(sample), n_folds, seed)
    found = totals(folds.sample, folds.sample.count)
    assert found == {(float(i),): pytest.approx(n) for i, n in enumerate(counts)}
    assert (folds.sample.count > 0).all()
    sizes = np.bincount(folds.of_row, folds.sample.count, n_folds)
    np.testing.assert_allclose(sizes, counts.sum() / n_folds)
    np.testing.assert_allclose(
        folds.sample.target[:, 0], folds.sample.inputs.codes.T[0]
    )


@SEEDS
def test_dealing_keeps_a_row_of_any_weight_in_one_fold(seed):
    rng = np.random.default_rng(seed)
    inputs = Encoded(np.arange(200)[:, np.newaxis] // 4, np.zeros((200, 0)))
    weight = np.where(np.arange(200) % 4, 1.0, 1e6)  # one heavy row of each four
    rows = make_sample(inputs, rng.normal(size=(200, 1)), weight=weight)
    for loss in "squared_error", "absolute_error":
        folds = dealt(merge_to_divide(rows, loss), 5, seed)
        heavy = folds.sample.weight > 1e5
        assert heavy.sum() == 50
        np.testing.assert_allclose(folds.sample.weight[heavy], 1e6, rtol=1e-5)


@SEEDS
def test_a_seed_decides_the_folds(seed):
    rng = np.random.default_rng(0)
    inputs = Encoded(np.arange(100)[:, np.newaxis], np.zeros((100, 0)))
    sample = make_sample(inputs, rng.normal(size=(100, 1)), None)
    first, second = (dealt(sample, 5, seed) for _ in range(2))
    np.testing.assert_array_equal(first.of_row, second.of_row)
    assert (first.of_row != dealt(sample, 5, seed + 100).of_row).any()


def test_each_observation_is_as_likely_to_be_in_each_fold():
    inputs = Encoded(np.arange(7)[:, np.newaxis], np.zeros((7, 0)))
    sample = make_sample(inputs, np.zeros((7, 1)), None)
    n_draws, rng = 2000, np.random.default_rng(0)
    times = np.zeros((7, 3))
    for _ in range(n_draws):
        folds = deal_into_folds(sample, 3, rng)
        times[folds.sample.inputs.codes[:, 0], folds.of_row] += 1
    # the first fold has 3 of the 7, the others 2
    expected = np.array([3, 2, 2]) / 7
    error = np.sqrt(expected * (1 - expected) / n_draws)
    assert (np.abs(times / n_draws - expected) < 5 * error).all()
