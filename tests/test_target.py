import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skembed._target import TargetScale, learn_target_scale, read_target

NUMBERS = st.integers(-1000, 1000).map(lambda n: n / 8)
TARGETS = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=NUMBERS
)


@pytest.mark.parametrize(
    "y",
    [
        [1, 2],
        (1.0, 2.0),
        np.array([1, 2], dtype=np.int8),
        np.array([1, 2], dtype=object),
        pd.Series([1, 2], index=[7, 3]),
        pd.Series([1, 2], dtype="Int64"),
        pl.Series([1, 2]),
    ],
    ids=lambda y: type(y).__module__,
)
def test_a_target_becomes_floats(y):
    target = read_target(y)
    assert target.dtype == np.float64
    assert target.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_the_number_of_dimensions_is_kept(n_outputs):
    y = np.ones((3, n_outputs))
    assert read_target(y).shape == (3, n_outputs)
    assert read_target(pd.DataFrame(y)).shape == (3, n_outputs)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed, but the target y is None"),
        ([1.0, np.nan], "y contains NaN"),
        ([1.0, None], "y contains NaN"),
        ([1.0, np.inf], "y contains infinity"),
        (["a", "b"], "could not convert string to float"),
        (np.array([1j]), "Complex data not supported"),
        (np.zeros((2, 2, 2)), "dim 3"),
        (np.zeros((2, 0)), "0 feature"),
        ([], "0 sample"),
    ],
    ids=repr,
)
def test_a_target_that_is_no_number_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        read_target(y)


@settings(deadline=None)
@given(TARGETS)
def test_standard_units_have_mean_zero_and_variance_one_or_zero(target):
    standard = learn_target_scale(target).standardize(target)
    varies = [len(set(column)) > 1 for column in target.T.tolist()]
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(standard.var(axis=0), varies, atol=1e-5)


@settings(deadline=None)
@given(TARGETS)
def test_standard_units_are_restored_to_those_of_the_target(target):
    scale = learn_target_scale(target)
    restored = scale.restore(scale.standardize(target))
    np.testing.assert_allclose(restored, target, atol=1e-9)


@settings(deadline=None)
@given(TARGETS, st.data())
def test_a_weight_counts_as_repeated_rows_do(target, data):
    counts = data.draw(hnp.arrays(np.int64, len(target), elements=st.integers(1, 5)))
    weighted = learn_target_scale(target, counts.astype(np.float64))
    repeated = learn_target_scale(np.repeat(target, counts, axis=0))
    np.testing.assert_allclose(weighted.scale, repeated.scale, rtol=1e-6)
    error = np.abs(weighted.mean - repeated.mean) / weighted.scale
    assert (error <= 3e-6).all()


def test_a_constant_output_has_scale_one():
    scale = learn_target_scale(np.array([[5.0, 0.0], [5.0, 2.0]]))
    np.testing.assert_allclose(scale.mean, [5, 1])
    np.testing.assert_allclose(scale.scale, [1, 1])


def test_each_output_has_a_scale_of_its_own():
    scale = TargetScale(np.array([1.0, 10.0]), np.array([2.0, 5.0]))
    assert scale.standardize(np.array([[3.0, 0.0]])).tolist() == [[1, -2]]
    assert scale.restore(np.array([[1.0, -2.0]])).tolist() == [[3, 0]]
