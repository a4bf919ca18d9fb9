"""How much of a correction to believe."""

from __future__ import annotations

import numpy as np

from skembed._likelihood import Likelihood

MAX_STEPS = 4  # of Newton's method
MOST_AMBIGUOUS = 0.9  # of a correction's mean square


def believable_share(
    likelihood: Likelihood,
    target: np.ndarray,
    prediction: np.ndarray,
    correction: np.ndarray,
    weight: np.ndarray,
    ambiguity: float,
) -> float:
    """Weigh a correction by what it would have done to rows that it did not see.

    The corrected prediction is an average of the one without correction and of the one
    with it, the most likely one [1]_. Each row is judged by the one network that did
    not see it, but corrected by the average of several, whose error is smaller by what
    networks differ among each other [2]_, equation 6.

    Parameters
    ----------
    likelihood : Likelihood
        What outcomes are drawn from.
    target : ndarray of shape (n_rows,)
        The outcomes.
    prediction : ndarray of shape (n_rows,)
        What is to be corrected.
    correction : ndarray of shape (n_rows,)
        Of networks that were trained on other rows.
    weight : ndarray of shape (n_rows,)
        How often each row counts.
    ambiguity : float
        By how much the mean square of one network's correction exceeds that of the
        average.

    Returns
    -------
    float
        From 0 to 1.

    References
    ----------
    .. [1] Breiman, L. (1996). Stacked Regressions. Machine Learning 24; after Wolpert,
       D. H. (1992). Stacked Generalization. Neural Networks 5.
    .. [2] Krogh, A. & Vedelsby, J. (1995). Neural Network Ensembles, Cross Validation,
       and Active Learning. Advances in Neural Information Processing Systems 7.
    """
    share = 0.0
    for _ in range(min(likelihood.n_steps, MAX_STEPS)):
        at = prediction + share * correction
        response, curvature = likelihood.working(target, at)
        judged = response - prediction, correction, weight * curvature
        share = _share_of_least_squares(*judged, ambiguity)
    return share


def _share_of_least_squares(
    error: np.ndarray, correction: np.ndarray, weight: np.ndarray, ambiguity: float
) -> float:
    square = float(np.average(correction**2, weights=weight))
    if square == 0:
        return 0.0
    # ambiguity is estimated: most of what is measured is to be left
    square -= min(ambiguity, MOST_AMBIGUOUS * square)
    inner = float(np.average(correction * error, weights=weight))
    return float(np.clip(inner / square, 0, 1))
