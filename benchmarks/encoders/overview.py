"""Encoders at a glance: a line for each table, as the README shows it."""

from __future__ import annotations

import pandas as pd

from benchmarks.encoders.models import MODELS
from benchmarks.encoders.tables import Table
from benchmarks.markdown import rounded, table

DECIMALS = 3
SHOWN = {"target": "TargetEncoder", "plain": "cv=None", "skembed": "EmbeddingEncoder"}


def format_overview(cells: pd.DataFrame, tables: list[Table]) -> str:
    """Return what models explain by each way to encode, the best of each in bold.

    Parameters
    ----------
    cells : DataFrame
        Lines of the file of results, of one size.
    tables : list of Table
        Those to show, if there are cells.
    """
    header = ["table"]
    for model in MODELS.values():
        first, *others = SHOWN.values()
        header += [f"{model}: {first}", *others]
    lines = []
    for each in tables:
        rows = cells[cells["table"] == each.name]
        line = [each.name]
        for model in MODELS:
            means = rows.groupby("contender")[model].mean().reindex(list(SHOWN))
            line += _with_best_in_bold(means)
        lines.append(line)
    return table(header, lines)


def _with_best_in_bold(means: pd.Series) -> list[str]:
    shown = [rounded(mean, DECIMALS) for mean in means]
    best = rounded(means.max(), DECIMALS)
    return [f"**{text}**" if text == best else text for text in shown]
