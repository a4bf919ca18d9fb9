"""All tables at a glance: a line each, as the README shows it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.accuracy.featured import OURS, RIVALS
from benchmarks.accuracy.measured import Measured
from benchmarks.accuracy.summary import Summary, summarize
from benchmarks.markdown import UNKNOWN, between_markers, decimals_of, rounded, table
from benchmarks.measures import TASKS, Task
from benchmarks.problems import Declaration

FEATURED = (*RIVALS, *OURS)
TIMED = ("lightgbm", "catboost", "skembed-quick", "skembed")
NOTE = """\
[n]: measured on the first n folds only; -: not measured. CPU s: of one fit, all threads
together."""


def format_overview(measured: Measured) -> str:
    """Return a table for each task, with a line for each problem open to everyone.

    It is empty if there is no such problem.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    """
    parts = []
    for task in TASKS:
        problems = [p for p in measured.open_problems if p.task == task]
        if problems:
            text = f"{_table(measured, problems, task)}\n\n{NOTE}"
            parts.append(between_markers(f"accuracy overview of {task.tables}", text))
    return "\n\n".join(parts)


def _table(measured: Measured, problems: list[Declaration], task: Task) -> str:
    """Show who is featured, unless nobody measured them."""
    present = set(measured.rows_of([p.name for p in problems])["contender"])
    names = [name for name in FEATURED if name in present]
    timed = [name for name in TIMED if name in present]
    header = ["table", "measure", *(measured.label(name, task) for name in names)]
    header += [f"CPU s: {measured.label(name, task)}" for name in timed]
    lines = [_line(p, measured.rows_of([p.name]), names, timed) for p in problems]
    return table(header, lines, n_left=2)


def _line(
    problem: Declaration, rows: pd.DataFrame, names: list[str], timed: list[str]
) -> list[str]:
    task = problem.task
    is_score = problem.measure == task.score
    measure = task.score if is_score else task.loss
    found = {summary.contender: summary for summary in summarize(rows, measure)}
    n_folds = rows.groupby("contender")["fold"].nunique()
    means = {n: found[n].mean for n in names if n in found}
    complete = [n for n in means if n_folds[n] == n_folds.max()]
    sign = -1 if is_score else 1
    best = min(complete, key=lambda name: sign * means[name], default=None)
    line = [problem.name, measure]
    for name in names:
        mean = means.get(name, np.nan)
        decimals = 3 if is_score else decimals_of(mean)
        text = rounded(mean, decimals)
        if name == best:
            text = f"**{text}**"
        if name in means and n_folds[name] < n_folds.max():
            text += f" [{n_folds[name]}]"
        line.append(text)
    return line + [_seconds(found.get(name)) for name in timed]


def _seconds(summary: Summary | None) -> str:
    return UNKNOWN if summary is None else rounded(summary.fit_cpu_seconds, 1)
