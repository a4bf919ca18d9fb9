"""CatBoost as it comes, which encodes levels by ordered target statistics.

Nothing is tuned: 1,000 trees, whose learning rate it chooses by the size of the table.
"""

from __future__ import annotations

from sklearn.base import BaseEstimator

from benchmarks.contenders import Contender
from benchmarks.measures import suited
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> BaseEstimator:
    from catboost import CatBoostClassifier, CatBoostRegressor

    model = suited(problem, CatBoostRegressor, CatBoostClassifier)
    return model(
        cat_features=problem.categorical,
        random_seed=seed,
        verbose=False,
        allow_writing_files=False,
    )


CONTENDER = Contender("catboost", "CatBoost", make, package="catboost")
