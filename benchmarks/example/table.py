"""The table of results as plain text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.example.measuring import Measurement, Score
from benchmarks.plain_text import UNKNOWN, aligned
from benchmarks.problem import Problem

HEADER = (
    "table",
    "contender",
    "R2",
    "RMSE",
    "fit s",
    "predict s",
    "columns",
    "R2 ceiling",
    "RMSE floor",
)


@dataclass(frozen=True)
class Row:
    """All measurements of one contender on one problem."""

    problem: Problem
    contender: str
    measurements: list[Measurement]
    ceiling: Score | None


def format_table(rows: list[Row]) -> str:
    """Align the rows under a header; a problem is named in its first row only."""
    cells = [_cells(row) for row in rows]
    for i in range(len(rows) - 1, 0, -1):
        if rows[i].problem is rows[i - 1].problem:
            cells[i][0] = ""
    return aligned([list(HEADER), *cells])


def _cells(row: Row) -> list[str]:
    scores = [m.score for m in row.measurements]
    spread = len(row.problem.splits) > 1
    return [
        row.problem.name,
        row.contender,
        _mean([s.r2 for s in scores], 4, spread),
        _mean([s.rmse for s in scores], 3, spread),
        f"{np.median([m.fit_seconds for m in row.measurements]):.3f}",
        f"{np.median([m.predict_seconds for m in row.measurements]):.4f}",
        f"{np.median([m.n_encoded_columns for m in row.measurements]):,.0f}",
        f"{row.ceiling.r2:.4f}" if row.ceiling else UNKNOWN,
        f"{row.ceiling.rmse:.3f}" if row.ceiling else UNKNOWN,
    ]


def _mean(values: list[float], digits: int, spread: bool) -> str:
    mean = f"{np.mean(values):.{digits}f}"
    return f"{mean} ± {np.std(values):.{digits}f}" if spread else mean
