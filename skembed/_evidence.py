"""What a mixed model knows of a row: effects, how sure they are, a prediction.

A network that corrects the model is trained on effects that were estimated without the
row's own fold, or it would learn to trust what the row itself has told.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """

    features: np.ndarray
    prediction: np.ndarray


def full_knowledge(model: MixedModel, rows: Located, weight: np.ndarray) -> Knowledge:
    """Return what a model knows from all rows that it was fitted on."""
    one_fold = np.zeros(len(rows), dtype=np.intp)
    counts = _counts(rows, weight, one_fold, np.ones((1, 1)))
    return Knowledge(model.coefficients[:, np.newaxis], counts)


def knowledge_without(
    model: MixedModel,
    folds: Folds,
    rows: Located,
    left_out: Sequence[frozenset[int]],
) -> Knowledge:
    """Return what a model would know without some folds.

    Parameters
    ----------
    model : MixedModel
        Fitted on all folds.
    folds : Folds
        The same sample.
    rows : Located
        Its rows.
    left_out : sequence of frozenset of int
        The folds that each fit does without.

    Returns
    -------
    Knowledge
        One fit for each.
    """
    kept = np.array([[f not in out for out in left_out] for f in range(folds.count)])
    return Knowledge(
        fit_without_folds(model, folds, left_out),
        _counts(rows, folds.sample.weight, folds.of_row, kept.astype(float)),
    )


def _counts(
    rows: Located, weight: np.ndarray, fold: np.ndarray, kept: np.ndarray
) -> np.ndarray:
    """Count the observations of every cell, over the folds that each fit keeps."""
    n_folds = len(kept)
    blocks = [np.zeros((0, kept.shape[1]))]
    for cells, n_cells in zip(rows.cells.T, rows.n_cells, strict=True):
        keys = cells.astype(np.intp) * n_folds + fold
        counts = np.bincount(keys, weight, n_cells * n_folds)
        blocks.append(counts.reshape(n_cells, n_folds) @ kept)
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
    features = np.hstack([rows.lines, sums, terms, np.log1p(counts)])
    return Evidence(features, prediction)
