"""Ridge regression whose penalty is chosen by inner folds, on many sparse columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.model_selection import KFold

from benchmarks.contenders._penalties import ALPHAS, has_risen

TOLERANCE = 1e-4  # of residuals: errors of held-out rows have six digits
MAX_STEPS = 1_000
DENSE_SHARE = 0.1


class TunedRidge(RegressorMixin, BaseEstimator):
    """Ridge regression with the penalty that predicts held-out rows best.

    Penalties are tried from the largest one down, until the error has risen twice in a
    row. The systems of all folds are solved side by side: they share the products with
    the matrix, which are what takes time.

    Parameters
    ----------
    alphas : sequence of float
        The penalties to choose from, those of ``Ridge``. If there is one, it is taken.
    n_folds : int
        The shuffled folds of the training rows that choose.
    random_state : int
        Shuffles the rows.

    Attributes
    ----------
    alpha_ : float
        The penalty chosen.
    mse_ : dict of float
        The mean squared error of held-out rows, averaged over folds, by penalty; none
        if there is but one.
    coef_ : ndarray of shape (n_features,)
        Coefficients.
    intercept_ : float
        Not penalised.
    """

    def __init__(
        self,
        alphas: tuple[float, ...] = ALPHAS,
        n_folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.alphas = alphas
        self.n_folds = n_folds
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> TunedRidge:
        """Choose the penalty, then fit all rows with it."""
        design, y = Design.of(X), np.asarray(y, dtype=np.float64)
        if len(self.alphas) > 1:
            self.mse_ = self._errors(design, y)
            self.alpha_ = min(self.mse_, key=self.mse_.__getitem__)
        else:
            self.alpha_ = self.alphas[0]
        systems = Systems.of(design, y, np.ones((len(y), 1)))
        weights = systems.solve(self.alpha_)
        self.coef_ = design.coefficients(weights[:, 0])
        self.intercept_ = float(systems.intercepts(weights)[0])
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict rows of the matrix."""
        return X @ self.coef_ + self.intercept_

    def _errors(self, design: Design, y: np.ndarray) -> dict[float, float]:
        folds = KFold(self.n_folds, shuffle=True, random_state=self.random_state)
        kept = np.ones((len(y), self.n_folds))
        for j, (_, held_out) in enumerate(folds.split(y)):
            kept[held_out, j] = 0
        systems = Systems.of(design, y, kept)
        errors: dict[float, float] = {}
        weights = None
        for alpha in sorted(self.alphas, reverse=True):
            weights = systems.solve(alpha, weights)
            errors[alpha] = systems.held_out_error(weights)
            if has_risen(list(errors.values())):
                break
        return errors


@dataclass(frozen=True, eq=False)
class Design:
    """A matrix whose full columns are kept apart, turned to their principal axes.

    A ridge penalty does not see the turn, while the axes, unlike the columns, are
    uncorrelated, so that gradients need not untangle them.

    Attributes
    ----------
    levels : csr_array
        The sparse columns.
    axes : ndarray of shape (n_rows, n_axes)
        The others, turned.
    rotation : ndarray of shape (n_axes, n_axes)
        From axes to columns.
    is_full : ndarray of bool
        Which columns of the matrix are not sparse.
    """

    levels: sparse.csr_array
    axes: np.ndarray
    rotation: np.ndarray
    is_full: np.ndarray

    @classmethod
    def of(cls, X: Any) -> Design:
        """Split the columns of a sparse or dense matrix."""
        X = sparse.csc_array(X, dtype=np.float64)
        is_full = np.diff(X.indptr) > DENSE_SHARE * X.shape[0]
        full = X[:, np.flatnonzero(is_full)].toarray()
        centred = full - full.mean(axis=0)
        _, rotation = np.linalg.eigh(centred.T @ centred)
        levels = X[:, np.flatnonzero(~is_full)].tocsr()
        return cls(levels, full @ rotation, rotation, is_full)

    def __matmul__(self, weights: np.ndarray) -> np.ndarray:
        n = self.levels.shape[1]
        return self.levels @ weights[:n] + self.axes @ weights[n:]

    def transposed_times(self, residuals: np.ndarray) -> np.ndarray:
        """Multiply the transposed matrix."""
        return np.vstack([self.levels.T @ residuals, self.axes.T @ residuals])

    def squared(self) -> Design:
        """Square each value."""
        levels = self.levels.multiply(self.levels).tocsr()
        return Design(levels, self.axes**2, self.rotation, self.is_full)

    def coefficients(self, weights: np.ndarray) -> np.ndarray:
        """Return weights in the order of the matrix's columns."""
        coefficients = np.empty(len(weights))
        n = self.levels.shape[1]
        coefficients[~self.is_full] = weights[:n]
        coefficients[self.is_full] = self.rotation @ weights[n:]
        return coefficients


