"""From a table of any size to a model: what each way would take, and which is best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.markdown import UNKNOWN
from benchmarks.scale.costs import total
from benchmarks.scale.sizes import Counts, Size
from benchmarks.scale.ways import GROUPED, MADE, Way

FITS = 64.0  # gigabytes
ROWS_OF_CELL = 2  # that stand for those of a cell


class Costed(NamedTuple):
    """A way, and what it costs in seconds and in megabytes."""

    way: Way
    seconds: Counts
    megabytes: Counts

    def of(self, size: Size, **counts: float) -> Taken:
        """Return what a table takes, some of its counts replaced."""
        seconds = total(self.seconds, self.way.for_seconds(size) | counts)
        megabytes = total(self.megabytes, self.way.for_megabytes(size) | counts)
        return Taken(seconds, megabytes)


class Taken(NamedTuple):
    """Seconds, and megabytes at most."""

    seconds: float
    megabytes: float


def takes_of(ways: Sequence[Costed], size: Size) -> dict[str, Taken]:
    """Return what each way from rows to a model takes.

    Where rows are grouped, those that take all rows can start from cells as well.

    Parameters
    ----------
    ways : sequence of Costed
        Those that were measured.
    size : Size
        Of the table.
    """
    grouping = next((each for each in ways if each.way.name == GROUPED), None)
    found = {}
    for each in ways:
        model, _, start = each.way.name.partition(", ")
        if each.way.name in (GROUPED, MADE):  # to cells, not to a model
            continue
        found[each.way.name] = each.of(size)
        if start == "all rows" and grouping is not None:
            before = grouping.of(size)
            after = each.of(size, rows=ROWS_OF_CELL * size.n_cells)
            found[f"{model}, cells"] = Taken(
                before.seconds + after.seconds, max(before.megabytes, after.megabytes)
            )
    return found


def best_of(takes: dict[str, Taken]) -> str:
    """Return the way that is best of those that fit into memory, or a dash."""
    fitting = {name: x for name, x in takes.items() if x.megabytes <= 1e3 * FITS}
    blends = {name: x for name, x in fitting.items() if name.startswith("blend")}
    best = blends or fitting
    return min(best, key=lambda name: best[name].seconds) if best else UNKNOWN
