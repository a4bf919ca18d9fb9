"""Fitting a blend: a mixed model, and networks that correct it as far as they can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skembed._blas import one_blas_thread
from skembed._blend import Blend, Corrections, Newcomers
from skembed._cross_fitting import CrossFitted
from skembed._cross_training import Corrected, History, Task, train_corrections
from skembed._divisible import merge_to_divide
from skembed._folds import Folds, deal_into_folds
from skembed._gate import believable_share
from skembed._growth import grow_model
from skembed._likelihood import Likelihood
from skembed._new_levels import share_if_new
from skembed._newcomers import is_better_without, without_column
from skembed._sample import Sample
from skembed._stages import Stage, current_report, reported_part
from skembed._tables import level_tables
from skembed._target import TargetScale

N_FOLDS = 5
LEAST_OBSERVATIONS = 20  # in a fold; with fewer it is too small to judge a network by
OBSERVATIONS_TO_DIVIDE = 5_000  # over all divisions of a small table
MAX_DIVISIONS = 3
LEAST_SHARE = 0.01  # a correction that is believed less is left out


@dataclass(frozen=True, eq=False)
class Job:
    """What to fit a blend to, but for the rows.

    Attributes
    ----------
    table_rows : tuple of int
        How many codes each categorical column has.
    dims : tuple of int or None
        Length of each column's vectors; None is as long as there is something to say.
    params : mapping
        The estimator's parameters.
    scale : TargetScale
        In which losses are reported.
    likelihood : Likelihood
        What outcomes are drawn from.
    """

    table_rows: tuple[int, ...]
    dims: tuple[int | None, ...]
    params: Mapping[str, Any]
    scale: TargetScale
    likelihood: Likelihood

    def without(self, column: int) -> Job:
        """Return the same but for one of the categorical columns."""
        rows, dims = self.table_rows, self.dims
        return replace(
            self,
            table_rows=(*rows[:column], *rows[column + 1 :]),
            dims=(*dims[:column], *dims[column + 1 :]),
        )

    def n_networks(self, rows: Sample) -> int:
        """Return how many networks are to correct a model of some rows."""
        n_networks = int(self.params["n_networks"])
        least = least_observations(n_networks, self.likelihood)
        return n_networks if rows.n_observations >= least else 0

    def divide(self, rows: Sample, rng: np.random.Generator) -> list[Folds]:
        """Deal rows into folds, one for each network at least; small tables again."""
        n_folds = max(N_FOLDS, self.n_networks(rows))
        n_divisions = 1
        if self.likelihood.spreads:  # which divisions into folds decide on
            again = OBSERVATIONS_TO_DIVIDE / rows.n_observations
            n_divisions = int(np.clip(again, 1, MAX_DIVISIONS))
        of_each = [rng, *rng.spawn(n_divisions - 1)]
        return [deal_into_folds(rows, n_folds, each) for each in of_each]


def least_observations(n_networks: int, likelihood: Likelihood) -> int:
    """Return how many observations it takes to train networks that correct a model."""
    n_folds = max(N_FOLDS, n_networks)
    return LEAST_OBSERVATIONS * likelihood.outcomes_for_one * n_folds


@dataclass(frozen=True, eq=False)
class Fitted:
    """A blend, and how it came about.

    Attributes
    ----------
    blend : Blend
        Ready to predict.
    history : dict of list of float
        Losses by epoch, averaged over the networks that correct.
    out_of_fold : ndarray of shape (n_rows,)
        What it would predict of the rows of the folds if it had not seen their fold.
    """

    blend: Blend
    history: History
    out_of_fold: np.ndarray


def fit_blend(rows: Sample, job: Job, rng: np.random.Generator) -> Fitted:
    """Fit a mixed model and the networks that correct it.

    Parameters
    ----------
    rows : Sample
        Merged rows with a single target, standardised if it is a number.
    job : Job
        What to fit.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    Fitted
        With a blend that is prepared for new levels.
    """
    return fit_blend_to_folds(job.divide(rows, rng), rows, job, rng)


def fit_blend_to_folds(
    divisions: Sequence[Folds], rows: Sample, job: Job, rng: np.random.Generator
) -> Fitted:
    """Fit a blend to folds that were dealt from merged rows; see `fit_blend`."""
    with one_blas_thread():
        fitted = _fit_without_newcomers(divisions, job, rng)
        if not job.table_rows:
            return fitted
        column, model = int(np.argmax(job.table_rows)), fitted.blend.model.mixed
        stage = Stage("Unseen levels")
        if not is_better_without(model, divisions[0].sample, column, N_FOLDS, rng):
            stage.end("predicted by the same model")
            return fitted
        name = current_report().column_name(column)
        stage.end(f"those of {name} are predicted by a second model, without {name}")
        lesser = job.without(column)
        others = merge_to_divide(without_column(rows, column), job.params["loss"])
        with reported_part("Second model", without=column):
            divided = lesser.divide(others, rng)
            second = _fit_without_newcomers(divided, lesser, rng).blend
        newcomers = Newcomers(column, job.table_rows[column] - 1, second)
        return replace(fitted, blend=replace(fitted.blend, newcomers=newcomers))


def _fit_without_newcomers(
    divisions: Sequence[Folds], job: Job, rng: np.random.Generator
) -> Fitted:
    """Fit a blend that has no second model for new levels."""
    folds = divisions[0]
    fitted = grow_model(divisions, job.table_rows, job.likelihood, rng)
    corrections: Corrections | None = None
    history: History = {"loss": []}
    out_of_fold, n_networks = fitted.out_of_fold, job.n_networks(folds.sample)
    if n_networks:
        task = Task(folds, n_networks, job.params, job.scale, job.likelihood, rng)
        corrected = train_corrections(task, fitted, len(job.table_rows))
        corrections = _believed(task, fitted, corrected, job.table_rows)
        history = corrected.networks.history
        if corrections is not None:
            change = corrected.networks.corrected - corrected.networks.base
            out_of_fold = out_of_fold + corrections.share * change[: len(out_of_fold)]
    elif job.params["n_networks"]:
        least = least_observations(job.params["n_networks"], job.likelihood)
        Stage("Networks").end(f"none, because of fewer than {least:,} observations")
    read = fitted.rows, folds.sample.weight, job.table_rows, job.dims
    blend = Blend(fitted.model, corrections, None, level_tables(fitted.model, *read))
    return Fitted(blend, history, out_of_fold)


def _believed(
    task: Task, fitted: CrossFitted, corrected: Corrected, table_rows: Sequence[int]
) -> Corrections | None:
    """Say how far networks are believed; None is not at all."""
    stage = Stage("Weight of the networks")
    n_rows = len(task.folds.of_row)
    share = _share(task, corrected, corrected.is_new[:n_rows])
    if_new = share_if_new(task, fitted, corrected, table_rows)
    if if_new is None:
        if_new = _share(task, corrected, ~corrected.is_new)
    stage.end(f"{share:.2f}, and {if_new:.2f} for rows with unseen levels")
    if max(share, if_new) < LEAST_SHARE:
        return None
    members = corrected.networks.members
    return Corrections(share, if_new, members, corrected.knowledge)


def _share(task: Task, corrected: Corrected, left_aside: np.ndarray) -> float:
    """Judge networks by rows that they have left out, but for those left aside."""
    folds, networks = corrected.folds, corrected.networks
    is_judged = folds.of_row[: len(left_aside)] < len(networks.members)
    rows = np.flatnonzero(is_judged & ~left_aside)
    if not len(rows):
        return 0.0
    return believable_share(
        task.likelihood,
        folds.sample.target[rows, 0],
        networks.base[rows],
        networks.corrected[rows] - networks.base[rows],
        folds.sample.weight[rows],
        networks.ambiguity,
    )
