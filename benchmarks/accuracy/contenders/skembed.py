"""EmbeddingRegressor as it comes."""

from __future__ import annotations

from typing import Any

from benchmarks.accuracy.contenders import Contender
from benchmarks.problems import Problem
from skembed import EmbeddingRegressor


def make(problem: Problem, seed: int, **parameters: Any) -> EmbeddingRegressor:
    return EmbeddingRegressor(
        categorical_features=problem.categorical, random_state=seed, **parameters
    )


CONTENDER = Contender("skembed", "skembed", make, is_ours=True)
