"""What is competed on: each file without an underscore declares its `PROBLEMS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from benchmarks.measures import NUMBERS, Task, task_measured_by
from benchmarks.problem import Problem


@dataclass(frozen=True)
class Options:
    """What the command line says of the tables.

    Attributes
    ----------
    data : Path or None
        The folder of the tables that are in no package.
    is_quick : bool
        Whether to take few rows and folds.
    """

    data: Path | None = None
    is_quick: bool = False

    @property
    def n_folds(self) -> int:
        """How many folds a table is split into."""
        return 2 if self.is_quick else 5

    @property
    def size(self) -> str:
        """What files of results call it."""
        return "quick" if self.is_quick else "full"


@dataclass(frozen=True)
class Declaration:
    """What is known of a problem before its table is loaded.

    Attributes
    ----------
    name : str
        As the command line calls it. What comes before a colon is the name of all
        problems of its family.
    note : str
        A line about the table and its target.
    load : callable
        ``load(options)`` returns the problem.
    measure : str
        What contenders are ranked by: a loss, a score or a ratio of a task.
    contenders : tuple of str or None
        Who takes part, if not everyone.
    bounds : tuple of float
        What predictions are clipped to.
    needs_data : bool
        Whether the table is in the folder that the command line gives.
    is_sweep : bool
        Whether it is split once, and a line among its family in the report.
    """

    name: str
    note: str
    load: Callable[[Options], Problem]
    measure: str = NUMBERS.loss
    contenders: tuple[str, ...] | None = None
    bounds: tuple[float, float] = (float("-inf"), float("inf"))
    needs_data: bool = False
    is_sweep: bool = False

    @property
    def task(self) -> Task:
        """What is predicted."""
        return task_measured_by(self.measure)

    @property
    def family(self) -> str:
        """The part of the name before the colon."""
        return self.name.partition(":")[0]

    def n_splits(self, options: Options) -> int:
        """Return how many splits the loaded problem will have."""
        return 1 if self.is_sweep else options.n_folds


def all_problems() -> list[Declaration]:
    """Return every problem, those of a family side by side."""
    names = sorted(m.name for m in iter_modules(__path__) if m.name[0] != "_")
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return [problem for module in modules for problem in module.PROBLEMS]
