"""Vectors of the package embedding-encoder and ridge regression on them.

Its newest release, 0.0.4 of March 2022, cannot be imported beside scikit-learn 1.5 or
newer, which skembed needs: where it is installed, the report says how it fails.
"""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contenders import Contender
from benchmarks.contenders._steps import filled_and_scaled
from benchmarks.contenders._tuned_ridge import TunedRidge
from benchmarks.measures import NUMBERS
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    from embedding_encoder import EmbeddingEncoder

    columns = ColumnTransformer(
        [("levels", EmbeddingEncoder(task="regression"), problem.categorical)],
        remainder="passthrough",
    )
    return make_pipeline(columns, filled_and_scaled(), TunedRidge(random_state=seed))


CONTENDER = Contender(
    "embedding-encoder",
    "embedding-encoder + tuned ridge",
    make,
    tasks=(NUMBERS,),
    package="embedding_encoder",
)
