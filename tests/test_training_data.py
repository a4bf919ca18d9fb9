"""Rows that count, in the order of the table."""

import numpy as np
import pytest

from skembed._columns import read_columns
from skembed._training_data import read_training_data

TABLE = np.array([["a"], ["b"], ["c"], ["d"]], dtype=object)
TARGET = np.arange(4.0)


def read(weight=None, target=TARGET):
    return read_training_data(read_columns(TABLE), target, weight)


def test_without_weights_every_row_counts():
    data = read()
    assert data.weight is None
    assert data.is_kept.all()
    assert list(data.columns[0].values) == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(data.target, TARGET[:, np.newaxis])


def test_rows_of_weight_zero_are_left_out():
    data = read([1, 0, 2, 0])
    assert data.is_kept.tolist() == [True, False, True, False]
    assert list(data.columns[0].values) == ["a", "c"]
    np.testing.assert_array_equal(data.target, [[0], [2]])
    np.testing.assert_allclose(data.weight, [2 / 3, 4 / 3])
    assert data.unit == 1.5


@pytest.mark.parametrize("weight", [None, [1, 2, 3, 4]])
def test_some_of_the_rows(weight):
    data = read(weight).take(np.array([3, 1]))
    assert list(data.columns[0].values) == ["d", "b"]
    np.testing.assert_array_equal(data.target, [[3], [1]])
    assert weight is None or data.weight == pytest.approx([1.6, 0.8])


def test_lengths_have_to_agree():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        read(target=np.arange(3.0))
