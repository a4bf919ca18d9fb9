"""Running cells: a way to encode a table, and what models make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from tqdm import tqdm

from benchmarks.accuracy.cells import RecordFile
from benchmarks.encoders.models import make_models, score
from benchmarks.encoders.tables import Table
from benchmarks.encoders.ways import WAYS, Way
from benchmarks.problem import Problem
from benchmarks.problems import Options
from benchmarks.progress import step


@dataclass(frozen=True)
class Cell:
    """A way to encode a table.

    Attributes
    ----------
    size : {"full", "quick"}
        Whether the table had all its rows.
    table, way : str
        Their names.
    seed : int
        Draws the table, its test rows, and all else.
    """

    size: str
    table: str
    way: str
    seed: int


@dataclass(frozen=True)
class Measures:
    """What it was worth.

    Attributes
    ----------
    n_train, n_test, n_columns : int
        Rows, and columns after encoding.
    linear, hgb : float
        The share of the variance of the test rows that models explain; of classes, of
        their log loss.
    encode_cpu_seconds : float
        Of ``fit_transform``, all threads of this process together.
    """

    n_train: int
    n_test: int
    n_columns: int
    linear: float
    hgb: float
    encode_cpu_seconds: float


class CellFile(RecordFile[Cell, Measures]):
    """A tidy CSV of cells, a line each.

    Parameters
    ----------
    path : Path
        The file, made with its folder if missing.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, Cell, Measures)


def cells_of(
    tables: list[Table], n_seeds: int, options: Options
) -> Iterator[tuple[Table, Way, Cell]]:
    """Go through all cells, seed by seed of each table."""
    size = "quick" if options.is_quick else "full"
    for table in tables:
        for seed in range(n_seeds):
            for way in WAYS:
                if table.family in way.families:
                    yield table, way, Cell(size, table.name, way.name, seed)


def run(
    waiting: list[tuple[Table, Way, Cell]],
    options: Options,
    file: CellFile,
    bar: tqdm,
) -> None:
    """Run cells, each of which is in the file as soon as it is done."""
    for table, way, cell in waiting:
        with step(bar, f"{table.name}: {way.label}, seed {cell.seed}"):
            problem = way.prepare(table.load(cell.seed, options))
            file.append(cell, measure(problem, way, cell.seed))


def measure(problem: Problem, way: Way, seed: int) -> Measures:
    """Encode the training rows, train models on them, and test these."""
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
    sizes = len(train), len(test), Z.shape[1]
    return Measures(*sizes, **scores, encode_cpu_seconds=seconds)
