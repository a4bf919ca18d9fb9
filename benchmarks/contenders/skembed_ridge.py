"""EmbeddingRegressor as an encoder, before ridge regression."""

from __future__ import annotations

from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contenders import Contender, skembed
from benchmarks.contenders._steps import filled_and_scaled
from benchmarks.contenders._tuned_ridge import TunedRidge
from benchmarks.measures import NUMBERS
from benchmarks.problem import Problem


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
