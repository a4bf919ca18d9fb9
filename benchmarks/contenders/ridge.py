"""One-hot encoding and ridge or logistic regression with a tuned penalty.

The penalty is chosen from 13, from .01 to 10,000, by five inner folds of the training
rows; the search ends where errors rise. Quantities are standardised.
"""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from benchmarks.contenders import Contender
from benchmarks.contenders._steps import filled_and_scaled
from benchmarks.contenders._tuned_logistic import TunedLogistic
from benchmarks.contenders._tuned_ridge import TunedRidge
from benchmarks.measures import suited
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    encoder = ColumnTransformer(
        [
            ("levels", OneHotEncoder(handle_unknown="ignore"), problem.categorical),
            ("quantities", filled_and_scaled(), problem.quantities),
        ],
        sparse_threshold=1.0,
    )
    model = suited(problem, TunedRidge, TunedLogistic)
    return make_pipeline(encoder, model(random_state=seed))


CONTENDER = Contender(
    "ridge",
    "one-hot + tuned ridge",
    make,
    label_of_classes="one-hot + tuned logistic",
)
