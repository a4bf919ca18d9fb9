"""What ``python -m benchmarks accelerators`` does."""

from __future__ import annotations

from functools import partial

from benchmarks.accelerators.jobs import JOBS, Job
from benchmarks.accelerators.report import format_report
from benchmarks.accelerators.running import BENCHMARK, CHOSEN, PROCESSOR, fit
from benchmarks.choosing import chosen
from benchmarks.one_by_one import run_missing
from benchmarks.request import Request
from benchmarks.results_file import Cell, ResultsFile

N_LAPS = 3
QUICK_JOBS = ("small network",)


def table_names() -> set[str]:
    """Return the names that the command line knows: those of networks."""
    return {job.name for job in JOBS}


def contender_names() -> set[str]:
    """Return the names that the command line knows."""
    return {PROCESSOR, CHOSEN}


def measure(request: Request, file: ResultsFile) -> None:
    """Measure what is not in the file of results yet, in turns."""
    options = request.options
    names = request.names(QUICK_JOBS)
    calls = {
        Cell(BENCHMARK, options.size, job.name, contender, lap): partial(
            fit, job, contender == PROCESSOR
        )
        for job in chosen(_jobs(request), names)
        for lap in range(request.seeds(N_LAPS))
        for contender in request.contenders or (PROCESSOR, CHOSEN)
    }
    run_missing(calls, file)


def report(request: Request, file: ResultsFile) -> str:
    """Return what the file of results says of GPUs, in Markdown."""
    size = request.options.size
    cells, failures = file.cells(BENCHMARK, size), file.failures(BENCHMARK, size)
    return format_report(_jobs(request), cells, failures)


def _jobs(request: Request) -> list[Job]:
    return [job.quick() if request.options.is_quick else job for job in JOBS]
