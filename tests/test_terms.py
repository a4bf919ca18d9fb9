import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._encoding import Encoded
from skembed._grouping import number_keys
from skembed._pieces import Pieces
from skembed._ramps import FARTHEST, learn_ramps
from skembed._terms import (
    Located,
    Term,
    count_columns,
    learn_term,
    locate,
)

SEEDS = pytest.mark.parametrize("seed", range(3))
CROSSES = pytest.mark.parametrize("columns", [(0,), (1, 2), (0, 1, 2)])
TABLE_ROWS = (5, 4, 8)  # a code more than there are levels

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 6)),
    min_size=1,
    max_size=40,
)


def inputs_of(codes, n_quantities=0):
    codes = np.array(codes, dtype=np.int32)
    quantities = np.random.default_rng(0).normal(0, 3, (len(codes), n_quantities))
    return Encoded(codes, quantities)


def generated(seed, n_samples=200, n_quantities=2):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, np.array(TABLE_ROWS) - 1, (n_samples, 3))
    return inputs_of(codes, n_quantities)


def learned(inputs, columns, quantity=None, pieces=None):
    table_rows = tuple(TABLE_ROWS[column] for column in columns)
    return learn_term(inputs, columns, table_rows, quantity, pieces)


@CROSSES
@settings(deadline=None, max_examples=30)
@given(rows=ROWS)
def test_a_cell_is_a_combination_of_levels(columns, rows):
    inputs = inputs_of(rows)
    term, cells = learned(inputs, columns)
    groups = pd.DataFrame(inputs.codes).groupby(list(columns), sort=True)
    np.testing.assert_array_equal(cells, groups.ngroup())
    assert term.n_cells == groups.ngroups


@CROSSES
@settings(deadline=None, max_examples=30)
@given(rows=ROWS)
def test_rows_find_the_cells_that_they_were_learned_as(columns, rows):
    inputs = inputs_of(rows)
    term, cells = learned(inputs, columns)
    np.testing.assert_array_equal(term.cells(inputs), cells)


@CROSSES
@settings(deadline=None, max_examples=30)
@given(rows=ROWS, others=ROWS)
def test_other_rows_find_their_cells_and_unseen_ones_come_last(columns, rows, others):
    term, cells = learned(inputs_of(rows), columns)
    known = {
        tuple(row[c] for c in columns): cell
        for row, cell in zip(rows, cells, strict=True)
    }
    expected = [known.get(tuple(r[c] for c in columns), term.n_cells) for r in others]
    assert term.cells(inputs_of(others)).tolist() == expected


@CROSSES
def test_the_code_of_unseen_levels_is_in_no_cell(columns):
    term, _ = learned(generated(0), columns)
    unseen = inputs_of([[4, 3, 7]] * 2)
    assert (term.cells(unseen) == term.n_cells).all()
    for column in columns:
        codes = np.zeros((1, 3), dtype=np.int32)
        codes[0, column] = TABLE_ROWS[column] - 1
        assert term.cells(inputs_of(codes)) == term.n_cells


def test_codes_of_one_column_are_its_cells_if_all_have_occurred():
    inputs = generated(0)
    term, cells = learned(inputs, (2,))
    np.testing.assert_array_equal(cells, inputs.codes[:, 2])
    np.testing.assert_array_equal(term.keys, np.arange(7))
    assert term.cells(inputs_of([[0, 0, 7]])) == 7


def test_codes_that_have_not_occurred_are_no_cells():
    term, cells = learned(inputs_of([[0, 0, 5], [0, 0, 2], [0, 0, 5]]), (2,))
    assert cells.tolist() == [1, 0, 1]
    others = inputs_of([[0, 0, code] for code in range(8)])
    assert term.cells(others).tolist() == [2, 2, 0, 2, 2, 1, 2, 2]


@CROSSES
@SEEDS
def test_pieces_tell_cells_apart_as_the_levels_of_a_column_do(columns, seed):
    pieces = Pieces(1, np.array([-1.0, 0.0, 2.5]))
    inputs, others = generated(seed, 60), generated(seed + 10, 80)
    others.codes[0] = 4, 3, 7  # unseen
    term, cells = learned(inputs, columns, pieces=pieces)
    assert term.is_cross

    def as_a_column(rows):
        piece = np.digitize(rows.quantities[:, 1], pieces.edges)
        codes = np.column_stack([rows.codes[:, list(columns)], piece])
        return Encoded(codes.astype(np.int32), rows.quantities)

    table_rows = (*(TABLE_ROWS[column] for column in columns), 4)
    every_column = tuple(range(len(table_rows)))
    cross, expected = learn_term(as_a_column(inputs), every_column, table_rows)
    np.testing.assert_array_equal(cells, expected)
    np.testing.assert_array_equal(term.cells(inputs), cells)
    found = term.cells(others)
    np.testing.assert_array_equal(found, cross.cells(as_a_column(others)))
    assert (found == term.n_cells).any()
    assert (found < term.n_cells).any()


