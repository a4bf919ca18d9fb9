"""What the report and its pictures are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from benchmarks.accuracy.featured import BASELINE, OURS
from benchmarks.contenders import Contender
from benchmarks.measures import NUMBERS, Task
from benchmarks.problems import Declaration

# measures that no cell may have
OPTIONAL = ("floor", "start_seconds")


@dataclass(frozen=True, eq=False)
class Measured:
    """Who was measured on what.

    Attributes
    ----------
    cells : DataFrame
        A row each, of one size.
    problems : list of Declaration
        Those that there are cells of.
    contenders : dict of str to Contender
        All that are known, by name.
    """

    cells: pd.DataFrame
    problems: list[Declaration]
    contenders: dict[str, Contender]

    @cached_property
    def open_problems(self) -> list[Declaration]:
        """Those in which everyone may take part."""
        return [p for p in self.problems if p.contenders is None]

    @cached_property
    def open_tables(self) -> list[str]:
        """The names of the open problems."""
        return [p.name for p in self.open_problems]

    @cached_property
    def open_cells(self) -> pd.DataFrame:
        """The cells of the open problems."""
        return self.rows_of(self.open_tables)

    @cached_property
    def rivals(self) -> list[str]:
        """Whoever competes with us on open tables, the baseline among them."""
        known = [self.contenders[n] for n in self._names if n in self.contenders]
        return [c.name for c in known if not (c.is_ours or c.is_oracle)]

    @cached_property
    def competitors(self) -> list[str]:
        """The rivals that have to be taken seriously."""
        return [name for name in self.rivals if name != BASELINE]

    @cached_property
    def ours(self) -> list[str]:
        """Our settings that were measured on open tables."""
        return [name for name in OURS if name in self._names]

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self.open_cells["contender"].unique())

    def rows_of(self, tables: list[str]) -> pd.DataFrame:
        """Return the cells of some tables."""
        return self.cells[self.cells["table"].isin(tables)]

    def label(self, name: str, task: Task = NUMBERS) -> str:
        """Return what the report calls a contender."""
        known = self.contenders.get(name)
        return name if known is None else known.label_for(task)

    def is_oracle(self, name: str) -> bool:
        """Say whether a contender knows the truth."""
        return name in self.contenders and self.contenders[name].is_oracle


def gather(
    cells: pd.DataFrame, problems: list[Declaration], contenders: list[Contender]
) -> Measured:
    """Gather what was measured.

    Parameters
    ----------
    cells : DataFrame
        Those of a file of results, of one size.
    problems : list of Declaration
        All, in the order of the report.
    contenders : list of Contender
        All.
    """
    columns = [*cells, *(name for name in OPTIONAL if name not in cells)]
    tables = set(cells["table"])
    return Measured(
        cells.reindex(columns=columns),
        [problem for problem in problems if problem.name in tables],
        {contender.name: contender for contender in contenders},
    )


def is_generated(problem: Declaration) -> bool:
    """Say whether its truth is known."""
    return problem.note.startswith("generated")
