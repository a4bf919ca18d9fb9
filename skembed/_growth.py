"""Letting a model of single columns grow, as far as that helps to predict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skembed._cross_fitting import CrossFitted, cross_fit, with_pairs
from skembed._folds import Folds
from skembed._likelihood import Likelihood
from skembed._mixed_model import MixedModel, fit_mixed_model, spread_effects
from skembed._pairs import find_pairs
from skembed._ramps import Ramps, learn_ramps
from skembed._screening import Residuals, find_terms
from skembed._terms import Term, learn_term

FIRST_ROUNDS, LAST_ROUNDS = 4, 8


def grow_model(
    folds: Folds,
    table_rows: Sequence[int],
    likelihood: Likelihood,
    rng: np.random.Generator,
) -> CrossFitted:
    """Fit a model of single columns, and let it grow if that helps to predict.

    It may get crosses, slopes and curves, or products of vectors, or both; what is best
    is decided by rows that it was not fitted to.

    Parameters
    ----------
    folds : Folds
        The sample, with a single target.
    table_rows : sequence of int
        How many codes each categorical column has.
    likelihood : Likelihood
        What outcomes are drawn from.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    CrossFitted
        The model of least loss.
    """
    sample, inputs = folds.sample, folds.sample.inputs
    ramps = learn_ramps(inputs.quantities, sample.weight)
    terms = [
        learn_term(inputs, (column,), (n_rows,))[0]
        for column, n_rows in enumerate(table_rows)
    ]
    is_common, first, alone = _first_fit(ramps, terms, folds, likelihood)
    found = find_terms(inputs, table_rows, ramps.knots, _residuals(alone))
    added = list(zip(*found, strict=True))
    slopes = [(term, penalty) for term, penalty in added if not term.is_cross]
    candidates = [alone]
    for larger in [slopes, added] if len(slopes) < len(added) else [added]:
        if larger:
            start = np.append(first.penalties, [penalty for _, penalty in larger])
            grown = [*terms, *(term for term, _ in larger)]
            grown_fit = fit_mixed_model(
                ramps, grown, sample, LAST_ROUNDS, start, likelihood, is_common
            )
            candidates.append(_cross_fit(grown_fit, folds))
    for fitted in list(candidates):
        left = _residuals(fitted)
        pairs = find_pairs(fitted.rows, len(table_rows), left.mean, left.weight, rng)
        if pairs:
            candidates.append(with_pairs(fitted, pairs))
    best = min(candidates, key=lambda fitted: fitted.loss)
    if best is not alone:
        return best
    last = fit_mixed_model(
        ramps, terms, sample, LAST_ROUNDS, first.penalties, likelihood, is_common
    )
    return _cross_fit(last, folds)


def _first_fit(
    ramps: Ramps, terms: Sequence[Term], folds: Folds, likelihood: Likelihood
) -> tuple[bool, MixedModel, CrossFitted]:
    """Fit single columns, each of a variance of its own, or all of one.

    Rows of other folds have had a say in variances. What they cost is compared as
    Akaike would (1974, A New Look at the Statistical Model Identification, IEEE
    Transactions on Automatic Control 19): each variance costs one more.

    Returns
    -------
    is_common : bool
        Whether columns share a variance.
    first : MixedModel
        The fit, before effects are spread.
    alone : CrossFitted
        The same without each of the folds, with effects spread as it takes.
    """
    choices = [False, True] if likelihood.may_share and len(terms) > 1 else [False]
    fits = []
    for is_common in choices:
        first = fit_mixed_model(
            ramps, terms, folds.sample, FIRST_ROUNDS, None, likelihood, is_common
        )
        fits.append((is_common, first, _cross_fit(first, folds)))
    return min(fits, key=lambda fit: fit[2].loss + (1 if fit[0] else len(terms)))


def _cross_fit(mixed: MixedModel, folds: Folds) -> CrossFitted:
    """Fit without each fold, effects as many times less shrunken as it takes."""
    best = cross_fit(mixed, folds)
    for spread in mixed.likelihood.spreads:
        fitted = cross_fit(spread_effects(mixed, folds.sample, spread), folds)
        if fitted.loss >= best.loss:
            break
        best = fitted
    return best


def _residuals(fitted: CrossFitted) -> Residuals:
    sample = fitted.folds.sample
    prediction = fitted.model.predict(fitted.rows)
    likelihood = fitted.model.mixed.likelihood
    response, curvature = likelihood.working(sample.target[:, 0], prediction)
    error = response - prediction
    squares = sample.weight * (curvature * error) ** 2 + sample.squares[:, 0]
    unit = sample.weight / sample.count
    return Residuals(error, sample.weight * curvature, squares, curvature, unit)