def test_a_cross_is_of_more_than_one_column():
    pieces = Pieces(0, np.array([0.0]))
    inputs = generated(0)
    terms = {
        "effect": learned(inputs, (0,)),
        "slope": learned(inputs, (0,), quantity=1),
        "cross": learned(inputs, (0, 1)),
        "curve": learned(inputs, (0,), pieces=pieces),
    }
    crosses = [kind for kind, (term, _) in terms.items() if term.is_cross]
    assert crosses == ["cross", "curve"]


def test_keys_of_many_levels_are_told_apart():
    """Their combinations need more than 32 bits."""
    n = 70_000
    codes = np.column_stack([np.arange(n), np.arange(n)[::-1]])
    term, cells = learn_term(inputs_of(codes), (0, 1), (n + 1, n + 1))
    np.testing.assert_array_equal(cells, np.arange(n))
    np.testing.assert_array_equal(term.cells(inputs_of(codes[::-1])), cells[::-1])


def test_a_plain_effect_is_multiplied_by_one_and_a_slope_by_its_quantity():
    inputs = generated(0)
    plain, _ = learned(inputs, (0,))
    slope, _ = learned(inputs, (0,), quantity=1)
    assert plain.multiplier(inputs).tolist() == [1.0] * len(inputs)
    expected = [min(max(x, -5.0), 5.0) for x in inputs.quantities[:, 1]]
    assert slope.multiplier(inputs).tolist() == expected


def test_slopes_stop_at_far_outliers():
    inputs = Encoded(np.zeros((3, 0), dtype=np.int32), np.array([[-99.0], [2], [1e9]]))
    slope = Term((), (), np.array([0]), quantity=0)
    assert slope.multiplier(inputs).tolist() == [-FARTHEST, 2, FARTHEST]


def located(seed, n_samples=60):
    """Rows of lines, a plain effect and a slope, some cells of which are unseen."""
    learning, others = generated(seed, 20), generated(seed + 10, n_samples)
    terms = [learned(learning, (0, 2))[0], learned(learning, (1,), quantity=0)[0]]
    ramps = learn_ramps(learning.quantities, np.ones(20))
    return ramps, terms, others, locate(ramps, terms, others)


@SEEDS
def test_rows_are_located_in_lines_and_in_every_term(seed):
    ramps, terms, inputs, rows = located(seed)
    expected = ramps.apply(inputs.quantities)
    np.testing.assert_array_equal(rows.lines.toarray(), expected.toarray())
    for t, term in enumerate(terms):
        np.testing.assert_array_equal(rows.cells[:, t], term.cells(inputs))
        np.testing.assert_array_equal(rows.multipliers[:, t], term.multiplier(inputs))
    assert rows.n_cells == (terms[0].n_cells, terms[1].n_cells)
    assert (rows.cells == rows.n_cells).any()
    assert len(rows) == len(inputs)


@SEEDS
def test_rows_that_are_taken_are_those_of_the_inputs(seed):
    ramps, terms, inputs, rows = located(seed)
    some = np.random.default_rng(seed).integers(0, len(rows), 25)
    taken, expected = rows.take(some), locate(ramps, terms, inputs.take(some))
    assert len(taken) == 25
    np.testing.assert_array_equal(taken.lines.toarray(), expected.lines.toarray())
    for name in ("cells", "multipliers"):
        np.testing.assert_array_equal(getattr(taken, name), getattr(expected, name))
    assert taken.n_cells == rows.n_cells


