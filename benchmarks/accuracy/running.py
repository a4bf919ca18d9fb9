"""Running cells: contenders in turns, so that a busy moment strikes all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.accuracy.cells import Cell, CellFile, Measures
from benchmarks.accuracy.reliability import Bin, ReliabilityFile, bins_of
from benchmarks.contenders import Contender
from benchmarks.measures import CLASSES, NUMBERS, Task
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._generated import generate
from benchmarks.progress import step

N_WARM_ROWS = 200


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


@dataclass(frozen=True)
class Run:
    """What a cell came to.

    Attributes
    ----------
    measures : Measures
        How good it is, and what it took.
    bins : list of Bin
        How reliable its probabilities are; none unless there are two classes.
    """

    measures: Measures
    bins: list[Bin]


def run_missing(
    plans: list[Plan], file: CellFile, reliability: ReliabilityFile, bar: tqdm
) -> list[str]:
    """Run what is not in the file yet, and return what could not be measured.

    Parameters
    ----------
    plans : list of Plan
        A table is loaded only if a cell of it is missing.
    file : CellFile
        Gets a line for each cell as soon as it is done.
    reliability : ReliabilityFile
        Gets the bins of cells of two classes.
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
            label = contender.label_for(plan.problem.task)
            with step(bar, f"{cell.problem}: {label}, fold {cell.fold}"):
                try:
                    run = _run(contender, cell, problem, plan.problem)
                except Exception as error:  # one contender's failure is not the others'
                    failures.append(_describe(cell, error))
                else:
                    # a cell in the file is not run again: it comes last
                    reliability.append(cell, run.bins)
                    file.append(cell, run.measures)
    return failures


def _describe(cell: Cell, error: Exception) -> str:
    run = f"seed {cell.seed}, fold {cell.fold}"
    return f"{cell.problem}, {cell.contender}, {run}: not measured: {error!r}"


def _run(
    contender: Contender, cell: Cell, problem: Problem, declaration: Declaration
) -> Run:
    """Fit the training rows of a fold and predict its test rows."""
    task = declaration.task
    train, test = problem.splits[cell.fold]
    X, y = problem.X.iloc[train], problem.y.iloc[train]
    X_test, y_test = problem.X.iloc[test], problem.y.iloc[test]
    model = contender.make(problem, cell.seed)
    wall, cpu = perf_counter(), process_time()
    model.fit(X, y)
    fit_seconds, fit_cpu_seconds = perf_counter() - wall, process_time() - cpu
    wall = perf_counter()
    prediction = getattr(model, task.method)(X_test)
    predict_seconds = perf_counter() - wall
    prediction = np.clip(prediction, *declaration.bounds)
    measures = Measures(
        n_train=len(train),
        n_test=len(test),
        loss=float(task.loss_of(y_test, prediction)),
        score=float(task.score_of(y_test, prediction)),
        floor=_floor(problem, task, test),
        fit_seconds=fit_seconds,
        fit_cpu_seconds=fit_cpu_seconds,
        predict_seconds=predict_seconds,
    )
    return Run(measures, bins_of(y_test, prediction))


def _floor(problem: Problem, task: Task, test: np.ndarray) -> float:
    """Return the loss of the truth; only luck can beat it."""
    if problem.true_means is None:
        return float("nan")
    return float(task.loss_of(problem.y.iloc[test], problem.true_means[test]))


def warm_up(waiting: list[tuple[Contender, Task]], bar: tqdm) -> None:
    """Fit a few rows, so that libraries are loaded before the clock runs.

    Who fails here fails again when it counts, and is reported then.
    """
    sizes: dict[str, Any] = {"n_levels": (5, 3), "n_quantities": 1}
    tiny = {
        NUMBERS: generate("warm-up", N_WARM_ROWS, Options(), **sizes),
        CLASSES: generate("warm-up", N_WARM_ROWS, Options(), **sizes, n_classes=2),
    }
    for contender, task in waiting:
        problem = tiny[task]
        label = contender.label_for(task)
        with step(bar, f"warm-up: {label}"), suppress(Exception):
            model = contender.make(problem, 0).fit(problem.X, problem.y)
            getattr(model, task.method)(problem.X)
