"""What ``python -m benchmarks serving`` does."""

from __future__ import annotations

from benchmarks.choosing import chosen, names_of
from benchmarks.contenders import Contender, all_contenders, entered, not_installed
from benchmarks.problems import Declaration, all_problems
from benchmarks.progress import progress_bar
from benchmarks.request import Request
from benchmarks.results_file import ResultsFile
from benchmarks.serving.report import format_report
from benchmarks.serving.running import BENCHMARK, Plan, run_missing

N_LAPS = 5
TABLES = ("air_time", "classes:interaction")


def table_names() -> set[str]:
    """Return the names that the command line knows."""
    return names_of(_problems())


def contender_names() -> set[str]:
    """Return the names that the command line knows."""
    return names_of(_served(all_contenders()))


def measure(request: Request, file: ResultsFile) -> None:
    """Measure what is not in the file of results yet, of few tables if none are named.

    Whoever is not installed is left out.
    """
    tables = TABLES[:1] if request.options.is_quick else TABLES
    contenders = _served(entered(request.contenders))
    for remark in not_installed(contenders):
        print(remark)
    plans = [
        Plan(
            problem,
            [c for c in contenders if c.takes_part_in(problem) and not c.is_missing],
            request.options,
            request.seeds(N_LAPS),
        )
        for problem in chosen(_problems(), request.tables or tables)
    ]
    n_steps = sum(plan.n_steps(file) for plan in plans)
    if n_steps:
        with progress_bar(n_steps) as bar:
            run_missing(plans, file, bar)


def report(request: Request, file: ResultsFile) -> str:
    """Return what the file of results says of serving, in Markdown."""
    size = request.options.size
    cells, failures = file.cells(BENCHMARK, size), file.failures(BENCHMARK, size)
    return format_report(cells, failures, _problems(), _served(all_contenders()))


def _problems() -> list[Declaration]:
    """Return the tables that are open to everyone and always there."""
    return [
        problem
        for problem in all_problems()
        if problem.contenders is None and not problem.needs_data
    ]


def _served(contenders: list[Contender]) -> list[Contender]:
    """Return those that were not made for certain tables."""
    return [contender for contender in contenders if contender.problems is None]
