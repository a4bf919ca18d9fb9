"""What a race is: contestants that do the same work, each in its own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

SEED = 0
QUICK_DIVISOR = 20


@dataclass(frozen=True)
class Work:
    """What a contestant does once its data are there.

    Attributes
    ----------
    run : callable
        What is timed.
    baseline : callable or None
        Timed as well, its seconds are subtracted from those of `run`.
    n_units : int
        How many calls, or epochs, `run` has on top of `baseline`: the table of
        results gives the seconds of one.
    reset : callable or None
        Called before each `run`, without being timed.
    warm_up : callable or None
        Called first, without being timed. None calls `run`.
    score : callable or None
        Returns R2 after the last run.
    """

    run: Callable[[], Any]
    baseline: Callable[[], Any] | None = None
    n_units: int = 1
    reset: Callable[[], Any] | None = None
    warm_up: Callable[[], Any] | None = None
    score: Callable[[], float] | None = None


Prepare: TypeAlias = Callable[[bool], Work]


@dataclass(frozen=True)
class Contestant:
    """Somebody who takes part in a race.

    Attributes
    ----------
    name : str
        As the table of results calls it.
    prepare : callable
        ``prepare(is_quick)`` makes the data and returns the work. Called in a process
        of its own, it is to be a function that pickle can find.
    asked : str
        Of a rival: how many times our seconds it is to take at least, or what else
        is asked. Only printed.
    """

    name: str
    prepare: Prepare
    asked: str = ""


@dataclass(frozen=True)
class Race:
    """Ours and its rivals.

    Attributes
    ----------
    name : str
        As the command line and the table of results call it.
    ours : Contestant
        What skembed does.
    rivals : tuple of Contestant
        What it is compared with.
    """

    name: str
    ours: Contestant
    rivals: tuple[Contestant, ...]

    @property
    def family(self) -> str:
        """The name before its comma, which several races may share."""
        return self.name.partition(",")[0]

    @property
    def contestants(self) -> tuple[Contestant, ...]:
        """All of them, the rivals first."""
        return (*self.rivals, self.ours)


def fewer(n_rows: int, is_quick: bool) -> int:
    """Return how many rows a quick run takes of so many."""
    return n_rows // QUICK_DIVISOR if is_quick else n_rows


def repeated(call: Callable[[], Any], n_calls: int) -> Callable[[], None]:
    """Return many calls in a row, for work too short for a clock."""

    def run() -> None:
        for _ in range(n_calls):
            call()

    return run


def nothing() -> None:
    """Warm nothing up: the work starts processes of its own."""
