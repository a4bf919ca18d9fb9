"""What fits cost, over all tables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from benchmarks.accuracy.featured import SKEMBED
from benchmarks.accuracy.measured import Measured
from benchmarks.accuracy.summary import cost_ratio
from benchmarks.measures import TASKS

COMPARED = ((SKEMBED, "catboost"), ("skembed-quick", "lightgbm"))


@dataclass(frozen=True)
class Cost:
    """What a contender takes, medians over the tables that skembed is on, too.

    Attributes
    ----------
    cpu_seconds : float
        Of one fit, all threads together.
    relative_cpu_seconds : float
        The same by skembed's on the table.
    peak_megabytes : float
        The most memory that its process held.
    """

    cpu_seconds: float
    relative_cpu_seconds: float
    peak_megabytes: float


def costs_of(measured: Measured) -> dict[str, Cost]:
    """Return the cost of every contender of open tables that has one with skembed.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    """
    groups = measured.open_cells.groupby(["table", "contender"])
    seconds = groups["fit_cpu_seconds"].mean().unstack()
    megabytes = groups["peak_megabytes"].max().unstack()
    is_shared = seconds[SKEMBED].notna()
    seconds, megabytes = seconds[is_shared], megabytes[is_shared]
    relative = seconds.div(seconds[SKEMBED], axis="index")
    return {
        name: Cost(
            float(seconds[name].median()),
            float(relative[name].median()),
            float(megabytes[name].median()),
        )
        for name in seconds
        if seconds[name].notna().any()
    }


def format_costs(measured: Measured) -> str:
    """Return a section that compares our seconds with boosting's, or nothing.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    """
    lines = []
    for task, (ours, theirs) in product(TASKS, COMPARED):
        rows = measured.rows_of([p.name for p in measured.problems if p.task == task])
        ratio, n_problems = cost_ratio(rows, ours, theirs, "fit_seconds")
        of_cpu, _ = cost_ratio(rows, ours, theirs, "fit_cpu_seconds")
        if n_problems:
            our_label = measured.label(ours, task)
            their_label = measured.label(theirs, task)
            lines.append(
                f"A fit of {our_label} takes {ratio:.2f} times the seconds of "
                f"{their_label} and {of_cpu:.2f} times its CPU seconds (of "
                f"{task.tables}: {n_problems}, medians)."
            )
    return "\n\n".join(["## Cost", *lines]) if lines else ""
