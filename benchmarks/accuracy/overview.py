"""All tables at a glance: a line each, as the README shows it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.accuracy.summary import Summary, summarize
from benchmarks.contenders import Contender
from benchmarks.markdown import UNKNOWN, decimals_of, rounded, table
from benchmarks.measures import TASKS, Task
from benchmarks.problems import Declaration

RANKED = ("ridge", "target-hgb", "hgb", "lightgbm", "catboost")
OURS = ("skembed-linear", "skembed-quick", "skembed")
NAMES = (*RANKED, *OURS)
TIMED = ("lightgbm", "catboost", "skembed-quick", "skembed")
NOTE = """\
[n]: measured on the first n folds only; -: not measured. CPU s: of one fit, all threads
together."""


def format_overview(
    cells: pd.DataFrame, problems: list[Declaration], contenders: dict[str, Contender]
) -> str:
    """Return a table for each task, with a line for each problem open to everyone.

    It is empty if there is no such problem.

    Parameters
    ----------
    cells : DataFrame
        Lines of the file of cells, of one size.
    problems : list of Declaration
        Those to show, if there are cells.
    contenders : dict of str to Contender
        For their labels.
    """
    measured = set(cells["problem"])
    shown = [p for p in problems if p.contenders is None and p.name in measured]
    tables = [
        _table(cells, [p for p in shown if p.task is task], task, contenders)
        for task in TASKS
        if any(p.task is task for p in shown)
    ]
    return "\n\n".join([*tables, NOTE]) if tables else ""


def _table(
    cells: pd.DataFrame,
    problems: list[Declaration],
    task: Task,
    contenders: dict[str, Contender],
) -> str:
    labels = {name: contenders[name].label_for(task) for name in NAMES}
    header = ["table", "measure", *labels.values()]
    header += [f"CPU s: {labels[name]}" for name in TIMED]
    lines = [_line(p, cells[cells["problem"] == p.name]) for p in problems]
    return table(header, lines, n_left=2)


def _line(problem: Declaration, rows: pd.DataFrame) -> list[str]:
    task = problem.task
    is_score = problem.measure == task.score
    measure = task.score if is_score else task.loss
    found = {summary.contender: summary for summary in summarize(rows, measure)}
    n_folds = rows.groupby("contender")["fold"].nunique()
    means = {n: found[n].mean for n in NAMES if n in found}
    complete = [n for n in means if n_folds[n] == n_folds.max()]
    sign = -1 if is_score else 1
    best = min(complete, key=lambda name: sign * means[name], default=None)
    line = [problem.name, measure]
    for name in NAMES:
        mean = means.get(name, np.nan)
        decimals = 3 if is_score else decimals_of(mean)
        text = rounded(mean, decimals)
        if name == best:
            text = f"**{text}**"
        if name in means and n_folds[name] < n_folds.max():
            text += f" [{n_folds[name]}]"
        line.append(text)
    return line + [_seconds(found.get(name)) for name in TIMED]


def _seconds(summary: Summary | None) -> str:
    return UNKNOWN if summary is None else rounded(summary.fit_cpu_seconds, 1)
