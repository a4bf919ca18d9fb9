"""The design matrix of a mixed model, and its normal equations."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property

import numpy as np
from scipy import linalg, sparse

from skembed._terms import Located

JOINT_CELLS = 512  # of small terms, whose equations are factorized as a first guess


class Design:
    """Rows by coefficients: straight lines and ramps, then the cells of every term.

    Coefficients come in blocks, each shrunk by a penalty of its own.

    Parameters
    ----------
    blocks : sequence of int
        Sizes of the blocks of `Located.lines`; every term is one more block.
    rows : Located
        The rows.
    weight : ndarray of shape (n_rows,)
        How often each row counts.
    """

    def __init__(
        self, blocks: Sequence[int], rows: Located, weight: np.ndarray
    ) -> None:
        self.lines, self.weight = rows.lines, weight
        self.sparse = _indicators(rows)
        self._sparse_T = self.sparse.T.tocsr()
        self.blocks = np.array([*blocks, *rows.n_cells], dtype=np.intp)
        self._n_line_blocks = len(blocks)

    def reweighted(self, weight: np.ndarray) -> Design:
        """Return the same rows, counted otherwise."""
        if np.array_equal(weight, self.weight):
            return self
        other = copy(self)
        other.weight = weight
        other.__dict__.pop("joint_gram", None)
        return other

    @property
    def is_joint(self) -> bool:
        """Whether `joint` is all coefficients."""
        return len(self.joint) == self.shape[1]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and coefficients."""
        return len(self.lines), int(self.blocks.sum())

    def times(self, coefficients: np.ndarray) -> np.ndarray:
        """Return predictions of shape (n_rows, k) by k columns of coefficients."""
        split = self.lines.n_columns
        by_terms = self.sparse @ coefficients[split:]
        return by_terms + self.lines.times(coefficients[:split]) if split else by_terms

    def transposed_times(self, values: np.ndarray) -> np.ndarray:
        """Return sums over rows of shape (n_coefficients, k)."""
        by_terms = self._sparse_T @ values
        if not self.lines.n_columns:
            return by_terms
        return np.vstack([self.lines.transposed_times(values), by_terms])

    @cached_property
    def squared(self) -> sparse.csr_matrix:
        """The squares of `sparse`."""
        return self.sparse.multiply(self.sparse).tocsr()

    @cached_property
    def joint(self) -> np.ndarray:
        """The coefficients of the lines and of small terms, which go well together."""
        ends, sizes = np.cumsum(self.blocks), self.blocks
        terms = np.arange(self._n_line_blocks, len(sizes))
        by_size = terms[np.argsort(sizes[terms], kind="stable")]
        small = np.sort(by_size[np.cumsum(sizes[by_size]) <= JOINT_CELLS])
        ranges = [np.arange(ends[t] - sizes[t], ends[t]) for t in small]
        return np.concatenate([np.arange(self.lines.n_columns), *ranges])

    @cached_property
    def _joint_sparse(self) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """The joint columns of `sparse`, and their transpose."""
        split = self.lines.n_columns
        if self.is_joint:
            return self.sparse, self._sparse_T
        small = self.sparse[:, self.joint[split:] - split]
        return small, small.T.tocsr()

    @cached_property
    def joint_gram(self) -> np.ndarray:
        """W' R W of the joint coefficients."""
        small, small_T = self._joint_sparse
        values = small.data * np.repeat(self.weight, np.diff(small.indptr))
        scaled = sparse.csr_matrix((values, small.indices, small.indptr), small.shape)
        of_terms = (small_T @ scaled).toarray()
        if not self.lines.n_columns:
            return of_terms
        corner, side = self.lines.gram(self.weight), self.lines.transposed_times(scaled)
        return np.block([[corner, side], [side.T, of_terms]])

    def block_sums(self, values: np.ndarray) -> np.ndarray:
        """Add up one value for every coefficient by blocks."""
        return np.add.reduceat(values, np.cumsum(self.blocks) - self.blocks)


def _indicators(rows: Located) -> sparse.csr_matrix:
    """Return a row for every row, with an entry for its cell of every term."""
    n_rows, n_terms = rows.cells.shape
    if not n_terms:
        return sparse.csr_matrix((n_rows, 0))
    n_cells = np.array(rows.n_cells)
    known = rows.cells < n_cells
    places = np.where(known, rows.cells, 0) + np.cumsum(n_cells) - n_cells
    values = np.where(known, rows.multipliers, 0.0)
    starts = np.arange(0, n_rows * n_terms + 1, n_terms)
    shape = (n_rows, int(n_cells.sum()))
    return sparse.csr_matrix((values.ravel(), places.ravel(), starts), shape=shape)


