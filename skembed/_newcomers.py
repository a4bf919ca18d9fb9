"""Levels that are yet to come: would a model do better by them without their column.

Where levels differ by much, the other columns' effects are learned from what varies
within a level. Among levels, which is what counts for a new one, they may differ.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skembed._encoding import Encoded
from skembed._folds import Folds
from skembed._mixed_model import MixedModel, fit_mixed_model, fit_without_folds
from skembed._sample import Sample

N_ROUNDS = 6
BETTER = 0.99  # of the squared error, from which a second model is worth its time


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
    others = [term for term in model.terms if column not in term.columns]
    without = fit_mixed_model(model.ramps, others, sample, N_ROUNDS)
    return _error(without, folds) < BETTER * _error(model, folds)


def _error(model: MixedModel, folds: Folds) -> float:
    """Return the sum of squared errors of rows that fits have not seen."""
    rows = model.locate(folds.sample.inputs)
    fits = fit_without_folds(model, folds)
    lines, terms = rows.add_up(fits, folds.of_row)
    prediction = model.mean + lines + terms.sum(axis=1)
    error = folds.sample.target[:, 0] - prediction
    return float(folds.sample.weight @ error**2)


def drop_column(inputs: Encoded, column: int) -> Encoded:
    """Return inputs without one of the categorical columns."""
    return Encoded(np.delete(inputs.codes, column, axis=1), inputs.quantities)


def without_column(sample: Sample, column: int) -> Sample:
    """Return a sample without one of the categorical columns."""
    return replace(sample, inputs=drop_column(sample.inputs, column))
