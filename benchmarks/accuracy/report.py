"""The cells of a run as Markdown."""

from __future__ import annotations

from itertools import groupby, product

import numpy as np
import pandas as pd

from benchmarks.accuracy.overview import format_overview
from benchmarks.accuracy.summary import (
    YARDSTICK,
    Summary,
    cost_ratio,
    floor_of,
    summarize,
)
from benchmarks.contenders import Contender
from benchmarks.markdown import decimals_of, rounded, table
from benchmarks.measures import TASKS, Task
from benchmarks.problems import Declaration

RATIO_DECIMALS = 4
COSTS = (("skembed", "catboost"), ("skembed-quick", "lightgbm"))

FOOTNOTE = """\
Means over folds and seeds. ±: standard deviation of the means of the seeds, or of the
folds where there is one seed. The best is first and bold, but for who knows the truth.
{}
fit s, predict s: by the clock; CPU s: of all threads of a fit. Libraries were loaded
before, and use as many threads as they like."""


def format_report(
    cells: pd.DataFrame, problems: list[Declaration], contenders: list[Contender]
) -> str:
    """Return an overview, a table for each problem, what fits cost, and the versions.

    Parameters
    ----------
    cells : DataFrame
        Lines of the file of cells, of one size.
    problems : list of Declaration
        Those to report, if there are cells.
    contenders : list of Contender
        For their labels.
    """
    by_name = {contender.name: contender for contender in contenders}
    measured = set(cells["problem"])
    present = [problem for problem in problems if problem.name in measured]
    parts = [format_overview(cells, present, by_name)]
    for is_sweep, family in groupby(present, key=lambda p: p.is_sweep and p.family):
        if is_sweep:
            parts.append(_sweep_part(cells, list(family)))
        else:
            parts += [_problem_part(cells, problem, by_name) for problem in family]
    parts += _costs(cells, present, by_name)
    tasks = [task for task in TASKS if any(p.task is task for p in present)]
    footnote = FOOTNOTE.format("\n".join(task.explanation for task in tasks))
    return "\n\n".join(filter(None, [*parts, footnote, _versions(cells)]))


def _problem_part(
    cells: pd.DataFrame, problem: Declaration, contenders: dict[str, Contender]
) -> str:
    rows = cells[cells["problem"] == problem.name]
    summaries = summarize(rows, problem.measure)
    task = problem.task
    second = task.loss if problem.measure == task.ratio else task.ratio
    header = ["contender", problem.measure, "±", second]
    header += [task.score] if task.is_score_shown else []
    header += ["fit s", "CPU s", "predict s", "runs"]
    sign = -1 if problem.measure == task.score else 1
    ranked = sorted(summaries, key=lambda s: (np.isnan(s.mean), sign * s.mean))
    competitors = [
        summary
        for summary in ranked
        if not (np.isnan(summary.mean) or _is_oracle(summary.contender, contenders))
    ]
    lines = [
        _line(summary, problem, contenders, is_best=summary in competitors[:1])
        for summary in ranked
    ]
    about = f"{problem.note}; {_sizes(rows)}."
    parts = [f"## {problem.name}", about, table(header, lines)]
    return "\n\n".join([*parts, *_floor(rows, task)])


def _line(
    summary: Summary,
    problem: Declaration,
    contenders: dict[str, Contender],
    is_best: bool,
) -> list[str]:
    task, measure = problem.task, problem.measure
    loss = rounded(summary.loss, decimals_of(summary.loss))
    ratio = rounded(summary.ratio, RATIO_DECIMALS)
    score = rounded(summary.score, RATIO_DECIMALS)
    decimals = decimals_of(summary.mean) if measure == task.loss else RATIO_DECIMALS
    mean = rounded(summary.mean, decimals)
    return [
        _label(summary.contender, task, contenders),
        f"**{mean}**" if is_best else mean,
        rounded(summary.spread, decimals),
        loss if measure == task.ratio else ratio,
        *([score] if task.is_score_shown else []),
        rounded(summary.fit_seconds, 2),
        rounded(summary.fit_cpu_seconds, 2),
        rounded(summary.predict_seconds, 3),
        str(summary.n_runs),
    ]


def _label(name: str, task: Task, contenders: dict[str, Contender]) -> str:
    return contenders[name].label_for(task) if name in contenders else name


def _sizes(rows: pd.DataFrame) -> str:
    """Say how many rows the first fold has."""
    first = rows.iloc[0]
    return f"trained on {first['n_train']:,} rows, tested on {first['n_test']:,}"


def _is_oracle(name: str, contenders: dict[str, Contender]) -> bool:
    return name in contenders and contenders[name].is_oracle


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


def _sweep_part(cells: pd.DataFrame, problems: list[Declaration]) -> str:
    """Give each problem a line, and say what was worst."""
    task = problems[0].task
    header = ["table", "what it is", "contender", "rows", task.ratio, "±"]
    header += ["noise floor", "fit s"]
    lines, ratios = [], {}
    for problem in problems:
        rows = cells[cells["problem"] == problem.name]
        for summary in summarize(rows, task.ratio):
            if summary.contender != YARDSTICK:
                lines.append(_sweep_line(problem, rows, summary))
                ratios[f"{summary.contender} on {problem.name}"] = summary.mean
    parts = [
        f"## {problems[0].family}",
        table(header, lines, n_left=3),
        *_worst(ratios, task),
    ]
    return "\n\n".join(parts)


def _sweep_line(
    problem: Declaration, rows: pd.DataFrame, summary: Summary
) -> list[str]:
    yardstick = rows.loc[rows["contender"] == YARDSTICK, "loss"].mean()
    return [
        problem.name.partition(":")[2],
        problem.note,
        summary.contender,
        f"{rows['n_train'].iloc[0]:,}",
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


def _costs(
    cells: pd.DataFrame, problems: list[Declaration], contenders: dict[str, Contender]
) -> list[str]:
    lines = []
    for task, (ours, theirs) in product(TASKS, COSTS):
        of_task = cells["problem"].isin([p.name for p in problems if p.task is task])
        rows = cells[of_task]
        ratio, n_problems = cost_ratio(rows, ours, theirs, "fit_seconds")
        of_cpu, _ = cost_ratio(rows, ours, theirs, "fit_cpu_seconds")
        if n_problems:
            our_label = _label(ours, task, contenders)
            their_label = _label(theirs, task, contenders)
            lines.append(
                f"A fit of {our_label} takes {ratio:.2f} times the seconds of "
                f"{their_label} and {of_cpu:.2f} times its CPU seconds (medians of "
                f"{n_problems} {task.tables})."
            )
    return ["## Cost", *lines] if lines else []


def _versions(cells: pd.DataFrame) -> str:
    """Say on what was measured; several versions if the file was filled by several."""
    surroundings = cells.loc[:, "cores":].drop(columns="cores")
    found = [
        f"{name.removesuffix(' version')} {_each_once(column)}"
        for name, column in surroundings.items()
    ]
    return f"{_each_once(cells['cores'])} cores; {', '.join(found)}."


def _each_once(column: pd.Series) -> str:
    return " and ".join(column.astype(str).unique())
