"""The design matrix of a mixed model, and its normal equations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import linalg, sparse

from skembed._terms import Located

DENSE_CELLS = 512  # effects whose equations are solved together, as a preconditioner


class Design:
    """Rows by coefficients: straight lines and ramps, then the cells of every term.

    Coefficients come in blocks, each shrunk by a penalty of its own.

    Parameters
    ----------
    blocks : sequence of int
        Sizes of the blocks of `Located.lines`; every term is one more block.
    rows : Located
        The rows.
    """

    def __init__(self, blocks: Sequence[int], rows: Located) -> None:
        self.dense = rows.lines
        self.sparse = _indicators(rows)
        self._sparse_T = self.sparse.T.tocsr()
        self.blocks = np.array([*blocks, *rows.n_cells], dtype=np.intp)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and coefficients."""
        return len(self.dense), int(self.blocks.sum())

    def times(self, coefficients: np.ndarray) -> np.ndarray:
        """Return predictions of shape (n_rows, k) by k columns of coefficients."""
        split = self.dense.shape[1]
        return self.dense @ coefficients[:split] + self.sparse @ coefficients[split:]

    def transposed_times(self, values: np.ndarray) -> np.ndarray:
        """Return sums over rows of shape (n_coefficients, k)."""
        return np.vstack([self.dense.T @ values, self._sparse_T @ values])

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
        split = design.dense.shape[1]
        squared = design.sparse.copy()
        squared.data **= 2
        self._diagonal = squared.T @ self._weight + self._penalty[split:]
        self._joint = self._joint_columns(split)
        self._factor = self._factorize(split)

    def _joint_columns(self, split: int) -> np.ndarray:
        """Choose the sparse columns of small blocks, whose equations are factorized."""
        sizes = self.design.blocks
        sparse_blocks = np.flatnonzero(np.cumsum(sizes) > split)
        by_size = sparse_blocks[np.argsort(sizes[sparse_blocks], kind="stable")]
        small = by_size[np.cumsum(sizes[by_size]) <= DENSE_CELLS]
        ends = np.cumsum(sizes) - split
        chosen = [np.arange(ends[b] - sizes[b], ends[b]) for b in np.sort(small)]
        return np.concatenate([np.empty(0, dtype=np.intp), *chosen])

    def _factorize(self, split: int) -> tuple[np.ndarray, bool] | None:
        weight = self._weight.mean(axis=1)
        dense, joint = self.design.dense, self.design.sparse[:, self._joint]
        scaled = joint.multiply(weight[:, np.newaxis]).tocsr()
        corner = dense.T @ (weight[:, np.newaxis] * dense)
        side = scaled.T @ dense
        matrix = np.block([[corner, side.T], [side, (scaled.T @ joint).toarray()]])
        if not len(matrix):
            return None
        penalty = np.vstack([self._penalty[:split], self._penalty[split:][self._joint]])
        matrix[np.diag_indices_from(matrix)] += penalty[:, 0]
        ridge = 1e-9 * np.trace(matrix) / len(matrix)
        matrix[np.diag_indices_from(matrix)] += ridge
        return linalg.cho_factor(matrix)

    def _precondition(self, residual: np.ndarray) -> np.ndarray:
        split = self.design.dense.shape[1]
        top, bottom = residual[:split], residual[split:]
        result = np.vstack([top, bottom / self._diagonal])
        if self._factor is not None:
            solved = linalg.cho_solve(
                self._factor, np.vstack([top, bottom[self._joint]])
            )
            result[:split] = solved[:split]
            result[split + self._joint] = solved[split:]
        return result

    def _times(self, b: np.ndarray) -> np.ndarray:
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
        residual = rhs - self._times(b)
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


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide; a column that is solved already, 0 / 0, moves no further."""
    safe = np.where(denominator > 0, denominator, 1.0)
    return np.where(denominator > 0, numerator / safe, 0.0)
