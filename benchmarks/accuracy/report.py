"""What was measured of accuracy, as Markdown."""

from __future__ import annotations

from itertools import groupby

import pandas as pd

from benchmarks.accuracy.costs import format_costs
from benchmarks.accuracy.entrants import format_entrants
from benchmarks.accuracy.failures import format_failures
from benchmarks.accuracy.glance import format_glance
from benchmarks.accuracy.measured import Measured
from benchmarks.accuracy.overview import format_overview
from benchmarks.accuracy.sizes import format_sizes
from benchmarks.accuracy.sweeps import format_sweep
from benchmarks.accuracy.tables import format_table
from benchmarks.measures import TASKS
from benchmarks.problems.classes import LATE
from benchmarks.provenance import provenance

HEADING = "# Accuracy"
COMMAND = "accuracy --data FOLDER"
CAPTIONS = {
    "ranks": "Mean ranks of contenders; bars join those that are not told apart",
    "accuracy_by_time": "Loss and CPU seconds of a fit, both by those of skembed, of "
    "all on half of the tables or more",
    "error_by_table": "Loss of rivals by that of skembed, for each table",
    "rows_per_level": "Loss by how many training rows a level has",
    "reliability": "What was said to be probable, and how often it came true",
}
FOOTNOTE = """\
Means over folds and seeds. ±: standard deviation of the means of the seeds, or of the
folds where there is one seed. The best is first and bold, but for who knows the truth.
{explanation}

vs skembed: how much larger the loss (MSE or log loss) is than skembed's on the same
folds; -: not measured on them. 95% interval: of that difference, by the t-test for
resampled training sets (Nadeau and Bengio 2003), which are not independent. Intervals
stand each for itself: of a hundred, five miss by chance. Ranks: of mean losses, equal
if they are to four digits; their critical difference is Nemenyi's (Demsar 2006).

fit s, predict s: by the clock, of all training and all test rows of a fold; CPU s: of
all threads of a fit. They are warm: libraries were loaded, and few rows fitted (200, of
classes 1,200), before.
start s (cold): what that took, from importing the libraries to the first predictions;
NumPy, pandas and scikit-learn were there already.
Contenders use as many threads as they like. peak MB: the most memory that the process
has held, its libraries and the table among it."""


def format_report(
    measured: Measured, failures: pd.DataFrame, pictures: list[str]
) -> str:
    """Return what comes first to a reader first: the answer, pictures, then tables.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    failures : DataFrame
        Those of the file of results.
    pictures : list of str
        Names of those that were drawn.
    """
    if measured.cells.empty:
        parts = [HEADING, "Nothing was measured.", format_failures(failures, measured)]
        return "\n\n".join(filter(None, parts))
    glance = format_glance(measured)
    parts = [
        HEADING,
        f"{provenance(measured.cells, COMMAND)} {format_sizes(measured)}",
        "## At a glance" if glance else "",
        glance,
        *_shown(pictures, "ranks", "accuracy_by_time"),
        "## All tables" if measured.open_problems else "",
        format_overview(measured),
        *_shown(pictures, "error_by_table", "rows_per_level"),
        *_sections(measured, pictures),
        format_costs(measured),
        format_entrants(measured),
        format_failures(failures, measured),
        "## What the columns say",
        _footnote(measured),
    ]
    return "\n\n".join(filter(None, parts))


def _shown(pictures: list[str], *names: str) -> list[str]:
    return [f"![{CAPTIONS[name]}]({name}.png)" for name in names if name in pictures]


def _sections(measured: Measured, pictures: list[str]) -> list[str]:
    """Return a section for each table, or for each family of a line a table."""
    sections = []
    groups = groupby(measured.problems, key=lambda p: p.is_sweep and p.family)
    for is_sweep, family in groups:
        if is_sweep:
            sections.append(format_sweep(measured, list(family)))
            continue
        for problem in family:
            sections.append(format_table(measured, problem))
            if problem.name == LATE:
                sections += _shown(pictures, "reliability")
    return sections


def _footnote(measured: Measured) -> str:
    tasks = [t for t in TASKS if any(p.task == t for p in measured.problems)]
    return FOOTNOTE.format(explanation="\n".join(task.explanation for task in tasks))
