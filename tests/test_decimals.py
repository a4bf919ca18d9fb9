"""Floats of few bits as the decimals that they were written as."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skembed._decimals import shortest_decimals


@given(st.integers(-9_999, 9_999), st.integers(0, 6))
def test_shortest_decimals_are_those_that_were_written(digits, places):
    number = digits / 10**places
    assert shortest_decimals(np.array([number], dtype="f4")) == number


@given(st.floats(width=32, allow_nan=False))
def test_shortest_decimals_round_to_the_float_they_stand_for(number):
    short = np.array([number], dtype="f4")
    np.testing.assert_array_equal(shortest_decimals(short).astype("f4"), short)


@pytest.mark.parametrize("number", [2.0**30, -(2.0**24), 3.0, np.inf, np.nan])
def test_shortest_decimals_of_integers_are_exact(number):
    short = np.array([number], dtype="f4")
    np.testing.assert_array_equal(shortest_decimals(short), [number])


def test_shortest_decimals_of_64_bits_are_the_floats_themselves():
    values = np.array([0.1 + 0.2, 1 / 3, np.nan])
    np.testing.assert_array_equal(shortest_decimals(values), values)
