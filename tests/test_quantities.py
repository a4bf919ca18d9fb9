import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skembed._quantities import Standardizer, learn_standardizer

NUMBERS = st.integers(-1000, 1000).map(lambda n: n / 8) | st.just(np.nan)
TABLES = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8), elements=NUMBERS
)


def naive_apply(standardizer, quantities):
    rows = []
    for row in quantities:
        standard, flags = [], []
        for j, value in enumerate(row):
            if np.isnan(value):
                standard.append(0.0)
            else:
                standard.append((value - standardizer.mean[j]) / standardizer.scale[j])
            if standardizer.flagged[j]:
                flags.append(float(np.isnan(value)))
        rows.append(standard + flags)
    return np.array(rows)


@settings(deadline=None)
@given(TABLES)
def test_quantities_are_followed_by_the_flags_of_missing_ones(quantities):
    standardizer = learn_standardizer(quantities)
    standard = standardizer.apply(quantities)
    assert standard.shape == (len(quantities), standardizer.n_inputs)
    np.testing.assert_array_equal(standard, naive_apply(standardizer, quantities))


@settings(deadline=None)
@given(TABLES)
def test_standardised_quantities_have_mean_zero_and_variance_one_or_zero(quantities):
    n_quantities = quantities.shape[1]
    standard = learn_standardizer(quantities).apply(quantities)[:, :n_quantities]
    for values, column in zip(quantities.T, standard.T, strict=True):
        present = column[~np.isnan(values)]
        if len(present):
            constant = len(set(values[~np.isnan(values)])) == 1
            np.testing.assert_allclose(present.mean(), 0, atol=1e-5)
            np.testing.assert_allclose(present.var(), float(not constant), atol=1e-5)


@settings(deadline=None)
@given(TABLES, st.data())
def test_a_weight_counts_as_repeated_rows_do(quantities, data):
    counts = data.draw(
        hnp.arrays(np.int64, len(quantities), elements=st.integers(1, 5))
    )
    weighted = learn_standardizer(quantities, counts.astype(np.float64))
    repeated = learn_standardizer(np.repeat(quantities, counts, axis=0))
    np.testing.assert_allclose(weighted.mean, repeated.mean, atol=1e-3)
    np.testing.assert_allclose(weighted.scale, repeated.scale, rtol=1e-6)
    np.testing.assert_array_equal(weighted.flagged, repeated.flagged)


def test_only_quantities_that_missed_values_in_fit_have_flags():
    standardizer = learn_standardizer(np.array([[0.0, 1.0], [2.0, np.nan]]))
    assert standardizer.flagged.tolist() == [False, True]
    assert standardizer.n_inputs == 3
    np.testing.assert_allclose(
        standardizer.apply(np.array([[np.nan, 1.0], [2.0, np.nan]])),
        [[0, 0, 0], [1, 0, 1]],
        atol=1e-5,
    )


def test_a_quantity_that_is_always_missing_is_zero_and_a_flag():
    standardizer = learn_standardizer(np.full((2, 1), np.nan))
    assert standardizer.mean.tolist() == [0]
    assert standardizer.scale.tolist() == [1]
    assert standardizer.apply(np.array([[np.nan], [3.0]])).tolist() == [[0, 1], [3, 0]]


@pytest.mark.parametrize("value", [0.0, 0.1, -1e12, 1e-12])
def test_a_constant_quantity_becomes_zero(value):
    quantities = np.full((7, 1), value)
    standard = learn_standardizer(quantities).apply(quantities)
    np.testing.assert_allclose(standard, 0, atol=1e-3)


def test_a_table_without_quantities_has_no_inputs():
    standardizer = learn_standardizer(np.empty((3, 0)), np.ones(3))
    assert standardizer.n_inputs == 0
    assert standardizer.apply(np.empty((2, 0))).shape == (2, 0)


def test_the_result_is_of_64_bit_floats():
    standardizer = Standardizer(np.zeros(1), np.ones(1), np.array([True]))
    assert standardizer.apply(np.array([[np.nan], [1.0]])).dtype == np.float64
