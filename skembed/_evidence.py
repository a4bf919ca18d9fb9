"""What a model knows of a row: effects, how sure they are, a prediction.

A network that corrects the model is trained on effects that were estimated without the
row's own fold, or it would learn to trust what the row itself has told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skembed._bilinear import Bilinear, Factors, products_by_fit
from skembed._cross_fitting import CrossFitted
from skembed._folds import Folds
from skembed._parts import parts_of
from skembed._terms import Located

ROWS_AT_ONCE = 8_192  # what networks read of a row is hundreds of numbers


@dataclass(frozen=True, eq=False)
class Knowledge:
    """The effects, vectors and counts of one or several fits of a model.

    Attributes
    ----------
    mean : float
        The mixed model's, the same for all.
    coefficients : ndarray of shape (n_coefficients, n_fits)
        Like `MixedModel.coefficients`.
    factors : tuple of tuple of Factors
        The vectors of pairs of columns, for each fit.
    counts : ndarray of shape (n_all_cells, n_fits)
        How many observations each cell had, all terms one after the other.
    """

    mean: float
    coefficients: np.ndarray
    factors: tuple[tuple[Factors, ...], ...]
    counts: np.ndarray

    def averaged(self, model: Bilinear) -> Knowledge:
        """Return the average fit, which knows as much as one of them does.

        Vectors of different fits are turned as they like, and have no average: they are
        those of the whole model.
        """
        coefficients = self.coefficients.mean(axis=1, keepdims=True)
        counts = self.counts.mean(axis=1, keepdims=True)
        return Knowledge(self.mean, coefficients, (model.factors,), counts)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of some rows.

    Attributes
    ----------
    features : ndarray of shape (n_rows, n_features)
        Lines, their sum, the prediction, the effect of every term's cell, the sum of
        what interactions add, if there are any, and the logarithm of every count.
    prediction : ndarray of shape (n_rows,)
        Of the model.
    counts : ndarray of shape (n_rows, n_terms)
        How many observations each term's cell had.
    """

    features: np.ndarray
    prediction: np.ndarray
    counts: np.ndarray

    def is_known(self, n_columns: int) -> np.ndarray:
        """Say which rows have no level that is new in one of the columns."""
        return np.asarray((self.counts[:, :n_columns] > 0).all(axis=1))


def read_rows(
    rows: Located, knowledge: Knowledge, fit: np.ndarray, features: np.ndarray
) -> Evidence:
    """Gather what is known of many rows, some at a time.

    Parameters
    ----------
    rows, knowledge, fit
        See `evidence`.
    features : ndarray of shape (n_rows, n_features)
        Where to write features to.

    Returns
    -------
    Evidence
        With these features.
    """
    prediction, counts = np.empty(len(rows)), np.empty(rows.cells.shape)
    for part in parts_of(len(rows), ROWS_AT_ONCE):
        known = evidence(rows.take(part), knowledge, fit[part])
        features[part], prediction[part] = known.features, known.prediction
        counts[part] = known.counts
    return Evidence(features, prediction, counts)


def count_features(rows: Located, knowledge: Knowledge) -> int:
    """Return how many features `evidence` has."""
    has_products = bool(knowledge.factors[0])
    return rows.lines.n_columns + 2 + 2 * len(rows.n_cells) + has_products


def knowledge_without_folds(fitted: CrossFitted) -> Knowledge:
    """Return what a model knows without each of the folds: one fit for each."""
    counts = _counts_without(fitted.folds, fitted.rows)
    mean = fitted.model.mixed.mean
    return Knowledge(mean, fitted.coefficients, fitted.factors, counts)


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
    rows: Located, knowledge: Knowledge, fit: np.ndarray | None = None
) -> Evidence:
    """Gather what is known of rows.

    Parameters
    ----------
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
    added = products_by_fit(knowledge.factors, rows, fit)
    prediction = knowledge.mean + lines + terms.sum(axis=1) + added
    counts = np.empty(rows.cells.shape)
    blocks = np.split(knowledge.counts, np.cumsum(rows.n_cells, dtype=np.intp))[:-1]
    for t, known in enumerate(blocks):
        padded = np.vstack([known, np.zeros((1, known.shape[1]))])
        counts[:, t] = padded[rows.cells[:, t], fit]
    sums = np.column_stack([lines, prediction])
    features = [rows.lines.toarray(), sums, terms, np.log1p(counts)]
    if knowledge.factors[0]:
        features.insert(-1, added[:, np.newaxis])
    return Evidence(np.hstack(features), prediction, counts)
