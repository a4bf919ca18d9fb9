"""The cells of a run as Markdown."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pandas as pd

from benchmarks.accuracy.contenders import Contender
from benchmarks.accuracy.overview import format_overview
from benchmarks.accuracy.problems import Declaration
from benchmarks.accuracy.summary import (
    YARDSTICK,
    Summary,
    cost_ratio,
    floor_of,
    summarize,
)
from benchmarks.markdown import decimals_of, rounded, table

RATIO = "MSE / tuned ridge"
RATIO_DECIMALS = 4
COSTS = (("skembed", "catboost"), ("skembed-quick", "lightgbm"))

FOOTNOTE = """\
Means over folds and seeds. ±: standard deviation of the means of the seeds, or of the
folds where there is one seed. The best is first and bold, but for who knows the truth.
MSE / tuned ridge: to that of one-hot encoding and ridge regression on the same folds.
Noise floor: the mean squared error of the true means, which only luck can beat.
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
    parts = []
    for is_sweep, family in groupby(problems, key=lambda p: p.is_sweep and p.family):
        present = [p for p in family if (cells["problem"] == p.name).any()]
        if is_sweep and present:
            parts.append(_sweep_part(cells, present))
        elif not is_sweep:
            parts += [_problem_part(cells, problem, by_name) for problem in present]
    overview = format_overview(cells, problems, by_name)
    costs = _costs(cells, by_name)
    return "\n\n".join([overview, *parts, *costs, FOOTNOTE, _versions(cells)])


def _problem_part(
    cells: pd.DataFrame, problem: Declaration, contenders: dict[str, Contender]
) -> str:
    rows = cells[cells["problem"] == problem.name]
    summaries = summarize(rows, problem.measure)
    second = "MSE" if problem.measure == RATIO else RATIO
    header = ["contender", problem.measure, "±", second]
    header += ["fit s", "CPU s", "predict s", "runs"]
    sign = -1 if problem.measure == "R2" else 1
    ranked = sorted(summaries, key=lambda s: (np.isnan(s.mean), sign * s.mean))
    competitors = [
        summary
        for summary in ranked
        if not (np.isnan(summary.mean) or _is_oracle(summary.contender, contenders))
    ]
    lines = [
        _line(summary, problem.measure, contenders, is_best=summary in competitors[:1])
        for summary in ranked
    ]
    about = f"{problem.note}; {_sizes(rows)}."
    parts = [f"## {problem.name}", about, table(header, lines)]
    return "\n\n".join([*parts, *_floor(rows)])


def _line(
    summary: Summary, measure: str, contenders: dict[str, Contender], is_best: bool
) -> list[str]:
    mse = rounded(summary.mse, decimals_of(summary.mse))
    ratio = rounded(summary.ratio, RATIO_DECIMALS)
    decimals = decimals_of(summary.mean) if measure == "MSE" else RATIO_DECIMALS
    mean = rounded(summary.mean, decimals)
    return [
        _label(summary.contender, contenders),
        f"**{mean}**" if is_best else mean,
        rounded(summary.spread, decimals),
        mse if measure == RATIO else ratio,
        rounded(summary.fit_seconds, 2),
        rounded(summary.fit_cpu_seconds, 2),
        rounded(summary.predict_seconds, 3),
        str(summary.n_runs),
    ]


def _label(name: str, contenders: dict[str, Contender]) -> str:
    return contenders[name].label if name in contenders else name


def _sizes(rows: pd.DataFrame) -> str:
    """Say how many rows the first fold has."""
    first = rows.iloc[0]
    return f"trained on {first['n_train']:,} rows, tested on {first['n_test']:,}"


def _is_oracle(name: str, contenders: dict[str, Contender]) -> bool:
    return name in contenders and contenders[name].is_oracle


def _floor(rows: pd.DataFrame) -> list[str]:
    floor = floor_of(rows)
    if np.isnan(floor):
        return []
    ridge = rows.loc[rows["contender"] == YARDSTICK, "mse"].mean()
    line = f"Noise floor: MSE {rounded(floor, decimals_of(floor))}"
    if np.isnan(ridge):
        return [f"{line}."]
    return [f"{line}, {floor / ridge:.{RATIO_DECIMALS}f} of tuned ridge's."]


def _sweep_part(cells: pd.DataFrame, problems: list[Declaration]) -> str:
    """Give each problem a line, and say what was worst."""
    header = ["table", "what it is", "contender", "rows", RATIO, "±", "noise floor"]
    lines, ratios = [], {}
    for problem in problems:
        rows = cells[cells["problem"] == problem.name]
        for summary in summarize(rows, RATIO):
            if summary.contender != YARDSTICK:
                lines.append(_sweep_line(problem, rows, summary))
                ratios[f"{summary.contender} on {problem.name}"] = summary.mean
    parts = [
        f"## {problems[0].family}",
        table([*header, "fit s"], lines, n_left=3),
        *_worst(ratios),
    ]
    return "\n\n".join(parts)


def _sweep_line(
    problem: Declaration, rows: pd.DataFrame, summary: Summary
) -> list[str]:
    ridge = rows.loc[rows["contender"] == YARDSTICK, "mse"].mean()
    return [
        problem.name.partition(":")[2],
        problem.note,
        summary.contender,
        f"{rows['n_train'].iloc[0]:,}",
        rounded(summary.mean, RATIO_DECIMALS),
        rounded(summary.spread, RATIO_DECIMALS),
        rounded(floor_of(rows) / ridge, RATIO_DECIMALS),
        rounded(summary.fit_seconds, 2),
    ]


def _worst(ratios: dict[str, float]) -> list[str]:
    known = {name: ratio for name, ratio in ratios.items() if not np.isnan(ratio)}
    if not known:
        return []
    worst = max(known, key=known.__getitem__)
    return [f"Worst: {known[worst]:.{RATIO_DECIMALS}f} of tuned ridge's MSE, {worst}."]


def _costs(cells: pd.DataFrame, contenders: dict[str, Contender]) -> list[str]:
    lines = []
    for ours, theirs in COSTS:
        ratio, n_problems = cost_ratio(cells, ours, theirs, "fit_seconds")
        of_cpu, _ = cost_ratio(cells, ours, theirs, "fit_cpu_seconds")
        if n_problems:
            lines.append(
                f"A fit of {_label(ours, contenders)} takes {ratio:.2f} times the "
                f"seconds of {_label(theirs, contenders)} and {of_cpu:.2f} times its "
                f"CPU seconds (medians of {n_problems} tables)."
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
