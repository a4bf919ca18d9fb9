"""Logistic regression whose penalty is chosen by inner folds."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from benchmarks.contenders._penalties import ALPHAS, has_risen

TOLERANCE = 1e-6  # of gradients of the mean loss, which rare levels hardly move
MAX_STEPS = 1_000


class TunedLogistic(ClassifierMixin, BaseEstimator):
    """Logistic regression with the penalty that predicts held-out rows best.

    Penalties are tried from the largest one down, until the log loss has risen twice in
    a row. Each starts from the coefficients of the one before.

    Parameters
    ----------
    alphas : sequence of float
        The penalties to choose from, ``1 / C`` of ``LogisticRegression``.
    n_folds : int
        The shuffled and stratified folds of the training rows that choose.
    random_state : int
        Shuffles the rows.

    Attributes
    ----------
    alpha_ : float
        The penalty chosen.
    log_loss_ : dict of float
        The log loss of held-out rows, averaged over folds, by penalty.
    model_ : LogisticRegression
        Fitted to all rows.
    classes_ : ndarray
        The labels, sorted.
    """

    def __init__(
        self,
        alphas: tuple[float, ...] = ALPHAS,
        n_folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.alphas = alphas
        self.n_folds = n_folds
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> TunedLogistic:
        """Choose the penalty, then fit all rows with it."""
        y = np.asarray(y)
        self.log_loss_ = self._losses(X, y)
        self.alpha_ = min(self.log_loss_, key=self.log_loss_.__getitem__)
        self.model_ = _model().set_params(C=1 / self.alpha_).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict the probability of each class."""
        return self.model_.predict_proba(X)

    def predict(self, X: Any) -> np.ndarray:
        """Predict the most probable class."""
        return self.model_.predict(X)

    def _losses(self, X: Any, y: np.ndarray) -> dict[float, float]:
        folds = StratifiedKFold(
            self.n_folds, shuffle=True, random_state=self.random_state
        )
        splits = list(folds.split(X, y))
        models = [_model() for _ in splits]
        losses: dict[float, float] = {}
        for alpha in sorted(self.alphas, reverse=True):
            of_folds = []
            for model, (train, held_out) in zip(models, splits, strict=True):
                model.set_params(C=1 / alpha).fit(X[train], y[train])
                probabilities = model.predict_proba(X[held_out])
                of_folds.append(
                    log_loss(y[held_out], probabilities, labels=model.classes_)
                )
            losses[alpha] = float(np.mean(of_folds))
            if has_risen(list(losses.values())):
                break
        return losses


def _model() -> LogisticRegression:
    return LogisticRegression(
        solver="newton-cg", tol=TOLERANCE, max_iter=MAX_STEPS, warm_start=True
    )
