"""A section for each table: who was how accurate, in what time and memory."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.accuracy.comparison import compare
from benchmarks.accuracy.featured import SKEMBED
from benchmarks.accuracy.measured import Measured
from benchmarks.accuracy.summary import YARDSTICK, Summary, floor_of, summarize
from benchmarks.markdown import UNKNOWN, decimals_of, rounded, table
from benchmarks.measures import Task
from benchmarks.problems import Declaration
from benchmarks.wording import interval, percent

RATIO_DECIMALS = 4
COSTS = ("fit s", "CPU s", "predict s", "start s (cold)", "peak MB", "runs")


def format_table(measured: Measured, problem: Declaration) -> str:
    """Return a line for each contender, the best first.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    problem : Declaration
        The table.
    """
    rows = measured.rows_of([problem.name])
    task = problem.task
    second = task.loss if problem.measure == task.ratio else task.ratio
    header = ["contender", problem.measure, "±", second]
    header += [task.score] if task.is_score_shown else []
    header += ["vs skembed", "95% interval", *COSTS]
    ranked = _ranked(summarize(rows, problem.measure), problem)
    competitors = [
        summary.contender
        for summary in ranked
        if not (np.isnan(summary.mean) or measured.is_oracle(summary.contender))
    ]
    lines = [
        [
            measured.label(summary.contender, task),
            *_measures(summary, problem, is_best=summary.contender in competitors[:1]),
            *_versus(rows, summary.contender),
            *_cost(summary),
        ]
        for summary in ranked
    ]
    about = f"{problem.note}; {_sizes(rows)}."
    parts = [f"## {problem.name}", about, table(header, lines)]
    return "\n\n".join([*parts, *_floor(rows, task)])


def _ranked(summaries: list[Summary], problem: Declaration) -> list[Summary]:
    sign = -1 if problem.measure == problem.task.score else 1
    return sorted(summaries, key=lambda s: (np.isnan(s.mean), sign * s.mean))


def _measures(summary: Summary, problem: Declaration, is_best: bool) -> list[str]:
    task, measure = problem.task, problem.measure
    loss = rounded(summary.loss, decimals_of(summary.loss))
    ratio = rounded(summary.ratio, RATIO_DECIMALS)
    score = rounded(summary.score, RATIO_DECIMALS)
    decimals = decimals_of(summary.mean) if measure == task.loss else RATIO_DECIMALS
    mean = rounded(summary.mean, decimals)
    return [
        f"**{mean}**" if is_best else mean,
        rounded(summary.spread, decimals),
        loss if measure == task.ratio else ratio,
        *([score] if task.is_score_shown else []),
    ]


def _versus(rows: pd.DataFrame, name: str) -> list[str]:
    """Say how much larger its loss is than skembed's."""
    found = None if name == SKEMBED else compare(rows, SKEMBED, name)
    if found is None:
        return [UNKNOWN, UNKNOWN]
    return [percent(found.difference), interval(found.lower, found.upper)]


def _cost(summary: Summary) -> list[str]:
    return [
        rounded(summary.fit_seconds, 2),
        rounded(summary.fit_cpu_seconds, 2),
        rounded(summary.predict_seconds, 3),
        rounded(summary.start_seconds, 1),
        rounded(summary.peak_megabytes, 0),
        str(summary.n_runs),
    ]


def _sizes(rows: pd.DataFrame) -> str:
    """Say how many rows the first fold has."""
    first = rows.iloc[0]
    return f"trained on {first['n_train']:,.0f} rows, tested on {first['n_test']:,.0f}"


def _floor(rows: pd.DataFrame, task: Task) -> list[str]:
    floor = floor_of(rows)
    if np.isnan(floor):
        return []
    yardstick = rows.loc[rows["contender"] == YARDSTICK, "loss"].mean()
    line = f"Noise floor: {task.loss} {rounded(floor, decimals_of(floor))}"
    if np.isnan(yardstick):
        return [f"{line}."]
    ratio = f"{floor / yardstick:.{RATIO_DECIMALS}f}"
    return [f"{line}, {ratio} of {task.yardstick}'s."]