class NormalEquations:
    """(W' R W + penalties) b = rhs, for one or several diagonal weights R.

    They are Henderson's mixed model equations (1975, Best Linear Unbiased Estimation
    and Prediction under a Selection Model, Biometrics 31, section 4) divided by the
    noise variance, solved by preconditioned conjugate gradients.

    Parameters
    ----------
    design : Design
        The matrix W.
    penalties : ndarray of shape (n_blocks,)
        Noise variance over effect variance, for each block.
    weight : ndarray of shape (n_rows,) or (n_rows, k)
        The diagonal of R, the same or another one for each of k right-hand sides.
    """

    def __init__(
        self, design: Design, penalties: np.ndarray, weight: np.ndarray
    ) -> None:
        self.design = design
        self._weight = weight.reshape(len(weight), -1)
        self._penalty = np.repeat(penalties, design.blocks)[:, np.newaxis]
        self._factor = self._factorize()
        is_own = weight.ndim == 1 and np.array_equal(weight, design.weight)
        self._gram = design.joint_gram if design.is_joint and is_own else None

    def _factorize(self) -> tuple[np.ndarray, bool] | None:
        """Factorize the equations of the design's joint columns alone."""
        joint, gram = self.design.joint, self.design.joint_gram
        if not len(gram):
            return None
        # of several weights the average: they differ by a fold, and this is a guess
        level = self._weight.mean(axis=1).sum() / self.design.weight.sum()
        matrix = level * gram
        diagonal = np.diag_indices_from(matrix)
        matrix[diagonal] += self._penalty[joint, 0]
        matrix[diagonal] += 1e-9 * matrix.trace() / len(matrix)
        return linalg.cho_factor(matrix, overwrite_a=True, check_finite=False)

    @cached_property
    def _diagonal(self) -> np.ndarray:
        """The diagonal of the equations of the terms' coefficients."""
        penalty = self._penalty[self.design.lines.n_columns :]
        return np.asarray(self.design.squared.T @ self._weight + penalty)

    def _precondition(self, residual: np.ndarray) -> np.ndarray:
        joint, split = self.design.joint, self.design.lines.n_columns
        if self._factor is not None and self.design.is_joint:
            return linalg.cho_solve(self._factor, residual, check_finite=False)
        result = np.empty_like(residual)
        result[split:] = residual[split:] / self._diagonal
        if self._factor is not None:
            result[joint] = linalg.cho_solve(
                self._factor, residual[joint], check_finite=False
            )
        return result

    def _times(self, b: np.ndarray) -> np.ndarray:
        if self._gram is not None:
            return self._gram @ b + self._penalty * b
        weighted = self._weight * self.design.times(b)
        return self.design.transposed_times(weighted) + self._penalty * b

    def solve(
        self,
        rhs: np.ndarray,
        start: np.ndarray,
        tol: float,
        max_iter: int = 200,
    ) -> np.ndarray:
        """Solve for every column of `rhs`.

        Parameters
        ----------
        rhs, start : ndarray of shape (n_coefficients, k)
            Right-hand sides and where to start from.
        tol : float
            Relative norm of the residual, in the preconditioner's norm, to stop at.
        max_iter : int
            Iterations after which to stop in any case.

        Returns
        -------
        ndarray of shape (n_coefficients, k)
            The solutions.
        """
        b = start.copy()
        residual = rhs - self._times(b) if b.any() else rhs.copy()
        direction = self._precondition(residual)
        energy = (residual * direction).sum(axis=0)
        goal = tol**2 * (rhs * self._precondition(rhs)).sum(axis=0)
        for _ in range(max_iter):
            if (energy <= goal).all():
                break
            image = self._times(direction)
            step = _ratio(energy, (direction * image).sum(axis=0))
            b += step * direction
            residual -= step * image
            preconditioned = self._precondition(residual)
            new_energy = (residual * preconditioned).sum(axis=0)
            direction = preconditioned + _ratio(new_energy, energy) * direction
            energy = new_energy
        return b

    def correct(self, rhs: np.ndarray, start: np.ndarray, tol: float) -> np.ndarray:
        """Solve from a start that solves other equations, of which nothing may stay.

        Parameters
        ----------
        rhs, start : ndarray of shape (n_coefficients, k)
            Right-hand sides and where to start from.
        tol : float
            What may be left of the start's residual, relative to its norm.

        Returns
        -------
        ndarray of shape (n_coefficients, k)
            The solutions.
        """
        residual = rhs - self._times(start)
        return start + self.solve(residual, np.zeros_like(start), tol)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide; a column that is solved already, 0 / 0, moves no further."""
    safe = np.where(denominator > 0, denominator, 1.0)
    return np.where(denominator > 0, numerator / safe, 0.0)
