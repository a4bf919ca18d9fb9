"""Vectors of levels: their distances are those of what a model predicts."""

import numpy as np
import pytest

from skembed import _tables
from skembed._bilinear import Bilinear, Factors
from skembed._encoding import Encoded
from skembed._mixed_model import MixedModel
from skembed._pieces import Pieces
from skembed._ramps import learn_ramps
from skembed._tables import _cross_vectors, level_tables
from skembed._terms import cell_keys, learn_term

SEEDS = pytest.mark.parametrize("seed", range(3))
N_CODES = (7, 6, 4)  # that of unseen levels the last
N_ROWS = 400
PIECES = Pieces(0, np.array([-0.8, 0.0, 1.0]))
KINDS = {
    "effects": ([], False),
    "slopes": ([((0,), 0), ((1,), 0)], False),
    "a cross": ([((0, 1), None)], False),
    "a cross of three": ([((0, 1, 2), None)], False),
    "slopes of a cross": ([((1, 2), 0)], False),
    "curves": ([((0,), None, PIECES), ((1,), None, PIECES)], False),
    "curves of a cross": ([((0, 2), None, PIECES)], False),
    "factors": ([], True),
    "all": (
        [((0,), 0), ((0, 1), None), ((0, 2), 0), ((1,), None, PIECES)],
        True,
    ),
}
EVERY_KIND = pytest.mark.parametrize(
    ("added", "has_factors"), KINDS.values(), ids=KINDS.keys()
)


def codes_and_quantities(rng):
    codes = rng.integers(0, np.array(N_CODES) - 1, (N_ROWS, 3)).astype(np.int32)
    return codes, rng.normal(size=(N_ROWS, 1))


def drawn(seed, added=(), has_factors=False):
    """A model of random effects, where rows are in it, and their weights."""
    rng = np.random.default_rng(seed)
    codes, quantities = codes_and_quantities(rng)
    codes[codes[:, 0] == 4, 0] = 5  # a level without rows
    inputs = Encoded(codes, quantities)
    wanted = [*(((c,), None) for c in range(3)), *added]
    terms = [
        learn_term(inputs, columns, tuple(N_CODES[c] for c in columns), *others)[0]
        for columns, *others in wanted
    ]
    weight = rng.integers(1, 4, N_ROWS).astype(float)
    ramps = learn_ramps(inputs.quantities, weight)
    n_effects = sum(term.n_cells for term in terms)
    coefficients = rng.normal(size=len(ramps.center) + n_effects)
    penalties = np.ones(len(ramps.blocks) + len(terms))
    mixed = MixedModel(ramps, tuple(terms), 0.5, coefficients, penalties, 1.0)
    rows = mixed.locate(inputs)
    factors = ()
    if has_factors:
        factors = (random_factors(rng, rows, (0, 1)), random_factors(rng, rows, (1, 2)))
    return Bilinear(mixed, factors), rows, weight


def random_factors(rng, rows, columns):
    tables = [rng.normal(size=(rows.n_cells[c] + 1, 2)) for c in columns]
    for table in tables:
        table[-1] = 0
    return Factors(columns, *tables)


def naive_distances(model, rows, weight, column, quantities):
    """The root mean square of what predictions change by, level by level."""
    terms = model.mixed.terms
    keys, codes = terms[column].keys, _codes_of(rows, terms)
    predictions = []
    for key in keys:
        changed = codes.copy()
        changed[:, column] = key
        located = model.mixed.locate(Encoded(changed, quantities))
        predictions.append(model.predict(located))
    squares = [[(a - b) ** 2 for a in predictions] for b in predictions]
    return np.sqrt(np.average(squares, axis=2, weights=weight))


def _codes_of(rows, terms):
    return np.column_stack([terms[c].keys[rows.cells[:, c]] for c in range(3)])


def distances(table):
    table = table.astype(float)
    return np.linalg.norm(table[:, np.newaxis] - table, axis=2)


@SEEDS
@EVERY_KIND
def test_distances_are_what_predictions_change_by(seed, added, has_factors):
    model, rows, weight = drawn(seed, added, has_factors)
    quantities = codes_and_quantities(np.random.default_rng(seed))[1]
    tables = level_tables(model, rows, weight, N_CODES, (None,) * 3)
    for column, table in enumerate(tables):
        keys = model.mixed.terms[column].keys
        expected = naive_distances(model, rows, weight, column, quantities)
        # what is cut is a hundredth of the longest axis
        np.testing.assert_allclose(distances(table[keys]), expected, atol=0.05)


@SEEDS
@EVERY_KIND
def test_before_axes_are_cut_distances_are_exact(seed, added, has_factors, monkeypatch):
    monkeypatch.setattr(_tables, "LEAST_SPREAD", 0)
    model, rows, weight = drawn(seed, added, has_factors)
    quantities = codes_and_quantities(np.random.default_rng(seed))[1]
    tables = level_tables(model, rows, weight, N_CODES, (None,) * 3)
    for column, table in enumerate(tables):
        keys = model.mixed.terms[column].keys
        expected = naive_distances(model, rows, weight, column, quantities)
        np.testing.assert_allclose(distances(table[keys]), expected, atol=1e-5)


