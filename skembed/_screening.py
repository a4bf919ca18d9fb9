"""Which crosses of columns, which slopes and which curves a mixed model lacks."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, count
from math import comb, prod

import numpy as np
from scipy.stats import chi2, norm

from skembed._encoding import Encoded
from skembed._pieces import COARSE_TO_FINE, Pieces, cut, ends_of_pieces
from skembed._ramps import within_reach
from skembed._terms import Term, learn_term

MAX_ADDED = 12
LEAST_Z = 4.0
LEAST_GAIN = 0.002  # of the noise variance
ROWS_PER_CELL = 1.5  # a cross of fewer has little to say
LEVEL = 0.01  # of significance, of all tests together
TINY = 1e-300
LARGEST_KEY = 2**62


@dataclass(frozen=True, eq=False)
class Residuals:
    """What a mixed model leaves over.

    Attributes
    ----------
    mean : ndarray of shape (n_rows,)
        The mean residual of the observations that a row stands for.
    weight : ndarray of shape (n_rows,)
        How much they count together.
    squares : ndarray of shape (n_rows,)
        The sum of their squared residuals, each multiplied by how much it counts.
    curvature : ndarray of shape (n_rows,)
        The working weight of an observation of weight 1; 1 if outcomes are normal.
    unit : ndarray of shape (n_rows,)
        The weight of each observation.
    """

    mean: np.ndarray
    weight: np.ndarray
    squares: np.ndarray
    curvature: np.ndarray
    unit: np.ndarray

    @property
    def variance(self) -> float:
        """The mean squared residual."""
        return float(self.squares.sum() / self.weight.sum())

    @property
    def n_observations(self) -> float:
        """How many observations the rows stand for."""
        return float((self.weight / self.curvature).sum())

    def without(self, prediction: np.ndarray) -> Residuals:
        """Return what is left when `prediction` is taken away as well."""
        left = self.mean - prediction
        change = self.weight * self.curvature * (left**2 - self.mean**2)
        return replace(self, mean=left, squares=self.squares + change)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A term that could be added, and what it would bring."""

    term: Term
    cells: np.ndarray
    multiplier: np.ndarray | None
    gain: float = 0.0
    penalty: float = np.inf

    @property
    def may_be_refined(self) -> bool:
        """Whether it is a plain effect of several columns."""
        plain = self.term.quantity is None and self.term.pieces is None
        return plain and self.term.is_cross

    def scored(self, residuals: Residuals, n_tests: int = 1) -> Candidate:
        """Test whether residuals of one cell are alike.

        The statistic is the sum of all products of two weighted residuals of one cell,
        none with itself, which has mean 0 if the term has no variance: the score test
        of [1]_, section 2, taken where other effects are known. Over the number of such
        products it is an estimate of the term's variance. Without such variance it is
        distributed as a weighted sum of centered chi-square variables, whose upper tail
        is approximated by that of one chi-square variable with the same first three
        moments [2]_, section 2. The significance level is divided by the number of
        tests.

        Parameters
        ----------
        residuals : Residuals
            Of the model without the term.
        n_tests : int, default=1
            The number of candidates that are tested together.

        Returns
        -------
        Candidate
            With a gain of 0 if the test is not significant.

        References
        ----------
        .. [1] Lin, X. (1997). Variance Component Testing in Generalised Linear Models
           with Random Effects. Biometrika 84.
        .. [2] Imhof, J. P. (1961). Computing the Distribution of Quadratic Forms in
           Normal Variables. Biometrika 48.
        """
        x, weight = self._factor, residuals.weight
        sums, sizes = self._sums_and_sizes(residuals)
        unit = residuals.unit
        statistic = (sums**2).sum() - (unit * x**2 * residuals.squares).sum()
        own = unit * weight * residuals.curvature * x**4
        n_products = (sizes**2).sum() - own.sum()
        noise = residuals.variance
        if n_products <= 0 or noise <= 0:
            return Candidate(self.term, self.cells, self.multiplier)
        z = statistic / (noise * np.sqrt(2 * n_products))
        if z < LEAST_Z or n_tests * self._p_value(z, residuals, sizes) > LEVEL:
            return Candidate(self.term, self.cells, self.multiplier)
        penalty = noise * n_products / statistic
        explained = (sizes * sizes / (sizes + penalty)).sum() / penalty
        gain = float(explained / residuals.n_observations)
        return Candidate(self.term, self.cells, self.multiplier, gain, penalty)

    def _p_value(self, z: float, residuals: Residuals, sizes: np.ndarray) -> float:
        """Return the probability that a term without variance has a larger `z`.

        The products of two residuals of one cell are a quadratic form; `second` and
        `third` are the traces of the square and the cube of its matrix.
        """
        x, n_cells = self._factor, self.term.n_cells
        fourth = residuals.unit * residuals.weight * residuals.curvature * x**4
        own = np.bincount(self.cells, fourth, n_cells)
        second = (sizes**2 - own).sum()
        third = (
            sizes**3 - 3 * sizes * own + 2 * own**2 / np.maximum(sizes, TINY)
        ).sum()
        if third <= 0:
            return float(norm.sf(z))
        freedom = second**3 / third**2
        return float(chi2.sf(freedom + z * np.sqrt(2 * freedom), freedom))

    def prediction(self, residuals: Residuals) -> np.ndarray:
        """Return what the term would predict of the residuals, shrunken."""
        sums, sizes = self._sums_and_sizes(residuals)
        return (sums / (sizes + self.penalty))[self.cells] * self._factor

    @property
    def _factor(self) -> np.ndarray | float:
        return 1.0 if self.multiplier is None else self.multiplier

    def _sums_and_sizes(self, residuals: Residuals) -> tuple[np.ndarray, np.ndarray]:
        """Add up each cell's residuals, and what its effect would be multiplied by."""
        x, weight, n_cells = self._factor, residuals.weight, self.term.n_cells
        sums = np.bincount(self.cells, weight * x * residuals.mean, n_cells)
        return sums, np.bincount(self.cells, weight * x**2, n_cells)


