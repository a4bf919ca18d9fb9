"""The mean of the training rows or their shares of classes: knowing nothing."""

from __future__ import annotations

from sklearn.dummy import DummyClassifier, DummyRegressor

from benchmarks.contenders import Contender
from benchmarks.measures import suited
from benchmarks.problem import Problem


def make(problem: Problem, _seed: int) -> DummyRegressor | DummyClassifier:
    return suited(problem, DummyRegressor, DummyClassifier)()


CONTENDER = Contender("mean", "mean", make, label_of_classes="shares of classes")
