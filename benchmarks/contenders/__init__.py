"""Who competes: each file without an underscore before it holds one `CONTENDER`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from sklearn.base import BaseEstimator

from benchmarks.choosing import chosen
from benchmarks.measures import CLASSES, TASKS, Task
from benchmarks.packages import is_installed
from benchmarks.problem import Problem
from benchmarks.problems import Declaration


@dataclass(frozen=True)
class Contender:
    """A way from a table to predictions.

    Attributes
    ----------
    name : str
        As the command line calls it.
    label : str
        As the report calls it.
    make : callable
        ``make(problem, seed)`` returns an unfitted estimator for tables as the
        problem's.
    label_of_classes : str or None
        As the report calls it where it predicts classes. None: no different.
    tasks : tuple of Task
        What it can predict.
    is_ours : bool
        Whether it is run with several seeds.
    package : str or None
        What it needs besides skembed and scikit-learn.
    is_oracle : bool
        Whether it knows the truth, so that nobody can be asked to beat it.
    is_slow : bool
        Whether it takes part only if the command line names it.
    problems : tuple of str or None
        Names of the problems it takes part in. None: all that do not say who does.
    """

    name: str
    label: str
    make: Callable[[Problem, int], BaseEstimator]
    label_of_classes: str | None = None
    tasks: tuple[Task, ...] = TASKS
    is_ours: bool = False
    package: str | None = None
    is_oracle: bool = False
    is_slow: bool = False
    problems: tuple[str, ...] | None = None

    def takes_part_in(self, problem: Declaration) -> bool:
        """Say whether it competes on a problem."""
        if problem.contenders is not None:
            return self.name in problem.contenders
        is_invited = self.problems is None or problem.name in self.problems
        return is_invited and problem.task in self.tasks

    def label_for(self, task: Task) -> str:
        """Return what the report calls it on tables of a task."""
        if task == CLASSES and self.label_of_classes is not None:
            return self.label_of_classes
        return self.label

    def seeds(self, n_seeds: int) -> range:
        """Return the seeds it runs with, if ours run with so many."""
        return range(n_seeds if self.is_ours else 1)

    @property
    def is_missing(self) -> bool:
        """Whether its package is not installed."""
        return self.package is not None and not is_installed(self.package)


def entered(names: Sequence[str]) -> list[Contender]:
    """Return the contenders of these names; without names all but slow ones."""
    return [c for c in chosen(all_contenders(), names) if names or not c.is_slow]


def not_installed(contenders: list[Contender]) -> list[str]:
    """Say who is left out, and what installs what they need."""
    return [
        f'{c.label}: left out, to install it: pip install ".[rivals,networks]"'
        for c in contenders
        if c.is_missing
    ]


def all_contenders() -> list[Contender]:
    """Return every contender, in the order of their files."""
    return [module.CONTENDER for module in _modules()]


def descriptions() -> dict[str, str]:
    """Return what contenders' files say of them, how they are tuned, by name."""
    return {module.CONTENDER.name: module.__doc__ or "" for module in _modules()}


def _modules() -> list[ModuleType]:
    names = sorted(m.name for m in iter_modules(__path__) if m.name[0] != "_")
    return [import_module(f"{__name__}.{name}") for name in names]
