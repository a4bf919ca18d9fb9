"""One-hot encoding and least squares: nothing is tuned, and nothing is penalised."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from benchmarks.contenders import Contender
from benchmarks.contenders._steps import filled_and_scaled
from benchmarks.measures import NUMBERS
from benchmarks.problem import Problem


def make(problem: Problem, _seed: int) -> Pipeline:
    encoder = ColumnTransformer(
        [
            ("levels", OneHotEncoder(handle_unknown="ignore"), problem.categorical),
            ("quantities", filled_and_scaled(), problem.quantities),
        ],
        sparse_threshold=1.0,
    )
    return make_pipeline(encoder, LinearRegression())


CONTENDER = Contender(
    "one-hot-least-squares", "one-hot + least squares", make, tasks=(NUMBERS,)
)
