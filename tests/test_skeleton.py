"""Matrices from some of their rows and columns, against all of their entries."""

import numpy as np
import pytest

from skembed._skeleton import TOLERANCE, fill_matrix


class Counted:
    """The entries of a matrix, which count how many were asked for."""

    def __init__(self, matrix):
        self.matrix = matrix
        self.n_asked = 0

    def __call__(self, rows, columns):
        self.n_asked += len(rows) * len(columns)
        return self.matrix[np.ix_(rows, columns)]


def make_matrix(rank, n_rows=600, n_columns=500, n_outputs=1, seed=0):
    rng = np.random.default_rng(seed)
    left = rng.normal(size=(n_outputs, n_rows, rank))
    right = rng.normal(size=(n_outputs, rank, n_columns))
    return np.moveaxis(left @ right, 0, 2) + 3.0


@pytest.mark.parametrize(("rank", "at_most"), [(1, 0.2), (15, 0.2), (50, 0.7)])
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_fill_matrix_of_low_rank_is_exact_and_takes_few_entries(
    rank, at_most, n_outputs
):
    entries = Counted(make_matrix(rank, n_outputs=n_outputs))
    filled = fill_matrix(entries, 600, 500)
    np.testing.assert_allclose(filled, entries.matrix, atol=1e-6)
    assert entries.n_asked < at_most * 600 * 500


def test_fill_matrix_of_high_rank_computes_all_entries():
    entries = Counted(make_matrix(400))
    np.testing.assert_array_equal(fill_matrix(entries, 600, 500), entries.matrix)


def test_fill_matrix_of_a_small_matrix_computes_all_entries():
    entries = Counted(make_matrix(1, n_rows=40, n_columns=1_000))
    np.testing.assert_array_equal(fill_matrix(entries, 40, 1_000), entries.matrix)
    assert entries.n_asked == 40 * 1_000


def test_fill_matrix_of_a_nearly_low_rank_keeps_within_the_tolerance():
    x, y = np.linspace(-1, 1, 600), np.linspace(-1, 1, 500)
    rng = np.random.default_rng(0)
    bent = np.maximum(np.add.outer(rng.permutation(x), rng.permutation(y)), 0)
    entries = Counted(bent[:, :, np.newaxis])
    filled = fill_matrix(entries, 600, 500)
    error = np.sqrt(np.mean((filled[:, :, 0] - bent) ** 2))
    assert error < 2 * TOLERANCE * bent.std()
    assert entries.n_asked < 600 * 500


def test_fill_matrix_of_equal_entries_is_exact():
    entries = Counted(np.full((600, 500, 1), 2.5))
    np.testing.assert_allclose(fill_matrix(entries, 600, 500), entries.matrix)
