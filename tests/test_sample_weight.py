"""Sample weights are counts or importances, and rows without weight are not there."""

import numpy as np
import pytest

from skembed._sample_weight import read_sample_weight

TARGET = np.arange(3.0)


def test_whole_numbers_stay_as_they_are():
    weight, _ = read_sample_weight([1, 2, 5], TARGET)
    np.testing.assert_array_equal(weight, [1, 2, 5])


def test_other_weights_are_scaled_to_a_mean_of_one_over_the_rows_that_count():
    weight, is_kept = read_sample_weight([0.5, 0, 1.5], TARGET)
    np.testing.assert_allclose(weight, [0.5, 0, 1.5])
    assert is_kept.tolist() == [True, False, True]


def test_without_any_weight_there_is_nothing_to_fit():
    with pytest.raises(ValueError, match="zero"):
        read_sample_weight([0, 0, 0], TARGET)


@pytest.mark.parametrize("bad", [[1, -1, 1], [1, np.nan, 1], [1, 1]])
def test_malformed_weights_are_refused(bad):
    with pytest.raises(ValueError, match=r"(?i)weight"):
        read_sample_weight(bad, TARGET)
