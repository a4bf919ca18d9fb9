"""What ``python -m benchmarks geometry`` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.choosing import chosen, names_of
from benchmarks.geometry import destinations, example_map
from benchmarks.geometry.fidelity import CONTENDERS, Contender, draw
from benchmarks.geometry.problems import CASES, Case
from benchmarks.geometry.report import format_report
from benchmarks.geometry.scale import OURS, QUESTIONS, Question
from benchmarks.pictures.style import in_style
from benchmarks.progress import progress_bar, step
from benchmarks.request import Request
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.tensorflow_loading import load_tensorflow

BENCHMARK = "geometry"
N_SEEDS = 10
QUICK_TABLES = ("additive_7", "interactive_1d", "one_query", "destinations")
QUICK_SHARE = 20  # of levels, one in so many
DESTINATIONS = "destinations"


def table_names() -> set[str]:
    """Return the names that the command line knows: also those of questions."""
    return {*names_of(CASES), *names_of(QUESTIONS), DESTINATIONS}


def contender_names() -> set[str]:
    """Return the names that the command line knows."""
    return names_of(CONTENDERS)


def measure(request: Request, file: ResultsFile) -> None:
    """Measure what is not in the file of results yet.

    A quick run takes few tables, if none are named.
    """
    missing = file.missing(dict(_work(request, file)))
    if not missing:
        return
    with progress_bar(1 + len(missing)) as bar:
        with step(bar, "loading"):
            load_tensorflow()
        for cell, act in missing.items():
            with step(bar, f"{cell.table}: {cell.contender}, seed {cell.seed}"):
                act(cell)


def report(request: Request, file: ResultsFile) -> str:
    """Draw the README's map, and return what the file of results says, in Markdown."""
    example_map.draw().savefig(request.out / "map.png", dpi=160)
    size = request.options.size
    return f"# Geometry\n\n{format_report(file.cells(BENCHMARK, size))}"


def _work(
    request: Request, file: ResultsFile
) -> Iterator[tuple[Cell, Callable[[Cell], None]]]:
    """Go through all cells, each with what measures it and writes it."""
    is_quick = request.options.is_quick
    names = request.names(QUICK_TABLES)
    new_cell = partial(Cell, BENCHMARK, request.options.size)
    contenders = chosen(CONTENDERS, request.contenders)
    for case in chosen(CASES, names):
        for seed in range(request.seeds(N_SEEDS, quick=2)):
            for contender in contenders:
                cell = new_cell(case.name, contender.name, seed)
                yield cell, partial(_compare, case, contender, file)
    for question in chosen(QUESTIONS, names):
        act = partial(_ask, question, QUICK_SHARE if is_quick else 1, file)
        yield new_cell(question.name, OURS), act
    if not names or DESTINATIONS in names:
        act = partial(_find_destinations, is_quick, request.out, file)
        yield new_cell(DESTINATIONS, OURS), act


def _compare(case: Case, contender: Contender, file: ResultsFile, cell: Cell) -> None:
    file.append(cell, contender.measure(draw(case, cell.seed), cell.seed))


def _ask(question: Question, shrink: int, file: ResultsFile, cell: Cell) -> None:
    file.append(cell, question.measure(shrink))


def _find_destinations(
    is_quick: bool, out: Path, file: ResultsFile, cell: Cell
) -> None:
    found = destinations.find(is_quick=is_quick)
    with in_style():
        destinations.draw(found).savefig(out / "destinations.png")
    file.append(cell, destinations.measures_of(found))
