"""From a table of any size to a model: what each way would take, and which is best."""

from __future__ import annotations

from typing import NamedTuple

from benchmarks.markdown import UNKNOWN
from benchmarks.scale.costs import Costs, grouped, met
from benchmarks.scale.ways import CELLS, GROUPED, Size

FITS = 64.0  # gigabytes


class Takes(NamedTuple):
    """What it costs, in seconds and in megabytes."""

    seconds: Costs
    megabytes: Costs


class Taken(NamedTuple):
    """Seconds, and megabytes at most."""

    seconds: float
    megabytes: float


def takes_of(
    costs: dict[str, Takes], n_rows: float, n_levels: float
) -> dict[str, Taken]:
    """Return what each way from rows to a model takes.

    Parameters
    ----------
    costs : dict of str to Takes
        Of each way that was measured.
    n_rows, n_levels : float
        The size of the table.

    Returns
    -------
    dict of str to Taken
        Ways that start from cells have these grouped first.
    """
    asked = Size(n_rows, n_levels)
    rows, cells = met(asked), grouped(asked)
    found = {}
    for name, of_way in costs.items():
        if name == GROUPED:
            continue
        if not name.endswith(CELLS):
            found[name] = _taken(of_way, rows)
        elif GROUPED in costs:
            before, after = _taken(costs[GROUPED], rows), _taken(of_way, cells)
            found[name] = Taken(
                before.seconds + after.seconds, max(before.megabytes, after.megabytes)
            )
    return found


def best_of(takes: dict[str, Taken]) -> str:
    """Return the way that is best of those that fit into memory, or a dash."""
    fitting = {name: x for name, x in takes.items() if x.megabytes <= 1e3 * FITS}
    blends = {name: x for name, x in fitting.items() if name.startswith("blend")}
    best = blends or fitting
    return min(best, key=lambda name: best[name].seconds) if best else UNKNOWN


def _taken(costs: Takes, size: Size) -> Taken:
    return Taken(costs.seconds.of(size), costs.megabytes.of(size))
