"""scikit-learn's target encoding and ridge regression with a tuned penalty."""

from __future__ import annotations

from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.accuracy.contenders import Contender
from benchmarks.accuracy.encoders import filled_and_scaled, target_encoder
from benchmarks.accuracy.tuned_ridge import TunedRidge
from benchmarks.problems import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    return make_pipeline(
        target_encoder(problem, seed),
        filled_and_scaled(),
        TunedRidge(random_state=seed),
    )


CONTENDER = Contender("target-ridge", "TargetEncoder + tuned ridge", make)
