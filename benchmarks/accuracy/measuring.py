"""Fitting a contender to a fold, in a process of its own."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks.accuracy.reliability import measures_by_bin
from benchmarks.accuracy.rows_per_level import measures_by_band
from benchmarks.contenders import Contender
from benchmarks.measures import CLASSES, NUMBERS, Task
from benchmarks.own_process import peak_megabytes
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._folds import largest_column
from benchmarks.problems._generated import generate

N_WARM_ROWS = {NUMBERS: 200, CLASSES: 1_200}  # networks of classes want a thousand

_loaded: list[Problem] = []  # the table of this process


def start(contender: Contender, declaration: Declaration, options: Options) -> float:
    """Load the table, then fit few rows, so that libraries are loaded and compiled.

    Who fails here fails again when it counts, and is reported then.

    Returns
    -------
    float
        The seconds from importing the contender's libraries to its first predictions,
        of those rows.
    """
    _loaded[:] = [declaration.load(options)]
    task = declaration.task
    sizes: dict[str, Any] = {"n_levels": (5, 3), "n_quantities": 1}
    sizes |= {} if task == NUMBERS else {"n_classes": 2}
    tiny = generate("warm-up", N_WARM_ROWS[task], Options(), **sizes)
    before = perf_counter()
    with suppress(Exception):
        model = contender.make(tiny, 0).fit(tiny.X, tiny.y)
        getattr(model, task.method)(tiny.X)
    return perf_counter() - before


def measure(
    contender: Contender, declaration: Declaration, seed: int, fold: int
) -> dict[str, float]:
    """Fit the training rows of a fold and predict its test rows.

    Returns
    -------
    dict of str to float
        What a file of results says of the cell: sizes, the task's loss and score, the
        loss of the truth (``floor``, where it is known), seconds, and the most memory
        that the process has held so far, its libraries and the table among it.
    """
    (problem,) = _loaded
    task = declaration.task
    train, test = problem.splits[fold]
    X, y = problem.X.iloc[train], problem.y.iloc[train]
    X_test, y_test = problem.X.iloc[test], problem.y.iloc[test]
    model = contender.make(problem, seed)
    _, fit_wall, fit_cpu = _timed(lambda: model.fit(X, y))
    with warnings.catch_warnings():  # tables of unseen levels have them on purpose
        warnings.filterwarnings("ignore", "All levels of column", UserWarning)
        predicted, predict_wall, predict_cpu = _timed(
            lambda: getattr(model, task.method)(X_test)
        )
    prediction = np.clip(predicted, *declaration.bounds)
    column = problem.X[largest_column(problem)]
    return {
        "n_train": len(train),
        "n_test": len(test),
        "loss": float(task.loss_of(y_test, prediction)),
        "score": float(task.score_of(y_test, prediction)),
        **_floor(problem, task, test),
        "fit_seconds": fit_wall,
        "fit_cpu_seconds": fit_cpu,
        "predict_seconds": predict_wall,
        "predict_cpu_seconds": predict_cpu,
        "peak_megabytes": peak_megabytes(),
        **measures_by_band(
            column,
            train,
            test,
            lambda rows: float(task.loss_of(y_test[rows], prediction[rows])),
        ),
        **(measures_by_bin(y_test, prediction) if task == CLASSES else {}),
    }


def _timed(run: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return a result, and its seconds by the clock and of all threads."""
    wall, cpu = perf_counter(), process_time()
    result = run()
    return result, perf_counter() - wall, process_time() - cpu


def _floor(problem: Problem, task: Task, test: np.ndarray) -> dict[str, float]:
    """Return the loss of the truth, where it is known; only luck can beat it."""
    if problem.true_means is None:
        return {}
    truth = problem.true_means[test]
    return {"floor": float(task.loss_of(problem.y.iloc[test], truth))}
