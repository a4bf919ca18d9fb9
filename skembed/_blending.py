"""Fitting a blend: a mixed model, and networks that correct it as far as they can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from skembed._blas import one_blas_thread
from skembed._blend import Blend, Corrections, Interactions, Newcomers
from skembed._cross_training import (
    Corrected,
    CrossTrained,
    History,
    Task,
    train_corrections,
    train_interactions,
)
from skembed._folds import Folds, deal_into_folds
from skembed._gate import believable_shares
from skembed._interactions import count_dimensions, interaction_vectors
from skembed._mixed_model import MixedModel, errors_without_folds, fit_mixed_model
from skembed._new_levels import share_if_new
from skembed._newcomers import is_better_without, without_column
from skembed._ramps import learn_ramps
from skembed._sample import Sample, merge_equal_rows
from skembed._screening import Residuals, find_terms
from skembed._tables import common_vectors, level_tables
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
        if is_better_without(blend.model, sample, column, N_FOLDS, rng):
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
    base, model = _fit_mixed_models(folds, table_rows)
    corrections, interactions, tables = None, None, None
    history: History = {"loss": []}
    if n_networks:
        task = Task(folds, n_networks, params, scale, rng)
        corrections, interactions, tables, history = _train_networks(
            task, base, model, table_rows
        )
    deep = tables or [np.zeros((n_rows, 0)) for n_rows in table_rows]
    vectors = level_tables(model, table_rows, deep, dims)
    blend = Blend(model, corrections, interactions, None, vectors)
    return blend, history, folds.sample


def _fit_mixed_models(
    folds: Folds, table_rows: Sequence[int]
) -> tuple[MixedModel, MixedModel]:
    """Fit a model of single columns, and one that has the terms it lacks as well.

    Both are the same where no term is found, or those found do not help to predict.
    """
    sample, inputs = folds.sample, folds.sample.inputs
    ramps = learn_ramps(inputs.quantities, sample.weight)
    terms = [
        learn_term(inputs, (column,), (n_rows,))[0]
        for column, n_rows in enumerate(table_rows)
    ]
    base = fit_mixed_model(ramps, terms, sample, FIRST_ROUNDS)
    left_over = _residuals(base, sample)
    added, penalties = find_terms(inputs, table_rows, ramps.bent, left_over)
    start = np.append(base.penalties, penalties)
    model = fit_mixed_model(ramps, [*terms, *added], sample, LAST_ROUNDS, start)
    if not added:
        return model, model
    without, with_added = (
        sample.weight @ errors_without_folds(m, folds) ** 2 for m in (base, model)
    )
    if with_added < without:
        return base, model
    model = fit_mixed_model(ramps, terms, sample, LAST_ROUNDS, base.penalties)
    return model, model


def _residuals(model: MixedModel, sample: Sample) -> Residuals:
    error = sample.target[:, 0] - model.predict(model.locate(sample.inputs))
    squares = sample.weight * error**2 + sample.squares[:, 0]
    return Residuals(error, sample.weight, squares)


def _train_networks(
    task: Task, base: MixedModel, model: MixedModel, table_rows: Sequence[int]
) -> tuple[Corrections | None, Interactions | None, list[np.ndarray] | None, History]:
    """Train both kinds of networks, and keep those that are believed."""
    corrected = train_corrections(task, model, len(table_rows))
    sample = task.folds.sample
    # of the model of single columns: crosses of few rows a cell absorb interactions
    left_over = _residuals(base, sample).mean
    read = sample.inputs, table_rows, base.ramps.bent, left_over, sample.weight
    n_dims = count_dimensions(*read, task.rng)
    found = [corrected.networks]
    if any(n_dims):
        found.append(train_interactions(task, base, table_rows, n_dims))
    shares = _shares(corrected, found, corrected.is_new[: len(left_over)])
    if_new = share_if_new(task, model, corrected, table_rows)
    if if_new is None:
        if_new = _shares(corrected, found[:1], ~corrected.is_new)[0]

    corrections, interactions, tables = None, None, None
    if max(shares[0], if_new) >= LEAST_SHARE:
        corrections = Corrections(
            float(shares[0]),
            float(if_new),
            corrected.networks.members,
            corrected.knowledge,
        )
    if any(n_dims) and shares[1] >= LEAST_SHARE:
        members, columns = found[1].members, tuple(np.flatnonzero(n_dims).tolist())
        interactions = Interactions(float(shares[1]), members, columns, base)
        tables, sizes = interaction_vectors(*read, n_dims)
        for place, column in enumerate(columns):
            aligned = common_vectors(members, place, tables[column], sizes[column])
            tables[column] = aligned
    return corrections, interactions, tables, corrected.networks.history


def _shares(
    corrected: Corrected, found: Sequence[CrossTrained], left_aside: np.ndarray
) -> np.ndarray:
    """Judge networks by rows that they have left out, but for those left aside."""
    folds, base = corrected.folds, corrected.networks.base
    is_judged = folds.of_row[: len(left_aside)] < len(corrected.networks.members)
    rows = np.flatnonzero(is_judged & ~left_aside)
    if not len(rows):
        return np.zeros(len(found))
    error = folds.sample.target[rows, 0] - base[rows]
    changes = np.column_stack([n.corrected[rows] - base[rows] for n in found])
    ambiguity = np.array([networks.ambiguity for networks in found])
    return believable_shares(error, changes, folds.sample.weight[rows], ambiguity)
