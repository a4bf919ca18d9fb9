"""EmbeddingRegressor that never had the column of most levels."""

from __future__ import annotations

from dataclasses import replace

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contenders import Contender, skembed
from benchmarks.problem import Problem
from benchmarks.problems._folds import largest_column


def make(problem: Problem, seed: int) -> Pipeline:
    left = [c for c in problem.categorical if c != largest_column(problem)]
    kept = ColumnTransformer(
        [("kept", "passthrough", [*left, *problem.quantities])],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    return make_pipeline(kept, skembed.make(replace(problem, categorical=left), seed))


CONTENDER = Contender(
    "skembed-without-largest",
    "skembed without the largest column",
    make,
    is_ours=True,
    problems=(),
)
