import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._divisible import merge_to_divide
from skembed._encoding import Encoded
from skembed._sample import (
    hold_out,
    join,
    make_sample,
    merge_equal_inputs,
    merge_equal_rows,
)
from skembed._target import TargetScale

MERGES = pytest.mark.parametrize("merge", [merge_equal_rows, merge_equal_inputs])
SEEDS = pytest.mark.parametrize("seed", range(3))

ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),  # a code
        st.sampled_from([-0.5, 0.0, 1.5]),  # a quantity
        st.sampled_from([-3.0, 0.1, 0.7, 40.0]),  # two targets
        st.integers(-1, 1),
        st.integers(1, 9),  # a count
    ),
    min_size=1,
    max_size=25,
)


def sample_of(rows, weighted=True):
    code, quantity, first, second, count = np.array(rows, dtype=np.float64).T
    inputs = Encoded(code[:, np.newaxis].astype(np.int32), quantity[:, np.newaxis])
    target = np.column_stack([first, second])
    return make_sample(inputs, target, count if weighted else None)


def repeated(rows):
    return sample_of([row for row in rows for _ in range(row[-1])], weighted=False)


def generated(seed, n_samples=80, whole=True):
    """Cells with several rows each, rows that are equal, targets that do not round."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 3, (n_samples, 2)).astype(np.int32)
    target = rng.normal(size=(n_samples, 2))
    codes[: n_samples // 4] = codes[-n_samples // 4 :]
    target[: n_samples // 4] = target[-n_samples // 4 :]
    weight = rng.integers(1, 12, n_samples) if whole else rng.uniform(0, 3, n_samples)
    return Encoded(codes, np.zeros((n_samples, 0))), target, weight.astype(np.float64)


def weighted(seed):
    inputs, target, weight = generated(seed, whole=False)
    return make_sample(inputs, target, weight=weight)


def keys(sample, with_target):
    """The rows as tuples, which sort as the merged rows do."""
    parts = [sample.target] if with_target else []
    parts += [sample.inputs.quantities, sample.inputs.codes]
    return [tuple(row) for row in np.hstack(parts).tolist()]


def naive_cells(sample, with_target):
    """Count, weight, targets and their variance by distinct row, in sorted order."""
    cells = {}
    for i, key in enumerate(keys(sample, with_target)):
        cells.setdefault(key, []).append(i)
    result = []
    for key in sorted(cells):
        rows = cells[key]
        weight = sum(sample.weight[i] for i in rows)
        mean = sum(sample.weight[i] * sample.target[i] for i in rows) / weight
        squares = sum(sample.weight[i] * (sample.target[i] - mean) ** 2 for i in rows)
        result.append((sum(sample.count[i] for i in rows), weight, mean, squares))
    return sorted(cells), result


def loss(sample, prediction):
    """The weighted mean squared error of each output, within cells and between."""
    squares = (sample.target - prediction) ** 2
    return sample.weight @ squares / sample.weight.sum() + sample.within


def arbitrary_prediction(sample):
    """Some function of the inputs."""
    first = np.sin(7 * sample.inputs.codes[:, 0] + 3)
    return np.column_stack([first, 2 * first - sample.inputs.codes[:, -1]])


def assert_same_samples(first, second, exactly=False):
    tolerance = {"rtol": 0, "atol": 0} if exactly else {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_array_equal(first.inputs.codes, second.inputs.codes)
    np.testing.assert_array_equal(first.inputs.quantities, second.inputs.quantities)
    for name in ("target", "count", "weight", "within"):
        np.testing.assert_allclose(
            getattr(first, name), getattr(second, name), **tolerance, err_msg=name
        )


def assert_same_training(first, second):
    """What a network is trained on, 32-bit floats, is the same to the last bit."""
    np.testing.assert_array_equal(first.inputs.codes, second.inputs.codes)
    for name in ("target", "count", "weight"):
        arrays = [getattr(sample, name) for sample in (first, second)]
        np.testing.assert_array_equal(*(a.astype(np.float32) for a in arrays), name)


def test_a_row_without_a_weight_is_one_observation():
    sample = sample_of([(0, 0.0, 1.0, 0, 1), (1, 0.0, 2.0, 0, 1)], weighted=False)
    assert sample.weight.tolist() == sample.count.tolist() == [1, 1]
    assert sample.within.tolist() == [0, 0]
    assert sample.n_observations == 2


def test_a_row_of_a_count_weighs_as_many_observations():
    inputs, target, count = generated(0)
    sample = make_sample(inputs, target, count)
    np.testing.assert_array_equal(sample.weight, count)
    assert sample.n_observations == count.sum()


@MERGES
def test_merging_counts_observations_of_unequal_weight_as_kish_does(merge):
    """One heavy observation among light ones is about one."""
    inputs = Encoded(np.zeros((4, 1), dtype=np.int32), np.zeros((4, 0)))
    weight = np.array([5.0, 1.0, 1.0, 1.0])
    merged = merge(make_sample(inputs, np.zeros((4, 1)), weight=weight))
    assert merged.weight.tolist() == [8]
    assert merged.count == pytest.approx([64 / 28])


@settings(deadline=None)
@given(ROWS)
def test_equal_inputs_become_cells_with_the_mean_of_their_targets(rows):
    sample = sample_of(rows)
    merged = merge_equal_inputs(sample)
    cells, expected = naive_cells(sample, with_target=False)
    assert keys(merged, with_target=False) == cells
    for i, (count, weight, mean, _) in enumerate(expected):
        assert merged.count[i] == count
        assert merged.weight[i] == weight
        np.testing.assert_allclose(merged.target[i], mean, atol=1e-12)
    within = sum(squares for *_, squares in expected) / sample.weight.sum()
    np.testing.assert_allclose(merged.within, within, atol=1e-10)


@settings(deadline=None)
@given(ROWS)
def test_rows_merge_where_inputs_and_targets_are_equal(rows):
    sample = sample_of(rows)
    merged = merge_equal_rows(sample)
    distinct, expected = naive_cells(sample, with_target=True)
    np.testing.assert_allclose(keys(merged, with_target=True), distinct, rtol=1e-12)
    assert merged.count.tolist() == [count for count, *_ in expected]
    assert merged.weight.tolist() == [weight for _, weight, *_ in expected]
    np.testing.assert_allclose(merged.within, 0, atol=1e-20)


@SEEDS
def test_merging_equal_rows_leaves_their_targets_as_they_are(seed):
    inputs, target, weight = generated(seed)
    merged = merge_equal_rows(make_sample(inputs, target, weight))
    assert set(merged.target[:, 0]) == set(target[:, 0])


@MERGES
@settings(deadline=None)
@given(rows=ROWS)
def test_merging_leaves_the_loss_of_any_prediction_as_it_is(merge, rows):
    sample = sample_of(rows)
    merged = merge(sample)
    np.testing.assert_allclose(
        loss(merged, arbitrary_prediction(merged)),
        loss(sample, arbitrary_prediction(sample)),
        rtol=1e-10,
    )


@MERGES
@SEEDS
def test_merging_leaves_the_loss_as_it_is_for_weights_of_any_kind(merge, seed):
    sample = weighted(seed)
    merged = merge(sample)
    assert merged.n_observations == pytest.approx(sample.n_observations)
    np.testing.assert_allclose(
        loss(merged, arbitrary_prediction(merged)),
        loss(sample, arbitrary_prediction(sample)),
    )


@MERGES
@settings(deadline=None)
@given(rows=ROWS, random=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(merge, rows, random):
    shuffled = random.sample(rows, len(rows))
    assert_same_samples(merge(sample_of(rows)), merge(sample_of(shuffled)))


@MERGES
@SEEDS
def test_the_order_of_the_rows_does_not_show_in_what_is_trained_on(merge, seed):
    inputs, target, weight = generated(seed)
    order = np.random.default_rng(seed).permutation(len(target))
    shuffled = make_sample(inputs.take(order), target[order], weight[order])
    merged = merge(make_sample(inputs, target, weight))
    assert_same_training(merged, merge(shuffled))


@MERGES
@settings(deadline=None)
@given(rows=ROWS)
def test_repeated_rows_are_a_weighted_one(merge, rows):
    assert_same_samples(merge(sample_of(rows)), merge(repeated(rows)))


@MERGES
@SEEDS
def test_repeated_rows_are_a_weighted_one_in_what_is_trained_on(merge, seed):
    inputs, target, weight = generated(seed)
    rows = np.repeat(np.arange(len(target)), weight.astype(int))
    merged = merge(make_sample(inputs, target, weight))
    of_repeated = merge(make_sample(inputs.take(rows), target[rows], None))
    assert_same_training(merged, of_repeated)


@MERGES
@settings(deadline=None)
@given(rows=ROWS)
def test_merging_again_changes_nothing(merge, rows):
    merged = merge(sample_of(rows))
    assert_same_samples(merged, merge(merged))


@settings(deadline=None)
@given(ROWS)
def test_merging_in_two_steps_is_merging_in_one(rows):
    sample = sample_of(rows)
    in_two = merge_equal_inputs(merge_equal_rows(sample))
    assert_same_samples(in_two, merge_equal_inputs(sample))


@settings(deadline=None)
@given(ROWS)
def test_merging_and_standardising_can_change_places(rows):
    scale = TargetScale(np.array([3.0, -1.0]), np.array([5.0, 0.5]))
    sample = sample_of(rows)
    first = merge_equal_inputs(sample).standardized(scale)
    second = merge_equal_inputs(sample.standardized(scale))
    np.testing.assert_array_equal(first.inputs.codes, second.inputs.codes)
    np.testing.assert_allclose(first.target, second.target, atol=1e-10)
    np.testing.assert_allclose(first.within, second.within, atol=1e-10)


def held_out_counts(sample, parts):
    """How many observations of each of a merged sample's rows went to each part."""
    rows = {key: i for i, key in enumerate(keys(sample, with_target=True))}
    counts = np.zeros((len(parts), len(rows)))
    weights = np.zeros((len(parts), len(rows)))
    for p, part in enumerate(parts):
        found = [rows[key] for key in keys(part, with_target=True)]
        assert len(set(found)) == len(found)
        counts[p, found], weights[p, found] = part.count, part.weight
    return counts, weights


