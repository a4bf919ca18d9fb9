"""What ``python -m benchmarks accuracy`` does."""

from __future__ import annotations

from benchmarks.accuracy.measured import gather
from benchmarks.accuracy.pictures import draw_all
from benchmarks.accuracy.report import format_report
from benchmarks.accuracy.running import BENCHMARK, Plan, run_missing
from benchmarks.choosing import chosen, names_of
from benchmarks.contenders import Contender, all_contenders, entered, not_installed
from benchmarks.problems import Declaration, Options, all_problems
from benchmarks.progress import progress_bar
from benchmarks.request import Request
from benchmarks.results_file import ResultsFile

N_SEEDS = 1
QUICK_TABLES = ("additive_150", "classes:interaction", "never_worse:01")


def table_names() -> set[str]:
    """Return the names that the command line knows."""
    return names_of(all_problems())


def contender_names() -> set[str]:
    """Return the names that the command line knows."""
    return names_of(all_contenders())


def measure(request: Request, file: ResultsFile) -> None:
    """Measure what is not in the file of results yet.

    A quick run takes few tables, if none are named.
    """
    options = request.options
    names = request.names(QUICK_TABLES)
    problems = chosen(all_problems(), names)
    contenders = entered(request.contenders)
    for remark in [*_left_out(problems, options), *not_installed(contenders)]:
        print(remark)
    plans = _plans(problems, contenders, options, request.seeds(N_SEEDS))
    cells = {cell: who for plan in plans for cell, who in plan.cells().items()}
    missing = file.missing(cells)
    if missing:
        with progress_bar(len(missing)) as bar:
            run_missing(plans, file, bar)


def report(request: Request, file: ResultsFile) -> str:
    """Draw, and return what the file of results says of accuracy, in Markdown."""
    size = request.options.size
    found = gather(file.cells(BENCHMARK, size), all_problems(), all_contenders())
    pictures = draw_all(found, request.out)
    return format_report(found, file.failures(BENCHMARK, size), pictures)


def _plans(
    problems: list[Declaration],
    contenders: list[Contender],
    options: Options,
    n_seeds: int,
) -> list[Plan]:
    plans = []
    for problem in problems:
        if problem.needs_data and options.data is None:
            continue
        entered = [
            contender
            for contender in contenders
            if not contender.is_missing and contender.takes_part_in(problem)
        ]
        plans.append(Plan(problem, entered, options, n_seeds))
    return plans


def _left_out(problems: list[Declaration], options: Options) -> list[str]:
    return [
        f"{problem.name}: left out, give the folder of its table by --data"
        for problem in problems
        if problem.needs_data and options.data is None
    ]
