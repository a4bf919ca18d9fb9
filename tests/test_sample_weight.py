"""Sample weights have a mean of 1, and rows of weight zero are not kept."""

import numpy as np
import pytest

from skembed._sample_weight import read_sample_weight

TARGET = np.arange(3.0)


def test_weights_have_a_mean_of_one_over_the_rows_that_are_kept():
    weight, unit, is_kept = read_sample_weight([1, 0, 5], TARGET)
    np.testing.assert_allclose(weight, [1 / 3, 0, 5 / 3], rtol=1e-9)
    assert unit == pytest.approx(3)
    assert is_kept.tolist() == [True, False, True]


def test_weights_of_rows_that_stand_for_several_have_a_mean_of_one():
    weight, unit, _ = read_sample_weight([1, 2, 5], TARGET, np.array([4.0, 3.0, 1.0]))
    assert weight @ [4, 3, 1] == pytest.approx(8)
    assert unit == pytest.approx(15 / 8)


@pytest.mark.parametrize("factor", [1e-300, 0.1, 3, 1.7e300])
def test_weights_do_not_depend_on_their_unit_to_the_last_bit(factor):
    plain = np.random.default_rng(0).uniform(0, 1, 1000)
    target = np.zeros(1000)
    expected, unit, _ = read_sample_weight(plain, target)
    found, other_unit, _ = read_sample_weight(plain * factor, target)
    np.testing.assert_array_equal(found, expected)
    assert other_unit == pytest.approx(unit * factor)


def test_equal_weights_are_exactly_one():
    weight, _, _ = read_sample_weight([0.1, 0.1, 0.1], TARGET)
    assert weight.tolist() == [1, 1, 1]


def test_weights_beyond_floats_are_refused():
    with pytest.raises(ValueError, match="orders of magnitude; got weights from 1e-30"):
        read_sample_weight([1e-300, 1, 1e300], TARGET)


def test_without_any_weight_there_is_nothing_to_fit():
    with pytest.raises(ValueError, match="zero"):
        read_sample_weight([0, 0, 0], TARGET)


@pytest.mark.parametrize("bad", [[1, -1, 1], [1, np.nan, 1], [1, 1]])
def test_malformed_weights_are_refused(bad):
    with pytest.raises(ValueError, match=r"(?i)weight"):
        read_sample_weight(bad, TARGET)
