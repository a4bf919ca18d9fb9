"""Rows whose level of the largest column was never seen in training.

A model that learned from that column is to be no worse than one that never had it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from benchmarks.problem import Problem
from benchmarks.problems import (
    Options,
    additive,
    restaurants,
    scorecard,
    spotify,
)
from benchmarks.problems._folds import folds_of_unseen_levels, largest_column


def load(seen: Callable[[Options], Problem], options: Options) -> Problem:
    """Split a problem by the levels of its largest column."""
    problem = seen(options)
    splits = folds_of_unseen_levels(problem.X, largest_column(problem), options)
    return replace(problem, name=f"unseen:{problem.name}", splits=splits)


PROBLEMS = tuple(
    replace(
        seen,
        name=f"unseen:{seen.name}",
        note=f"{seen.note}; tested on unseen levels of the largest column",
        load=partial(load, seen.load),
        measure="MSE",
        contenders=("skembed", "skembed-without-largest"),
    )
    for seen in (
        spotify.PROBLEMS[0],
        scorecard.PROBLEMS[0],
        restaurants.PROBLEMS[0],
        additive.PROBLEMS[0],
    )
)
