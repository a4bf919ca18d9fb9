from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from skembed import _design
from skembed._design import Design, NormalEquations
from skembed._lines import Lines
from skembed._terms import Located

SEEDS = pytest.mark.parametrize("seed", range(3))
# all effects, some terms, or none solved at once as a preconditioner
SOLVED_AT_ONCE = pytest.mark.parametrize("n_at_once", [512, 12, 0])

SHAPES = {
    "both": ([2, 3], (7, 4, 30)),
    "no lines": ([], (7, 4, 30)),
    "no terms": ([2, 3], ()),
    "one term": ([1], (40,)),
    "nothing": ([], ()),
}
ALL_SHAPES = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def located(seed, shape, n_rows=120):
    """Rows, some of which are in no cell that was learned, and slopes."""
    rng = np.random.default_rng(seed)
    blocks, n_cells = shape
    cells = rng.integers(0, np.array(n_cells, dtype=int) + 1, (n_rows, len(n_cells)))
    multipliers = np.ones((n_rows, len(n_cells)))
    multipliers[:, 1:] = rng.normal(size=multipliers[:, 1:].shape)
    lines = as_lines(rng.normal(size=(n_rows, sum(blocks))))
    return Located(lines, cells, multipliers, n_cells)


def as_lines(matrix):
    """One straight line, if there are so many, then ramps."""
    n_columns = matrix.shape[1]
    straight, bent = matrix[:, :1], sparse.csr_matrix(matrix[:, 1:])
    each = sparse.eye(bent.shape[1], format="csr")
    return Lines(straight, bent, each, np.zeros(n_columns))


def dense_matrix(rows):
    """The design, entry by entry."""
    columns = [*rows.lines.toarray().T]
    for t, n_cells in enumerate(rows.n_cells):
        is_in = (rows.cells[:, t] == cell for cell in range(n_cells))
        columns.extend(indicator * rows.multipliers[:, t] for indicator in is_in)
    return np.array(columns).reshape(-1, len(rows)).T


def counts(rows):
    return np.random.default_rng(len(rows)).integers(1, 6, len(rows)).astype(float)


def design_of(shape, rows):
    return Design(shape[0], rows, counts(rows))


@SEEDS
@ALL_SHAPES
def test_products_are_those_of_the_dense_matrix(seed, shape):
    rows = located(seed, shape)
    design, matrix = design_of(shape, rows), dense_matrix(rows)
    assert design.shape == matrix.shape
    rng = np.random.default_rng(seed)
    coefficients = rng.normal(size=(matrix.shape[1], 2))
    values = rng.normal(size=(len(matrix), 3))
    products = design.times(coefficients)
    np.testing.assert_allclose(products, matrix @ coefficients, atol=1e-12)
    sums = design.transposed_times(values)
    np.testing.assert_allclose(sums, matrix.T @ values, atol=1e-12)


@SEEDS
@ALL_SHAPES
def test_values_add_up_by_blocks(seed, shape):
    design = design_of(shape, located(seed, shape))
    sizes = [*shape[0], *shape[1]]
    assert design.blocks.tolist() == sizes
    values = np.random.default_rng(seed).normal(size=sum(sizes))
    ends = np.cumsum(sizes, dtype=int)
    expected = [values[end - n : end].sum() for n, end in zip(sizes, ends, strict=True)]
    np.testing.assert_allclose(design.block_sums(values), expected, atol=1e-12)


@SEEDS
@ALL_SHAPES
def test_squares_are_of_the_entries_of_terms(seed, shape):
    rows = located(seed, shape)
    expected = dense_matrix(rows)[:, sum(shape[0]) :] ** 2
    squared = design_of(shape, rows).squared.toarray()
    np.testing.assert_allclose(squared, expected, atol=1e-12)


@SEEDS
@ALL_SHAPES
@SOLVED_AT_ONCE
def test_lines_and_the_smallest_terms_go_together(seed, shape, n_at_once, monkeypatch):
    monkeypatch.setattr(_design, "JOINT_CELLS", n_at_once)
    rows = located(seed, shape)
    design, matrix = design_of(shape, rows), dense_matrix(rows)
    n_lines, joint = sum(shape[0]), design.joint.tolist()
    assert joint == sorted(set(joint))
    assert joint[:n_lines] == list(range(n_lines))
    starts = n_lines + np.cumsum([0, *shape[1]], dtype=int)
    room, small = n_at_once, []
    for term in sorted(range(len(shape[1])), key=lambda t: shape[1][t]):
        room -= shape[1][term]
        if room >= 0:
            small += range(starts[term], starts[term + 1])
    assert joint[n_lines:] == sorted(small)
    weighted = counts(rows)[:, np.newaxis] * matrix
    expected = (matrix.T @ weighted)[np.ix_(joint, joint)]
    np.testing.assert_allclose(design.joint_gram, expected, atol=1e-9)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_weights_of_another_unit_are_solved_as_fast(scale):
    """The factorized part is brought to their level."""
    shape = SHAPES["both"]
    rows, penalties, weight, rhs = problem(0, shape, "one weight")
    equations = NormalEquations(design_of(shape, rows), penalties, scale * weight)
    solution = equations.solve(rhs, np.zeros_like(rhs), 1e-12, max_iter=1)
    expected = dense_solutions(rows, shape[0], penalties, scale * weight, rhs)
    np.testing.assert_allclose(solution, expected, rtol=1e-4, atol=1e-7)


