"""Ways to encode a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sklearn.base import BaseEstimator

from benchmarks.contenders._steps import target_encoder
from benchmarks.encoders.tables import without_noise
from benchmarks.measures import NUMBERS, task_of
from benchmarks.problem import Problem
from skembed import EmbeddingEncoder


@dataclass(frozen=True)
class Way:
    """From a table to numbers.

    Attributes
    ----------
    name : str
        As cells call it.
    label : str
        As the report calls it.
    make : callable
        ``make(problem, seed)`` returns an unfitted encoder.
    prepare : callable
        ``prepare(problem)`` returns the problem that it is given.
    families : tuple of str
        The tables that it is tried on.
    """

    name: str
    label: str
    make: Callable[[Problem, int], BaseEstimator]
    prepare: Callable[[Problem], Problem] = lambda problem: problem
    families: tuple[str, ...] = ("noise", "truth", "real")


def embedding_encoder(problem: Problem, seed: int, **parameters: Any) -> BaseEstimator:
    """Make the encoder as it comes, told which columns have levels."""
    kind = "continuous" if task_of(problem) == NUMBERS else "auto"
    return EmbeddingEncoder(
        categorical_features=problem.categorical,
        target_type=kind,
        random_state=seed,
        **parameters,
    )


WAYS = (
    Way("skembed", "EmbeddingEncoder", embedding_encoder),
    Way("plain", "with cv=None", partial(embedding_encoder, cv=None)),
    Way("target", "TargetEncoder", target_encoder),
    Way(
        "without",
        "without the column",
        embedding_encoder,
        without_noise,
        families=("noise",),
    ),
)
