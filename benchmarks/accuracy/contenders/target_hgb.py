"""scikit-learn's target encoding and gradient boosting."""

from __future__ import annotations

from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.accuracy.contenders import Contender
from benchmarks.accuracy.encoders import target_encoder
from benchmarks.problems import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    model = HistGradientBoostingRegressor(random_state=seed)
    return make_pipeline(target_encoder(problem, seed), model)


CONTENDER = Contender("target-hgb", "TargetEncoder + HGB", make)
