"""scikit-learn's target encoding and gradient boosting, both as they come.

Training rows are encoded by other rows' targets, in five folds.
"""

from __future__ import annotations

from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contenders import Contender
from benchmarks.contenders._steps import target_encoder
from benchmarks.measures import suited
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    model = suited(
        problem, HistGradientBoostingRegressor, HistGradientBoostingClassifier
    )
    return make_pipeline(target_encoder(problem, seed), model(random_state=seed))


CONTENDER = Contender("target-hgb", "TargetEncoder + HGB", make)
