"""Running cells: contenders in turns, so that a busy moment strikes all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tqdm import tqdm

from benchmarks.accuracy.measuring import measure, start
from benchmarks.contenders import Contender
from benchmarks.own_process import NotMeasuredError, OwnProcess
from benchmarks.problems import Declaration, Options
from benchmarks.progress import step
from benchmarks.results_file import Cell, ResultsFile

BENCHMARK = "accuracy"
LIMIT = 900.0  # seconds that a fit and its predictions may take


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

    def cells(self) -> dict[Cell, Contender]:
        """Return who runs each cell, fold by fold."""
        names = self.options.size, self.problem.name
        return {
            Cell(BENCHMARK, *names, contender.name, seed, fold): contender
            for fold in range(self.problem.n_splits(self.options))
            for contender in self.contenders
            for seed in contender.seeds(self.n_seeds)
        }


def run_missing(
    plans: list[Plan],
    file: ResultsFile,
    bar: tqdm,
    new_process: Callable[[], OwnProcess] = OwnProcess,
) -> None:
    """Run what is not in the file yet.

    Parameters
    ----------
    plans : list of Plan
        What there is to measure.
    file : ResultsFile
        Gets each cell as soon as it is done, or the reason why it is not.
    bar : tqdm
        Gets a step for each missing cell.
    new_process : callable
        Returns a process for each contender on each table.
    """
    for plan in plans:
        entrants = {c.name: _Entrant(c, plan, new_process) for c in plan.contenders}
        try:
            for cell, contender in file.missing(plan.cells()).items():
                label = contender.label_for(plan.problem.task)
                with step(bar, f"{cell.table}: {label}, fold {cell.fold}"):
                    entrants[contender.name].run(cell, file)
        finally:
            for entrant in entrants.values():
                entrant.stop()


class _Entrant:
    """A contender on a problem: its process starts at its first cell.

    Whoever fails once takes no further part.
    """

    def __init__(
        self, contender: Contender, plan: Plan, new_process: Callable[[], OwnProcess]
    ) -> None:
        self._contender, self._plan = contender, plan
        self._new_process = new_process
        self._process: OwnProcess | None = None
        self._has_failed = False

    def run(self, cell: Cell, file: ResultsFile) -> None:
        """Measure a cell."""
        if self._has_failed:
            return
        try:
            file.append(cell, self._measure(cell))
        except NotMeasuredError as error:
            self._has_failed = True
            file.append_failure(cell, str(error))

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.stop()

    def _measure(self, cell: Cell) -> dict[str, float]:
        plan, cold = self._plan, {}
        if self._process is None:
            self._process = self._new_process()
            self._process.ask(start, self._contender, plan.problem, plan.options)
            cold = {"start_seconds": self._process.answer(LIMIT)}
        self._process.ask(measure, self._contender, plan.problem, cell.seed, cell.fold)
        return self._process.answer(LIMIT) | cold