FRACTIONS = st.floats(0.001, 0.999)


@settings(deadline=None)
@given(ROWS.filter(lambda rows: sum(row[-1] for row in rows) > 1), FRACTIONS)
def test_every_observation_is_trained_on_or_held_out(rows, fraction):
    sample = merge_equal_rows(sample_of(rows))
    parts = hold_out(sample, fraction, np.random.default_rng(0))
    counts, _ = held_out_counts(sample, parts)
    n = int(sample.count.sum())
    assert (counts == np.floor(counts)).all()
    assert counts.sum(axis=0).tolist() == sample.count.tolist()
    assert parts[1].n_observations == min(max(int(fraction * n), 1), n - 1)


@settings(deadline=None)
@given(ROWS.filter(lambda rows: sum(row[-1] for row in rows) > 1), FRACTIONS)
def test_weights_are_divided_as_the_counts_are(rows, fraction):
    sample = merge_equal_rows(sample_of(rows))
    parts = hold_out(sample, fraction, np.random.default_rng(0))
    counts, weights = held_out_counts(sample, parts)
    np.testing.assert_array_equal(weights, counts)


@pytest.mark.parametrize("count", [7, 49, 98, 1000])
def test_weights_that_are_counts_stay_whole(count):
    sample = sample_of([(0, 0.0, 1.0, 0, count), (1, 0.0, 2.0, 0, count)])
    for part in hold_out(sample, 0.1, np.random.default_rng(0)):
        np.testing.assert_array_equal(part.weight, part.count)


