from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest

from skembed._encoding import Encoded
from skembed._mixed_model import fit_mixed_model
from skembed._ramps import learn_ramps, within_reach
from skembed._sample import make_sample, merge_equal_inputs
from skembed._screening import Candidate, Residuals, find_terms
from skembed._terms import learn_term

SEEDS = pytest.mark.parametrize("seed", range(3))
MULTIPLIED = pytest.mark.parametrize("is_slope", [False, True])


def residuals_of(residual, weight=None, within=0.0):
    """Of rows that each stand for one residual, or for several of that mean."""
    ones = np.ones(len(residual))
    weight = ones if weight is None else weight
    return Residuals(residual, weight, weight * residual**2 + within, ones, ones)


def drawn(seed, n_levels, n_samples=1500, n_quantities=0):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, np.array(n_levels), (n_samples, len(n_levels)))
    quantities = rng.normal(size=(n_samples, n_quantities))
    return Encoded(codes.astype(np.int32), quantities), rng


def table_rows(n_levels):
    return [n + 1 for n in n_levels]


def candidate_of(inputs, columns, n_levels, is_slope=False):
    rows = tuple(n_levels[column] + 1 for column in columns)
    term, cells = learn_term(inputs, columns, rows, 0 if is_slope else None)
    multiplier = within_reach(inputs.quantities[:, 0]) if is_slope else None
    return Candidate(term, cells, multiplier)


def in_every_cell(candidate, residuals):
    """The residuals and the multipliers of each cell, each as often as it counts."""
    cells = defaultdict(list)
    for i, cell in enumerate(candidate.cells):
        x = 1.0 if candidate.multiplier is None else candidate.multiplier[i]
        cells[cell] += [(residuals.mean[i], x)] * int(residuals.weight[i])
    return cells.values()


def naive_z_and_penalty(candidate, residuals):
    """From the products of every two residuals of one cell, each pair once."""
    total = n_products = 0.0
    for rows in in_every_cell(candidate, residuals):
        for (first, x), (second, z) in combinations(rows, 2):
            total += x * first * z * second
            n_products += (x * z) ** 2
    noise = np.average(residuals.mean**2, weights=residuals.weight)
    # a product of two independent residuals has the variance noise ** 2
    return total / (noise * np.sqrt(n_products)), noise * n_products / total


def naive_gain(candidate, residuals, penalty):
    """What shrunken means would explain, in units of the noise, if noise were 1."""
    gain = 0.0
    for rows in in_every_cell(candidate, residuals):
        size = sum(x * x for _, x in rows)
        gain += size / penalty * size / (size + penalty)
    return gain / residuals.weight.sum()


def alike(seed, is_slope):
    """Residuals that are alike in the cells of two columns."""
    n_levels = (6, 5)
    inputs, rng = drawn(seed, n_levels, 300, n_quantities=1)
    candidate = candidate_of(inputs, (0, 1), n_levels, is_slope)
    effects = rng.normal(0, 0.7, 30)[candidate.cells]
    residual = rng.normal(size=300) + effects * (
        candidate.multiplier if is_slope else 1
    )
    return candidate, residuals_of(residual, rng.integers(1, 4, 300).astype(float))


@SEEDS
@MULTIPLIED
def test_the_score_is_a_sum_over_pairs_of_rows(seed, is_slope, monkeypatch):
    candidate, residuals = alike(seed, is_slope)
    z, penalty = naive_z_and_penalty(candidate, residuals)
    scored = candidate.scored(residuals)
    assert scored.penalty == pytest.approx(penalty)
    assert scored.gain == pytest.approx(naive_gain(candidate, residuals, penalty))
    monkeypatch.setattr("skembed._screening.LEAST_Z", z * (1 - 1e-9))
    assert candidate.scored(residuals).gain > 0
    monkeypatch.setattr("skembed._screening.LEAST_Z", z * (1 + 1e-9))
    assert candidate.scored(residuals).gain == 0


@SEEDS
@MULTIPLIED
def test_score_uses_no_product_of_an_observation_with_itself(seed, is_slope):
    """Weighted observations, some of which stand for several of equal weight."""
    candidate, plain = alike(seed, is_slope)
    rng = np.random.default_rng(seed)
    unit, n = rng.uniform(0.2, 5, 300), plain.weight
    squares = unit * n * plain.mean**2
    residuals = Residuals(plain.mean, unit * n, squares, np.ones(300), unit)
    x = np.ones(300) if candidate.multiplier is None else candidate.multiplier
    total = n_products = 0.0
    for cell in range(candidate.term.n_cells):
        rows = np.repeat(np.flatnonzero(candidate.cells == cell), 1)
        rows = np.repeat(rows, n[rows].astype(int))
        for i, j in combinations(rows, 2):
            total += unit[i] * x[i] * plain.mean[i] * unit[j] * x[j] * plain.mean[j]
            n_products += unit[i] * x[i] ** 2 * unit[j] * x[j] ** 2
    noise = squares.sum() / (unit * n).sum()
    scored = candidate.scored(residuals)
    assert scored.penalty == pytest.approx(noise * n_products / total)


