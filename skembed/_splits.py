"""Into which fold a splitter puts each row."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold, check_cv


def folds_of_rows(
    cv: Any,
    X: Any,
    y: Any,
    random_state: Any,
    params: Mapping[str, Any],
    *,
    is_stratified: bool,
    is_seen: np.ndarray,
    observation: np.ndarray,
) -> tuple[np.ndarray, int]:
    """Split rows so that each is held out once.

    Parameters
    ----------
    cv : int, splitter or iterable of (train, test)
        An int is so many shuffled folds.
    X, y : array-like of shape (n_samples, ...)
        What the splitter is shown.
    random_state : int, RandomState instance or None
        Shuffles the rows if `cv` is an int.
    params : mapping
        What the splitter's ``split`` takes besides, such as groups.
    is_stratified : bool
        Whether an int makes folds that have about the same share of each class.
    is_seen : ndarray of shape (n_samples,) and dtype bool
        Which rows can be trained on.
    observation : ndarray of shape (n_samples,)
        The observation that each row is a copy of, numbered in the order of their first
        rows. If `cv` is an int, its copies are in one fold.

    Returns
    -------
    of_row : ndarray of shape (n_samples,)
        The fold that holds out each row.
    n_folds : int
        How many there are.

    Raises
    ------
    ValueError
        If a row is held out by no fold, or by several; if a fold leaves out of training
        what it does not hold out, holds out all there is to train on, or a single row.
    """
    if isinstance(cv, Integral):
        kind = StratifiedKFold if is_stratified else KFold
        splitter = kind(int(cv), shuffle=True, random_state=random_state)
        _, first = np.unique(observation, return_index=True)
        of_observation, n_folds = _split(splitter, first, np.asarray(y)[first], params)
        of_row = of_observation[observation]
    else:
        splitter = check_cv(cv, y, classifier=is_stratified)
        of_row, n_folds = _split(splitter, X, y, params)
    _check_sizes(of_row[is_seen], n_folds)
    return of_row, n_folds


def _split(
    splitter: Any, X: Any, y: Any, params: Mapping[str, Any]
) -> tuple[np.ndarray, int]:
    """Return the fold of each row, and the number of folds."""
    n_rows = len(y)
    of_row = np.zeros(n_rows, dtype=np.intp)
    times_held_out = np.zeros(n_rows, dtype=np.intp)
    times_trained_on = np.zeros(n_rows, dtype=np.intp)
    n_folds = 0
    for train, test in splitter.split(X, y, **params):
        of_row[test] = n_folds
        times_held_out[test] += 1
        times_trained_on[train] += 1
        n_folds += 1
    _check_partition(times_held_out, times_trained_on, n_folds)
    return of_row, n_folds


def _check_partition(
    held_out: np.ndarray, trained_on: np.ndarray, n_folds: int
) -> None:
    if not n_folds:
        raise ValueError(
            "cv makes no folds: a generator serves one fit; pass a list of its splits."
        )
    wrong = np.flatnonzero(held_out != 1)
    if len(wrong):
        row = wrong[0]
        raise ValueError(
            "fit_transform encodes each row by a fit that has held it out, once, but "
            f"cv holds out row {row} {held_out[row]} times: choose a splitter whose "
            "test sets divide the rows, such as KFold or GroupKFold."
        )
    if (trained_on != n_folds - 1).any():
        raise ValueError(
            "fit_transform encodes each row by a fit on all rows that are not held out "
            "with it, but cv leaves some out of training: choose a splitter such as "
            "KFold or GroupKFold, or cv=None, which encodes all rows by one fit."
        )


def _check_sizes(of_row: np.ndarray, n_folds: int) -> None:
    sizes = np.bincount(of_row, minlength=n_folds)
    if (sizes == len(of_row)).any():
        raise ValueError(
            "A fold of cv holds out all rows of weight, so that none is left to train "
            "on: shuffle the rows, or set cv=None, which encodes all rows by one fit."
        )
    if sizes.max() == 1:
        raise ValueError(
            "cv holds out single rows, whose numbers would tell their outcome: that is "
            "what is missing from the mean of all others. Choose a few large folds."
        )
