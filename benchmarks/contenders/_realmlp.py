"""RealMLP without its trainer's chatter and warnings. Importing this loads PyTorch."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import numpy as np
import pandas as pd

with warnings.catch_warnings(action="ignore"):
    from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


class Quiet:
    """Fits and predicts without PyTorch's warnings to its callers."""

    def fit(self, X: pd.DataFrame, y: Any) -> Any:
        """Fit the network."""
        with warnings.catch_warnings(action="ignore"):
            return super().fit(X, y)

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Predict numbers or classes."""
        with warnings.catch_warnings(action="ignore"):
            return super().predict(X)


class NetworkRegressor(Quiet, RealMLP_TD_Regressor):
    """RealMLP that predicts numbers."""


class NetworkClassifier(Quiet, RealMLP_TD_Classifier):
    """RealMLP that predicts classes."""

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Predict the probability of each class."""
        with warnings.catch_warnings(action="ignore"):
            return super().predict_proba(X)
