"""The lines that ``verbose`` prints: stages of a fit, what they found, their time.

Whether lines are printed, and what columns are called, is set once for a fit and read
where a stage ends, so that functions on arrays need neither names nor a `verbose`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from time import perf_counter


@dataclass(frozen=True)
class Report:
    """How to print stages.

    Attributes
    ----------
    is_printed : bool, default=False
        Whether to print them at all.
    columns : tuple of str, default=()
        The names of the categorical columns.
    numbers : tuple of str, default=()
        The names of the numeric inputs, those of missing values last.
    part : str, default=""
        The part of the model that the stages belong to, if it has several.
    """

    is_printed: bool = False
    columns: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    part: str = ""

    def column_name(self, column: int) -> str:
        """Return the name of a categorical column, or its position if none is known."""
        return self.columns[column] if self.columns else str(column)

    def without(self, column: int) -> Report:
        """Return the same without one of the categorical columns."""
        return replace(self, columns=self.columns[:column] + self.columns[column + 1 :])


_report: ContextVar[Report] = ContextVar("report", default=Report())  # noqa: B039


@contextmanager
def reported(report: Report) -> Iterator[None]:
    """Print the stages of what is fitted inside as a report says."""
    before = _report.set(report)
    try:
        yield
    finally:
        _report.reset(before)


@contextmanager
def reported_part(name: str, without: int | None = None) -> Iterator[None]:
    """Print the stages of what is fitted inside as those of a part of the model.

    Parameters
    ----------
    name : str
        The part.
    without : int or None
        Which categorical column it lacks.
    """
    report = current_report()
    if without is not None:
        report = report.without(without)
    with reported(replace(report, part=f"{report.part}{name}: ")):
        yield


def current_report() -> Report:
    """Return how stages are printed here."""
    return _report.get()


def report_with_names(
    columns: Sequence[Hashable], numbers: Sequence[Hashable], flagged: Sequence[bool]
) -> Report:
    """Return a report that is printed, with the names of columns.

    Parameters
    ----------
    columns, numbers : sequence of hashable
        The categorical and the numeric features.
    flagged : sequence of bool
        Which numeric features have an input for missing values.
    """
    of_missing = [
        f"missing {name}"
        for name, is_flagged in zip(numbers, flagged, strict=True)
        if is_flagged
    ]
    return Report(True, (*map(str, columns),), (*map(str, numbers), *of_missing))


class Stage:
    """A stage of a fit, from here to its `end`.

    Parameters
    ----------
    name : str
        As it is printed.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._start = perf_counter()

    def end(self, found: str) -> None:
        """Print what was found, and how long it took, if that was asked for."""
        report = current_report()
        if report.is_printed:
            seconds = perf_counter() - self._start
            line = f"{report.part}{self._name}: {found} ({seconds:.1f} s)"
            print(f"[skembed] {line}", flush=True)  # noqa: T201 - was asked for


def describe_epochs(history: Mapping[str, Sequence[float]]) -> str:
    """Return for how many epochs a network was trained, and the last losses."""
    n_epochs = len(history["loss"])
    losses = [f"{name} {values[-1]:.4g}" for name, values in history.items() if values]
    return ", ".join([f"{n_epochs} epoch{'' if n_epochs == 1 else 's'}", *losses])
