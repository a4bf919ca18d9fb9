"""The mean of the training rows: what knowing nothing scores."""

from __future__ import annotations

from sklearn.dummy import DummyRegressor

from benchmarks.accuracy.contenders import Contender
from benchmarks.problems import Problem


def make(_problem: Problem, _seed: int) -> DummyRegressor:
    return DummyRegressor()


CONTENDER = Contender("mean", "mean", make)
