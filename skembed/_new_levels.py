"""What networks say of levels that are yet to come: how far to believe it.

A quantity, or another column, can give a level away: networks learn from it what the
level's own rows have told. Only levels that were wholly left out tell what such
knowledge is worth for new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from skembed._cross_fitting import CrossFitted, fit_again_without_folds
from skembed._cross_training import Corrected, Task
from skembed._evidence import knowledge_without_folds, read_rows
from skembed._folds import Folds
from skembed._gate import believable_share
from skembed._stages import reported_part

LEFT_OUT = 0.2  # of a column's levels
LEAST_LEVELS = 10  # that are left out; fewer cannot tell
HELD_OUT = 0  # the fold of their rows


def share_if_new(
    task: Task, fitted: CrossFitted, corrected: Corrected, table_rows: Sequence[int]
) -> float | None:
    """Say how much of a correction to believe where a row has new levels.

    One more network is trained without some levels of the largest column, and judged by
    them.

    Parameters
    ----------
    task : Task
        On what, and how.
    fitted : CrossFitted
        What is corrected.
    corrected : Corrected
        The networks that correct it.
    table_rows : sequence of int
        How many codes each categorical column has.

    Returns
    -------
    float or None
        From 0 to 1; None if no column has enough levels to tell.
    """
    if not table_rows:
        return None
    sample, column = task.folds.sample, int(np.argmax(table_rows))
    codes = sample.inputs.codes[:, column]
    levels = np.unique(codes)
    n_left_out = int(LEFT_OUT * len(levels))
    if n_left_out < LEAST_LEVELS:
        return None
    left_out = task.rng.choice(levels, n_left_out, replace=False)
    is_left_out = np.isin(codes, left_out)
    held_out = np.flatnonzero(is_left_out)
    # no other row, and no second reading of one, may tell of these levels
    is_told = is_left_out[corrected.origin]
    is_told[: len(codes)] = False
    kept = np.flatnonzero(~is_told)  # all rows, and then some of the second readings
    of_row = corrected.folds.of_row[kept] + 1
    of_row[held_out] = HELD_OUT
    told = corrected.folds.sample.take(kept)
    inputs, prediction = corrected.inputs.take(kept), corrected.networks.base[kept]
    prediction[held_out] = _read_as_if_new(fitted, held_out, inputs.quantities)
    folds = Folds(told, of_row, task.folds.count + 1)
    one_network = replace(task, folds=folds, n_networks=1)
    with reported_part("Levels held out"):
        trained = one_network.cross_train(inputs, prediction)
    change = trained.corrected[held_out] - prediction[held_out]
    return believable_share(
        task.likelihood,
        sample.target[held_out, 0],
        prediction[held_out],
        change,
        sample.weight[held_out],
        corrected.networks.ambiguity,
    )


def _read_as_if_new(
    fitted: CrossFitted, held_out: np.ndarray, features: np.ndarray
) -> np.ndarray:
    """Read rows that are left out by a fit that has seen none of them.

    Parameters
    ----------
    fitted : CrossFitted
        The model.
    held_out : ndarray of int
        Which rows of it.
    features : ndarray of shape (n_rows, n_features)
        What is read of these rows is written into theirs.

    Returns
    -------
    ndarray of shape (n_held_out,)
        What is predicted of them.
    """
    of_row = np.ones(len(fitted.rows), dtype=np.intp)
    of_row[held_out] = HELD_OUT
    folds = Folds(fitted.folds.sample, of_row, 2)
    known = fit_again_without_folds(fitted.model, folds)
    as_if_new = read_rows(
        known.rows.take(held_out),
        knowledge_without_folds(known),
        np.full(len(held_out), HELD_OUT),
        np.empty((len(held_out), features.shape[1]), dtype=features.dtype),
    )
    features[held_out] = as_if_new.features
    return as_if_new.prediction
