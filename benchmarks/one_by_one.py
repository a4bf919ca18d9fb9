"""Calls that are measured one after the other, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tqdm import tqdm

from benchmarks.own_process import NotMeasuredError, OwnProcess
from benchmarks.progress import step
from benchmarks.results_file import Cell, ResultsFile

Call = Callable[[], dict[str, float]]
LIMIT = 900.0  # seconds


def run_one_by_one(
    calls: Mapping[Cell, Call],
    file: ResultsFile,
    bar: tqdm,
    new_process: Callable[[], OwnProcess] = OwnProcess,
) -> None:
    """Make calls, and write what they return.

    Parameters
    ----------
    calls : mapping of Cell to callable
        What returns the measures of each cell; pickle has to find it.
    file : ResultsFile
        Gets each cell as soon as it is done, or the reason why it is not.
    bar : tqdm
        Gets a step for each cell.
    new_process : callable
        Returns a process for each call.
    """
    for cell, call in calls.items():
        with step(bar, f"{cell.table}: {cell.contender}, lap {cell.seed}"):
            process = new_process()
            try:
                process.ask(call)
                file.append(cell, process.answer(LIMIT))
            except NotMeasuredError as error:
                file.append_failure(cell, str(error))
            finally:
                process.stop()