@SEEDS
def test_what_is_forgotten_is_as_if_it_had_not_been_learned(seed):
    _, _, _, rows = located(seed)
    rng = np.random.default_rng(seed)
    terms = rng.random(rows.cells.shape) < 0.4
    before = rows.cells.copy()
    less = rows.forget(terms)
    for t, n_cells in enumerate(rows.n_cells):
        forgotten = terms[:, t]
        assert (less.cells[forgotten, t] == n_cells).all()
        np.testing.assert_array_equal(less.cells[~forgotten, t], before[~forgotten, t])
    np.testing.assert_array_equal(rows.cells, before)
    np.testing.assert_array_equal(less.multipliers, rows.multipliers)
    coefficients = rng.normal(size=(rows.lines.n_columns + sum(rows.n_cells), 1))
    fit = np.zeros(len(rows), dtype=int)
    lines, effects = rows.add_up(coefficients, fit)
    same_lines, fewer = less.add_up(coefficients, fit)
    np.testing.assert_array_equal(same_lines, lines)
    np.testing.assert_array_equal(fewer, np.where(terms, 0, effects))


def naive_sums(rows, coefficients, fit):
    lines, terms = [], []
    matrix = rows.lines.toarray()
    n_lines = matrix.shape[1]
    for i, f in enumerate(fit):
        products = [matrix[i, j] * coefficients[j, f] for j in range(n_lines)]
        lines.append(sum(products))
        added, start = [], n_lines
        for t, n_cells in enumerate(rows.n_cells):
            cell = rows.cells[i, t]
            effect = coefficients[start + cell, f] if cell < n_cells else 0.0
            added.append(effect * rows.multipliers[i, t])
            start += n_cells
        terms.append(added)
    return np.array(lines), np.array(terms)


@SEEDS
def test_the_coefficients_of_the_fit_that_counts_add_up(seed):
    _, _, _, rows = located(seed)
    rng = np.random.default_rng(seed)
    n_coefficients = rows.lines.n_columns + sum(rows.n_cells)
    coefficients = rng.normal(size=(n_coefficients, 3))
    fit = rng.integers(0, 3, len(rows))
    for found, expected in zip(
        rows.add_up(coefficients, fit), naive_sums(rows, coefficients, fit), strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-12)


def straight(quantities):
    """Quantities of mean 0 and of too few values to bend."""
    return learn_ramps(quantities, np.ones(len(quantities))).apply(quantities)


@SEEDS
@pytest.mark.parametrize("n_terms", [0, 1, 2])
def test_rows_stand_in_a_model_of_the_first_terms_as_if_it_were_alone(seed, n_terms):
    ramps, terms, inputs, rows = located(seed)
    found = rows.first(n_terms)
    expected = locate(ramps, terms[:n_terms], inputs)
    assert found.n_cells == expected.n_cells
    np.testing.assert_array_equal(found.lines.toarray(), expected.lines.toarray())
    np.testing.assert_array_equal(found.cells, expected.cells)
    np.testing.assert_array_equal(found.multipliers, expected.multipliers)


def test_coefficients_are_split_into_lines_and_terms():
    lines = straight(np.zeros((1, 2)))
    rows = Located(lines, np.zeros((1, 3)), np.ones((1, 3)), (3, 1, 4))
    parts = rows.split(np.arange(10))
    assert [p.tolist() for p in parts] == [[0, 1], [2, 3, 4], [5], [6, 7, 8, 9]]


def test_without_terms_only_the_lines_add_up():
    lines = straight(np.array([[1.0, 2], [-1, -2]]))
    rows = Located(lines, np.empty((2, 0), dtype=int), np.empty((2, 0)), ())
    total, terms = rows.add_up(np.array([[1.0], [10]]), np.zeros(2, dtype=int))
    assert total.tolist() == [21, -21]
    assert terms.shape == (2, 0)


def test_a_term_knows_its_cells():
    assert Term((0,), (4,), np.array([0, 2])).n_cells == 2


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ([], 0),
        ([((0,), None), ((1,), None), ((2,), None)], 3),
        ([((0,), None), ((1,), None), ((0,), 0), ((0, 1), None)], 2),
        ([((0,), None), ((0, 1), None)], 1),
    ],
)
def test_columns_are_counted_before_what_is_added(wanted, count):
    inputs = generated(0)
    assert count_columns([learned(inputs, *term)[0] for term in wanted]) == count


@pytest.mark.parametrize("bound", [40, 10**15])
def test_number_keys_equals_numpy_unique(bound):
    keys = 3 * np.random.default_rng(0).integers(0, 12, 50)
    distinct, positions = number_keys(keys, bound)
    expected = np.unique(keys, return_inverse=True)
    np.testing.assert_array_equal(distinct, expected[0])
    np.testing.assert_array_equal(positions, expected[1])