@SEEDS
def test_weights_that_are_no_counts_are_divided_without_loss(seed):
    sample = merge_to_divide(weighted(seed), "absolute_error")
    parts = hold_out(sample, 0.4, np.random.default_rng(seed))
    counts, weights = held_out_counts(sample, parts)
    np.testing.assert_allclose(weights.sum(axis=0), sample.weight)
    np.testing.assert_allclose(weights, sample.weight * counts / sample.count)


@SEEDS
def test_a_seed_decides_what_is_held_out(seed):
    sample = merge_equal_rows(make_sample(*generated(0)))
    first = hold_out(sample, 0.3, np.random.default_rng(seed))
    second = hold_out(sample, 0.3, np.random.default_rng(seed))
    other = hold_out(sample, 0.3, np.random.default_rng(seed + 100))
    for part, same in zip(first, second, strict=True):
        assert_same_samples(part, same, exactly=True)
    counts, _ = held_out_counts(sample, first)
    other_counts, _ = held_out_counts(sample, other)
    assert (counts != other_counts).any()


@settings(deadline=None)
@given(ROWS.filter(lambda rows: sum(row[-1] for row in rows) > 1), FRACTIONS)
def test_repeated_and_weighted_rows_are_held_out_alike(rows, fraction):
    of_weighted, of_repeated = (
        hold_out(merge_equal_rows(sample), fraction, np.random.default_rng(1))
        for sample in (sample_of(rows), repeated(rows))
    )
    for part, same in zip(of_weighted, of_repeated, strict=True):
        assert_same_samples(part, same, exactly=True)
        np.testing.assert_array_equal(part.count, same.count)


