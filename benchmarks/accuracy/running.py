"""Running cells: contenders in turns, so that a busy moment strikes all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import mean_squared_error, r2_score
from tqdm import tqdm

from benchmarks.accuracy.cells import Cell, CellFile, Measures
from benchmarks.accuracy.contenders import Contender
from benchmarks.accuracy.problems import Declaration, Options
from benchmarks.problems import Problem, Split
from benchmarks.progress import step
from skembed.datasets import make_effects


@dataclass(frozen=True)
class Plan:
    """What is to be measured on a problem.

    Attributes
    ----------
    problem : Declaration
        The problem.
    contenders : list of Contender
        Those that take part.
    options : Options
        How much of the table is taken.
    n_seeds : int
        How many seeds ours run with.
    """

    problem: Declaration
    contenders: list[Contender]
    options: Options
    n_seeds: int

    def cells(self) -> Iterator[tuple[Contender, Cell]]:
        """Go through all cells, fold by fold."""
        size = "quick" if self.options.is_quick else "full"
        for fold in range(self.problem.n_splits(self.options)):
            for contender in self.contenders:
                for seed in contender.seeds(self.n_seeds):
                    name = self.problem.name
                    yield contender, Cell(size, name, contender.name, seed, fold)

    def missing(self, done: set[Cell]) -> list[tuple[Contender, Cell]]:
        """Return the cells that were not run yet."""
        return [(who, cell) for who, cell in self.cells() if cell not in done]


def run_missing(plans: list[Plan], file: CellFile, bar: tqdm) -> list[str]:
    """Run what is not in the file yet, and return what could not be measured.

    Parameters
    ----------
    plans : list of Plan
        A table is loaded only if a cell of it is missing.
    file : CellFile
        Gets a line for each cell as soon as it is done.
    bar : tqdm
        Gets a step for each missing cell.

    Returns
    -------
    list of str
        A line for each failure.
    """
    failures = []
    for plan in plans:
        missing = plan.missing(file.done())
        if missing:
            problem = plan.problem.load(plan.options)
        for contender, cell in missing:
            with step(bar, f"{cell.problem}: {contender.label}, fold {cell.fold}"):
                try:
                    measures = _measure(contender, cell, problem, plan.problem)
                except Exception as error:  # one contender's failure is not the others'
                    failures.append(_describe(cell, error))
                else:
                    file.append(cell, measures)
    return failures


def _describe(cell: Cell, error: Exception) -> str:
    run = f"seed {cell.seed}, fold {cell.fold}"
    return f"{cell.problem}, {cell.contender}, {run}: not measured: {error!r}"


def _measure(
    contender: Contender, cell: Cell, problem: Problem, declaration: Declaration
) -> Measures:
    model = contender.make(problem, cell.seed)
    return measure(model, problem, problem.splits[cell.fold], declaration.bounds)


def measure(
    model: BaseEstimator, problem: Problem, split: Split, bounds: tuple[float, float]
) -> Measures:
    """Fit the training rows of a split and predict its test rows."""
    train, test = split
    X, y = problem.X.iloc[train], problem.y.iloc[train]
    X_test, y_test = problem.X.iloc[test], problem.y.iloc[test]
    wall, cpu = perf_counter(), process_time()
    model.fit(X, y)
    fit_seconds, fit_cpu_seconds = perf_counter() - wall, process_time() - cpu
    wall = perf_counter()
    prediction = model.predict(X_test)
    predict_seconds = perf_counter() - wall
    prediction = np.clip(prediction, *bounds)
    return Measures(
        n_train=len(train),
        n_test=len(test),
        mse=float(mean_squared_error(y_test, prediction)),
        r2=float(r2_score(y_test, prediction)),
        floor_mse=_floor(problem, test),
        fit_seconds=fit_seconds,
        fit_cpu_seconds=fit_cpu_seconds,
        predict_seconds=predict_seconds,
    )


def _floor(problem: Problem, test: np.ndarray) -> float:
    """Return the mean squared error of the true means; only luck can beat it."""
    if problem.true_means is None:
        return float("nan")
    return float(mean_squared_error(problem.y.iloc[test], problem.true_means[test]))


def warm_up(contenders: list[Contender], bar: tqdm) -> None:
    """Fit a few rows, so that libraries are loaded before the clock runs.

    Who fails here fails again when it counts, and is reported then.
    """
    X, y = make_effects(200, n_levels=(5, 3), n_quantities=1, random_state=0)
    rows = np.arange(len(X))
    tiny = Problem("warm-up", X, y, ["a", "b"], ["x0"], [(rows, rows)])
    for contender in contenders:
        with step(bar, f"warm-up: {contender.label}"), suppress(Exception):
            contender.make(tiny, 0).fit(X, y).predict(X)
