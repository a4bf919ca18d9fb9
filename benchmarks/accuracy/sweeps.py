"""Families of tables that have a line each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.accuracy.measured import Measured
from benchmarks.accuracy.summary import YARDSTICK, Summary, floor_of, summarize
from benchmarks.markdown import rounded, table
from benchmarks.measures import Task
from benchmarks.problems import Declaration

RATIO_DECIMALS = 4


def format_sweep(measured: Measured, problems: list[Declaration]) -> str:
    """Give each problem of a family a line, and say what was worst.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    problems : list of Declaration
        Those of the family.
    """
    task = problems[0].task
    header = ["table", "what it is", "contender", "rows", task.ratio, "±"]
    header += ["noise floor", "fit s"]
    lines, ratios = [], {}
    for problem in problems:
        rows = measured.rows_of([problem.name])
        for summary in summarize(rows, task.ratio):
            if summary.contender != YARDSTICK:
                lines.append(_line(problem, rows, summary))
                ratios[f"{summary.contender} on {problem.name}"] = summary.mean
    parts = [
        f"## {problems[0].family}",
        table(header, lines, n_left=3),
        *_worst(ratios, task),
    ]
    return "\n\n".join(parts)


def _line(problem: Declaration, rows: pd.DataFrame, summary: Summary) -> list[str]:
    yardstick = rows.loc[rows["contender"] == YARDSTICK, "loss"].mean()
    return [
        problem.name.partition(":")[2],
        problem.note,
        summary.contender,
        f"{rows['n_train'].iloc[0]:,.0f}",
        rounded(summary.mean, RATIO_DECIMALS),
        rounded(summary.spread, RATIO_DECIMALS),
        rounded(floor_of(rows) / yardstick, RATIO_DECIMALS),
        rounded(summary.fit_seconds, 2),
    ]


def _worst(ratios: dict[str, float], task: Task) -> list[str]:
    known = {name: ratio for name, ratio in ratios.items() if not np.isnan(ratio)}
    if not known:
        return []
    worst = max(known, key=known.__getitem__)
    ratio = f"{known[worst]:.{RATIO_DECIMALS}f}"
    return [f"Worst: {ratio} of {task.yardstick}'s {task.loss}, {worst}."]
