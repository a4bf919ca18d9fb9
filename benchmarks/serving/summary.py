"""What the laps of each contender come to, and how ours compare with its rivals."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from benchmarks.contenders import Contender
from benchmarks.markdown import decimals_of, rounded, three_digits
from benchmarks.measures import Task

BASELINE = "mean"
OURS = ("skembed", "skembed-quick", "skembed-linear", "skembed-network")


@dataclass(frozen=True)
class Cost:
    """Something that is better the smaller it is.

    Attributes
    ----------
    measure : str
        A column of `medians`.
    subject : str
        What a sentence calls it.
    unit : str
        The unit that it is told in.
    scale : float
        How many of these units the measure's unit is.
    comparison : str
        What comes between the ratio and the rival's name.
    """

    measure: str
    subject: str
    unit: str
    scale: float = 1.0
    comparison: str = "as long as"


COSTS = (
    Cost("row_seconds", "one row", "ms", 1e3),
    Cost("seconds_per_million", "a million rows at once", "s"),
    Cost("cold_seconds", "from a new process to its first prediction", "s"),
    Cost("file_megabytes", "file", "MB", comparison="as large as"),
    Cost("megabytes", "memory of the process", "MB", comparison="as much as"),
)


def medians(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the medians of all laps on a table, by contender, the fastest first.

    Parameters
    ----------
    cells : DataFrame
        Those of one table.

    Returns
    -------
    DataFrame
        A column for each measure, and "rows_per_second", "seconds_per_million" and
        "cores": the first two of many rows at once, the last one how many threads were
        at it in the mean.
    """
    rates = cells.assign(
        rows_per_second=cells["n_batch_rows"] / cells["batch_seconds"],
        seconds_per_million=1e6 * cells["batch_seconds"] / cells["n_batch_rows"],
        cores=cells["batch_cpu_seconds"] / cells["batch_seconds"],
    )
    by_contender = rates.groupby("contender", sort=False).median(numeric_only=True)
    return by_contender.sort_values("row_seconds")


def glance(
    found: pd.DataFrame, table: str, task: Task, contenders: dict[str, Contender]
) -> str:
    """Compare ours with the best rival in each cost, a line each.

    Parameters
    ----------
    found : DataFrame
        The medians.
    table : str
        The table's name.
    task : Task
        What is predicted.
    contenders : dict of str to Contender
        By name.

    Returns
    -------
    str
        A list in Markdown; empty unless one of ours and a rival were measured.
    """
    ours = next((name for name in OURS if name in found.index), None)
    rivals = [n for n in found.index if n != BASELINE and not contenders[n].is_ours]
    if ours is None or not rivals:
        return ""
    label = contenders[ours].label_for(task)
    lines = [
        f"{label} on {table}, compared with whichever of {len(rivals)} rivals needs "
        "least:",
        "",
    ]
    for cost in COSTS:
        values = found[cost.measure]
        best = values[rivals].idxmin()
        ratio = values[ours] / values[best]
        lines.append(
            f"- {cost.subject}: {_told(values[ours], cost)}, "
            f"{rounded(ratio, decimals_of(ratio, 2))} times {cost.comparison} "
            f"{contenders[best].label_for(task)} ({_told(values[best], cost)})"
        )
    imported = heavy_imports(found.loc[ours])
    return "\n".join([*lines, f"- imports of TensorFlow and torch: {imported}"])


def heavy_imports(measures: pd.Series) -> str:
    """Say which libraries of networks a process had to import."""
    names = {"imports_tensorflow": "TensorFlow", "imports_torch": "torch"}
    imported = [name for measure, name in names.items() if measures[measure]]
    return " and ".join(imported) or "neither"


def _told(value: float, cost: Cost) -> str:
    scaled = value * cost.scale
    return f"{three_digits(scaled)} {cost.unit}"
