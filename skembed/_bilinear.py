"""Effects of levels and products of their vectors, all shrunken as variances ask.

Where the levels of two columns interact, an effect for each cell of both is the most
general model, and needs many rows for each. Products of short vectors need few rows
for each level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from skembed._likelihood import working_sample
from skembed._mixed_model import LEAST_NOISE, MixedModel
from skembed._pairs import Cells, Pair, find_cells, singular_vectors
from skembed._sample import Sample
from skembed._terms import Located, count_columns

MAX_STEPS = 3  # of Newton's method, where outcomes are not normal
MAX_ROUNDS = 60
SETTLED = 1e-3  # relative change of the noise that ends the search
LEAST_VARIANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Factors:
    """The vectors of two columns' levels, whose products are added to a prediction.

    Attributes
    ----------
    columns : tuple of two int
        Positions of the categorical columns.
    left, right : ndarray of shape (n_levels + 1, n_dims)
        Zero for levels that were not learned, the last.
    """

    columns: tuple[int, int]
    left: np.ndarray
    right: np.ndarray

    def predict(self, rows: Located) -> np.ndarray:
        """Return the product for each row."""
        first, second = (rows.cells[:, column] for column in self.columns)
        return np.asarray((self.left[first] * self.right[second]).sum(axis=1))

    @property
    def pair(self) -> Pair:
        """The columns, and the length of the vectors."""
        return Pair(self.columns, self.left.shape[1])

    def of_column(self, column: int) -> tuple[np.ndarray, int, np.ndarray]:
        """Return a column's vectors, which one it meets, and that one's vectors."""
        first, second = self.columns
        if column == first:
            return self.left, second, self.right
        return self.right, first, self.left


def products(factors: Sequence[Factors], rows: Located) -> np.ndarray:
    """Add up the products of all pairs for each row."""
    return np.sum([np.zeros(len(rows)), *(f.predict(rows) for f in factors)], axis=0)


def products_by_fit(
    factors: Sequence[Sequence[Factors]], rows: Located, fit: np.ndarray
) -> np.ndarray:
    """Add up the products of all pairs for each row, by the fit that counts for it."""
    added = np.zeros(len(rows))
    for i, of_fit in enumerate(factors):
        own = np.flatnonzero(fit == i)
        added[own] = products(of_fit, rows.take(own))
    return added


@dataclass(frozen=True, eq=False)
class Bilinear:
    """A mixed model whose columns may interact.

    Attributes
    ----------
    mixed : MixedModel
        Its first terms are the columns.
    factors : tuple of Factors
        Of the pairs of columns that interact.
    """

    mixed: MixedModel
    factors: tuple[Factors, ...] = ()

    def predict(self, rows: Located) -> np.ndarray:
        """Predict rows that are located in the mixed model."""
        return self.mixed.predict(rows) + products(self.factors, rows)


def fit_bilinear(
    mixed: MixedModel, rows: Located, sample: Sample, pairs: Sequence[Pair]
) -> Bilinear:
    """Estimate vectors, the effects beside them, and how much both vary.

    Effects and vectors are drawn from normal distributions; their posterior is
    approximated by one in which the effects of each column and the vectors of each are
    independent. Given all others, the vector of a level is a small ridge regression.
    The variance of each dimension is what maximises the bound on the likelihood, so
    that a dimension that is not there vanishes [1]_, section 3, and [2]_, section 3.

    Parameters
    ----------
    mixed : MixedModel
        Its first terms are the columns. All others, its mean and its lines are kept.
    rows : Located
        Where the sample is in it.
    sample : Sample
        With a single standardised target.
    pairs : sequence of Pair
        The columns that interact.

    Returns
    -------
    Bilinear
        Posterior means.

    References
    ----------
    .. [1] Lim, Y. J. & Teh, Y. W. (2007). Variational Bayesian Approach to Movie Rating
       Prediction. Proceedings of KDD Cup and Workshop.
    .. [2] Bishop, C. M. (1999). Variational Principal Components. ICANN 99.
    """
    fitted, prediction = Bilinear(mixed), mixed.predict(rows)
    for _ in range(min(mixed.likelihood.n_steps, MAX_STEPS)):
        work = working_sample(mixed.likelihood, sample, prediction)
        search = _Search(mixed, rows, work, pairs)
        for _ in range(MAX_ROUNDS):
            before = search.left
            search.improve()
            if abs(search.left - before) <= SETTLED * before:
                break
        fitted = search.result(mixed)
        prediction = fitted.predict(rows)
    return fitted


class _Search:
    """A posterior that is improved part by part."""

    def __init__(
        self, mixed: MixedModel, rows: Located, sample: Sample, pairs: Sequence[Pair]
    ) -> None:
        weight = sample.weight
        self.weight, self.squares = weight, float(sample.squares.sum())
        self.noise = self.left = mixed.noise
        self._likelihood = mixed.likelihood
        self.error = sample.target[:, 0] - mixed.predict(rows)
        columns = range(count_columns(mixed.terms))
        self.columns = [_Effects(mixed, c, rows.cells[:, c], weight) for c in columns]
        self.pairs = []
        for pair in pairs:
            cells = find_cells(rows, pair.columns, weight)
            self.pairs.append(_Vectors(pair, cells, self.error, self.noise))
            self.error -= self.pairs[-1].predict()

    def result(self, mixed: MixedModel) -> Bilinear:
        """Return the posterior means."""
        changed = replace(mixed, coefficients=mixed.coefficients.copy())
        for c, column in enumerate(self.columns):
            changed.effects(c)[:] = column.means[:-1]
        return Bilinear(changed, tuple(pair.factors() for pair in self.pairs))

    def improve(self) -> None:
        """Improve every part, then the noise."""
        variance = self.squares
        parts: list[_Effects | _Vectors] = [*self.columns, *self.pairs]
        for part in parts:
            target = self.error + part.predict()
            part.improve(target, self.noise)
            self.error = target - part.predict()
            variance += part.variance()
        total = float(self.weight @ self.error**2) + variance
        self.left = max(total / float(self.weight.sum()), LEAST_NOISE)
        self.noise = self._likelihood.noise(self.left)


class _Effects:
    """The posterior of the effects of one column's levels."""

    def __init__(
        self, mixed: MixedModel, column: int, codes: np.ndarray, weight: np.ndarray
    ) -> None:
        self._codes = codes
        self._row_weight = weight
        self.means = np.append(mixed.effects(column), 0.0)
        self._weight = np.bincount(codes, weight, len(self.means))
        self._spread = np.zeros(len(self.means))
        self._variance = mixed.variance(column)

    def predict(self) -> np.ndarray:
        """Return the effect of each row."""
        return self.means[self._codes]

    def improve(self, target: np.ndarray, noise: float) -> None:
        """Explain a target, a value for each row, better."""
        sums = np.bincount(self._codes, self._row_weight * target, len(self.means))
        self._spread = 1 / (self._weight / noise + 1 / self._variance)
        self.means = self._spread * sums / noise
        powers = (self.means**2 + self._spread)[self._weight > 0]
        self._variance = max(float(powers.mean()), LEAST_VARIANCE)

    def variance(self) -> float:
        """Return the sum over observations of the variance of the effects."""
        return float(self._weight @ self._spread)


