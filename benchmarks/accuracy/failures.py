"""Who was not measured, and why."""

from __future__ import annotations

import pandas as pd

from benchmarks.accuracy.measured import Measured
from benchmarks.markdown import table
from benchmarks.wording import listed


def format_failures(failures: pd.DataFrame, measured: Measured) -> str:
    """Return a section that names each contender and reason once, or nothing.

    Parameters
    ----------
    failures : DataFrame
        Those of a file of results.
    measured : Measured
        For the labels of contenders.
    """
    if failures.empty:
        return ""
    groups = failures.groupby(["contender", "note"], sort=False)["table"]
    lines = [
        [measured.label(name), listed(list(tables.unique())), _as_code(reason)]
        for (name, reason), tables in groups
    ]
    header = ["contender", "tables", "reason"]
    return f"## Who failed\n\n{table(header, lines, n_left=3)}"


def _as_code(reason: str) -> str:
    """Keep what others wrote from being read as Markdown."""
    text = reason.replace("`", "'").replace("|", r"\|")
    return f"`{text}`"
