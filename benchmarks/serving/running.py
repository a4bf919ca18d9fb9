"""Fitting contenders one by one, then having them serve in turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from benchmarks.contenders import Contender
from benchmarks.own_process import NotMeasuredError, OwnProcess
from benchmarks.problems import Declaration, Options
from benchmarks.progress import step
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.serving.fitting import fit_and_pickle
from benchmarks.serving.fresh_process import serve

BENCHMARK = "serving"
FIT_LIMIT = 900.0  # seconds
N_BATCH_ROWS = 100_000
N_QUICK_BATCH_ROWS = 5_000


@dataclass(frozen=True)
class Plan:
    """What is to be measured on a table.

    Attributes
    ----------
    problem : Declaration
        The table.
    contenders : list of Contender
        Those that take part.
    options : Options
        How much of the table is taken.
    n_laps : int
        How often each is started anew.
    """

    problem: Declaration
    contenders: list[Contender]
    options: Options
    n_laps: int

    @property
    def n_batch_rows(self) -> int:
        """How many rows are predicted at once."""
        return N_QUICK_BATCH_ROWS if self.options.is_quick else N_BATCH_ROWS

    def cells(self) -> dict[Cell, Contender]:
        """Return who runs each cell, lap by lap; a lap is the cell's seed."""
        names = self.options.size, self.problem.name
        return {
            Cell(BENCHMARK, *names, contender.name, seed=lap): contender
            for lap in range(self.n_laps)
            for contender in self.contenders
        }

    def n_steps(self, file: ResultsFile) -> int:
        """Return how many steps there are: a fit for each contender, and each cell."""
        missing = file.missing(self.cells())
        return len(missing) + len({cell.contender for cell in missing})


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
        Gets `Plan.n_steps` steps of each plan.
    new_process : callable
        Returns a process for each contender to be fitted in.
    """
    for plan in plans:
        missing = file.missing(plan.cells())
        with TemporaryDirectory() as folder:
            entrants = {
                contender.name: _Entrant(contender, plan, Path(folder), new_process)
                for contender in missing.values()
            }
            # all are fitted before one serves: else each would serve at another time
            for entrant in entrants.values():
                with step(bar, f"{plan.problem.name}: {entrant.label} is fitted"):
                    entrant.fit()
            for cell in missing:
                entrant = entrants[cell.contender]
                with step(bar, f"{cell.table}: {entrant.label}, lap {cell.seed}"):
                    entrant.run(cell, file)


class _Entrant:
    """A contender on a table; whoever fails once takes no further part."""

    def __init__(
        self,
        contender: Contender,
        plan: Plan,
        folder: Path,
        new_process: Callable[[], OwnProcess],
    ) -> None:
        self._contender, self._plan = contender, plan
        self._folder = folder / contender.name
        self._new_process = new_process
        self._fitted: dict[str, float] = {}
        self._failure: str | None = None
        self._is_out = False

    @property
    def label(self) -> str:
        """Its name in the report."""
        return self._contender.label_for(self._plan.problem.task)

    def fit(self) -> None:
        """Fit it in a process of its own, which ends with that."""
        self._folder.mkdir()
        process = self._new_process()
        try:
            plan = self._plan
            asked = self._contender, plan.problem, plan.options, self._folder
            process.ask(fit_and_pickle, *asked)
            self._fitted = process.answer(FIT_LIMIT)
        except NotMeasuredError as error:
            self._failure = str(error)
        finally:
            process.stop()

    def run(self, cell: Cell, file: ResultsFile) -> None:
        """Measure a cell."""
        if self._is_out:
            return
        try:
            file.append(cell, self._served())
        except NotMeasuredError as error:
            self._is_out = True
            file.append_failure(cell, str(error))

    def _served(self) -> dict[str, float]:
        if self._failure is not None:
            raise NotMeasuredError(self._failure)
        method = self._plan.problem.task.method
        is_exact = self._contender.is_ours
        served = serve(self._folder, method, self._plan.n_batch_rows, is_exact)
        return self._fitted | served