@dataclass(frozen=True, eq=False)
class Systems:
    """Ridge regressions on parts of the rows of a design.

    Attributes
    ----------
    design : Design
        All rows.
    y : ndarray of shape (n_rows,)
        Their target.
    kept : ndarray of shape (n_rows, n_systems)
        1 for the rows that a regression sees, 0 for those held out from it.
    means : ndarray of shape (n_columns, n_systems)
        Of the columns: centred, they need no intercept.
    variation : ndarray of shape (n_columns, n_systems)
        Sums of squares of the centred columns.
    target : ndarray of shape (n_columns, n_systems)
        Products of the columns and the centred target.
    """

    design: Design
    y: np.ndarray
    kept: np.ndarray
    means: np.ndarray
    variation: np.ndarray
    target: np.ndarray

    @classmethod
    def of(cls, design: Design, y: np.ndarray, kept: np.ndarray) -> Systems:
        """Centre columns and target in the rows that each regression sees."""
        n_kept = kept.sum(axis=0)
        means = design.transposed_times(kept) / n_kept
        squares = design.squared().transposed_times(kept)
        variation = np.maximum(squares - n_kept * means**2, 0)
        centred = kept * (y[:, None] - (y @ kept) / n_kept)
        target = design.transposed_times(centred)
        return cls(design, y, kept, means, variation, target)

    def solve(self, alpha: float, start: np.ndarray | None = None) -> np.ndarray:
        """Return weights of shape (n_columns, n_systems) for a penalty."""

        def multiply(weights: np.ndarray) -> np.ndarray:
            rows = self.design @ weights - (self.means * weights).sum(axis=0)
            # kept rows sum to zero, so that the columns need no centring again
            return self.design.transposed_times(self.kept * rows) + alpha * weights

        start = np.zeros_like(self.target) if start is None else start
        preconditioner = 1 / (self.variation + alpha)
        return conjugate_gradients(multiply, self.target, preconditioner, start)

    def intercepts(self, weights: np.ndarray) -> np.ndarray:
        """Return the intercept of each regression."""
        means_of_y = (self.y @ self.kept) / self.kept.sum(axis=0)
        return means_of_y - (self.means * weights).sum(axis=0)

    def held_out_error(self, weights: np.ndarray) -> float:
        """Average the regressions' mean squared errors of what they did not see."""
        predictions = self.design @ weights + self.intercepts(weights)
        squares = (self.y[:, None] - predictions) ** 2
        held_out = 1 - self.kept
        return float(((held_out * squares).sum(axis=0) / held_out.sum(axis=0)).mean())


def conjugate_gradients(
    multiply: Callable[[np.ndarray], np.ndarray],
    target: np.ndarray,
    preconditioner: np.ndarray,
    start: np.ndarray,
) -> np.ndarray:
    """Solve a system for each column of the target, side by side.

    Parameters
    ----------
    multiply : callable
        Multiplies each column by its own positive definite matrix.
    target : ndarray of shape (n, n_systems)
        The right-hand sides.
    preconditioner : ndarray of shape (n, n_systems)
        About the inverse diagonals of the matrices.
    start : ndarray of shape (n, n_systems)
        A first guess.

    Returns
    -------
    ndarray of shape (n, n_systems)
        The solutions.
    """
    solution = start.copy()
    residual = target - multiply(start)
    direction = scaled = preconditioner * residual
    size = (residual * scaled).sum(axis=0)
    enough = TOLERANCE**2 * (target * preconditioner * target).sum(axis=0)
    for _ in range(MAX_STEPS):
        if (size <= enough).all():
            break
        product = multiply(direction)
        step = _ratio(size, (direction * product).sum(axis=0))
        solution += step * direction
        residual -= step * product
        scaled = preconditioner * residual
        previous, size = size, (residual * scaled).sum(axis=0)
        direction = scaled + _ratio(size, previous) * direction
    return solution


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Divide; 0 by 0, where a system is solved exactly, is 0."""
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)
