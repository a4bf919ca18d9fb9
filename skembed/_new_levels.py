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
from skembed._encoding import Encoded
from skembed._evidence import evidence, knowledge_without_folds
from skembed._folds import Folds
from skembed._gate import believable_share

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
    held_out, inputs, prediction = _as_if_new(fitted, corrected, is_left_out)
    # no other row, and no second reading of one, may tell of these levels
    is_told = is_left_out[corrected.origin]
    is_told[: len(codes)] = False
    kept = np.flatnonzero(~is_told)
    of_row = corrected.folds.of_row[kept] + 1
    of_row[held_out] = HELD_OUT
    told = replace(corrected.folds.sample, inputs=inputs).take(kept)
    folds = Folds(told, of_row, task.folds.count + 1)
    one_network = replace(task, folds=folds, n_networks=1)
    trained = one_network.cross_train(told.inputs, prediction[kept])
    change = trained.corrected[held_out] - prediction[held_out]
    return believable_share(
        task.likelihood,
        sample.target[held_out, 0],
        prediction[held_out],
        change,
        sample.weight[held_out],
        corrected.networks.ambiguity,
    )


def _as_if_new(
    fitted: CrossFitted, corrected: Corrected, is_left_out: np.ndarray
) -> tuple[np.ndarray, Encoded, np.ndarray]:
    """Read rows that are left out by a fit that has seen none of them."""
    folds = Folds(fitted.folds.sample, np.where(is_left_out, HELD_OUT, 1), 2)
    known = fit_again_without_folds(fitted.model, folds)
    held_out = np.flatnonzero(is_left_out)
    rows = known.rows.take(held_out)
    as_if_new = evidence(rows, knowledge_without_folds(known))
    features = corrected.inputs.quantities.copy()
    features[held_out] = as_if_new.features
    prediction = corrected.networks.base.copy()
    prediction[held_out] = as_if_new.prediction
    return held_out, Encoded(corrected.inputs.codes, features), prediction
