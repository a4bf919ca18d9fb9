"""What a mixed model knows of a row: effects, how sure they are, a prediction.

A network that corrects the model is trained on effects that were estimated without the
row's own fold, or it would learn to trust what the row itself has told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skembed._folds import Folds
from skembed._mixed_model import MixedModel, fit_without_folds
from skembed._terms import Located


@dataclass(frozen=True, eq=False)
class Knowledge:
    """The effects and counts of one or several fits of a mixed model.

    Attributes
    ----------
    coefficients : ndarray of shape (n_coefficients, n_fits)
        Like `MixedModel.coefficients`.
    counts : ndarray of shape (n_all_cells, n_fits)
        How many observations each cell had, all terms one after the other.
    """

    coefficients: np.ndarray
    counts: np.ndarray

    def averaged(self) -> Knowledge:
        """Return the average fit, which knows as much as one of them does."""
        coefficients = self.coefficients.mean(axis=1, keepdims=True)
        return Knowledge(coefficients, self.counts.mean(axis=1, keepdims=True))


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of some rows.

    Attributes
    ----------
    features : ndarray of shape (n_rows, n_features)
        Lines, their sum, the effect and the logarithm of the count of every term's
        cell, the prediction.
    prediction : ndarray of shape (n_rows,)
        Of the mixed model.
    counts : ndarray of shape (n_rows, n_terms)
        How many observations each term's cell had.
    """

    features: np.ndarray
    prediction: np.ndarray
    counts: np.ndarray

    def is_known(self, n_columns: int) -> np.ndarray:
        """Say which rows have no level that is new in one of the columns."""
        return np.asarray((self.counts[:, :n_columns] > 0).all(axis=1))


def knowledge_without_folds(
    model: MixedModel, folds: Folds, rows: Located
) -> Knowledge:
    """Return what a model would know without each of the folds.

    Parameters
    ----------
    model : MixedModel
        Fitted on all folds.
    folds : Folds
        The same sample.
    rows : Located
        Its rows.

    Returns
    -------
    Knowledge
        One fit for each fold.
    """
    return Knowledge(fit_without_folds(model, folds), _counts_without(folds, rows))


def _counts_without(folds: Folds, rows: Located) -> np.ndarray:
    """Count the observations of every cell outside of each fold."""
    blocks = [np.zeros((0, folds.count))]
    for cells, n_cells in zip(rows.cells.T, rows.n_cells, strict=True):
        keys = cells.astype(np.intp) * folds.count + folds.of_row
        inside = np.bincount(keys, folds.sample.weight, n_cells * folds.count)
        inside = inside.reshape(n_cells, folds.count)
        blocks.append(inside.sum(axis=1, keepdims=True) - inside)
    return np.vstack(blocks)


def evidence(
    mean: float, rows: Located, knowledge: Knowledge, fit: np.ndarray | None = None
) -> Evidence:
    """Gather what is known of rows.

    Parameters
    ----------
    mean : float
        The mixed model's.
    rows : Located
        The rows.
    knowledge : Knowledge
        Of one or several fits.
    fit : ndarray of shape (n_rows,), default=None
        Which fit counts for each row; None is the first for all.

    Returns
    -------
    Evidence
        For every row.
    """
    if fit is None:
        fit = np.zeros(len(rows), dtype=np.intp)
    lines, terms = rows.add_up(knowledge.coefficients, fit)
    prediction = mean + lines + terms.sum(axis=1)
    counts = np.empty(rows.cells.shape)
    blocks = np.split(knowledge.counts, np.cumsum(rows.n_cells, dtype=np.intp))[:-1]
    for t, known in enumerate(blocks):
        padded = np.vstack([known, np.zeros((1, known.shape[1]))])
        counts[:, t] = padded[rows.cells[:, t], fit]
    sums = np.column_stack([lines, prediction])
    features = np.hstack([rows.lines.toarray(), sums, terms, np.log1p(counts)])
    return Evidence(features, prediction, counts)
