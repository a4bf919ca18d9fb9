"""EmbeddingRegressor or EmbeddingClassifier as it comes.

Nothing is set but which columns have levels. Its variances, terms and the share of its
networks are learned from training rows, as all that it learns.
"""

from __future__ import annotations

from typing import Any

from benchmarks.contenders import Contender
from benchmarks.measures import suited
from benchmarks.problem import Problem
from skembed import EmbeddingClassifier, EmbeddingRegressor


def make(
    problem: Problem, seed: int, **parameters: Any
) -> EmbeddingRegressor | EmbeddingClassifier:
    model = suited(problem, EmbeddingRegressor, EmbeddingClassifier)
    return model(
        categorical_features=problem.categorical, random_state=seed, **parameters
    )


CONTENDER = Contender("skembed", "skembed", make, is_ours=True)
