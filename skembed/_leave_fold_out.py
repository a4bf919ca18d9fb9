"""Fits of a mixed model without each of the folds that it was fitted on."""

from __future__ import annotations

import numpy as np

from skembed import _mixed_model
from skembed._design import Design, NormalEquations
from skembed._folds import Folds
from skembed._likelihood import step_lengths
from skembed._mixed_model import MixedModel
from skembed._terms import Located

STEPS_WITHOUT_FOLD = 3  # of Newton's method, from the fit with it
LAST_STEP = 0.1  # of Newton's method, in effects: the next would be as its square


def fit_without_folds(model: MixedModel, rows: Located, folds: Folds) -> np.ndarray:
    """Estimate the effects again without each of the folds, variances as they are.

    Parameters
    ----------
    model : MixedModel
        Fitted on all folds.
    rows : Located
        Where they are in the model.
    folds : Folds
        The same sample.

    Returns
    -------
    ndarray of shape (n_coefficients, n_folds)
        Like `MixedModel.coefficients`.
    """
    sample, likelihood = folds.sample, model.likelihood
    design = Design(model.ramps.blocks, rows, sample.weight)
    kept = folds.of_row[:, np.newaxis] != np.arange(folds.count)
    weight = sample.weight[:, np.newaxis] * kept
    effects = np.repeat(model.coefficients[:, np.newaxis], folds.count, axis=1)
    # no equation would tell the search to forget what only the fold has told
    n_lines = rows.lines.n_columns
    effects[n_lines:][design.squared.T @ weight == 0] = 0
    _, curvature = likelihood.working(sample.target[:, 0], model.predict(rows))
    design = design.reweighted(sample.weight * curvature)
    for _ in range(min(likelihood.n_steps, STEPS_WITHOUT_FOLD)):
        before = effects
        effects = _step_without_folds(model, design, sample.target, weight, effects)
        if np.abs(effects - before).max(initial=0.0) <= LAST_STEP:
            break
    return effects


def _step_without_folds(
    model: MixedModel,
    design: Design,
    target: np.ndarray,
    weight: np.ndarray,
    effects: np.ndarray,
) -> np.ndarray:
    """Take a step of Newton's method for each of several weights."""
    likelihood = model.likelihood
    prediction = model.mean + design.times(effects)
    response, curvature = likelihood.working(target, prediction)
    working_weight = weight * curvature
    sums = design.transposed_times(working_weight * (response - model.mean))
    equations = NormalEquations(design, model.penalties, working_weight)
    solved = equations.correct(sums, effects, _mixed_model.TOLERANCE)
    if likelihood.n_steps == 1:
        return solved
    penalty = np.repeat(model.penalties, design.blocks)
    step, ahead = solved - effects, design.times(solved - effects)

    def objective(length: np.ndarray) -> np.ndarray:
        losses = weight * likelihood.losses(target, prediction + length * ahead)
        return losses.sum(axis=0) + penalty @ (effects + length * step) ** 2 / 2

    return effects + step_lengths(objective, weight.shape[1]) * step
