"""LightGBM as it comes, which splits levels itself: 100 trees, nothing is tuned."""

from __future__ import annotations

import pandas as pd
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from benchmarks.contenders import Contender
from benchmarks.measures import suited
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    from lightgbm import LGBMClassifier, LGBMRegressor

    to_categories = FunctionTransformer(
        _as_categories, kw_args={"columns": problem.categorical}
    )
    model = suited(problem, LGBMRegressor, LGBMClassifier)
    return make_pipeline(to_categories, model(random_state=seed, verbose=-1))


def _as_categories(X: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Mark the columns; the model keeps those levels that it has seen."""
    return X.astype(dict.fromkeys(columns, "category"))


CONTENDER = Contender("lightgbm", "LightGBM", make, package="lightgbm")
