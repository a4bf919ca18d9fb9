"""Levels that are yet to come: would a model do better by them without their column.

Where levels differ by much, the other columns' effects are learned from what varies
within a level. Among levels, which is what counts for a new one, they may differ.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skembed._encoding import Encoded
from skembed._folds import Folds
from skembed._leave_fold_out import fit_without_folds
from skembed._mixed_model import MixedModel, fit_mixed_model
from skembed._sample import Sample

N_ROUNDS = 6
WORTH = 0.01  # of the loss: the gain that a second model is worth
SURE = 3.0  # standard errors of the mean gain over levels


def is_better_without(
    model: MixedModel,
    sample: Sample,
    column: int,
    n_folds: int,
    rng: np.random.Generator,
) -> bool:
    """Say whether new levels are better predicted by a model that lacks their column.

    Both models are fitted without some levels at a time, and predict their rows.

    Parameters
    ----------
    model : MixedModel
        Fitted on `sample`.
    sample : Sample
        With a single standardised target.
    column : int
        Which categorical column.
    n_folds : int
        Into how many folds its levels are dealt.
    rng : numpy.random.Generator
        Deals them.

    Returns
    -------
    bool
        False if the column has too few levels to tell.
    """
    codes = sample.inputs.codes[:, column]
    n_codes = int(codes.max()) + 1
    if n_codes < 2 * n_folds:
        return False
    fold_of_level = rng.permutation(np.arange(n_codes) % n_folds)
    folds = Folds(sample, fold_of_level[codes], n_folds)
    without = _fit_without_column(model, sample, column)
    each, each_without = (
        _losses_of_levels(fitted, folds, codes) for fitted in (model, without)
    )
    # levels count, not rows: a frequent one is but one draw of an effect
    gain = each - each_without
    error_of_mean = gain.std() / np.sqrt(len(gain))
    return bool(gain.mean() > max(WORTH * each.mean(), SURE * error_of_mean))


def _fit_without_column(model: MixedModel, sample: Sample, column: int) -> MixedModel:
    """Fit a model again without the terms of a column, variances anew."""
    others = [term for term in model.terms if column not in term.columns]
    n_lines = len(model.ramps.blocks)
    gone = [n_lines + t for t, x in enumerate(model.terms) if column in x.columns]
    start = np.delete(model.penalties, gone)
    read = model.ramps, others, sample, N_ROUNDS, start
    return fit_mixed_model(*read, model.likelihood)


def _losses_of_levels(model: MixedModel, folds: Folds, codes: np.ndarray) -> np.ndarray:
    """Return the mean loss of each level's rows, by fits without them."""
    weight = folds.sample.weight
    count = np.bincount(codes, weight)
    rows = model.locate(folds.sample.inputs)
    fits = fit_without_folds(model, rows, folds)
    prediction = model.predict(rows, fits, folds.of_row)
    losses = model.likelihood.losses(folds.sample.target[:, 0], prediction)
    total = np.bincount(codes, weight * losses)
    return total[count > 0] / count[count > 0]


def drop_column(inputs: Encoded, column: int) -> Encoded:
    """Return inputs without one of the categorical columns."""
    return Encoded(np.delete(inputs.codes, column, axis=1), inputs.quantities)


def without_column(sample: Sample, column: int) -> Sample:
    """Return a sample without one of the categorical columns."""
    return replace(sample, inputs=drop_column(sample.inputs, column))
