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
from skembed._stages import Stage, current_report
from skembed._term_names import describe_columns, describe_interactions
from skembed._terms import Located, Term, learn_term, locate

FIRST_ROUNDS, LAST_ROUNDS = 4, 8
NEGLIGIBLE = 5.0  # a difference of log-likelihoods from which a factor counts little
SAME_PENALTY = 0.05  # relative change of penalties that more rounds may leave out


def grow_model(
    divisions: Sequence[Folds],
    table_rows: Sequence[int],
    likelihood: Likelihood,
    rng: np.random.Generator,
) -> CrossFitted:
    """Fit a model of single columns, and let it grow if that helps to predict.

    It may get crosses, slopes and curves, or products of vectors, or both; what is best
    is decided by rows that it was not fitted to.

    Parameters
    ----------
    divisions : sequence of Folds
        The sample, with a single target, divided once or several times. What little
        evidence decides is decided by all divisions, all else by the first.
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
    folds = divisions[0]
    sample, inputs = folds.sample, folds.sample.inputs
    ramps = learn_ramps(inputs.quantities, sample.weight)
    terms = [
        learn_term(inputs, (column,), (n_rows,))[0]
        for column, n_rows in enumerate(table_rows)
    ]
    report, stage = current_report(), Stage("Mixed model")
    rows = [locate(ramps, terms, each.sample.inputs) for each in divisions]
    is_common, first, factor = _first_fit(ramps, terms, divisions, rows, likelihood)
    alone = _inflated(first, folds, rows[0], factor)
    stage.end(describe_columns(first, report, is_common=is_common))
    stage = Stage("Interactions")
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
            candidates.append(_cross_fit(grown_fit, divisions))
    for fitted in list(candidates):
        left = _residuals(fitted)
        pairs = find_pairs(fitted.rows, len(table_rows), left.mean, left.weight, rng)
        if pairs:
            candidates.append(with_pairs(fitted, pairs))
    best = min(candidates, key=lambda fitted: fitted.loss)
    stage.end(describe_interactions(best.model, report))
    if best is not alone:
        return best
    last = fit_mixed_model(
        ramps, terms, sample, LAST_ROUNDS, first.penalties, likelihood, is_common
    )
    if np.allclose(last.penalties, first.penalties, rtol=SAME_PENALTY):
        return alone
    return _inflated(last, folds, rows[0], factor)


def _first_fit(
    ramps: Ramps,
    terms: Sequence[Term],
    divisions: Sequence[Folds],
    rows: Sequence[Located],
    likelihood: Likelihood,
) -> tuple[bool, MixedModel, float]:
    """Fit single columns, each with a variance of its own, or all with one.

    Rows of other folds have had a say in variances. What they cost is compared as
    Akaike would (1974, A New Look at the Statistical Model Identification, IEEE
    Transactions on Automatic Control 19): each variance costs one more.

    Returns
    -------
    is_common : bool
        Whether columns share a variance.
    first : MixedModel
        The fit, before variances are inflated.
    factor : float
        The variance inflation.
    """
    choices = [False, True] if likelihood.may_share and len(terms) > 1 else [False]
    fits = []
    for is_common in choices:
        first = fit_mixed_model(
            ramps, terms, divisions[0].sample, FIRST_ROUNDS, None, likelihood, is_common
        )
        fits.append((is_common, first))
    if len(fits) == 1:
        return *fits[0], _inflation(fits[0][1], divisions, rows)
    losses = [_loss(first, divisions, rows) for _, first in fits]
    n_variances = np.array([len(terms), 1])
    best = int(np.argmin(losses + n_variances))
    return *fits[best], _inflation(fits[best][1], divisions, rows, losses[best])


def _inflation(
    mixed: MixedModel,
    divisions: Sequence[Folds],
    rows: Sequence[Located],
    loss: float | None = None,
) -> float:
    """Estimate by what factor variances of effects are too small.

    It is the average of several factors, each weighted by its likelihood on held-out
    rows, on a log scale: the best of them alone would depend on how the rows were
    divided.

    Parameters
    ----------
    mixed : MixedModel
        The fit, before variances are inflated.
    divisions : sequence of Folds
        The sample.
    rows : sequence of Located
        Where the rows of each division are in the model.
    loss : float or None
        That of the fit on held-out rows, if it is known.

    Returns
    -------
    float
        1 if the likelihood needs no inflation.
    """
    sample = divisions[0].sample
    factors = [1.0, *mixed.likelihood.spreads]
    if len(factors) == 1:
        return 1.0
    losses = [_loss(mixed, divisions, rows) if loss is None else loss]
    for factor in factors[1:]:
        inflated = spread_effects(mixed, rows[0], sample, factor)
        losses.append(_loss(inflated, divisions, rows))
        if losses[-1] > min(losses) + NEGLIGIBLE:
            break
    likely = np.exp(min(losses) - np.array(losses))
    return float(np.exp(np.average(np.log(factors[: len(losses)]), weights=likely)))


def _cross_fit(mixed: MixedModel, divisions: Sequence[Folds]) -> CrossFitted:
    """Fit without each of the first folds, with variances inflated as it takes."""
    rows = [mixed.locate(folds.sample.inputs) for folds in divisions]
    factor = _inflation(mixed, divisions, rows)
    return _inflated(mixed, divisions[0], rows[0], factor)


def _inflated(
    mixed: MixedModel, folds: Folds, rows: Located, factor: float
) -> CrossFitted:
    """Fit without each of the folds, with inflated variances."""
    if factor != 1:
        mixed = spread_effects(mixed, rows, folds.sample, factor)
    return cross_fit(mixed, folds, rows)


def _loss(
    mixed: MixedModel, divisions: Sequence[Folds], rows: Sequence[Located]
) -> float:
    """Return the loss on held-out rows, averaged over divisions."""
    pairs = zip(divisions, rows, strict=True)
    return float(np.mean([cross_fit(mixed, *pair).loss for pair in pairs]))


def _residuals(fitted: CrossFitted) -> Residuals:
    sample = fitted.folds.sample
    prediction = fitted.model.predict(fitted.rows)
    likelihood = fitted.model.mixed.likelihood
    response, curvature = likelihood.working(sample.target[:, 0], prediction)
    error = response - prediction
    squares = sample.weight * (curvature * error) ** 2 + sample.squares[:, 0]
    unit = sample.weight / sample.count
    return Residuals(error, sample.weight * curvature, squares, curvature, unit)
