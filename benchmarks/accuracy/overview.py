"""All tables at a glance: a line each, as the README shows it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.accuracy.contenders import Contender
from benchmarks.accuracy.problems import Declaration
from benchmarks.accuracy.summary import Summary, summarize
from benchmarks.markdown import UNKNOWN, decimals_of, rounded, table

RANKED = ("ridge", "target-hgb", "hgb", "lightgbm", "catboost")
OURS = ("skembed-linear", "skembed-quick", "skembed")
TIMED = ("lightgbm", "catboost", "skembed-quick", "skembed")
NOTE = """\
[n]: measured on the first n folds only; -: not measured. CPU s: of one fit, all threads
together."""


def format_overview(
    cells: pd.DataFrame, problems: list[Declaration], contenders: dict[str, Contender]
) -> str:
    """Return a table with a line for each problem that everyone takes part in.

    Parameters
    ----------
    cells : DataFrame
        Lines of the file of cells, of one size.
    problems : list of Declaration
        Those to show, if there are cells.
    contenders : dict of str to Contender
        For their labels.
    """
    names = (*RANKED, *OURS)
    header = ["table", "measure", *(contenders[name].label for name in names)]
    header += [f"CPU s: {contenders[name].label}" for name in TIMED]
    lines = []
    for problem in problems:
        rows = cells[cells["problem"] == problem.name]
        if problem.contenders is None and len(rows):
            lines.append(_line(problem, rows, names))
    return "\n\n".join([table(header, lines, n_left=2), NOTE])


def _line(
    problem: Declaration, rows: pd.DataFrame, names: tuple[str, ...]
) -> list[str]:
    measure = "R2" if problem.measure == "R2" else "MSE"
    found = {summary.contender: summary for summary in summarize(rows, measure)}
    n_folds = rows.groupby("contender")["fold"].nunique()
    means = {n: found[n].mean for n in names if n in found}
    complete = [n for n in means if n_folds[n] == n_folds.max()]
    sign = -1 if measure == "R2" else 1
    best = min(complete, key=lambda name: sign * means[name], default=None)
    line = [problem.name, measure]
    for name in names:
        mean = means.get(name, np.nan)
        decimals = 3 if measure == "R2" else decimals_of(mean)
        text = rounded(mean, decimals)
        if name == best:
            text = f"**{text}**"
        if name in means and n_folds[name] < n_folds.max():
            text += f" [{n_folds[name]}]"
        line.append(text)
    return line + [_seconds(found.get(name)) for name in TIMED]


def _seconds(summary: Summary | None) -> str:
    return UNKNOWN if summary is None else rounded(summary.fit_cpu_seconds, 1)