def dense_solutions(rows, blocks, penalties, weight, rhs):
    """Each column by its own weight, by elimination."""
    matrix = dense_matrix(rows)
    penalty = np.diag(np.repeat(penalties, [*blocks, *rows.n_cells]))
    weights = np.broadcast_to(
        weight.reshape(len(weight), -1), (len(rows), rhs.shape[1])
    )
    pairs = zip(weights.T, rhs.T, strict=True)
    solutions = [
        np.linalg.solve(matrix.T @ (w[:, np.newaxis] * matrix) + penalty, column)
        for w, column in pairs
    ]
    return np.column_stack(solutions)


def problem(seed, shape, kind):
    rows = located(seed, shape)
    rng = np.random.default_rng(seed + 100)
    penalties = rng.uniform(0.1, 20, len(shape[0]) + len(shape[1]))
    weight = counts(rows)
    if kind == "masks":  # as for fits that each leave out a fold
        fold = rng.integers(0, 3, len(rows))
        weight = weight[:, np.newaxis] * (fold[:, np.newaxis] != np.arange(3))
    rhs = rng.normal(size=(sum(shape[0]) + sum(shape[1]), 3))
    return rows, penalties, weight, rhs


@SEEDS
@ALL_SHAPES
@SOLVED_AT_ONCE
@pytest.mark.parametrize("kind", ["one weight", "masks"])
def test_solutions_are_those_of_the_dense_equations(
    seed, shape, n_at_once, kind, monkeypatch
):
    monkeypatch.setattr(_design, "JOINT_CELLS", n_at_once)
    rows, penalties, weight, rhs = problem(seed, shape, kind)
    equations = NormalEquations(design_of(shape, rows), penalties, weight)
    solutions = equations.solve(rhs, np.zeros_like(rhs), 1e-12)
    expected = dense_solutions(rows, shape[0], penalties, weight, rhs)
    np.testing.assert_allclose(solutions, expected, atol=1e-8)


@SEEDS
def test_it_does_not_matter_where_the_search_starts(seed):
    shape = SHAPES["both"]
    rows, penalties, weight, rhs = problem(seed, shape, "masks")
    equations = NormalEquations(design_of(shape, rows), penalties, weight)
    start = np.random.default_rng(seed).normal(0, 10, rhs.shape)
    before = start.copy()
    solutions = equations.solve(rhs, start, 1e-12)
    expected = dense_solutions(rows, shape[0], penalties, weight, rhs)
    np.testing.assert_allclose(solutions, expected, atol=1e-8)
    np.testing.assert_array_equal(start, before)


def test_a_solution_is_kept_and_zero_stays_zero():
    shape = SHAPES["both"]
    rows, penalties, weight, rhs = problem(0, shape, "one weight")
    rhs[:, 1] = 0
    equations = NormalEquations(design_of(shape, rows), penalties, weight)
    expected = dense_solutions(rows, shape[0], penalties, weight, rhs)
    kept = equations.solve(rhs, expected, 1e-3, max_iter=0)
    np.testing.assert_array_equal(kept, expected)
    solutions = equations.solve(rhs, np.zeros_like(rhs), 1e-12)
    assert (solutions[:, 1] == 0).all()


@SEEDS
def test_solved_at_once_one_step_is_enough(seed):
    shape = SHAPES["both"]
    rows, penalties, weight, rhs = problem(seed, shape, "one weight")
    equations = NormalEquations(design_of(shape, rows), penalties, weight)
    solutions = equations.solve(rhs, np.zeros_like(rhs), 1e-12, max_iter=1)
    expected = dense_solutions(rows, shape[0], penalties, weight, rhs)
    np.testing.assert_allclose(solutions, expected, atol=1e-6)


@pytest.mark.parametrize("n_at_once", [512, 12, 0])
def test_equal_lines_share_what_they_explain(n_at_once, monkeypatch):
    """Singular but for the penalties, which are small."""
    monkeypatch.setattr(_design, "JOINT_CELLS", n_at_once)
    shape = ([2], (5,))
    rows = located(0, shape)
    lines = as_lines(np.repeat(rows.lines.toarray()[:, :1], 2, axis=1))
    rows = replace(rows, lines=lines)
    penalties, weight = np.array([1e-3, 1.0]), counts(rows)
    rhs = dense_matrix(rows).T @ np.random.default_rng(0).normal(size=(len(rows), 1))
    equations = NormalEquations(design_of(shape, rows), penalties, weight)
    solution = equations.solve(rhs, np.zeros_like(rhs), 1e-10)
    assert solution[0] == pytest.approx(solution[1])
    expected = dense_solutions(rows, shape[0], penalties, weight, rhs)
    np.testing.assert_allclose(solution, expected, rtol=1e-5)
