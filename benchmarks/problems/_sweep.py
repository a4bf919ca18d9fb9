"""Families of generated tables of all kinds, each of which is a line of the report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial

from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._generated import generate

N_TEST_ROWS = 20_000


@dataclass(frozen=True)
class Truth(ABC):
    """What varies among tables, as their generator calls it."""

    n_levels: tuple[int, ...]
    effect_scale: float = 1.0
    interaction_scale: float = 0.0
    zipf: float = 0.0
    n_quantities: int = 0
    slope_scale: float = 0.0

    @property
    @abstractmethod
    def target(self) -> str:
        """What is to be said of the target."""


def sweep(
    family: str, measure: str, tables: Iterable[tuple[int, Truth]]
) -> tuple[Declaration, ...]:
    """Declare tables on which skembed is to be no worse than the tuned linear model.

    Parameters
    ----------
    family : str
        What comes before the number of a table.
    measure : str
        What contenders are ranked by.
    tables : iterable of (int, Truth)
        How many rows there are to train on, and the truth.
    """
    return tuple(
        _declare(f"{family}:{number:02d}", measure, *table)
        for number, table in enumerate(tables, start=1)
    )


def _declare(name: str, measure: str, n_train: int, truth: Truth) -> Declaration:
    return Declaration(
        name,
        _note(truth),
        partial(_load, name, n_train, truth),
        measure=measure,
        contenders=("ridge", "skembed"),
        is_sweep=True,
    )


def _load(name: str, n_train: int, truth: Truth, options: Options) -> Problem:
    """Generate training rows, and as many test rows of the same truth as it takes."""
    return generate(name, n_train, options, n_test=N_TEST_ROWS, **asdict(truth))


def _note(truth: Truth) -> str:
    """Say what is unlike the other tables."""
    parts = [f"{_times(truth.n_levels)} levels", f"effects {truth.effect_scale:g}"]
    others = {
        "interactions": truth.interaction_scale,
        "zipf": truth.zipf,
        "quantities": truth.n_quantities,
        "slopes": truth.slope_scale,
    }
    parts += [f"{name} {size:g}" for name, size in others.items() if size]
    return ", ".join([*parts, truth.target])


def _times(n_levels: tuple[int, ...]) -> str:
    if len(n_levels) > 3 and len(set(n_levels)) == 1:
        return f"{len(n_levels)} times {n_levels[0]:,}"
    return " x ".join(f"{n:,}" for n in n_levels)