def find_terms(
    inputs: Encoded,
    table_rows: Sequence[int],
    knots: Sequence[np.ndarray],
    residuals: Residuals,
) -> tuple[list[Term], list[float]]:
    """Find the terms that a mixed model of the columns alone lacks.

    Crosses of two columns, slopes and curves of a quantity that differ by level, and
    what refines a cross already taken: crosses of three columns, slopes and curves that
    differ by cell. Curves of a level's own, whose departures from a common curve are
    shrunken, are those of [1]_, section 3, of pieces instead of splines. The best term
    is taken, its shrunken effects leave the residuals, and so on; since gains only
    fall, a candidate is scored anew only when it comes to the top.

    Parameters
    ----------
    inputs : Encoded
        The training rows.
    table_rows : sequence of int
        How many codes each categorical column has.
    knots : sequence of ndarray
        Quantiles of each quantity; one without knots has few values.
    residuals : Residuals
        Of a mixed model with a term for every column.

    Returns
    -------
    terms : list of Term
        In the order of their gain.
    penalties : list of float
        A first guess for each.

    References
    ----------
    .. [1] Durban, M., Harezlak, J., Wand, M. P. & Carroll, R. J. (2005). Simple Fitting
       of Subject-Specific Curves for Longitudinal Data. Statistics in Medicine 24.
    """
    n_tests = _count_tests(len(table_rows), inputs.quantities.shape[1])
    ends = ends_of_pieces(inputs.quantities, knots)
    order = count()  # settles ties in the heap
    heap: list[tuple[float, int, Candidate]] = []

    def push(candidates: Iterator[Candidate]) -> None:
        for candidate in candidates:
            scored = candidate.scored(residuals, n_tests)
            if scored.gain > LEAST_GAIN:
                heapq.heappush(heap, (-scored.gain, next(order), scored))

    push(_pairs(inputs, table_rows))
    single = [(column,) for column in range(len(table_rows))]
    push(_slopes(inputs, table_rows, single))
    push(_curves(inputs, table_rows, ends, single))
    tried: set[tuple[int, ...]] = set()
    taken: list[Candidate] = []
    while heap and len(taken) < MAX_ADDED:
        _, _, top = heapq.heappop(heap)
        candidate = top.scored(residuals, n_tests)
        if candidate.gain <= LEAST_GAIN:
            continue
        if heap and candidate.gain < -heap[0][0]:
            heapq.heappush(heap, (-candidate.gain, next(order), candidate))
            continue
        taken.append(candidate)
        residuals = residuals.without(candidate.prediction(residuals))
        if candidate.may_be_refined:
            columns = candidate.term.columns
            push(_triples(inputs, table_rows, columns, tried))
            push(_slopes(inputs, table_rows, [columns]))
            push(_curves(inputs, table_rows, ends, [columns]))
    return [c.term for c in taken], [c.penalty for c in taken]


def _count_tests(n_columns: int, n_quantities: int) -> int:
    """Count crosses of two columns, slopes and curves.

    Terms that refine a cross are tested only after that cross was significant, and are
    fewer.
    """
    return comb(n_columns, 2) + n_columns * n_quantities * (1 + len(COARSE_TO_FINE))


def _pairs(inputs: Encoded, table_rows: Sequence[int]) -> Iterator[Candidate]:
    for columns in combinations(range(len(table_rows)), 2):
        yield from _cross(inputs, table_rows, columns)


def _triples(
    inputs: Encoded,
    table_rows: Sequence[int],
    pair: tuple[int, ...],
    tried: set[tuple[int, ...]],
) -> Iterator[Candidate]:
    for column in range(len(table_rows)):
        columns = tuple(sorted({*pair, column}))
        if len(columns) == 3 and columns not in tried:
            tried.add(columns)
            yield from _cross(inputs, table_rows, columns)


def _cross(
    inputs: Encoded,
    table_rows: Sequence[int],
    columns: tuple[int, ...],
    pieces: Pieces | None = None,
) -> Iterator[Candidate]:
    """Yield the cross of some columns if it is neither too fine nor one of them."""
    rows = tuple(table_rows[column] for column in columns)
    if prod(rows) * (pieces.count if pieces else 1) > LARGEST_KEY:
        return
    term, cells = learn_term(inputs, columns, rows, pieces=pieces)
    coarsest = max(rows) - 1
    if coarsest < term.n_cells <= len(inputs) / ROWS_PER_CELL:
        yield Candidate(term, cells, None)


def _slopes(
    inputs: Encoded,
    table_rows: Sequence[int],
    groups: Sequence[tuple[int, ...]],
) -> Iterator[Candidate]:
    """Yield a slope of every quantity that differs by the cells of some columns."""
    values = within_reach(inputs.quantities)
    for columns in groups:
        rows = tuple(table_rows[column] for column in columns)
        plain, cells = learn_term(inputs, columns, rows)
        for quantity, of_rows in enumerate(values.T):
            yield Candidate(replace(plain, quantity=quantity), cells, of_rows)


def _curves(
    inputs: Encoded,
    table_rows: Sequence[int],
    ends: Sequence[np.ndarray],
    groups: Sequence[tuple[int, ...]],
) -> Iterator[Candidate]:
    """Yield curves of every quantity that differ by the cells of some columns."""
    for columns in groups:
        for quantity, of_quantity in enumerate(ends):
            for pieces in cut(quantity, of_quantity):
                yield from _cross(inputs, table_rows, columns, pieces)
