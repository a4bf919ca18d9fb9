"""Running cells: a way to encode a table, and what models make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import process_time

from tqdm import tqdm

from benchmarks.encoders.models import make_models, score
from benchmarks.encoders.tables import Table
from benchmarks.encoders.ways import Way
from benchmarks.problem import Problem
from benchmarks.problems import Options
from benchmarks.progress import step
from benchmarks.results_file import Cell, ResultsFile

BENCHMARK = "encoders"


def cells_of(
    tables: list[Table], ways: Sequence[Way], n_seeds: int, options: Options
) -> dict[Cell, tuple[Table, Way]]:
    """Return what each cell is of, seed by seed of each table."""
    return {
        Cell(BENCHMARK, options.size, table.name, way.name, seed): (table, way)
        for table in tables
        for seed in range(n_seeds)
        for way in ways
        if table.family in way.families
    }


def run(
    waiting: Mapping[Cell, tuple[Table, Way]],
    options: Options,
    file: ResultsFile,
    bar: tqdm,
) -> None:
    """Run cells, each of which is in the file as soon as it is done."""
    for cell, (table, way) in waiting.items():
        with step(bar, f"{table.name}: {way.label}, seed {cell.seed}"):
            problem = way.prepare(table.load(cell.seed, options))
            file.append(cell, measure(problem, way, cell.seed))


def measure(problem: Problem, way: Way, seed: int) -> dict[str, float]:
    """Encode the training rows, train models on them, and test these.

    Returns
    -------
    dict of str to float
        What a file of results says of the cell: rows, columns after encoding, what each
        model explains (of numbers the share of the variance of the test rows, of
        classes that of their log loss), and the CPU seconds of ``fit_transform``, all
        threads of this process together.
    """
    ((train, test),) = problem.splits
    X, y = problem.X.iloc[train], problem.y.iloc[train]
    encoder = way.make(problem, seed)
    before = process_time()
    Z = encoder.fit_transform(X, y)
    seconds = process_time() - before
    encoded, outcomes = encoder.transform(problem.X.iloc[test]), problem.y.iloc[test]
    scores = {
        name: score(model.fit(Z, y), encoded, outcomes)
        for name, model in make_models(problem, seed).items()
    }
    return {
        "n_train": len(train),
        "n_test": len(test),
        "n_columns": Z.shape[1],
        **scores,
        "encode_cpu_seconds": seconds,
    }