def test_each_observation_is_as_likely_to_be_held_out():
    count = np.array([1.0, 5.0, 10.0, 24.0])
    inputs = Encoded(np.arange(4, dtype=np.int32)[:, np.newaxis], np.zeros((4, 0)))
    sample = make_sample(inputs, np.arange(4.0)[:, np.newaxis], count)
    rng = np.random.default_rng(0)
    n_draws, fraction = 2000, 0.25
    total = np.zeros(4)
    for _ in range(n_draws):
        _, validation = hold_out(sample, fraction, rng)
        total[validation.inputs.codes[:, 0]] += validation.count
    # the hypergeometric distribution's mean and, at most, its standard deviation
    error = np.sqrt(count * fraction * (1 - fraction) / n_draws)
    assert (np.abs(total / n_draws - fraction * count) < 5 * error).all()


def test_both_parts_have_at_least_one_observation():
    sample = sample_of([(0, 0.0, 1.0, 0, 1), (1, 0.0, 2.0, 0, 1)])
    for fraction in (1e-9, 1 - 1e-9):
        parts = hold_out(sample, fraction, np.random.default_rng(0))
        assert [part.n_observations for part in parts] == [1, 1]


def test_one_observation_cannot_be_divided():
    sample = sample_of([(0, 0.0, 1.0, 0, 1)])
    with pytest.raises(
        ValueError, match=r"at least 2 distinct samples.* n_samples = 1"
    ):
        hold_out(sample, 0.5, np.random.default_rng(0))


@MERGES
def test_many_columns_of_many_levels_are_told_apart(merge):
    """Their combinations are too many for a flag each."""
    rng = np.random.default_rng(0)
    distinct = rng.integers(0, 10_000, (300, 5)).astype(np.int32)
    rows = rng.permutation(np.repeat(np.arange(300), 4))
    inputs = Encoded(distinct[rows], np.zeros((1200, 0)))
    merged = merge(make_sample(inputs, rows[:, np.newaxis].astype(float), None))
    assert merged.count.tolist() == [4] * 300
    found = set(map(tuple, merged.inputs.codes.tolist()))
    assert found == set(map(tuple, distinct.tolist()))


@MERGES
def test_two_columns_of_every_one_of_many_levels_are_told_apart(merge):
    """Their keys need more than 32 bits."""
    n = 60_000
    codes = np.column_stack([np.arange(n), np.arange(n)[::-1]]).astype(np.int32)
    inputs = Encoded(np.vstack([codes, codes]), np.zeros((2 * n, 0)))
    merged = merge(make_sample(inputs, np.zeros((2 * n, 1)), None))
    np.testing.assert_array_equal(merged.inputs.codes, codes)
    np.testing.assert_array_equal(merged.count, np.full(n, 2.0))


@pytest.mark.parametrize("n_parts", [1, 2, 3])
def test_parts_are_joined_in_their_order(n_parts):
    inputs, target, weight = generated(0)
    quantities = np.random.default_rng(1).normal(size=(len(target), 1))
    whole = make_sample(Encoded(inputs.codes, quantities), target, weight)
    parts = [whole.take(r) for r in np.array_split(np.arange(len(target)), n_parts)]
    joined = join(parts)
    np.testing.assert_array_equal(joined.inputs.codes, inputs.codes)
    np.testing.assert_array_equal(joined.inputs.quantities, quantities)
    for name in ("target", "count", "weight", "squares"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))