@SEEDS
@MULTIPLIED
def test_counts_and_squares_are_as_good_as_repeated_rows(seed, is_slope):
    """Cells stand for observations of which only the mean and the squares are kept."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 6, (600, 2)).astype(np.int32)
    quantities = rng.integers(-2, 3, (600, 1)).astype(float)
    residual = rng.normal(size=600) + rng.normal(size=(6, 6))[codes[:, 0], codes[:, 1]]
    if is_slope:
        residual *= quantities[:, 0]
    rows = make_sample(Encoded(codes, quantities), residual[:, np.newaxis], None)
    cells = merge_equal_inputs(rows)
    assert len(cells.inputs) < 200
    first, second = (
        candidate_of(s.inputs, (0, 1), (6, 6), is_slope).scored(
            residuals_of(s.target[:, 0], s.weight, s.squares[:, 0])
        )
        for s in (rows, cells)
    )
    assert first.gain > 0
    assert second.gain == pytest.approx(first.gain, rel=1e-9)
    assert second.penalty == pytest.approx(first.penalty, rel=1e-9)


@SEEDS
@MULTIPLIED
def test_what_a_term_predicts_are_shrunken_means(seed, is_slope):
    candidate, residuals = alike(seed, is_slope)
    scored = candidate.scored(residuals)
    x = np.ones(300) if candidate.multiplier is None else candidate.multiplier
    expected = np.empty(300)
    for cell in range(candidate.term.n_cells):
        rows = candidate.cells == cell
        weight = residuals.weight[rows]
        product = weight @ (x[rows] * residuals.mean[rows])
        effect = product / (weight @ x[rows] ** 2 + scored.penalty)
        expected[rows] = effect * x[rows]
    np.testing.assert_allclose(scored.prediction(residuals), expected)


def test_what_is_taken_away_leaves_mean_and_squares():
    rng = np.random.default_rng(0)
    observations, prediction = rng.normal(size=(10, 4)), rng.normal(size=10)
    squares = (observations**2).sum(axis=1)
    mean, weight = observations.mean(axis=1), np.full(10, 4.0)
    residuals = Residuals(mean, weight, squares, np.ones(10), np.ones(10))
    left = residuals.without(prediction)
    observations -= prediction[:, np.newaxis]
    np.testing.assert_allclose(left.mean, observations.mean(axis=1))
    np.testing.assert_allclose(left.squares, (observations**2).sum(axis=1))
    assert left.variance == pytest.approx((observations**2).mean())


@SEEDS
def test_the_penalty_is_noise_over_the_variance_of_the_effects(seed):
    inputs, rng = drawn(seed, (25, 20), 20_000)
    candidate = candidate_of(inputs, (0, 1), (25, 20))
    residual = rng.normal(size=20_000) + rng.normal(0, 0.5, 500)[candidate.cells]
    scored = candidate.scored(residuals_of(residual))
    # the noise is that of the rows, effects among it
    assert scored.penalty == pytest.approx(1.25 / 0.25, rel=0.2)
    predicted = scored.prediction(residuals_of(residual)).var() / residual.var()
    assert scored.gain == pytest.approx(predicted, rel=0.3)


N_LEVELS = (20, 15, 12, 30, 4)


def found(inputs, n_levels, residual):
    residuals = residuals_of(residual)
    knots = learn_ramps(inputs.quantities, np.ones(len(inputs))).knots
    terms, penalties = find_terms(inputs, table_rows(n_levels), knots, residuals)
    assert len(penalties) == len(terms)
    assert all(0 < penalty < np.inf for penalty in penalties)
    return [described(term) for term in terms]


def described(term):
    """Its columns, and its quantity if it has one; of a curve, how many pieces too."""
    if term.pieces is None:
        return term.columns, term.quantity
    assert term.quantity is None
    return term.columns, term.pieces.quantity, term.pieces.count


def crossed(rng, inputs, n_levels, columns, scale):
    """An effect of each combination of levels."""
    effects = rng.normal(0, scale, [n_levels[column] for column in columns])
    return effects[tuple(inputs.codes[:, column] for column in columns)]


@SEEDS
def test_a_cross_is_found_among_columns_of_noise(seed):
    inputs, rng = drawn(seed, N_LEVELS, 6000, n_quantities=2)
    residual = rng.normal(size=6000) + crossed(rng, inputs, N_LEVELS, (0, 2), 0.8)
    assert found(inputs, N_LEVELS, residual) == [((0, 2), None)]


@SEEDS
def test_a_slope_that_differs_by_level_is_found(seed):
    inputs, rng = drawn(seed, N_LEVELS, 6000, n_quantities=3)
    slopes = rng.normal(0, 0.5, 30)[inputs.codes[:, 3]]
    residual = rng.normal(size=6000) + slopes * inputs.quantities[:, 1]
    assert found(inputs, N_LEVELS, residual) == [((3,), 1)]


@SEEDS
@pytest.mark.parametrize("n_values", [2, 5])
def test_a_quantity_of_few_values_matters_by_level(seed, n_values):
    """Years of a panel, or a switch."""
    inputs, rng = drawn(seed, N_LEVELS, 6000, n_quantities=2)
    values = rng.integers(0, n_values, 6000)
    inputs.quantities[:, 1] = values
    by_value = rng.normal(0, 0.7, (30, n_values))
    residual = rng.normal(size=6000) + by_value[inputs.codes[:, 3], values]
    terms = found(inputs, N_LEVELS, residual)
    assert terms
    assert {term[:2] for term in terms} == {((3,), 1)}
    if n_values > 2:  # which a slope cannot follow
        assert max(term[2:] for term in terms) == (min(n_values, 5),)


def test_what_is_constant_has_no_slopes():
    inputs, rng = drawn(0, N_LEVELS, 2000, n_quantities=1)
    inputs.quantities[:] = 0.0
    assert found(inputs, N_LEVELS, rng.normal(size=2000)) == []


@SEEDS
def test_a_slope_is_of_values_within_reach(seed):
    """One of them is far out, where it would be all that counts."""
    inputs, rng = drawn(seed, N_LEVELS, 6000, n_quantities=1)
    slopes = rng.normal(0, 0.5, 30)[inputs.codes[:, 3]]
    residual = rng.normal(size=6000) + slopes * inputs.quantities[:, 0]
    inputs.quantities[0] = 1e6
    assert found(inputs, N_LEVELS, residual) == [((3,), 0)]


@SEEDS
def test_a_triple_refines_a_cross(seed):
    inputs, rng = drawn(seed, N_LEVELS, 12_000)
    residual = rng.normal(size=12_000)
    residual += crossed(rng, inputs, N_LEVELS, (0, 1), 0.7)
    residual += crossed(rng, inputs, N_LEVELS, (0, 1, 4), 0.9)
    terms = found(inputs, N_LEVELS, residual)
    assert ((0, 1, 4), None) in terms
    assert {columns for columns, _ in terms} <= {(0, 1), (0, 4), (1, 4), (0, 1, 4)}


@SEEDS
def test_a_slope_that_differs_by_the_cells_of_a_cross_is_found(seed):
    inputs, rng = drawn(seed, N_LEVELS, 12_000, n_quantities=2)
    residual = rng.normal(size=12_000)
    residual += crossed(rng, inputs, N_LEVELS, (0, 1), 0.7)
    slopes = crossed(rng, inputs, N_LEVELS, (0, 1), 0.9)
    residual += slopes * inputs.quantities[:, 1]
    terms = found(inputs, N_LEVELS, residual)
    assert {((0, 1), None), ((0, 1), 1)} <= set(terms)
    assert all(quantity != 0 for _, quantity in terms)


@SEEDS
def test_a_curve_that_differs_by_level_is_found(seed):
    inputs, rng = drawn(seed, N_LEVELS, 12_000, n_quantities=3)
    shift = rng.uniform(0, 2 * np.pi, 30)[inputs.codes[:, 3]]
    residual = rng.normal(size=12_000) + np.sin(2 * inputs.quantities[:, 1] + shift)
    terms = found(inputs, N_LEVELS, residual)
    assert {(columns, *which[:1]) for columns, *which in terms} == {((3,), 1)}
    assert any(len(which) == 2 for _, *which in terms)


@SEEDS
def test_a_curve_that_differs_by_the_cells_of_a_cross_is_found(seed):
    inputs, rng = drawn(seed, N_LEVELS, 20_000, n_quantities=2)
    residual = rng.normal(size=20_000)
    residual += crossed(rng, inputs, N_LEVELS, (0, 4), 0.7)
    height = crossed(rng, inputs, N_LEVELS, (0, 4), 1.5)
    residual += height * (inputs.quantities[:, 1] > 0.7)
    terms = found(inputs, N_LEVELS, residual)
    assert any(columns == (0, 4) and len(which) == 2 for columns, *which in terms)
    assert all(which[0] != 0 for _, *which in terms)


def test_the_finest_pieces_have_some_rows_in_each_cell():
    inputs, rng = drawn(0, (300,), 1500, n_quantities=1)
    shift = rng.uniform(0, 2 * np.pi, 300)[inputs.codes[:, 0]]
    residual = rng.normal(0, 0.1, 1500) + np.sin(inputs.quantities[:, 0] + shift)
    counts = [which[1] for _, *which in found(inputs, (300,), residual) if which[1:]]
    assert counts == [4]  # with 12, there are about as many cells as rows


def left_by_columns(inputs, n_levels, target):
    """What a mixed model of the columns alone leaves over."""
    sample = make_sample(inputs, target[:, np.newaxis], None)
    ramps = learn_ramps(inputs.quantities, sample.weight)
    terms = [
        learn_term(inputs, (column,), (n_rows,))[0]
        for column, n_rows in enumerate(table_rows(n_levels))
    ]
    model = fit_mixed_model(ramps, terms, sample, 4)
    return target - model.predict(model.locate(inputs))


def test_where_columns_add_up_nothing_is_found():
    """The score is beyond 4 standard deviations of chance in less than 1 of 1000."""
    n_found = 0
    for seed in range(20):
        inputs, rng = drawn(seed, N_LEVELS, 2000, n_quantities=2)
        target = rng.normal(size=2000) + inputs.quantities[:, 0]
        for codes, n in zip(inputs.codes.T, N_LEVELS, strict=True):
            target += rng.normal(size=n)[codes]
        residual = left_by_columns(inputs, N_LEVELS, target / target.std())
        n_found += len(found(inputs, N_LEVELS, residual))
    assert n_found <= 1


@SEEDS
def test_the_cross_of_a_column_with_one_that_it_refines_is_no_cross(seed):
    rng = np.random.default_rng(seed)
    fine = rng.integers(0, 30, 3000)
    inputs = Encoded(np.column_stack([fine, fine // 5]), np.zeros((3000, 0)))
    residual = rng.normal(size=3000) + rng.normal(size=30)[fine]
    assert found(inputs, (30, 6), residual) == []


def test_a_cross_of_about_a_cell_for_each_row_is_not_tried():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 300, (1000, 2))
    inputs = Encoded(codes, np.zeros((1000, 0)))
    effects = rng.normal(0, 5, 90_000)[codes @ [300, 1]]
    assert found(inputs, (300, 300), effects + rng.normal(size=1000)) == []


@SEEDS
def test_the_term_that_brings_more_comes_first(seed):
    inputs, rng = drawn(seed, N_LEVELS, 8000, n_quantities=1)
    residual = rng.normal(size=8000)
    residual += crossed(rng, inputs, N_LEVELS, (1, 4), 0.5)
    residual += crossed(rng, inputs, N_LEVELS, (0, 2), 1.0)
    slopes = rng.normal(0, 0.3, 30)[inputs.codes[:, 3]]
    residual += slopes * inputs.quantities[:, 0]
    expected = [((0, 2), None), ((1, 4), None), ((3,), 0)]
    terms = found(inputs, N_LEVELS, residual)
    # of a slope, coarse pieces tell as well, before or after it
    assert list(dict.fromkeys(term[:2] for term in terms)) == expected


def greedy(inputs, n_levels, residuals):
    """Score all pairs anew each time."""
    taken = []
    pairs = [
        candidate_of(inputs, columns, n_levels)
        for columns in combinations(range(len(n_levels)), 2)
    ]
    while True:
        scored = [pair.scored(residuals) for pair in pairs]
        best = max(scored, key=lambda candidate: candidate.gain)
        if best.gain <= 0.002:
            return taken
        taken.append(best.term.columns)
        residuals = residuals.without(best.prediction(residuals))


@SEEDS
def test_terms_are_those_of_a_search_that_scores_all_pairs_each_time(seed, monkeypatch):
    monkeypatch.setattr("skembed._screening._triples", lambda *_: [])
    n_levels = (9, 8, 7, 6)
    inputs, rng = drawn(seed, n_levels, 3000)
    residual = rng.normal(size=3000)
    for columns in combinations(range(4), 2):
        scale = rng.uniform(0.1, 0.9)
        residual += crossed(rng, inputs, n_levels, columns, scale)
    expected = greedy(inputs, n_levels, residuals_of(residual))
    assert len(expected) >= 3
    terms = found(inputs, n_levels, residual)
    assert [columns for columns, _ in terms] == expected


def test_there_is_an_end_to_terms(monkeypatch):
    monkeypatch.setattr("skembed._screening.MAX_ADDED", 2)
    n_levels = (9, 8, 7, 6)
    inputs, rng = drawn(0, n_levels, 3000)
    residual = sum(
        crossed(rng, inputs, n_levels, columns, 0.8)
        for columns in combinations(range(4), 2)
    )
    assert len(found(inputs, n_levels, residual + rng.normal(size=3000))) == 2


def test_residuals_of_zero_ask_for_no_terms():
    inputs, _ = drawn(0, N_LEVELS, 500, n_quantities=1)
    assert found(inputs, N_LEVELS, np.zeros(500)) == []
