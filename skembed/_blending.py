"""Fitting a blend: a mixed model, and networks that correct it as far as they can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from skembed._blas import one_blas_thread
from skembed._blend import Blend, Corrections, Newcomers
from skembed._cross_fitting import CrossFitted, cross_fit, with_pairs
from skembed._cross_training import Corrected, History, Task, train_corrections
from skembed._folds import Folds, deal_into_folds
from skembed._gate import believable_share
from skembed._mixed_model import fit_mixed_model
from skembed._new_levels import share_if_new
from skembed._newcomers import is_better_without, without_column
from skembed._pairs import find_pairs
from skembed._ramps import learn_ramps
from skembed._sample import Sample, merge_equal_rows
from skembed._screening import Residuals, find_terms
from skembed._tables import level_tables
from skembed._target import TargetScale
from skembed._terms import learn_term

N_FOLDS = 5
LEAST_OBSERVATIONS = 20  # in a fold; with fewer it is too small to judge a network by
LEAST_SHARE = 0.01  # a correction that is believed less is left out
FIRST_ROUNDS, LAST_ROUNDS = 4, 8


def fit_blend(
    rows: Sample,
    table_rows: Sequence[int],
    dims: Sequence[int | None],
    params: Mapping[str, Any],
    scale: TargetScale,
    rng: np.random.Generator,
) -> tuple[Blend, History]:
    """Fit a mixed model and the networks that correct it.

    Parameters
    ----------
    rows : Sample
        Merged rows with a single standardised target.
    table_rows : sequence of int
        How many codes each categorical column has.
    dims : sequence of int or None
        Length of each column's vectors; None is as long as there is something to say.
    params : mapping
        The estimator's parameters.
    scale : TargetScale
        In which losses are reported.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    blend : Blend
        Ready to predict.
    history : dict of list of float
        Losses by epoch, averaged over the networks that correct.
    """
    with one_blas_thread():
        blend, history, sample = _fit_without_newcomers(
            rows, table_rows, dims, params, scale, rng
        )
        if not table_rows:
            return blend, history
        column = int(np.argmax(table_rows))
        if is_better_without(blend.model.mixed, sample, column, N_FOLDS, rng):
            second, *_ = _fit_without_newcomers(
                merge_equal_rows(without_column(rows, column)),
                [*table_rows[:column], *table_rows[column + 1 :]],
                [*dims[:column], *dims[column + 1 :]],
                params,
                scale,
                rng,
            )
            newcomers = Newcomers(column, table_rows[column] - 1, second)
            blend = replace(blend, newcomers=newcomers)
    return blend, history


def _fit_without_newcomers(
    rows: Sample,
    table_rows: Sequence[int],
    dims: Sequence[int | None],
    params: Mapping[str, Any],
    scale: TargetScale,
    rng: np.random.Generator,
) -> tuple[Blend, History, Sample]:
    """Fit a blend, and return the sample that it was fitted on as well."""
    n_networks, n_folds = params["n_networks"], max(N_FOLDS, params["n_networks"])
    if rows.n_observations < LEAST_OBSERVATIONS * n_folds:
        n_networks, n_folds = 0, N_FOLDS
    folds = deal_into_folds(rows, n_folds, rng)
    fitted = _fit_model(folds, table_rows, rng)
    corrections: Corrections | None = None
    history: History = {"loss": []}
    if n_networks:
        task = Task(folds, n_networks, params, scale, rng)
        corrections, history = _train_networks(task, fitted, table_rows)
    weight = folds.sample.weight
    vectors = level_tables(fitted.model, fitted.rows, weight, table_rows, dims)
    blend = Blend(fitted.model, corrections, None, vectors)
    return blend, history, folds.sample


def _fit_model(
    folds: Folds, table_rows: Sequence[int], rng: np.random.Generator
) -> CrossFitted:
    """Fit a model of single columns, and let it grow if that helps to predict.

    It may get crosses, slopes and curves, or products of vectors, or both; what is best
    is decided by rows that it was not fitted to.
    """
    sample, inputs = folds.sample, folds.sample.inputs
    ramps = learn_ramps(inputs.quantities, sample.weight)
    terms = [
        learn_term(inputs, (column,), (n_rows,))[0]
        for column, n_rows in enumerate(table_rows)
    ]
    first = fit_mixed_model(ramps, terms, sample, FIRST_ROUNDS)
    alone = cross_fit(first, folds)
    found = find_terms(inputs, table_rows, ramps.knots, _residuals(alone))
    added = list(zip(*found, strict=True))
    slopes = [(term, penalty) for term, penalty in added if not term.is_cross]
    candidates = [alone]
    for larger in [slopes, added] if len(slopes) < len(added) else [added]:
        if larger:
            start = np.append(first.penalties, [penalty for _, penalty in larger])
            grown = [*terms, *(term for term, _ in larger)]
            mixed = fit_mixed_model(ramps, grown, sample, LAST_ROUNDS, start)
            candidates.append(cross_fit(mixed, folds))
    for fitted in list(candidates):
        read = fitted.rows, len(table_rows), _residuals(fitted).mean, sample.weight
        pairs = find_pairs(*read, rng)
        if pairs:
            candidates.append(with_pairs(fitted, pairs))
    best = min(candidates, key=lambda fitted: fitted.loss)
    if best is not alone:
        return best
    last = fit_mixed_model(ramps, terms, sample, LAST_ROUNDS, first.penalties)
    return cross_fit(last, folds)


def _residuals(fitted: CrossFitted) -> Residuals:
    sample = fitted.folds.sample
    error = sample.target[:, 0] - fitted.model.predict(fitted.rows)
    squares = sample.weight * error**2 + sample.squares[:, 0]
    return Residuals(error, sample.weight, squares)


def _train_networks(
    task: Task, fitted: CrossFitted, table_rows: Sequence[int]
) -> tuple[Corrections | None, History]:
    """Train networks that correct a model, and keep them if they are believed."""
    corrected = train_corrections(task, fitted, len(table_rows))
    n_rows = len(task.folds.of_row)
    share = _share(corrected, corrected.is_new[:n_rows])
    if_new = share_if_new(task, fitted, corrected, table_rows)
    if if_new is None:
        if_new = _share(corrected, ~corrected.is_new)
    history = corrected.networks.history
    if max(share, if_new) < LEAST_SHARE:
        return None, history
    members = corrected.networks.members
    return Corrections(share, if_new, members, corrected.knowledge), history


def _share(corrected: Corrected, left_aside: np.ndarray) -> float:
    """Judge networks by rows that they have left out, but for those left aside."""
    folds, networks = corrected.folds, corrected.networks
    is_judged = folds.of_row[: len(left_aside)] < len(networks.members)
    rows = np.flatnonzero(is_judged & ~left_aside)
    if not len(rows):
        return 0.0
    error = folds.sample.target[rows, 0] - networks.base[rows]
    change = networks.corrected[rows] - networks.base[rows]
    weight = folds.sample.weight[rows]
    return believable_share(error, change, weight, networks.ambiguity)
