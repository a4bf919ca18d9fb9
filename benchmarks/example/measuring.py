"""Fitting a contender to a problem: its accuracy, its seconds, its columns."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score, root_mean_squared_error
from sklearn.pipeline import Pipeline

from benchmarks.problem import Problem, Split


@dataclass(frozen=True)
class Score:
    """Accuracy on the test rows, RMSE in units of the target."""

    r2: float
    rmse: float


@dataclass(frozen=True)
class Measurement:
    """One fit and one prediction of the test rows."""

    score: Score
    fit_seconds: float
    predict_seconds: float
    n_encoded_columns: int


def measure(pipeline: Pipeline, problem: Problem, split: Split) -> Measurement:
    """Fit on the training rows of a split and predict its test rows."""
    train, test = split
    X_train, y_train = problem.X.iloc[train], problem.y.iloc[train]
    X_test, y_test = problem.X.iloc[test], problem.y.iloc[test]
    start = perf_counter()
    pipeline.fit(X_train, y_train)
    fitted = perf_counter()
    prediction = pipeline.predict(X_test)
    predicted = perf_counter()
    return Measurement(
        score=_score(y_test, prediction),
        fit_seconds=fitted - start,
        predict_seconds=predicted - fitted,
        n_encoded_columns=_n_encoded_columns(pipeline),
    )


def warm_up(pipeline: Pipeline, problem: Problem) -> None:
    """Fit a few rows, so that libraries are loaded and networks are compiled.

    A network's shape follows from its levels: the rows hold every level.
    """
    first = ~np.column_stack([problem.X[c].duplicated() for c in problem.categorical])
    rows = first.any(axis=1)
    pipeline.fit(problem.X[rows], problem.y[rows]).predict(problem.X[rows])


def noise_ceiling(problem: Problem) -> Score | None:
    """Score the true means, averaged over splits; only luck can beat them."""
    if problem.true_means is None:
        return None
    scores = [
        _score(problem.y.iloc[test], problem.true_means[test])
        for _, test in problem.splits
    ]
    return Score(
        r2=float(np.mean([score.r2 for score in scores])),
        rmse=float(np.mean([score.rmse for score in scores])),
    )


def _score(y: pd.Series, prediction: np.ndarray) -> Score:
    return Score(
        r2=r2_score(y, prediction), rmse=root_mean_squared_error(y, prediction)
    )


def _n_encoded_columns(pipeline: Pipeline) -> int:
    """Count what the last step predicts from, or what it encodes itself."""
    encodes_itself = hasattr(pipeline[-1], "transform")
    encoder = pipeline if encodes_itself else pipeline[:-1]
    return len(encoder.get_feature_names_out())
