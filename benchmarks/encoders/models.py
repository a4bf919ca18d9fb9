"""Models that are trained on encoded tables."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import RidgeCV
from sklearn.metrics import d2_log_loss_score, r2_score
from sklearn.pipeline import make_pipeline

from benchmarks.contenders._penalties import ALPHAS
from benchmarks.contenders._steps import filled_and_scaled
from benchmarks.contenders._tuned_logistic import TunedLogistic
from benchmarks.measures import NUMBERS, suited, task_of
from benchmarks.problem import Problem

LABELS = {"linear": "ridge or logistic regression", "hgb": "HistGradientBoosting"}
MODELS = {"linear": "linear", "hgb": "HGB"}  # in brief


def make_models(problem: Problem, seed: int) -> dict[str, BaseEstimator]:
    """Make a linear model, whose penalty is chosen by held-out rows, and trees."""
    of_classes = TunedLogistic(random_state=seed)
    linear = RidgeCV(ALPHAS) if task_of(problem) == NUMBERS else of_classes
    trees = suited(
        problem, HistGradientBoostingRegressor, HistGradientBoostingClassifier
    )
    return {
        "linear": make_pipeline(filled_and_scaled(), linear),
        "hgb": trees(random_state=seed),
    }


def score(model: BaseEstimator, Z: np.ndarray, y: np.ndarray) -> float:
    """Return the share of the variance, or of the log loss, that is explained."""
    if hasattr(model, "predict_proba"):
        return float(d2_log_loss_score(y, model.predict_proba(Z)))
    return float(r2_score(y, model.predict(Z)))
