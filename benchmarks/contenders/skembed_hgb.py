"""EmbeddingRegressor as an encoder, before gradient boosting."""

from __future__ import annotations

from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contenders import Contender, skembed
from benchmarks.measures import NUMBERS
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    model = HistGradientBoostingRegressor(random_state=seed)
    return make_pipeline(skembed.make(problem, seed), model)


CONTENDER = Contender(
    "skembed-hgb",
    "skembed, transformed + HGB",
    make,
    tasks=(NUMBERS,),
    is_ours=True,
)
