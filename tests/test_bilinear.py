"""A bilinear model against updates made row by row, and against the truth."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.spatial.distance import pdist, squareform
from scipy.stats import multivariate_normal, spearmanr

from skembed import _bilinear
from skembed._bilinear import _Side, fit_bilinear, products
from skembed._encoding import Encoded
from skembed._mixed_model import fit_mixed_model
from skembed._pairs import Pair, find_cells, singular_vectors
from skembed._ramps import learn_ramps
from skembed._sample import make_sample
from skembed._terms import learn_term
from skembed.datasets import make_effects

SEEDS = pytest.mark.parametrize("seed", range(3))


def problem(X, y, weight=None, slopes=()):
    """A mixed model of single columns (and slopes), where rows are, and the sample."""
    names = [name for name in X if not name.startswith("x")]
    codes = np.column_stack([X[name].str[1:].astype(int) for name in names])
    quantities = X.drop(columns=names).to_numpy().reshape(len(X), -1)
    inputs = Encoded(codes.astype(np.int32), quantities)
    target = ((y - y.mean()) / y.std()).to_numpy()
    sample = make_sample(inputs, target[:, np.newaxis], weight)
    n_codes = codes.max(axis=0) + 2
    wanted = [*((c, None) for c in range(len(names))), *slopes]
    terms = [learn_term(inputs, (c,), (int(n_codes[c]),), q)[0] for c, q in wanted]
    ramps = learn_ramps(quantities, sample.weight)
    mixed = fit_mixed_model(ramps, terms, sample, 6)
    return mixed, mixed.locate(inputs), sample


def drawn(seed, n_samples=4500, **changes):
    options = {
        "n_levels": (150, 30),
        "noise": 0.5,
        "interaction_scale": 1.0,
        "return_truth": True,
        "random_state": seed,
    }
    return make_effects(n_samples, **options | changes)


class NaiveSearch:
    """The search level by level and row by row, and the bound that it raises."""

    def __init__(self, mixed, rows, sample, pairs):
        self.codes, self.noise = rows.cells, mixed.noise
        self.weight, self.squares = sample.weight, sample.squares.sum()
        left_over = sample.target[:, 0] - mixed.predict(rows)
        self.columns = range(len(mixed.terms))
        self.effects = [np.append(mixed.effects(c), 0.0) for c in self.columns]
        self.effect_spread = [np.zeros(len(effects)) for effects in self.effects]
        self.effect_variance = [mixed.variance(c) for c in self.columns]
        self.rest = left_over + sum(
            self.effects[c][rows.cells[:, c]] for c in self.columns
        )
        # by column and the one it meets
        self.vectors, self.spread, self.variance = {}, {}, {}
        for pair in pairs:
            cells = find_cells(rows, pair.columns, sample.weight)
            first = singular_vectors(cells, left_over, pair.n_dims)
            empty = np.zeros((cells.shape[1], pair.n_dims))
            for side, vectors in ((pair.columns, first), (pair.columns[::-1], empty)):
                self.vectors[side] = vectors
                self.spread[side] = np.zeros((*vectors.shape, pair.n_dims))
                self.variance[side] = np.ones(pair.n_dims)
            self.update_vectors(*pair.columns[::-1])
            n_rows = len(self.codes)
            explained = [self.effect(i) + self.product(i) for i in range(n_rows)]
            left_over = self.rest - explained

    def parts(self):
        """Each updates a part of what is known, in the order of the search."""
        for c in self.columns:
            yield lambda c=c: self.update_effects(c)
        for side in self.vectors:
            yield lambda side=side: self.update_vectors(*side)
        yield self.update_noise

    def run(self):
        for update in self.parts():
            update()

    def rows_of(self, c):
        n_levels = len(self.effects[c])
        return [np.flatnonzero(self.codes[:, c] == level) for level in range(n_levels)]

    def effect(self, i, but=None):
        return sum(self.effects[c][self.codes[i, c]] for c in self.columns if c != but)

    def product(self, i, but=None):
        """Each pair is known from both of its sides."""
        return sum(
            self.vectors[c, d][self.codes[i, c]] @ self.vectors[d, c][self.codes[i, d]]
            for c, d in self.vectors
            if c < d and (c, d) != but
        )

    def update_effects(self, c):
        powers = []
        for level, own in enumerate(self.rows_of(c)):
            total = sum(
                self.weight[i] * (self.rest[i] - self.effect(i, c) - self.product(i))
                for i in own
            )
            precision = self.weight[own].sum() / self.noise
            spread = 1 / (precision + 1 / self.effect_variance[c])
            self.effects[c][level] = spread * total / self.noise
            self.effect_spread[c][level] = spread
            if len(own):
                powers.append(self.effects[c][level] ** 2 + spread)
        self.effect_variance[c] = np.mean(powers)

    def second(self, side, level):
        return np.outer(*[self.vectors[side][level]] * 2) + self.spread[side][level]

    def update_vectors(self, c, d):
        powers = []
        for level, own in enumerate(self.rows_of(c)):
            precision = np.diag(1 / self.variance[c, d])
            total = np.zeros(len(precision))
            for i in own:
                met = self.codes[i, d]
                left = (
                    self.rest[i]
                    - self.effect(i)
                    - self.product(i, (min(c, d), max(c, d)))
                )
                precision += self.weight[i] * self.second((d, c), met) / self.noise
                total += self.weight[i] * left * self.vectors[d, c][met] / self.noise
            self.spread[c, d][level] = np.linalg.inv(precision)
            self.vectors[c, d][level] = self.spread[c, d][level] @ total
            if len(own):
                powers.append(np.diag(self.second((c, d), level)))
        self.variance[c, d] = np.mean(powers, axis=0)

    def left(self):
        """The expected sum of squares that is left over."""
        total = self.squares
        for i, codes in enumerate(self.codes):
            variance = sum(self.effect_spread[c][codes[c]] for c in self.columns)
            for c, d in self.vectors:
                if c < d:
                    sides = ((c, d), codes[c]), ((d, c), codes[d])
                    first, second = (self.second(*side) for side in sides)
                    mean = np.prod([self.vectors[x][y] for x, y in sides], axis=0).sum()
                    variance += np.trace(first @ second) - mean**2
            mean = self.effect(i) + self.product(i)
            total += self.weight[i] * ((self.rest[i] - mean) ** 2 + variance)
        return total

    def update_noise(self):
        self.noise = self.left() / self.weight.sum()

    def bound(self):
        """On the logarithm of the likelihood, from below."""
        n_observations = self.weight.sum()
        bound = -n_observations / 2 * np.log(2 * np.pi * self.noise)
        bound -= self.left() / (2 * self.noise)
        for c in self.columns:
            for level, own in enumerate(self.rows_of(c)):
                if len(own):
                    mean, spread = self.effects[c][level], self.effect_spread[c][level]
                    bound -= divergence([mean], [[spread]], [self.effect_variance[c]])
        for side in self.vectors:
            for level, own in enumerate(self.rows_of(side[0])):
                if len(own):
                    known = self.vectors[side][level], self.spread[side][level]
                    bound -= divergence(*known, self.variance[side])
        return bound


def divergence(mean, spread, variances):
    """Of a normal distribution from one of mean zero (Kullback & Leibler 1951)."""
    ratio = np.diag(spread) / variances + np.square(mean) / variances
    _, log_determinant = np.linalg.slogdet(spread)
    return (np.sum(ratio + np.log(variances) - 1) - log_determinant) / 2


def small(seed, n_columns):
    """Of weighted rows, some of which stand for several observations."""
    X, y, _ = drawn(seed, 250, n_levels=(12, 8, 6)[:n_columns], n_quantities=1)
    weight = np.random.default_rng(seed).integers(1, 4, 250).astype(float)
    mixed, rows, sample = problem(X, y, weight)
    squares = np.random.default_rng(seed).random(sample.squares.shape)
    pairs = [Pair(columns, 2) for columns in combinations(range(n_columns), 2)]
    return mixed, rows, replace(sample, squares=0.1 * squares), pairs


@SEEDS
@pytest.mark.parametrize("n_rounds", [1, 3])
@pytest.mark.parametrize("n_columns", [2, 3])
def test_rounds_are_those_made_row_by_row(seed, n_columns, n_rounds, monkeypatch):
    monkeypatch.setattr(_bilinear, "MAX_ROUNDS", n_rounds)
    monkeypatch.setattr(_bilinear, "SETTLED", 0)
    asked = small(seed, n_columns)
    naive = NaiveSearch(*asked)
    for _ in range(n_rounds):
        naive.run()
    found = fit_bilinear(*asked)
    for c in range(n_columns):
        expected = naive.effects[c][:-1]
        np.testing.assert_allclose(found.mixed.effects(c), expected, atol=1e-10)
    for factors in found.factors:
        c, d = factors.columns
        np.testing.assert_allclose(factors.left, naive.vectors[c, d], atol=1e-8)
        np.testing.assert_allclose(factors.right, naive.vectors[d, c], atol=1e-8)


@SEEDS
@pytest.mark.parametrize("n_columns", [2, 3])
def test_no_part_of_a_round_lowers_the_bound(seed, n_columns):
    naive = NaiveSearch(*small(seed, n_columns))
    naive.run()  # before it, nothing is known to be uncertain
    bounds = [naive.bound()]
    for _ in range(4):
        for update in naive.parts():
            update()
            bounds.append(naive.bound())
    assert np.diff(bounds).min() > -1e-9
    assert bounds[-1] > bounds[0] + 0.5


@SEEDS
def test_given_the_other_side_vectors_are_a_regression_of_all_rows(seed):
    """On the coordinates of all levels at once, shrunken by their variances."""
    rng = np.random.default_rng(seed)
    n_levels, n_dims, noise = 9, 3, 0.7
    level, met = rng.integers(0, n_levels - 1, 200), rng.normal(size=(200, n_dims))
    weight, target = rng.integers(1, 4, 200), rng.normal(size=200)
    side = _Side(rng.normal(size=(n_levels, n_dims)))
    side._variances = variances = rng.uniform(0.2, 3, n_dims)

    design = np.zeros((200, n_levels, n_dims))
    design[np.arange(200), level] = met
    design = design.reshape(200, -1)
    penalty = np.diag(np.tile(1 / variances, n_levels))
    spread = np.linalg.inv(design.T * weight @ design / noise + penalty)
    means = (spread @ design.T @ (weight * target) / noise).reshape(n_levels, -1)

    one_hot = (np.arange(n_levels) == level[:, np.newaxis]).T * weight
    squares = (met[:, :, np.newaxis] * met[:, np.newaxis]).reshape(200, -1)
    side.update(one_hot @ squares, one_hot @ (met * target[:, np.newaxis]), noise)
    np.testing.assert_allclose(side.means, means, atol=1e-12)
    for i, second in enumerate(side.seconds.reshape(n_levels, n_dims, n_dims)):
        own = slice(i * n_dims, (i + 1) * n_dims)
        expected = np.outer(means[i], means[i]) + spread[own, own]
        np.testing.assert_allclose(second, expected, atol=1e-12)
    assert (side.means[-1] == 0).all()  # of no rows


@SEEDS
def test_effects_of_one_column_are_as_likely_as_can_be(seed, monkeypatch):
    """Without pairs the bound is the likelihood, of both variances."""
    monkeypatch.setattr(_bilinear, "MAX_ROUNDS", 2000)
    monkeypatch.setattr(_bilinear, "SETTLED", 1e-12)
    X, y, _ = drawn(seed, 150, n_levels=(20,), interaction_scale=0)
    mixed, rows, sample = problem(X, y)
    target = sample.target[:, 0] - mixed.mean
    one_hot = (rows.cells == np.arange(rows.n_cells[0])).astype(float)

    def covariance(logarithms):
        variance, noise = np.exp(logarithms)
        return variance * one_hot @ one_hot.T + noise * np.eye(len(target))

    def surprise(logarithms):
        return -multivariate_normal.logpdf(target, cov=covariance(logarithms))

    best = minimize(
        surprise, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-7}
    ).x
    expected = np.exp(best[0]) * one_hot.T @ np.linalg.solve(covariance(best), target)
    found = fit_bilinear(mixed, rows, sample, []).mixed.effects(0)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(mixed.effects(0) - expected).max() > 1e-4


@SEEDS
@pytest.mark.parametrize(
    "changes",
    [
        {"latent_dim": 1},
        {"latent_dim": 3, "n_samples": 9000},
        {"effect_scale": 0.1},
        {"n_levels": (150, 30, 20), "n_samples": 9000},
        {"noise": 1.0},
    ],
    ids=str,
)
def test_profiles_of_levels_are_those_of_the_truth(seed, changes):
    X, y, truth = drawn(seed, **changes)
    mixed, rows, sample = problem(X, y)
    columns = range(len(truth.columns))
    pairs = [Pair((c, d), 4) for c in columns for d in columns if c < d]
    found = fit_bilinear(mixed, rows, sample, pairs)
    levels, profiles = [], []
    for level in np.unique(rows.cells[:, 0]):
        some = rows.take(np.arange(200))
        some.cells[:, 0] = level
        levels.append(f"a{level}")
        profiles.append(found.predict(some))
    gaps = squareform(truth.gaps(X, "a").loc[levels, levels], checks=False)
    least = 0.9 if changes.get("noise") else 0.97
    assert spearmanr(pdist(profiles), gaps)[0] > least


def power(factors, rows):
    return np.mean(factors.predict(rows) ** 2)


@SEEDS
def test_what_there_is_not_vanishes(seed):
    X, y, _ = drawn(seed, interaction_scale=0.0)
    mixed, rows, sample = problem(X, y)
    found = fit_bilinear(mixed, rows, sample, [Pair((0, 1), 3)])
    assert power(found.factors[0], rows) < 0.02 * mixed.noise
    for c in range(2):
        np.testing.assert_allclose(found.mixed.effects(c), mixed.effects(c), atol=0.02)


@SEEDS
@pytest.mark.parametrize("latent_dim", [1, 2])
def test_dimensions_that_are_not_there_vanish(seed, latent_dim):
    X, y, _ = drawn(seed, latent_dim=latent_dim)
    mixed, rows, sample = problem(X, y)
    (factors,) = fit_bilinear(mixed, rows, sample, [Pair((0, 1), 5)]).factors
    left, right = (
        vectors[codes]
        for vectors, codes in zip(
            (factors.left, factors.right), rows.cells.T, strict=True
        )
    )
    powers = np.sort(((left * right) ** 2).mean(axis=0))[::-1]
    assert powers[:latent_dim].min() > 0.05
    assert powers[latent_dim:].max() < 0.001


@SEEDS
def test_dimensions_that_are_not_there_change_next_to_nothing(seed):
    X, y, _ = drawn(seed, latent_dim=1)
    mixed, rows, sample = problem(X, y)
    one, four = (
        fit_bilinear(mixed, rows, sample, [Pair((0, 1), k)]).predict(rows)
        for k in (1, 4)
    )
    assert np.sqrt(np.mean((one - four) ** 2)) < 0.1 * np.sqrt(mixed.noise)


def test_all_but_effects_of_columns_and_vectors_is_kept():
    X, y, _ = drawn(0, n_quantities=1, slope_scale=1.0)
    mixed, rows, sample = problem(X, y, slopes=[(0, 0)])
    found = fit_bilinear(mixed, rows, sample, [Pair((0, 1), 2)])
    np.testing.assert_array_equal(found.mixed.effects(2), mixed.effects(2))
    n_lines = rows.lines.n_columns
    np.testing.assert_array_equal(
        found.mixed.coefficients[:n_lines], mixed.coefficients[:n_lines]
    )
    assert found.mixed.mean == mixed.mean
    assert (found.mixed.effects(0) != mixed.effects(0)).all()


def test_a_weight_counts_as_repeated_rows_do():
    X, y, _ = drawn(0, 800, n_levels=(20, 10))
    weight = np.random.default_rng(0).integers(1, 4, 800)
    again = np.repeat(np.arange(800), weight)
    mixed, rows, sample = problem(X, y, weight.astype(float))
    weighted = fit_bilinear(mixed, rows, sample, [Pair((0, 1), 2)])
    every_row = sample.take(again)
    repeated = make_sample(every_row.inputs, every_row.target, None)
    repeated = fit_bilinear(mixed, rows.take(again), repeated, [Pair((0, 1), 2)])
    predictions = [model.predict(rows) for model in (weighted, repeated)]
    np.testing.assert_allclose(*predictions, atol=1e-8)


def test_levels_that_were_not_learned_are_zero():
    X, y, _ = drawn(0, 800, n_levels=(20, 10))
    mixed, rows, sample = problem(X, y)
    others = np.flatnonzero(rows.cells[:, 0] != 3)
    found = fit_bilinear(
        mixed, rows.take(others), sample.take(others), [Pair((0, 1), 2)]
    )
    (factors,) = found.factors
    assert (factors.left[[3, -1]] == 0).all()
    assert (factors.right[-1] == 0).all()
    assert found.mixed.effects(0)[3] == 0
    new = rows.forget(np.ones(rows.cells.shape, dtype=bool))
    assert (factors.predict(new) == 0).all()


def test_products_of_no_pairs_are_zero():
    X, y, _ = drawn(0, 50)
    _, rows, _ = problem(X, y)
    assert products((), rows).tolist() == [0.0] * 50


def test_a_pair_can_be_asked_from_either_side():
    X, y, _ = drawn(0, 800, n_levels=(20, 10))
    mixed, rows, sample = problem(X, y)
    (factors,) = fit_bilinear(mixed, rows, sample, [Pair((0, 1), 2)]).factors
    assert factors.pair == Pair((0, 1), 2)
    for column, expected in [
        (0, (factors.left, 1, factors.right)),
        (1, (factors.right, 0, factors.left)),
    ]:
        for part, wanted in zip(factors.of_column(column), expected, strict=True):
            assert part is wanted or part == wanted


def test_rare_levels_that_meet_each_other_only_have_no_wild_effects():
    """As carriers of few flights and the numbers of these do."""
    X, y, _ = drawn(0, 3000, n_levels=(20, 60), interaction_scale=0.3)
    rare = pd.DataFrame({"a": ["a20"] * 4, "b": ["b60", "b60", "b61", "b62"]})
    X = pd.concat([X, rare], ignore_index=True)
    y = pd.concat([y, pd.Series([6.0, 5.5, 6.5, 6.0])], ignore_index=True)
    mixed, rows, sample = problem(X, y)
    found = fit_bilinear(mixed, rows, sample, [Pair((0, 1), 3)])
    largest = np.abs(sample.target).max()
    assert np.abs(found.mixed.effects(0)).max() < largest
    every_pair = rows.take(np.arange(60))
    every_pair.cells[:, 0] = 20
    every_pair.cells[:, 1] = np.arange(60)
    assert np.abs(found.predict(every_pair)).max() < 2 * largest
