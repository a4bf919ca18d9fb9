"""What the command line asks of a benchmark."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.problems import Options


@dataclass(frozen=True)
class Request:
    """What is to be measured, and where it is written.

    Attributes
    ----------
    tables, contenders : tuple of str
        Names, or names of families. All are meant if it is empty.
    options : Options
        Where tables are, and whether few rows of them are taken.
    n_seeds : int or None
        How often what is drawn by chance is drawn anew, or a race is run. None: as
        often as the benchmark wants.
    out : Path
        The folder of the file of results and of reports.
    """

    tables: tuple[str, ...] = ()
    contenders: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    n_seeds: int | None = None
    out: Path = Path("results")

    def names(self, quick: tuple[str, ...]) -> tuple[str, ...]:
        """Return the tables that were named, or those of a quick run."""
        return quick if self.options.is_quick and not self.tables else self.tables

    def seeds(self, full: int, quick: int = 1) -> int:
        """Return how many there are, by default so many."""
        return self.n_seeds or (quick if self.options.is_quick else full)
