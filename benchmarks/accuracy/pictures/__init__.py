"""Pictures of who is how accurate."""

from __future__ import annotations

from pathlib import Path

from benchmarks.accuracy.measured import Measured
from benchmarks.accuracy.pictures import (
    accuracy_by_time,
    error_by_table,
    ranks,
    reliability,
    rows_per_level,
)
from benchmarks.pictures.style import in_style

PICTURES = {
    "ranks": ranks.draw,
    "accuracy_by_time": accuracy_by_time.draw,
    "error_by_table": error_by_table.draw,
    "rows_per_level": rows_per_level.draw,
    "reliability": reliability.draw,
}


def draw_all(measured: Measured, out: Path) -> list[str]:
    """Write the pictures that there are figures for.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    out : Path
        The folder they are written to.

    Returns
    -------
    list of str
        Their names, which are those of the files without ``.png``.
    """
    drawn = []
    with in_style():
        for name, draw in PICTURES.items():
            figure = draw(measured)
            if figure is not None:
                figure.savefig(out / f"{name}.png")
                drawn.append(name)
    return drawn