class _Vectors:
    """The posterior of the vectors of a pair of columns."""

    def __init__(
        self, pair: Pair, cells: Cells, left_over: np.ndarray, noise: float
    ) -> None:
        self._columns = pair.columns
        self._cells = cells
        self._met = cells.table(cells.weight)
        first = singular_vectors(cells, left_over, pair.n_dims)
        self._sides = _Side(first), _Side(np.zeros((cells.shape[1], first.shape[1])))
        self._improve_right(cells.table(cells.sums(left_over)), noise)

    def factors(self) -> Factors:
        """Return the posterior means."""
        left, right = self._sides
        return Factors(self._columns, left.means, right.means)

    def predict(self) -> np.ndarray:
        """Return the product for each row."""
        return self._products[self._cells.of_row]

    def improve(self, target: np.ndarray, noise: float) -> None:
        """Explain a target, a value for each row, better."""
        sums = self._cells.table(self._cells.sums(target))
        left, right = self._sides
        left.update(self._right_seconds, sums @ right.means, noise)
        self._improve_right(sums, noise)

    def variance(self) -> float:
        """Return the sum over observations of the variance of the products."""
        left, _ = self._sides
        seconds = (left.seconds * self._right_seconds).sum()
        return float(seconds - self._cells.weight @ self._products**2)

    def _improve_right(self, sums: sparse.csr_matrix, noise: float) -> None:
        """Find the right side, given the left one, and what follows from both."""
        left, right = self._sides
        right.update(self._met.T @ left.seconds, sums.T @ left.means, noise)
        self._right_seconds = self._met @ right.seconds
        first, second = self._cells.codes
        self._products = (left.means[first] * right.means[second]).sum(axis=1)


class _Side:
    """The posterior of the vectors of one column's levels.

    Attributes
    ----------
    means : ndarray of shape (n_levels, n_dims)
        Of each vector.
    seconds : ndarray of shape (n_levels, n_dims ** 2)
        The means of all products of two coordinates of each vector.
    """

    def __init__(self, means: np.ndarray) -> None:
        self.means = means
        self._variances = np.ones(means.shape[1])
        self._keep_seconds(np.zeros((*means.shape, means.shape[1])))

    def _keep_seconds(self, spread: np.ndarray) -> None:
        squares = self.means[:, :, np.newaxis] * self.means[:, np.newaxis, :]
        self.seconds = (squares + spread).reshape(len(spread), -1)

    def update(self, seconds: np.ndarray, sums: np.ndarray, noise: float) -> None:
        """Find the posterior, given the other side.

        Parameters
        ----------
        seconds : ndarray of shape (n_levels, n_dims ** 2)
            Of the vectors that each level meets, added up.
        sums : ndarray of shape (n_levels, n_dims)
            Of these vectors, each times its target.
        noise : float
            Its variance.
        """
        n_levels, n_dims = sums.shape
        total = seconds.reshape(n_levels, n_dims, n_dims)
        spread = np.linalg.inv(total / noise + np.diag(1 / self._variances))
        self.means = (spread @ (sums / noise)[:, :, np.newaxis])[:, :, 0]
        self._keep_seconds(spread)
        learned = total.any(axis=(1, 2))
        powers = self.seconds[learned, :: n_dims + 1].mean(axis=0)
        self._variances = np.maximum(powers, LEAST_VARIANCE)
