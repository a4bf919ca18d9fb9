"""Ridge regression told the form of the truth and the variance of its parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.preprocessing import OneHotEncoder

from benchmarks.contenders import Contender
from benchmarks.contenders._tuned_ridge import TunedRidge
from benchmarks.problem import Problem
from benchmarks.problems.slopes import EFFECT_SCALE, NOISE, SLOPE_SCALE
from skembed.datasets import COEFFICIENT_SCALE


class SlopesOracle(RegressorMixin, BaseEstimator):
    """The best linear prediction of a table of slopes, from columns "a", "b", "x0"."""

    def fit(self, X: pd.DataFrame, y: pd.Series) -> SlopesOracle:
        """Fit every part with its share of noise as penalty."""
        self.a_ = OneHotEncoder(handle_unknown="ignore").fit(X[["a"]])
        self.b_ = OneHotEncoder(handle_unknown="ignore").fit(X[["b"]])
        # columns in standard deviations of their weights: one penalty for all
        self.model_ = TunedRidge(alphas=(NOISE**2,)).fit(self._parts(X), y)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Predict rows."""
        return self.model_.predict(self._parts(X))

    def _parts(self, X: pd.DataFrame) -> sparse.csr_array:
        a, b = self.a_.transform(X[["a"]]), self.b_.transform(X[["b"]])
        x = sparse.csr_array(X[["x0"]].to_numpy())
        return sparse.hstack(
            [
                EFFECT_SCALE * a,
                EFFECT_SCALE * b,
                SLOPE_SCALE * a.multiply(x),
                COEFFICIENT_SCALE * x,
            ],
            format="csr",
        )


def make(_problem: Problem, _seed: int) -> SlopesOracle:
    return SlopesOracle()


CONTENDER = Contender(
    "slopes-oracle",
    "ridge that knows the truth's form",
    make,
    is_oracle=True,
    problems=("slopes",),
)
