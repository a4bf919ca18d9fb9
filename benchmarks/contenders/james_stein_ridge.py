"""James-Stein encoding and ridge or logistic regression with a tuned penalty.

The encoder, of category_encoders, is as it comes: a formula shrinks the mean target of
each level towards that of all rows. Training rows are encoded by other rows' targets,
in five folds, as scikit-learn's TargetEncoder does it: otherwise the regression would
trust what is but their own target. The penalty is chosen by inner folds.

Its encoder by a mixed model, GLMMEncoder, takes 11 s for 16,000 rows of 4,000 and 50
levels and 80 s for 70,000 rows of 38,000, both six times over with five folds.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contenders import Contender
from benchmarks.contenders._steps import filled_and_scaled
from benchmarks.contenders._tuned_logistic import TunedLogistic
from benchmarks.contenders._tuned_ridge import TunedRidge
from benchmarks.measures import NUMBERS, suited, task_of
from benchmarks.problem import Problem


class ByClass(TransformerMixin, BaseEstimator):
    """Encodes levels by the share of each class but the first.

    Parameters
    ----------
    encoder : transformer
        Encodes levels by a target of 0 and 1.
    """

    def __init__(self, encoder: BaseEstimator) -> None:
        self.encoder = encoder

    def fit_transform(self, X: pd.DataFrame, y: Any) -> np.ndarray:
        """Fit an encoder for each class, and encode training rows."""
        labels = np.unique(y)[1:]
        self.encoders_ = [deepcopy(self.encoder) for _ in labels]
        encoded = [
            encoder.fit_transform(X, np.equal(y, label).astype(int))
            for encoder, label in zip(self.encoders_, labels, strict=True)
        ]
        return np.hstack(encoded)

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Encode other rows."""
        return np.hstack([encoder.transform(X) for encoder in self.encoders_])


def make(problem: Problem, seed: int) -> Pipeline:
    columns = ColumnTransformer(
        [("levels", _encoder(problem, seed), problem.categorical)],
        remainder="passthrough",
    )
    model = suited(problem, TunedRidge, TunedLogistic)
    return make_pipeline(columns, filled_and_scaled(), model(random_state=seed))


def _encoder(problem: Problem, seed: int) -> BaseEstimator:
    from category_encoders import JamesSteinEncoder
    from category_encoders.wrapper import NestedCVWrapper

    folds = suited(problem, KFold, StratifiedKFold)
    encoder = NestedCVWrapper(
        JamesSteinEncoder(), cv=folds(5, shuffle=True, random_state=seed)
    )
    return encoder if task_of(problem) == NUMBERS else ByClass(encoder)


CONTENDER = Contender(
    "james-stein-ridge",
    "James-Stein encoding + tuned ridge",
    make,
    label_of_classes="James-Stein encoding + tuned logistic",
    package="category_encoders",
)
