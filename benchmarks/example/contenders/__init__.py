"""Who competes: every file of this folder holds one `CONTENDER`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from sklearn.pipeline import Pipeline

from benchmarks.problem import Problem


@dataclass(frozen=True)
class Contender:
    """A way from a table to predictions.

    Attributes
    ----------
    name : str
        As the table of results calls it.
    problems : tuple of str
        Names of the problems it takes part in.
    make : callable
        ``make(categorical, quantities, seed)`` returns an unfitted pipeline for
        tables of these columns.
    """

    name: str
    problems: tuple[str, ...]
    make: Callable[[list[str], list[str], int], Pipeline]

    def pipeline_for(self, problem: Problem, seed: int) -> Pipeline:
        """Make a pipeline for the columns of a problem."""
        return self.make(problem.categorical, problem.quantities, seed)


def contenders_for(problem: str) -> list[Contender]:
    """Find the contenders of a problem, in the order of their files."""
    names = sorted(module.name for module in iter_modules(__path__))
    found = [import_module(f"{__name__}.{name}").CONTENDER for name in names]
    return [contender for contender in found if problem in contender.problems]
