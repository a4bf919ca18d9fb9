import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skembed._pieces import COARSE_TO_FINE, Pieces, cut, ends_of_pieces
from skembed._ramps import learn_ramps

VALUES = st.lists(st.integers(-20, 20), min_size=1, max_size=30)


@given(values=VALUES, edges=st.sets(st.integers(-15, 15), min_size=1))
def test_a_row_lies_in_the_piece_that_as_many_edges_come_before(values, edges):
    edges = sorted(edges)
    pieces = Pieces(1, np.array(edges, dtype=float))
    quantities = np.column_stack([np.full(len(values), 99.0), values])
    expected = [sum(edge <= value for edge in edges) for value in values]
    assert pieces.of_rows(quantities).tolist() == expected
    assert 0 <= min(expected) <= max(expected) < pieces.count == len(edges) + 1


@pytest.mark.parametrize(
    ("n_ends", "counts"),
    [(1, [2]), (3, [4]), (4, [3, 5]), (11, [4, 12]), (47, [4, 12, 48])],
)
def test_there_are_coarse_and_fine_pieces(n_ends, counts):
    ends = np.sort(np.random.default_rng(n_ends).normal(size=n_ends))
    found = list(cut(3, ends))
    assert [pieces.count for pieces in found] == counts
    assert all(count <= n for count, n in zip(counts, COARSE_TO_FINE, strict=False))
    for pieces in found:
        assert pieces.quantity == 3
        assert set(pieces.edges) <= set(ends)
        assert (np.diff(pieces.edges) > 0).all()


def test_what_has_no_ends_is_not_cut():
    assert list(cut(0, np.empty(0))) == []


def test_quantities_are_cut_at_inner_knots_or_between_their_values():
    rng = np.random.default_rng(0)
    few = rng.integers(0, 4, 500)
    quantities = np.column_stack([rng.normal(size=500), few, np.ones(500)])
    knots = learn_ramps(quantities, np.ones(500)).knots
    ends = ends_of_pieces(quantities, knots)
    np.testing.assert_array_equal(ends[0], knots[0][1:-1])
    assert ends[1].tolist() == [1, 2, 3]
    assert ends[2].tolist() == []
    (pieces,) = cut(1, ends[1])
    np.testing.assert_array_equal(pieces.of_rows(quantities), few)


def test_pieces_have_about_as_many_rows_each():
    quantities = np.random.default_rng(0).exponential(size=(10_000, 1))
    (knots,) = learn_ramps(quantities, np.ones(10_000)).knots
    for pieces in cut(0, knots[1:-1]):
        n_rows = np.bincount(pieces.of_rows(quantities), minlength=pieces.count)
        assert n_rows.max() <= 10_000 / pieces.count * 1.6
        # the last one has what is left
        assert n_rows[:-1].min() >= 10_000 / pieces.count * 0.7
