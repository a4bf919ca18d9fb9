"""What outcomes are drawn from, given a prediction: normal ones, or yes and no.

Whatever it is, a fit goes on by weighted least squares: near a prediction, the
logarithm of the likelihood is that of a normal response with a weight of its own, whose
fit is a step of Newton's method (McCullagh & Nelder 1989, Generalized Linear Models,
section 2.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from scipy.special import expit, logit

from skembed._sample import Sample
from skembed._target import TargetScale, learn_target_scale

LEAST_CURVATURE = 1e-6
LEAST_UNIT = 1e-3
MAX_HALVINGS = 10
ROUNDING = 1e-9
LEAST_SHARE = 1e-6  # of ones, and of zeros, to start from


class Likelihood(Protocol):
    """What outcomes are drawn from.

    Attributes
    ----------
    n_steps : int
        At most so many steps of Newton's method find the most likely prediction.
    spreads : tuple of float
        By what variances of effects may be multiplied, if that helps to predict: those
        of few observations for each effect come out too small where they are not normal
        (Breslow & Lin 1995, Bias Correction in Generalised Linear Mixed Models with a
        Single Component of Dispersion, Biometrika 82).
    may_share : bool
        Whether all columns may have one variance, if that helps to predict: outcomes
        that are not normal tell little of each.
    outcomes_for_one : int
        How many outcomes it takes to tell a network as much as a normal one does.
    loss : str
        By which networks learn to correct a prediction.
    """

    n_steps: int
    spreads: tuple[float, ...]
    may_share: bool
    outcomes_for_one: int
    loss: str

    def scale(self, target: np.ndarray, weight: np.ndarray) -> TargetScale:
        """Learn in which units to predict a target."""

    def start(self, sample: Sample) -> np.ndarray:
        """Return for each output the prediction that no row tells from another."""

    def losses(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """Return what each prediction costs: minus a logarithm, but for a constant."""

    def working(
        self, target: np.ndarray, prediction: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the response of an observation near a prediction, and its weight."""

    def noise(self, estimated: float) -> float:
        """Return the variance of responses of weight 1: that, or what is known."""

    def to_correct(self, sample: Sample, prediction: np.ndarray) -> Sample:
        """Return a sample with what the loss of a network compares its output with."""

    def unit(self, mean_square: float) -> float:
        """Return in what a network is to give a target of that mean square."""


class Normal:
    """Outcomes of one unknown variance around the prediction."""

    n_steps = 1
    spreads: tuple[float, ...] = ()
    may_share = False
    outcomes_for_one = 1
    loss = "squared_error"

    def scale(self, target: np.ndarray, weight: np.ndarray) -> TargetScale:
        """Return the mean and the standard deviation of each output."""
        return learn_target_scale(target, weight)

    def start(self, sample: Sample) -> np.ndarray:
        """Return zero, the mean of a standardised target."""
        return np.zeros(sample.target.shape[1])

    def losses(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """Return the squared error."""
        return np.asarray((target - prediction) ** 2)

    def working(
        self, target: np.ndarray, prediction: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the outcome itself."""
        return target, np.ones_like(prediction)

    def noise(self, estimated: float) -> float:
        """Return the estimate."""
        return estimated

    def to_correct(self, sample: Sample, prediction: np.ndarray) -> Sample:
        """Return what is left over."""
        return replace(sample, target=sample.target - prediction[:, np.newaxis])

    def unit(self, mean_square: float) -> float:
        """Return the standard deviation."""
        return max(float(np.sqrt(mean_square)), LEAST_UNIT)


class Bernoulli:
    """Outcomes 1 and 0, or shares of ones; predictions are logarithms of odds."""

    n_steps = 12
    spreads: tuple[float, ...] = (2.0, 4.0)
    may_share = True
    outcomes_for_one = 10
    loss = "cross_entropy_of_correction"

    def scale(self, target: np.ndarray, weight: np.ndarray) -> TargetScale:
        """Return units that change nothing: log-odds have none."""
        n_outputs = target.shape[1]
        return TargetScale(np.zeros(n_outputs), np.ones(n_outputs))

    def start(self, sample: Sample) -> np.ndarray:
        """Return the odds of all rows together."""
        share = np.average(sample.target, axis=0, weights=sample.weight)
        return np.asarray(logit(np.clip(share, LEAST_SHARE, 1 - LEAST_SHARE)))

    def losses(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """Return the cross-entropy."""
        # log(1 + exp(x)), faster than by logaddexp or log1p
        entropy = np.maximum(prediction, 0) + np.log(1 + np.exp(-np.abs(prediction)))
        return np.asarray(entropy - target * prediction)

    def working(
        self, target: np.ndarray, prediction: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return a step of Newton's method."""
        probability = expit(prediction)
        curvature = np.maximum(probability * (1 - probability), LEAST_CURVATURE)
        return prediction + (target - probability) / curvature, curvature

    def noise(self, estimated: float) -> float:
        """Return 1: weights are the inverse of the variances."""
        return 1.0

    def to_correct(self, sample: Sample, prediction: np.ndarray) -> Sample:
        """Return the outcome, and from where a network corrects."""
        target = np.column_stack([sample.target, prediction])
        return replace(sample, target=target, squares=np.zeros(target.shape))

    def unit(self, mean_square: float) -> float:
        """Return 1: odds have no unit."""
        return 1.0


NORMAL: Likelihood = Normal()
BERNOULLI: Likelihood = Bernoulli()
CLASS_LOSSES = ("cross_entropy", "binary_cross_entropy")  # exclusive classes, others


def likelihood_of(loss: Any) -> Likelihood:
    """Return what outcomes are drawn from where a loss is minimised."""
    return BERNOULLI if loss in CLASS_LOSSES else NORMAL


def working_sample(
    likelihood: Likelihood, sample: Sample, prediction: np.ndarray
) -> Sample:
    """Return a sample whose weighted least squares fit is a step from a prediction."""
    response, curvature = likelihood.working(sample.target[:, 0], prediction)
    return replace(
        sample, target=response[:, np.newaxis], weight=sample.weight * curvature
    )


def step_lengths(
    objective: Callable[[np.ndarray], np.ndarray], n_steps: int
) -> np.ndarray:
    """Halve steps of Newton's method until they lead downwards.

    Parameters
    ----------
    objective : callable
        Returns what is to be minimised by each of several steps, an array of shape
        (n_steps,), given how much of each is taken.
    n_steps : int
        How many steps there are.

    Returns
    -------
    ndarray of shape (n_steps,)
        From 0 to 1.
    """
    before, length = objective(np.zeros(n_steps)), np.ones(n_steps)
    for _ in range(MAX_HALVINGS):
        leads_up = objective(length) > before + ROUNDING * np.abs(before)
        if not leads_up.any():
            return length
        length[leads_up] /= 2
    return np.where(leads_up, 0.0, length)