@EVERY_KIND
def test_vectors_are_on_their_principal_axes(added, has_factors):
    model, rows, weight = drawn(0, added, has_factors)
    for column, table in enumerate(
        level_tables(model, rows, weight, N_CODES, (None,) * 3)
    ):
        learned = table[model.mixed.terms[column].keys]
        covariance = np.atleast_2d(np.cov(learned.T))
        np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-5)
        assert (np.diff(np.diag(covariance)) <= 0).all()


def test_an_effect_alone_is_the_vector():
    model, rows, weight = drawn(0)
    for column, table in enumerate(
        level_tables(model, rows, weight, N_CODES, (None,) * 3)
    ):
        keys = model.mixed.terms[column].keys
        expected = model.mixed.effects(column)
        np.testing.assert_allclose(table[keys, 0], expected, rtol=1e-6)


@EVERY_KIND
@pytest.mark.parametrize("dims", [None, 1, 9])
def test_levels_that_were_not_learned_are_zero(added, has_factors, dims):
    model, rows, weight = drawn(0, added, has_factors)
    tables = level_tables(model, rows, weight, N_CODES, (dims,) * 3)
    assert (tables[0][4] == 0).all()
    for table in tables:
        assert (table[-1] == 0).all()
        assert table.dtype == np.float32


@pytest.mark.parametrize("length", [1, 2, 3, 12])
def test_vectors_are_cut_or_filled_with_zeros(length):
    model, rows, weight = drawn(0, *KINDS["all"])
    whole = level_tables(model, rows, weight, N_CODES, (None,) * 3)
    tables = level_tables(model, rows, weight, N_CODES, (length,) * 3)
    for table, full in zip(tables, whole, strict=True):
        assert table.shape == (len(full), length)
        kept = min(length, full.shape[1])
        np.testing.assert_array_equal(table[:, :kept], full[:, :kept])
        assert (table[:, kept:] == 0).all()


def test_axes_of_next_to_nothing_are_left_out():
    model, rows, weight = drawn(0, has_factors=True)
    for factors in model.factors:
        factors.left[:] *= 1e-6
    tables = level_tables(model, rows, weight, N_CODES, (None,) * 3)
    assert [table.shape[1] for table in tables] == [1, 1, 1]


def test_effects_of_zero_have_a_vector():
    model, rows, weight = drawn(0)
    model.mixed.coefficients[:] = 0
    tables = level_tables(model, rows, weight, N_CODES, (None,) * 3)
    assert [table.shape[1] for table in tables] == [1, 1, 1]
    assert not any(table.any() for table in tables)


@SEEDS
def test_a_wide_cross_is_known_by_its_leading_directions(seed, monkeypatch):
    """As well as few directions can tell."""
    model, rows, weight = drawn(seed, [((0, 1), None)])
    whole = level_tables(model, rows, weight, N_CODES, (None,) * 3)[0]
    monkeypatch.setattr(_tables, "CROSS_DIMS", 2)
    part = level_tables(model, rows, weight, N_CODES, (None,) * 3)[0]
    keys = model.mixed.terms[0].keys
    assert part.shape[1] < whole.shape[1]
    assert (
        np.corrcoef(distances(part[keys]).ravel(), distances(whole[keys]).ravel())[0, 1]
        > 0.8
    )


@SEEDS
@pytest.mark.parametrize("columns", [(0, 1), (0, 1, 2)], ids=len)
def test_leading_directions_of_a_cross_lose_the_least(seed, columns, monkeypatch):
    """Of what rows would be predicted by, if their level were another (Eckart 1936)."""
    monkeypatch.setattr(_tables, "CROSS_DIMS", 2)
    model, rows, _ = drawn(seed, [(columns, None)])
    rows = rows.take(np.repeat(np.arange(N_ROWS), np.arange(N_ROWS) % 7))
    terms, codes = model.mixed.terms, _codes_of(rows, model.mixed.terms)
    known = dict(zip(terms[3].keys.tolist(), model.mixed.effects(3), strict=True))
    effects = []
    for level in terms[0].keys:
        codes[:, 0] = level
        changed = Encoded(codes, np.zeros((len(codes), 0)))
        keys = cell_keys(changed, columns, terms[3].table_rows)
        effects.append([known.get(key, 0.0) for key in keys.tolist()])
    own, met = _cross_vectors(model, rows, 3, 0)
    lost = np.sum((effects - own @ met.T) ** 2)
    values = np.linalg.svd(effects, compute_uv=False)
    assert lost == pytest.approx(np.sum(values[2:] ** 2))
    assert lost > 0.01 * np.sum(values**2)
