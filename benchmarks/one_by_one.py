"""Calls that are measured one after the other, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.own_process import NotMeasuredError, OwnProcess
from benchmarks.progress import progress_bar, step
from benchmarks.results_file import Cell, ResultsFile

Call = Callable[[], dict[str, float]]
LIMIT = 900.0  # seconds


def run_missing(
    calls: Mapping[Cell, Call],
    file: ResultsFile,
    new_process: Callable[[], OwnProcess] = OwnProcess,
) -> None:
    """Make the calls whose answers are not in the file yet, and write these.

    Parameters
    ----------
    calls : mapping of Cell to callable
        What returns the measures of each cell; pickle has to find it.
    file : ResultsFile
        Gets each cell as soon as it is done, or the reason why it is not.
    new_process : callable
        Returns a process for each call.
    """
    missing = file.missing(calls)
    if not missing:
        return
    with progress_bar(len(missing)) as bar:
        for cell, call in missing.items():
            with step(bar, f"{cell.table}: {cell.contender}, lap {cell.seed}"):
                _run(cell, call, file, new_process())


def _run(cell: Cell, call: Call, file: ResultsFile, process: OwnProcess) -> None:
    try:
        process.ask(call)
        file.append(cell, process.answer(LIMIT))
    except NotMeasuredError as error:
        file.append_failure(cell, str(error))
    finally:
        process.stop()
