"""Levels as numbers for other models: of a whole fit, and of fits without a fold.

What other models read of a level is the mean of what is predicted of its rows, and its
vector. A fit without a fold has axes of its own, turned and cut as it comes. Its levels
are brought to the axes of the whole fit: an axis is a function of the rows, by which a
coordinate is multiplied in predictions, and they get the coordinates with which they
come closest to what they add to the predictions of their own fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from skembed._blas import one_blas_thread
from skembed._blend import Blend
from skembed._cross_fitting import CrossFitted, fit_again_without_folds
from skembed._folds import Folds
from skembed._level_means import shrunken_means
from skembed._one_versus_rest import OneVersusRest, of_class
from skembed._sample import Sample
from skembed._tables import coordinates_of
from skembed._target import TargetScale

Blended: TypeAlias = Blend | OneVersusRest
Tables: TypeAlias = tuple[np.ndarray, ...]

LEAST_SPREAD = 1e-5  # of an axis, over that of the first one; 32 bits tell no less


def whole_tables(core: Blended, sample: Sample, scale: TargetScale) -> Tables:
    """Return what other models read of levels.

    Parameters
    ----------
    core : Blend or OneVersusRest
        Fitted on the sample.
    sample : Sample
        The training rows.
    scale : TargetScale
        In which the core predicts.

    Returns
    -------
    tuple of ndarray of shape (n_codes, n_outputs + n_dims)
        For each categorical column: means of predictions by effects and interactions,
        in units of the target or in log-odds, then the vectors. What was not learned,
        the last, has the mean of all rows and the vector of an average level.
    """
    models = [blend.model for blend in core.blends]
    said = [model.predict(model.mixed.locate(sample.inputs)) for model in models]
    return _with_means(core.tables, said, sample, scale)


def tables_without_folds(
    core: Blended, folds: Folds, scale: TargetScale
) -> list[Tables]:
    """Return what other models read of levels, from fits without each of some folds.

    The model keeps its terms, its variances and its mean; effects and vectors are
    fitted again. A level that is in no other fold has the mean of all rows and the
    vector of an average level, as if it were unseen.

    Parameters
    ----------
    core : Blend or OneVersusRest
        Fitted on the rows of the folds.
    folds : Folds
        These rows, with their target in units of the core.
    scale : TargetScale
        In which the core predicts.

    Returns
    -------
    list of tuple of ndarray
        For each fold tables like those of `whole_tables`, on the same axes.
    """
    with one_blas_thread():
        fitted = [
            fit_again_without_folds(blend.model, of_class(folds, k))
            for k, blend in enumerate(core.blends)
        ]
        vectors = [
            _vectors_without_folds(fitted, column, table)
            for column, table in enumerate(core.tables)
        ]
        return [
            _tables_without_fold(fold, fitted, [v[fold] for v in vectors], scale)
            for fold in range(folds.count)
        ]


def _tables_without_fold(
    fold: int,
    fitted: Sequence[CrossFitted],
    vectors: Sequence[np.ndarray],
    scale: TargetScale,
) -> Tables:
    folds = fitted[0].folds
    others = folds.rows_outside(fold)
    said = [each.without_folds[fold].predict(each.rows.take(others)) for each in fitted]
    return _with_means(vectors, said, folds.sample.take(others), scale)


def _with_means(
    vectors: Sequence[np.ndarray],
    said: Sequence[np.ndarray],
    sample: Sample,
    scale: TargetScale,
) -> Tables:
    """Put the means of what is said of each level's rows before its vector."""
    predicted, weight = scale.restore(np.column_stack(said)), sample.weight
    tables = []
    for table, codes in zip(vectors, sample.inputs.codes.T, strict=True):
        known = np.bincount(codes, weight, len(table)) > 0
        means = [shrunken_means(p, codes, weight, len(table)) for p in predicted.T]
        # equations are solved to a tolerance: what has no rows is not quite zero
        kept = np.where(known[:, np.newaxis], table, 0)
        tables.append(np.column_stack([*means, kept]))
    return tuple(tables)


def _vectors_without_folds(
    fitted: Sequence[CrossFitted], column: int, table: np.ndarray
) -> list[np.ndarray]:
    """Return the vectors of a column's levels without each fold, on a table's axes."""
    folds = fitted[0].folds
    weight = folds.sample.weight[:, np.newaxis]
    keys = fitted[0].model.mixed.terms[column].keys
    axes = [_axes(each, column, table[keys]) for each in fitted]
    turn = np.linalg.pinv(np.sum([(weight * a).T @ a for a in axes], axis=0))
    found = []
    for fold in range(folds.count):
        along: np.ndarray = np.zeros((len(keys), table.shape[1]))
        for each, a in zip(fitted, axes, strict=True):
            model = each.without_folds[fold]
            levels, factors = coordinates_of(model, each.rows, column)
            along += levels @ (factors.T @ (weight * a))
        vectors: np.ndarray = np.zeros(table.shape)
        vectors[keys] = along @ turn
        found.append(vectors)
    return found


def _axes(fitted: CrossFitted, column: int, vectors: np.ndarray) -> np.ndarray:
    """Return by what coordinates are multiplied, of shape (n_rows, n_dims).

    Products of it and of the vectors are what levels add to predictions, but for what
    is the same for all of them: axes are principal ones, so that least squares find
    each even where the vectors were cut.
    """
    levels, factors = coordinates_of(fitted.model, fitted.rows, column)
    varied = np.linalg.pinv(vectors - vectors.mean(axis=0), rcond=LEAST_SPREAD)
    return np.asarray(factors @ (varied @ (levels - levels.mean(axis=0))).T)
