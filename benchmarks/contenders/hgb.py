"""scikit-learn's gradient boosting, which splits levels itself.

As it comes: 100 trees, fewer if a held-out tenth says so beyond 10,000 rows. It takes
255 levels a column: the rarest ones are pooled.
"""

from __future__ import annotations

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from benchmarks.contenders import Contender
from benchmarks.measures import suited
from benchmarks.problem import Problem

MAX_LEVELS = 255


def make(problem: Problem, seed: int, max_iter: int = 100) -> Pipeline:
    # it takes no more levels: the rarest ones are pooled
    encoder = OrdinalEncoder(
        max_categories=MAX_LEVELS,
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
    )
    columns = ColumnTransformer(
        [("levels", encoder, problem.categorical)], remainder="passthrough"
    )
    model = suited(
        problem, HistGradientBoostingRegressor, HistGradientBoostingClassifier
    )
    return make_pipeline(
        columns,
        model(
            max_iter=max_iter,
            categorical_features=list(range(len(problem.categorical))),
            random_state=seed,
        ),
    )


CONTENDER = Contender("hgb", "HGB, categorical", make)
