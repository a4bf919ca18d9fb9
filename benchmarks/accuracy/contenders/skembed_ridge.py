"""EmbeddingRegressor as an encoder, before ridge regression."""

from __future__ import annotations

from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.accuracy.contenders import Contender, skembed
from benchmarks.accuracy.encoders import filled_and_scaled
from benchmarks.accuracy.measures import NUMBERS
from benchmarks.accuracy.tuned_ridge import TunedRidge
from benchmarks.problems import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    return make_pipeline(
        skembed.make(problem, seed), filled_and_scaled(), TunedRidge(random_state=seed)
    )


CONTENDER = Contender(
    "skembed-ridge",
    "skembed, transformed + tuned ridge",
    make,
    tasks=(NUMBERS,),
    is_ours=True,
)
