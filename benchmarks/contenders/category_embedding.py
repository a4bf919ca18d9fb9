"""Vectors of the package category-embedding and ridge regression on them.

The encoder is as it comes: a network of at most 30 epochs that stops early on the last
fifth of the training rows. The target is standardised for it. The penalty of the
regression is chosen by inner folds. It takes numbers and two classes, not more; here,
numbers.
"""

from __future__ import annotations

from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contenders import Contender
from benchmarks.contenders._steps import filled_and_scaled
from benchmarks.contenders._tuned_ridge import TunedRidge
from benchmarks.measures import NUMBERS
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    from benchmarks.contenders._category_embedding import SeededEmbedding

    encoder = SeededEmbedding(
        categorical_cols=problem.categorical,
        numeric_cols=problem.quantities,
        random_state=seed,
        verbose=0,
    )
    return make_pipeline(encoder, filled_and_scaled(), TunedRidge(random_state=seed))


CONTENDER = Contender(
    "category-embedding",
    "category-embedding + tuned ridge",
    make,
    tasks=(NUMBERS,),
    package="category_embedding",
)
